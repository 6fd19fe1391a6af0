# resourceRef is complete, file is there only where it is known, and its index is an integer.
sed "s|config.kubernetes.io/index: '0'|config.kubernetes.io/index: '3'|" tests/hosts/lists/kpt.yaml > "$work/in"
function_on "$work/in"
expect "$work/out" '[[r["resourceRef"], r["file"]] for r in doc["results"]]' '[[{"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "namespace": "shop"}, {"index": 3, "path": "cronjob.yaml"}], [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "namespace": "shop"}, {"index": 3, "path": "deployment.yaml"}]]'
function_on tests/hosts/lists/kustomize.yaml
expect "$work/out" '[[r["resourceRef"]["name"], "file" in r] for r in doc["results"]]' '[["a-web", false], ["a-report", false]]'
for input in tests/function/*/input.yaml; do
  function_on "$input"
  [ -s "$work/out" ] || continue
  expect "$work/out" 'all({"apiVersion", "kind", "name"} <= set(r["resourceRef"]) for r in doc.get("results") or [] if "resourceRef" in r)' true
  expect "$work/out" 'all(r["file"]["path"] and isinstance(r["file"].get("index", 0), int) for r in doc.get("results") or [] if "file" in r)' true
done
