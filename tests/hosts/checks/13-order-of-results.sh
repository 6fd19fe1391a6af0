# Results come errors first, then warnings, then the rest, and are the same from run to run.
every_case '(lambda order: order == sorted(order))([["error", "warning", "info"].index(r["severity"]) for r in results])'
python3 - "$work/many" <<'PY'
import sys

item = "- {apiVersion: apps/v1, kind: Deployment, metadata: {name: d%d, namespace: %s}, spec: {template: {spec: {containers: [{name: a, image: 'a:1'}]}}}}\n"
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {apiVersion: sidecarize.dev/v1alpha1, kind: SidecarInjector, metadata: {name: a}, spec: {"
               "failOn: [], namespaces: [{name: shop, labels: {sidecarize.dev/inject: enabled}}], sidecars: [{name: b, pod: {spec: {containers: [{name: b, image: 'b:1'}]}}}]}}\nitems:\n")
    file.writelines(item % (i, "shop" if i % 3 else "elsewhere") for i in range(300))
PY
function_on "$work/many"
[ $code = 0 ]
cp "$work/out" "$work/first"
for _ in 1 2 3 4 5; do
  function_on "$work/many"
  same "$work/first" "$work/out"
done
