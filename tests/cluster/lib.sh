# A cluster of real parts: etcd, kube-apiserver and webhooks, on free ports of the loopback. There is no controller manager, no
# scheduler and no kubelet: what they would make (ServiceAccounts, pods of workloads, nodes) the checks make themselves.
# Sourced by tests/cluster/up and, with tests/checks/lib.sh, by the runner.
parts=${SIDECARIZE_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sidecarize-cluster}/bin
PATH=$PATH:$parts
cluster_processes=()

# What must be there, in the order it is missed.
cluster_programs() { echo openssl python3 kubectl etcd kube-apiserver webhook; }

# Nothing but the PATH is shared between the checks: each has a cluster of its own.
set_up() { :; }

# Skips the check where a part is missing, those named here too. What cluster_up starts ends with the check.
need_parts() {
  # shellcheck disable=SC2046
  need $(cluster_programs) "$@"
  trap cluster_down EXIT
}

# The same, and starts a cluster.
need_cluster() { need_parts "$@" && cluster_up "$work/cluster"; }

# Golden cases of Istio's injector, in the folder $1 of them.
goldens() { [ -d "${SIDECARIZE_GOLDENS:-}/$1" ] || { echo "no golden cases: set SIDECARIZE_GOLDENS"; exit "$skip_code"; }; }

# start NAME PROGRAM ARGUMENT…: in the background, with its log in the cluster's folder. It ends with this shell, even a killed one.
start() {
  local name=$1
  shift
  setpriv --pdeathsig KILL "$@" > "$cluster/$name.log" 2>&1 &
  cluster_processes+=($!)
}

all_run() {
  local process
  for process in "${cluster_processes[@]}"; do kill -0 "$process" || return; done
}

# wait_for SECONDS COMMAND…: until it succeeds; fails when it does not in time, or when a part has ended.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" > "$cluster/wait.log" 2>&1; do
    if [ $SECONDS -ge $end ] || ! all_run; then
      { echo "in vain: $*"; tail -5 "$cluster/wait.log"; } >&2
      return 1
    fi
    sleep 0.2
  done
}

# A change of namespaces or webhooks gets to the API server's admission a moment later.
eventually() { wait_for 20 "$@"; }

# ready NAME COMMAND…: waits for what `start NAME` has started; fails with the end of its log.
ready() { wait_for 180 "${@:2}" || { tail -20 "$cluster/$1.log" >&2; return 1; }; }

# So many ports that nobody listens on.
free_ports() {
  python3 -c 'import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in held))' "$1"
}

# A certificate authority, and one certificate of it for all that listens here.
certificates() {
  (
    cd "$cluster" && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=sidecarize-test-ca -keyout ca.key -out ca.crt \
      && openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr \
      && echo 'subjectAltName=DNS:localhost,DNS:kubernetes,IP:127.0.0.1' > server.ext \
      && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.crt \
      && openssl genrsa -out accounts.key 2048
  ) > "$cluster/openssl.log" 2>&1 || { cat "$cluster/openssl.log" >&2; return 1; }
}

# write_kubeconfig FILE TOKEN [NAMESPACE]: its context is `test`.
write_kubeconfig() {
  cat > "$1" << END
apiVersion: v1
kind: Config
current-context: test
contexts:
- name: test
  context: {cluster: test, user: test${3:+, namespace: $3}}
clusters:
- name: test
  cluster: {server: "$server", certificate-authority-data: $(base64 -w 0 "$cluster/ca.crt")}
users:
- name: test
  user: {token: "$2"}
END
  chmod 600 "$1"
}

# cluster_up FOLDER: starts a cluster that keeps its files there. Sets $cluster (the folder), $server (the address) and KUBECONFIG
# (of an administrator). cluster_down ends it, without the folder.
cluster_up() {
  cluster=$1
  mkdir -p "$cluster"
  local etcd_port peer_port port admin
  certificates || return
  read -r etcd_port peer_port port webhook_port < <(free_ports 4)
  server=https://127.0.0.1:$port
  admin=$(openssl rand -hex 16)
  echo "$admin,admin,admin,system:masters" > "$cluster/tokens.csv"
  export KUBECONFIG=$cluster/admin.kubeconfig KUBECACHEDIR=$cluster/kubectl
  write_kubeconfig "$KUBECONFIG" "$admin"

  start etcd etcd --data-dir "$cluster/etcd" --logger zap --listen-client-urls "http://127.0.0.1:$etcd_port" \
    --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" --initial-cluster "default=http://127.0.0.1:$peer_port"
  # The endpoint reconciler would refuse to advertise a loopback address.
  start kube-apiserver kube-apiserver --etcd-servers "http://127.0.0.1:$etcd_port" --bind-address 127.0.0.1 --secure-port "$port" \
    --advertise-address 127.0.0.1 --endpoint-reconciler-type none --service-cluster-ip-range 10.0.0.0/24 \
    --tls-cert-file "$cluster/server.crt" --tls-private-key-file "$cluster/server.key" --client-ca-file "$cluster/ca.crt" \
    --token-auth-file "$cluster/tokens.csv" --authorization-mode RBAC --anonymous-auth=false --allow-privileged \
    --service-account-issuer https://kubernetes.default.svc --service-account-signing-key-file "$cluster/accounts.key" \
    --service-account-key-file "$cluster/accounts.key"
  start webhook webhook -listen "127.0.0.1:$webhook_port" -cert "$cluster/server.crt" -key "$cluster/server.key"
  ready kube-apiserver kubectl get --raw /readyz || return
  # The server makes this namespace itself, some moments later.
  ready kube-apiserver kubectl get namespace default || return
  ready kube-apiserver namespace default || return
  test_webhooks
}

