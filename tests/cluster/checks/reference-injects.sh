# Istio's own injector is behind the API server: a pod gets its sidecar by the labels of its namespace, revision by revision.
# The ProxyConfigs of its namespace count.
goldens webhook/1.31
need_cluster istio-injector
for configuration in "$SIDECARIZE_GOLDENS"/webhook/1.31/_configs/*; do
  [ -n "$(grep -L '^policy: enabled' "$configuration"/*.config.yaml)" ] || break
done
namespace plain
namespace injected istio-injection=enabled
namespace canary istio.io/rev=canary
proxy_configs
kubectl apply --filename - << END
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: {name: all, namespace: injected}
spec: {concurrency: 7}
END
istio default "$configuration/default."
istio canary "$configuration/canary." true
mkdir "$work/web" "$work/pods"
cat > "$work/web/deployment.yaml" << END
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: example.com/web:1}]}
END
python3 "$here/pods.py" make "$work/pods" "$work/web/deployment.yaml"
# containers NAMESPACE: the names of what the pod runs, and which revision put it there.
containers() {
  sed "s/\"namespace\": \"default\"/\"namespace\": \"$1\"/" "$work/pods/web.Deployment.default.web.json" > "$work/pod.json"
  kubectl create --dry-run=server --output json --filename "$work/pod.json" > "$work/answer.json"
  yaml "$work/answer.json" '" ".join([doc["metadata"].get("annotations", {}).get("istio.io/rev", "-")] + sorted(c["name"] for k in ("initContainers", "containers") for c in doc["spec"].get(k, [])))'
}
injected() { [ "$(containers injected)" = "default istio-init istio-proxy web" ]; }
eventually injected || fail "in the injected namespace: $(containers injected)"
proxy_config() { yaml "$work/answer.json" '[e["value"] for k in ("initContainers", "containers") for c in doc["spec"].get(k, []) if c["name"] == "istio-proxy" for e in c["env"] if e["name"] == "PROXY_CONFIG"]'; }
[[ "$(proxy_config)" == *'concurrency\":7'* ]] || fail "the ProxyConfig does not count: $(proxy_config)"
of_canary() { [ "$(containers canary)" = "canary istio-init istio-proxy web" ]; }
eventually of_canary || fail "in the namespace of canary: $(containers canary)"
[[ "$(proxy_config)" != *concurrency* ]] || fail "the ProxyConfig counts in another namespace: $(proxy_config)"
expect "$work/answer.json" '[c["name"] for c in doc["spec"]["containers"]]' '["web"]'
[ "$(containers plain)" = "- web" ] || fail "without a label: $(containers plain)"
