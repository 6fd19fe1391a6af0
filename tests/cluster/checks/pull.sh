# `pull` and a `kube-inject` without files read a real API server with the README's account and no more, give the same bytes twice,
# and say who refuses, what and the way out where they are refused.
goldens webhook/1.31
need_cluster istio-injector
configurations=$SIDECARIZE_GOLDENS/webhook/1.31/_configs
first=$(find "$configurations" -name 'default.config.yaml' | sort | head -1)
istio default "${first%config.yaml}"
proxy_configs
namespace shop istio-injection=enabled
node old v1.32.4
node new v1.34.0
kubectl apply --filename - << 'END'
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: {name: all, namespace: shop}
spec: {concurrency: 3}
END

# The account of the README.
python3 - "$here/../../README.md" << 'PY' > "$work/role.yaml"
import re, sys
blocks = re.findall(r"```yaml\n(.*?)```", open(sys.argv[1], encoding="utf-8").read(), re.S)
print(next(b for b in blocks if "sidecarize-pull" in b))
PY
kubectl apply --filename "$work/role.yaml"
kubectl create serviceaccount reader --namespace default
kubectl create clusterrolebinding reader --clusterrole sidecarize-pull --serviceaccount default:reader
kubectl create rolebinding reader --role sidecarize-pull --serviceaccount default:reader --namespace istio-system
write_kubeconfig "$work/reader.kubeconfig" "$(kubectl create token reader --namespace default --duration 1h)"
pull() { sidecarize pull --kubeconfig "$work/reader.kubeconfig" "$@"; }
pull -o "$work/one.yaml"
pull > "$work/two.yaml"
cmp "$work/one.yaml" "$work/two.yaml"
grep -q 'kubernetesVersion: "1.32"' "$work/one.yaml"
grep -q 'concurrency: 3' "$work/one.yaml"
grep -q "sidecarize.dev/source-server: $server" "$work/one.yaml"
if grep -q 'webhooks:' "$work/one.yaml"; then echo "the standard webhooks are taken for others" && exit 1; fi
pull --check "$work/one.yaml"
namespace shop istio-injection=disabled
if pull --check "$work/one.yaml" > "$work/diff"; then exit 1; fi
grep -q '^-      istio-injection: enabled' "$work/diff"

printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web:1}]}\n' > "$work/pod.yaml"
sidecarize kube-inject -f "$work/pod.yaml" --kubeconfig "$work/reader.kubeconfig" | grep -q 'istio-proxy'

# refused WORDS ARGUMENT…: exit code 2, nothing on standard output, the address and these words.
refused() {
  local words=$1 code=0
  shift
  sidecarize pull "$@" > "$work/out" 2> "$work/err" || code=$?
  if [ $code != 2 ] || [ -s "$work/out" ] || ! grep -qF "$server: cannot" "$work/err" || ! grep -q "$words" "$work/err"; then
    echo "$words: exit code $code" && cat "$work/out" "$work/err" && exit 1
  fi
}
write_kubeconfig "$work/expired.kubeconfig" expired
refused '401: Unauthorized; .*log in again' --kubeconfig "$work/expired.kubeconfig"
restricted maps get,list configmaps
refused 'list mutatingwebhookconfigurations: 403: .*maps.* cannot list .*--allow-missing' --kubeconfig "$cluster/maps.kubeconfig"
sidecarize pull --allow-missing --kubeconfig "$cluster/maps.kubeconfig" > "$work/part.yaml" 2> "$work/err"
[ "$(grep -c '^warning: ' "$work/err")" = 5 ]
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=another-ca -keyout "$work/ca.key" -out "$work/ca.crt" 2> /dev/null
sed "s/certificate-authority-data: [^}]*/certificate-authority-data: $(base64 -w 0 "$work/ca.crt")/" "$work/reader.kubeconfig" > "$work/ca.kubeconfig"
refused 'certificate.*certificate-authority' --kubeconfig "$work/ca.kubeconfig"
refused 'get ConfigMap istio-sidecar-injector.* of namespace default: it is not there' -i default
refused 'get ConfigMap istio-sidecar-injector-none of namespace istio-system: it is not there; its revisions are default' --revision none
