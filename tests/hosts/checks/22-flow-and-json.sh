# An item in flow style or JSON gets its sidecar and stays valid, under kpt too.
need kpt
package log-agent package
cd "$work/package"
printf '%s\n' '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"json","namespace":"shop"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:1"}]}}}}' > json.yaml
printf '%s\n' '{apiVersion: apps/v1, kind: Deployment, metadata: {name: flow, namespace: shop}, spec: {template: {spec: {containers: [{name: a, image: "a:1"}]}}}}' > flow.yaml
cd "$root"
render package --allow-exec
for name in json flow; do
  expect "$work/package/$name.yaml" '[c["name"] for c in doc["spec"]["template"]["spec"]["initContainers"]]' '["log-agent"]'
  expect "$work/package/$name.yaml" 'doc["spec"]["template"]["spec"]["containers"]' '[{"image": "a:1", "name": "a"}]'
done
# As kpt sends them: the item stays on its one line.
{
  echo 'apiVersion: config.kubernetes.io/v1'
  echo 'kind: ResourceList'
  echo 'items:'
  sed 's/^/- /' examples/log-agent/namespace.yaml | sed '2,$s/^- /  /'
  printf -- '- {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"json","namespace":"shop"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:1"}]}}}}\n'
  echo 'functionConfig:'
  sed 's/^/  /' examples/log-agent/sidecarize.yaml
} > "$work/in"
function_on "$work/in"
[ $code = 0 ]
grep '^- {"apiVersion"' "$work/out" | sed 's/^- //' | python3 -c 'import json, sys; assert json.load(sys.stdin)["spec"]["template"]["spec"]["initContainers"][0]["name"] == "log-agent"'
