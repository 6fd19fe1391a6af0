# resourceRef is complete, file is there only where it is known, and its index is an integer.
sed "s|config.kubernetes.io/index: '0'|config.kubernetes.io/index: '3'|" tests/hosts/lists/kpt.yaml > "$work/in"
function_on "$work/in"
expect "$work/out" '[[r["resourceRef"], r["file"]] for r in doc["results"]]' '[[{"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "namespace": "shop"}, {"index": 3, "path": "cronjob.yaml"}], [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "namespace": "shop"}, {"index": 3, "path": "deployment.yaml"}]]'
function_on tests/hosts/lists/kustomize.yaml
expect "$work/out" '[[r["resourceRef"]["name"], "file" in r] for r in doc["results"]]' '[["a-web", false], ["a-report", false]]'
every_case 'all({"apiVersion", "kind", "name"} <= set(r["resourceRef"]) for r in results if "resourceRef" in r)' \
  'all(r["file"]["path"] and isinstance(r["file"].get("index", 0), int) for r in results if "file" in r)'
