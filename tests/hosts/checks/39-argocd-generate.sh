# Under Argo CD, manifests come out: no ResourceList, nothing for hosts alone, no annotation of hosts; never an empty success.
start_plugin examples/argocd/plugin/plugin.yaml
package log-agent app
cat >> "$work/app/debug.yaml" <<'YAML'
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: kept
  annotations: {config.kubernetes.io/path: a.yaml, internal.config.kubernetes.io/index: "0", example.com/mine: "1"}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: local
  annotations: {config.kubernetes.io/local-config: "true"}
YAML
generate "$work/app" ARGOCD_APP_NAMESPACE=shop > "$work/out"
kinds=$(python3 -c 'import json, sys; print(*sorted(json.loads(l)["kind"] + "/" + json.loads(l)["metadata"]["name"] for l in sys.stdin))' < "$work/out")
[ "$kinds" = "ConfigMap/kept CronJob/report Deployment/debug Deployment/web Namespace/shop" ] || fail "other objects: $kinds"
[ "$(grep -c 'example.com/log-agent' "$work/out")" = 2 ] || fail "the agent is not in the two workloads that opt in"
refused grep -E 'ResourceList|config\.kubernetes\.io|config\.k8s\.io|Kptfile|SidecarInjector|sidecarize.dev/record' "$work/out"
grep -q 'example.com/mine' "$work/out"

# The application's namespace decides for objects without one, and is not written into them.
mkdir "$work/bare"
cp "$work/app/sidecarize.yaml" "$work/bare"
sed '/namespace: shop/d' examples/log-agent/deployment.yaml > "$work/bare/deployment.yaml"
generate "$work/bare" ARGOCD_APP_NAMESPACE=shop 'ARGOCD_APP_PARAMETERS=[{"name":"namespace-labels","map":{"sidecarize.dev/inject":"enabled"}}]' > "$work/out"
grep -q 'example.com/log-agent' "$work/out"
refused grep -q '"namespace"' "$work/out"

# Only objects for hosts: Argo CD would take an empty answer for the wish to delete everything.
mkdir "$work/empty"
cp "$work/app/sidecarize.yaml" "$work/app/Kptfile" "$work/empty"
refused generate "$work/empty" > "$work/out" 2> "$work/err"
grep -q 'nothing is left to apply' "$work/err"

# A child's failure in its own words.
need kustomize
printf 'resources: [gone.yaml]\n' > "$work/empty/kustomization.yaml"
refused generate "$work/empty" 2> "$work/err"
grep -q 'failed exit status 2: error: kustomize build failed (exit status: 1): accumulating resources' "$work/err"
