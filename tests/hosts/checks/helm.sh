# Helm: through a pipe, as a post-renderer of Helm 3 and as a plugin of Helm 4, by the commands of the README.
need helm helm4
package helm shop
cd "$work/shop"
export HELM_DATA_HOME=$work/data HELM_CACHE_HOME=$work/cache HELM_CONFIG_HOME=$work/config
expected=$root/examples/helm/.expected/rendered.yaml
run_readme() { bash -o pipefail -euc "$(readme_commands README.md "$1" | sed "s/^helm /$2 /")"; }

run_readme 1 helm > "$work/piped.yaml"
same "$work/piped.yaml" "$expected"
run_readme 1 helm4 > "$work/piped4.yaml"
[ "$(objects "$work/piped4.yaml")" = "$(objects "$expected")" ] || fail "Helm 4's pipe gives other objects"

run_readme 2 helm > "$work/helm3.yaml"
one() { yaml "$1" "[d for d in docs if d['kind'] == '$2'][0]"; }
[ "$(one "$work/helm3.yaml" Deployment)" = "$(one "$expected" Deployment)" ] || fail "Helm 3's Deployment differs"
# As the README says: hooks are not given to it.
[ "$(one "$work/helm3.yaml" Job)" = "$(helm template shop chart --namespace shop > "$work/plain.yaml" && one "$work/plain.yaml" Job)" ] || fail "Helm 3 gave the hook to us: say so in the README"

run_readme 3 helm4 > "$work/helm4.yaml"
sed -i '/^Install/d' "$work/helm4.yaml"
[ "$(objects "$work/helm4.yaml")" = "$(objects "$expected")" ] || fail "Helm 4's objects differ"
# The plugin itself: the mark of every document stays.
cat > "$work/marked.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations:
    postrenderer.helm.sh/postrender-filename: 'shop/templates/pod.yaml'
spec: {containers: [{name: shop, image: shop}]}
---
apiVersion: v1
kind: Pod
metadata: {name: hook, annotations: {helm.sh/hook: test, postrenderer.helm.sh/postrender-filename: 'shop/templates/hook.yaml'}}
spec: {containers: [{name: shop, image: shop}]}
YAML
sidecarize inject - --namespace shop < "$work/marked.yaml" > "$work/out"
[ "$(grep -c 'postrenderer.helm.sh/postrender-filename' "$work/out")" = 2 ] || fail "a mark is lost"
[ "$(grep -c 'name: log-agent' "$work/out")" = 2 ] || fail "not injected"

# What is wrong ends the release.
sed -i 's/sidecars:/sidecar:/' sidecarize.yaml
refused run_readme 2 helm 2> "$work/err"
grep -q 'sidecarize.yaml:.*spec.sidecar' "$work/err"
refused run_readme 3 helm4 2> "$work/err"