# Lets the functions that furnish a cluster do so with the one of tests/cluster/up, in whose command this shell is.
cluster_join() {
  cluster=${SIDECARIZE_CLUSTER:?not within tests/cluster/up}
  server=$(kubectl config view --raw --output 'jsonpath={.clusters[0].cluster.server}')
}

cluster_down() {
  [ ${#cluster_processes[@]} -gt 0 ] || return 0
  # At once: there is nothing to keep.
  kill -KILL "${cluster_processes[@]}" 2> /dev/null || true
  wait "${cluster_processes[@]}" 2> /dev/null || true
  cluster_processes=()
}

# register NAME LABELS: a MutatingWebhookConfiguration of the entries that `entry` writes, from standard input.
register() {
  {
    printf 'apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: "%s", labels: %s}\nwebhooks:\n' "$1" "$2"
    cat
  } | kubectl apply --filename - > /dev/null
}

# entry NAME URL NAMESPACE_SELECTOR [OBJECT_SELECTOR]: a webhook for pods as they are created.
entry() {
  cat << END
- name: "$1"
  clientConfig: {url: "$2", caBundle: "$(base64 -w 0 "$cluster/ca.crt")"}
  namespaceSelector: $3
  objectSelector: ${4:-"{}"}
  rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  timeoutSeconds: ${5:-10}
END
}

# Registers the webhook of ours (tests/cluster/webhook): what it does to the pods of a namespace, the namespace's label
# sidecarize.dev/test says, one of add, refuse, slow, fail and break.
test_webhooks() {
  local path
  for path in add/added/here refuse/refused-by-the-test slow/60s fail/500 break; do
    entry "${path%%/*}.test.sidecarize.dev" "https://127.0.0.1:$webhook_port/$path" "{matchLabels: {sidecarize.dev/test: ${path%%/*}}}" "{}" 1
  done | register test '{}'
}

# namespace NAME [LABEL=VALUE…]: a namespace with these labels and its default ServiceAccount. Where it is there, these become the labels.
namespace() {
  local label labels=''
  for label in "${@:2}"; do labels+="\"${label%%=*}\": \"${label#*=}\","; done
  printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: "%s", labels: {%s}}\n' "$1" "$labels" | kubectl apply --server-side --filename - || return
  kubectl get serviceaccount default --namespace "$1" > /dev/null 2>&1 || kubectl create serviceaccount default --namespace "$1"
}

# restricted NAME [VERBS RESOURCES]…: a kubeconfig, $cluster/NAME.kubeconfig, of an account that may do no more than this in the whole
# cluster: `restricted reader get,list namespaces,nodes create pods`.
restricted() {
  local name=$1 rules=''
  shift
  kubectl create serviceaccount "$name" --namespace default
  while [ $# -gt 0 ]; do
    rules+="- {apiGroups: ['*'], verbs: [$1], resources: [$2]}"$'\n'
    shift 2
  done
  printf 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: "%s"}\nrules:\n%s' "$name" "$rules" | kubectl apply --filename -
  kubectl create clusterrolebinding "$name" --clusterrole "$name" --serviceaccount "default:$name"
  write_kubeconfig "$cluster/$name.kubeconfig" "$(kubectl create token "$name" --namespace default --duration 24h)"
}

# istio REVISION FILES [true|false]: starts Istio's own injector for a revision, registers its webhooks as Istio does, and keeps its
# configuration in the ConfigMaps that `sidecarize pull` reads. FILES is what stands before config.yaml, values.json and mesh.yaml,
# a folder with its slash or a prefix; then whether sidecars are native. ProxyConfigs count as they are in the cluster by now.
istio() {
  local revision=$1 files=$2 native=${3:-false} suffix='' port url file
  [ "$revision" = default ] || suffix=-$revision
  mkdir -p "$cluster/istio$suffix"
  for file in config.yaml values.json mesh.yaml; do cp "$files$file" "$cluster/istio$suffix/$file" || return; done
  chmod u+w "$cluster/istio$suffix"/*
  read -r port < <(free_ports 1)
  url=https://127.0.0.1:$port/inject
  (
    cd "$cluster/istio$suffix" || exit
    kubectl get namespace istio-system > /dev/null 2>&1 || namespace istio-system
    kubectl create configmap "istio-sidecar-injector$suffix" --namespace istio-system --from-file config=config.yaml --from-file values=values.json
    kubectl create configmap "istio$suffix" --namespace istio-system --from-file mesh=mesh.yaml
    if kubectl get proxyconfigs > /dev/null 2>&1; then kubectl get proxyconfigs --all-namespaces --output json; else echo '{"items": []}'; fi > proxyconfigs.json
    python3 -c 'import json, yaml; print(yaml.safe_dump_all(json.load(open("proxyconfigs.json"))["items"]))' > proxyconfigs.yaml
  ) > /dev/null || return
  ENABLE_NATIVE_SIDECARS=$native start "istio-injector$suffix" istio-injector -listen "127.0.0.1:$port" -cert "$cluster/server.crt" -key "$cluster/server.key" \
    -config "$cluster/istio$suffix/config.yaml" -values "$cluster/istio$suffix/values.json" -mesh "$cluster/istio$suffix/mesh.yaml" \
    -proxy-configs "$cluster/istio$suffix/proxyconfigs.yaml" -revision "$revision"
  ready "istio-injector$suffix" listens "$port" || return
  istio_entries "$revision" "$url" | register "istio-sidecar-injector$suffix" "{app: sidecar-injector, istio.io/rev: $revision}"
}

listens() { (exec 3<> "/dev/tcp/127.0.0.1/$1"); }

# The selectors of Istio's webhooks: the namespace's label decides, else the pod's; `false` on the pod keeps it out.
istio_entries() {
  local revision=$1 url=$2 domain=sidecar-injector.istio.io
  local wanted='{key: sidecar.istio.io/inject, operator: NotIn, values: ["false"]}'
  local unnamed='{key: istio-injection, operator: DoesNotExist}' unrevised='{key: istio.io/rev, operator: DoesNotExist}'
  local revised="{key: istio.io/rev, operator: In, values: [\"$revision\"]}"
  entry "rev.namespace.$domain" "$url" "{matchExpressions: [$revised, $unnamed]}" "{matchExpressions: [$wanted]}"
  entry "rev.object.$domain" "$url" "{matchExpressions: [$unrevised, $unnamed]}" "{matchExpressions: [$wanted, $revised]}"
  [ "$revision" = default ] || return 0
  entry "namespace.$domain" "$url" '{matchLabels: {istio-injection: enabled}}' "{matchExpressions: [$wanted]}"
  entry "object.$domain" "$url" "{matchExpressions: [$unnamed, $unrevised]}" "{matchLabels: {sidecar.istio.io/inject: \"true\"}, matchExpressions: [$unrevised]}"
}

# dry_run FOLDER FOLDER: what the API server answers to the pods of the first, by dry run, into files of the same name in the second;
# where it refuses one or warns, its words as NAME.said, and no file where it refuses.
dry_run() {
  local pod name
  mkdir -p "$2"
  for pod in "$1"/*.json; do
    name=$(basename "$pod" .json)
    kubectl create --dry-run=server --output json --filename "$pod" > "$2/$name.json" 2> "$2/$name.said" || rm "$2/$name.json"
  done
  find "$2" -name '*.said' -empty -delete
}

# node NAME VERSION: a node whose kubelet has this version (v1.33.2).
node() {
  printf 'apiVersion: v1\nkind: Node\nmetadata: {name: "%s"}\n' "$1" | kubectl apply --filename - || return
  kubectl patch node "$1" --subresource status --patch "{\"status\": {\"nodeInfo\": {\"kubeletVersion\": \"$2\"}}}"
}

# Makes ProxyConfig a kind that the API server knows, of whatever content.
proxy_configs() {
  kubectl apply --filename - << 'END' || return
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: proxyconfigs.networking.istio.io}
spec:
  group: networking.istio.io
  scope: Namespaced
  names: {kind: ProxyConfig, listKind: ProxyConfigList, plural: proxyconfigs, singular: proxyconfig}
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
END
  kubectl wait --for condition=established --timeout 30s customresourcedefinition/proxyconfigs.networking.istio.io
}
