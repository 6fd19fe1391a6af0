# The examples of kustomize with an executable and as a plugin build as their .expected says, and again with
# what came out: no change.
need kustomize kubectl
export KUSTOMIZE_PLUGIN_HOME=$work/plugins
sidecarize plugin install
kustomize build --enable-alpha-plugins --enable-exec examples/kustomize-exec > "$work/exec.yaml"
as_expected kustomize-exec build.yaml "$work/exec.yaml"
# What is injected already stays as it is.
map=$(yaml "$work/exec.yaml" '[d["metadata"]["name"] for d in docs if d["kind"] == "ConfigMap" and "agent.conf" in d["data"]][0]')
sed "s|configMap: {name: log-agent}|configMap: {name: $map}|" examples/kustomize-exec/sidecarize.yaml > "$work/sidecarize.yaml"
refused cmp -s "$work/sidecarize.yaml" examples/kustomize-exec/sidecarize.yaml
printf 'resources: [exec.yaml]\ntransformers: [sidecarize.yaml]\n' > "$work/kustomization.yaml"
kustomize build --enable-alpha-plugins --enable-exec "$work" > "$work/again.yaml"
same "$work/exec.yaml" "$work/again.yaml"
kustomize build --enable-alpha-plugins examples/kustomize-plugin > "$work/plugin.yaml"
as_expected kustomize-plugin build.yaml "$work/plugin.yaml"
kubectl kustomize --enable-alpha-plugins examples/kustomize-plugin > "$work/plugin-by-kubectl.yaml"
same "$work/plugin.yaml" "$work/plugin-by-kubectl.yaml"
