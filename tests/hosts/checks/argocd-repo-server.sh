# An installation of Argo CD with our patches, and the legacy exec plugin as argocd-repo-server's kustomize runs it.
need kustomize
for component in plugin plugin-with-config repo-server; do
  mkdir -p "$work/$component"
  cp -r examples/argocd "$work/$component/argocd"
  cp -r tests/hosts/argo-cd/install "$work/$component"
  printf 'namespace: argocd\nresources: [install]\ncomponents: [argocd/%s]\n' "$component" > "$work/$component/kustomization.yaml"
  kustomize build "$work/$component" > "$work/$component.yaml"
done
server='[d for d in docs if d["kind"] == "Deployment"][0]["spec"]["template"]["spec"]'
names='", ".join(c["name"] for c in P.get("X", []))'
list() { echo "$names" | sed "s/P/$server/; s/X/$1/" ; }
for component in plugin plugin-with-config; do
  expect "$work/$component.yaml" "$(list containers)" "sidecarize, argocd-repo-server"
  expect "$work/$component.yaml" "$(list initContainers)" "copyutil"
  # What it mounts is there, and the plugin's file is the one that was tried above.
  expect "$work/$component.yaml" "sorted({m['name'] for c in $server['containers'] for m in c['volumeMounts']} - {v['name'] for v in $server['volumes']})" "[]"
  map=$(yaml "$work/$component.yaml" "[v['configMap']['name'] for v in $server['volumes'] if v['name'] == 'sidecarize-plugin'][0]")
  yaml "$work/$component.yaml" "[d['data']['plugin.yaml'] for d in docs if d['metadata']['name'] == '$map'][0]" > "$work/shipped"
  diff "$work/shipped" <(cat "examples/argocd/$component/plugin.yaml" && echo)
done
expect "$work/repo-server.yaml" "$(list initContainers)" "sidecarize, copyutil"
options=$(yaml "$work/repo-server.yaml" "[d['data']['kustomize.buildOptions'] for d in docs if d['metadata']['name'] == 'argocd-cm'][0]")

# The init container's command, and the build of argocd-repo-server: its options stand behind the folder.
home=$(yaml "$work/repo-server.yaml" "[e['value'] for c in $server['containers'] for e in c.get('env', []) if e['name'] == 'KUSTOMIZE_PLUGIN_HOME'][0]")
mapfile -t command < <(yaml "$work/repo-server.yaml" "'\n'.join($server['initContainers'][0]['command'])" | sed "s|$home|$work/home|; s|/usr/local/bin/||")
"${command[@]}"
for _ in first second; do
  # shellcheck disable=SC2086
  KUSTOMIZE_PLUGIN_HOME=$work/home kustomize build examples/argocd/repo-server/application $options > "$work/out"
  same "$work/out" examples/argocd/.expected/repo-server/web.yaml
done
# With --enable-exec, which argocd-cm may have for other plugins, it is the same.
KUSTOMIZE_PLUGIN_HOME=$work/home kustomize build --enable-alpha-plugins --enable-exec examples/argocd/repo-server/application > "$work/out"
same "$work/out" examples/argocd/.expected/repo-server/web.yaml
