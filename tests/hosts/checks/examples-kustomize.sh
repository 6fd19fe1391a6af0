# The examples of kustomize with an executable and as a plugin build as their .expected says, twice the same.
need kustomize kubectl
export KUSTOMIZE_PLUGIN_HOME=$work/plugins
sidecarize plugin install
kustomize build --enable-alpha-plugins --enable-exec examples/kustomize-exec > "$work/exec.yaml"
as_expected kustomize-exec build.yaml "$work/exec.yaml"
kustomize build --enable-alpha-plugins --enable-exec examples/kustomize-exec > "$work/exec-again.yaml"
same "$work/exec.yaml" "$work/exec-again.yaml"
kustomize build --enable-alpha-plugins examples/kustomize-plugin > "$work/plugin.yaml"
as_expected kustomize-plugin build.yaml "$work/plugin.yaml"
kubectl kustomize --enable-alpha-plugins examples/kustomize-plugin > "$work/plugin-by-kubectl.yaml"
same "$work/plugin.yaml" "$work/plugin-by-kubectl.yaml"
