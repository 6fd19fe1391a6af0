# The ApplicationSet's applications, as Argo CD's controller makes them, through argocd-cmp-server: with the application's own
# configurations and with those of the plugin.
need applicationset kustomize helm
same examples/argocd/repository/configs examples/argocd/plugin-with-config --exclude=plugin.yaml --exclude=kustomization.yaml
applicationset examples/argocd/applicationset.yaml > "$work/applications" 2> "$work/err"
[ "$(wc -l < "$work/applications")" = 6 ] || fail "$(cat "$work/err" "$work/applications")"
of() { python3 -c 'import json, sys; a = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$1" "$2"; }
all() {
  while read -r application; do
    name=$(of "$application" 'a["name"]')
    path=$(of "$application" 'a["path"]')
    [ "$(of "$application" 'a["plugin"]')" = sidecarize-v1 ] || fail "another plugin: $application"
    mapfile -t env < <(of "$application" '"\n".join(a["env"])')
    generate "$1//$path" "${env[@]}" ARGOCD_APP_NAME="$name" ARGOCD_APP_NAMESPACE="$(of "$application" 'a["namespace"]')" \
      ARGOCD_APP_SOURCE_PATH="$path" KUBE_VERSION=1.34 > "$work/$name.json"
    same_objects "$work/$name.json" "examples/argocd/.expected/${name##*-}/${name%-*}.yaml"
  done < "$work/applications"
}
start_plugin examples/argocd/plugin/plugin.yaml
all examples/argocd/repository
kill "$server"

# A configuration of the plugin's own: the application has none, and may not name one.
cp -r examples/argocd/repository "$work/repository"
rm -r "$work/repository/configs"
mkdir "$work/etc"
cp examples/argocd/plugin-with-config/{blue,green}.yaml "$work/etc"
sed "s|/etc/sidecarize|$work/etc|" examples/argocd/plugin-with-config/plugin.yaml > "$work/plugin.yaml"
start_plugin "$work/plugin.yaml"
all "$work/repository"
cp "$work/etc/green.yaml" "$work/repository/apps/web/own.yaml"
refused generate "$work/repository//apps/web" ARGOCD_APP_NAMESPACE=shop ARGOCD_APP_SOURCE_PATH=apps/web \
  'ARGOCD_APP_PARAMETERS=[{"name":"cluster","string":"blue"},{"name":"config","string":"own.yaml"}]' 2> "$work/err"
grep -q 'parameter config: the plugin has the configuration for all applications' "$work/err"
cmpdriver "$socket" params "$work/repository//apps/web" > "$work/announced"
python3 -c 'import json, sys; p = {p["name"]: p for p in json.load(sys.stdin)}; assert "config" not in p and p["cluster"]["required"], p' < "$work/announced"
