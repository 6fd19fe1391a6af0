# Parameters unset, null, string, map and array; the announcement is a JSON list; a failure prints nothing.
need helm
start_plugin examples/argocd/plugin/plugin.yaml
report=examples/argocd/repository//apps/report
cmpdriver "$socket" params "$report" > "$work/announced"
names=$(python3 -c 'import json; print(*(p["name"] + ":" + p["collectionType"] for p in json.load(open("'"$work"'/announced"))))')
wanted="config:string cluster:string namespace-labels:map revision:string native-sidecars:string helm-release-name:string helm-value-files:array helm-values:string helm-parameters:map helm-skip-crds:string"
[ "$names" = "$wanted" ] || fail "announced: $names"

with() { generate "$report" ARGOCD_APP_SOURCE_PATH=apps/report ARGOCD_APP_NAME=report ARGOCD_APP_NAMESPACE=shop KUBE_VERSION=1.34 "$@" > "$work/out"; }
# Without any, the configuration is looked for, and this repository has one for each cluster only.
refused with 2> "$work/err"
grep -q 'no configuration' "$work/err"
refused with ARGOCD_APP_PARAMETERS=null 2> "$work/err"
grep -q 'no configuration' "$work/err"
cp -r examples/argocd/repository "$work/repository"
cp examples/argocd/repository/configs/blue.yaml "$work/repository/sidecarize.yaml"
report=$work/repository//apps/report
for none in ARGOCD_APP_PARAMETERS= ARGOCD_APP_PARAMETERS=null 'ARGOCD_APP_PARAMETERS=[]'; do
  with "$none"
  grep -q '"--cluster","blue"' "$work/out" || fail "not injected with $none"
done
with 'ARGOCD_APP_PARAMETERS=[{"name":"config","string":"../../configs/green.yaml"}]'
grep -q '"--cluster","green"' "$work/out"
with 'ARGOCD_APP_PARAMETERS=[{"name":"helm-parameters","map":{"schedule":"1 1 * * *"}}]'
grep -q '"1 1 \* \* \*"' "$work/out"
echo 'schedule: "2 2 * * *"' > "$work/repository/apps/report/night.yaml"
with 'ARGOCD_APP_PARAMETERS=[{"name":"helm-value-files","array":["night.yaml"]}]'
grep -q '"2 2 \* \* \*"' "$work/out"
with 'ARGOCD_APP_PARAMETERS=[{"name":"helm-value-files","array":["night.yaml"]},{"name":"helm-values","string":"schedule: 3 3 * * *"}]'
grep -q '"3 3 \* \* \*"' "$work/out"

# Out of the repository, or of another shape: an error and no manifest.
for wrong in '[{"name":"config","string":"../../../plugin/plugin.yaml"}]' '[{"name":"config","array":["a"]}]' '[{"name":"configs","string":"a"}]'; do
  refused with "ARGOCD_APP_PARAMETERS=$wrong" 2> "$work/err"
  [ ! -s "$work/out" ] || fail "manifests beside an error"
  (cd "$work/repository/apps/report" && refused env "ARGOCD_APP_PARAMETERS=$wrong" sidecarize argocd generate > "$work/direct")
  [ ! -s "$work/direct" ] || fail "standard output beside an error"
done
