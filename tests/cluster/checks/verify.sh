# `verify` proves by the API server's own words that what is injected is what Istio's injector makes: all workloads of public projects
# and generated ones, under both revisions. What differs, it finds, and says of a refusal whose it is.
goldens real/1.31
need_cluster istio-injector
real=$SIDECARIZE_GOLDENS/real/1.31
configuration=$(sed -n 's/^config: //p' "$real"/*/case.yaml | sort | uniq -c | sort -n | awk 'END { print $2 }')
istio default "$real/_configs/$configuration/" false
istio canary "$real/_configs/$configuration/" true
namespace shop istio-injection=enabled
namespace canary istio.io/rev=canary

# istiod's environment is nowhere in this cluster.
sidecarize pull --output "$work/mesh.yaml" 2> "$work/pull.err" || fail "pull: $(cat "$work/pull.err")"
sed -e 's/^  - revision: default$/&\n    nativeSidecars: false/' -e 's/^  - revision: canary$/&\n    nativeSidecars: true/' "$work/mesh.yaml" > "$work/sidecarize.yaml"

# Every workload of the public projects twice, in a namespace of each revision; those apart that are no valid manifests.
python3 - "$work" "$real"/*/input.yaml << 'PY'
import json, os, sys
import yaml
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
work, *paths = sys.argv[1:]
kinds = {"DaemonSet", "Deployment", "Job", "CronJob", "ReplicaSet", "ReplicationController", "StatefulSet", "Pod"}
accounts = set()
for path in paths:
    case = os.path.basename(os.path.dirname(path))
    try:
        documents = [d for d in yaml.load_all(open(path, encoding="utf-8"), loader) if d]
    except yaml.YAMLError:
        continue
    objects = [o for d in documents for o in (d["items"] if d["kind"] == "List" else [d]) if o["kind"] in kinds]
    for namespace in "shop", "canary":
        os.makedirs(f"{work}/public/{namespace}/{case}")
        for number, workload in enumerate(objects):
            workload["metadata"]["namespace"] = namespace
            pod = workload if workload["kind"] == "Pod" else workload["spec"]["jobTemplate"]["spec"]["template"] if workload["kind"] == "CronJob" else workload["spec"]["template"]
            accounts.add((namespace, pod["spec"].get("serviceAccountName") or pod["spec"].get("serviceAccount") or "default"))
            with open(f"{work}/public/{namespace}/{case}/{number}.yaml", "w", encoding="utf-8") as file:
                json.dump(workload, file)
with open(f"{work}/accounts", "w") as file:
    file.writelines(f"{n} {a}\n" for n, a in sorted(accounts) if a != "default")

# Generated ones: ports, probes, resources and annotations in many mixtures.
os.makedirs(f"{work}/generated")
for number in range(140):
    bit = lambda n: number >> n & 1
    container = {"name": "web", "image": f"example.com/web:{number}"}
    if bit(0): container["ports"] = [{"containerPort": 8000 + number}, {"containerPort": 9000, "protocol": "UDP"}]
    if bit(1): container["readinessProbe"] = {"httpGet": {"path": "/ready", "port": 8000 + number}}
    if bit(2): container["livenessProbe"] = {"tcpSocket": {"port": 7000}, "periodSeconds": 7}
    if bit(3): container["startupProbe"] = {"grpc": {"port": 6000}}
    annotations = {}
    if bit(4): annotations["sidecar.istio.io/proxyCPU"] = f"{100 + number}m"
    if bit(5): annotations["proxy.istio.io/config"] = "concurrency: 3\nholdApplicationUntilProxyStarts: true\n"
    if bit(6): annotations["traffic.sidecar.istio.io/excludeInboundPorts"] = "9000"
    kind = ["Deployment", "StatefulSet", "DaemonSet", "Job"][number % 4]
    template = {"metadata": {"labels": {"app": f"web-{number}"}, "annotations": annotations}, "spec": {"containers": [container]}}
    if kind == "Job": template["spec"]["restartPolicy"] = "Never"
    spec = {"template": template} if kind == "Job" else {"selector": {"matchLabels": template["metadata"]["labels"]}, "template": template}
    if kind == "StatefulSet": spec["serviceName"] = "web"
    workload = {"apiVersion": "batch/v1" if kind == "Job" else "apps/v1", "kind": kind,
                "metadata": {"name": f"web-{number}", "namespace": ["shop", "canary"][number // 4 % 2]}, "spec": spec}
    with open(f"{work}/generated/{number}.yaml", "w", encoding="utf-8") as file:
        json.dump(workload, file)
PY
while read -r name account; do kubectl create serviceaccount "$account" --namespace "$name"; done < "$work/accounts"

# What an API server does not take at all, injected or not, is no manifest; what asks for templates that are not there neither.
verify() { sidecarize verify --quiet --config "$work/sidecarize.yaml" "$@"; }
for case in "$work"/public/*/*; do
  if verify "$case" > "$work/out" 2> "$work/err"; then continue; fi
  if grep -q '^differs' "$work/out"; then fail "$(cat "$work/out")"; fi
  note "left aside: $(basename "$case"): $(cat "$work/out" "$work/err" | grep -m1 -o 'injects it or we do: .*\|error: .*' | cut -c1-150)"
  rm -r "$case"
done
verify "$work/public" "$work/generated" > "$work/out" || fail "$(cat "$work/out")"
tail -1 "$work/out" | grep -qE '^[0-9]+ pods: [0-9]+ same$' || fail "$(tail -1 "$work/out")"
[ "$(grep -c ^same "$work/out")" -ge 200 ] || fail "no 200 workloads: $(tail -1 "$work/out")"
note "$(tail -1 "$work/out")"

# One field changed in the configuration of one revision: exactly this difference, for exactly the workloads of that revision that do
# not set it themselves.
sed '0,/"cpu": "100m"/s//"cpu": "123m"/' "$real/_configs/$configuration/values.json" > "$work/values.json"
cmp -s "$work/values.json" "$real/_configs/$configuration/values.json" && fail "the values have no such field"
python3 - "$work" << 'PY'
import sys, yaml
work, = sys.argv[1:]
config = yaml.safe_load(open(f"{work}/sidecarize.yaml"))
for revision in config["spec"]["istio"]:
    if revision["revision"] == "canary":
        revision["injector"]["inline"]["values"] = open(f"{work}/values.json").read()
yaml.safe_dump(config, open(f"{work}/changed.yaml", "w"))
PY
code=0
sidecarize verify --quiet --config "$work/changed.yaml" --format json "$work/generated" > "$work/changed.json" || code=$?
[ $code = 1 ] || fail "exit code $code for what differs"
expect "$work/changed.json" 'sorted({p["verdict"] for p in doc["pods"]})' '["differs", "same"]'
expect "$work/changed.json" 'sorted({p["name"] for p in doc["pods"] if p["verdict"] == "differs"} ^ {f"web-{n}" for n in range(140) if n // 4 % 2 and not n >> 4 & 1})' '[]'
expect "$work/changed.json" 'sorted({op["op"] + " " + op["path"].split("/")[-1] + " " + str(op["value"]) for p in doc["pods"] for op in p.get("patch", [])})' '["replace cpu 123m"]'

# What was injected in place is asked about as it stands in Git, current or not, a bare pod with its record too.
cp -r "$work/generated" "$work/committed"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: shop}\nspec: {containers: [{name: web, image: example.com/web:1}]}\n' > "$work/committed/bare.yaml"
sidecarize inject --quiet --in-place --config "$work/sidecarize.yaml" "$work/committed"
verify "$work/committed" > "$work/out" || fail "$(cat "$work/out")"
sidecarize inject --quiet --in-place --config "$work/changed.yaml" "$work/committed"
code=0
verify "$work/committed" > "$work/out" || code=$?
[ $code = 1 ] || fail "exit code $code for a file that is not current"

# Who refuses is told: the API server, a webhook, one that takes too long; and what cannot be asked.
mkdir "$work/odd"
pod() { printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: one, namespace: "%s"}\nspec: {containers: [{name: one, image: example.com/one:1}]}\n' "$1" > "$work/odd/pod.yaml"; }
verdict() {
  local code=0
  sidecarize verify --quiet --config "$work/odd.yaml" "${@:2}" "$work/odd" > "$work/out" 2> "$work/err" || code=$?
  [ $code = "$1" ] || fail "exit code $code: $(cat "$work/out" "$work/err")"
}
cat > "$work/odd.yaml" << 'END'
apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: own}
spec:
  sidecars:
  - name: agent
    match: {kinds: [Pod]}
    pod: {spec: {containers: [{name: agent, image: "example.com/agent:1"}]}}
END
namespace guarded sidecarize.dev/test=refuse
namespace slow sidecarize.dev/test=slow
namespace added sidecarize.dev/test=add
pod guarded
verdict 1
grep -q '^refused .*the webhook refuse.test.sidecarize.dev refuses the pod, whether the cluster injects it or we do' "$work/out" || fail "$(cat "$work/out")"
pod slow
verdict 1
grep -q '^refused .*the webhook slow.test.sidecarize.dev' "$work/out" || fail "$(cat "$work/out")"
pod nowhere
verdict 2
grep -q '^unknown .*--as-namespace' "$work/out" || fail "$(cat "$work/out")"
# The pod in Git has one container more than what the cluster would run: our own sidecar is nobody's webhook.
verdict 1 --as-namespace added
grep -q '^differs' "$work/out" || fail "$(cat "$work/out")"

# The role of the README does, and the policy beside it lets its account create nothing.
kubectl create namespace sidecarize
kubectl create serviceaccount verify --namespace sidecarize
python3 - README.md << 'PY' > "$work/role.yaml"
import re, sys
blocks = re.findall(r"```yaml\n(.*?)```", open(sys.argv[1], encoding="utf-8").read(), re.S)
print(next(b for b in blocks if "name: sidecarize-verify" in b))
PY
kubectl apply --filename "$work/role.yaml"
write_kubeconfig "$work/ci.kubeconfig" "$(kubectl create token verify --namespace sidecarize)"
pod shop
confined() { ! kubectl --kubeconfig "$work/ci.kubeconfig" create --filename "$work/odd/pod.yaml" > "$work/out" 2>&1 && grep -q 'may only ask by dry run' "$work/out"; }
eventually confined || fail "$(cat "$work/out")"
kubectl delete pods --all --namespace shop --force --grace-period 0
verify "$work/generated" --kubeconfig "$work/ci.kubeconfig" > "$work/out" || fail "$(cat "$work/out")"
[ -z "$(kubectl get pods --all-namespaces --output name)" ] || fail "pods were created"
