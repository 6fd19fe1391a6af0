# Flux: both ways of the README, built with the package of Flux's own kustomize-controller, which runs no plugins.
need kustomize fluxbuild
package flux shop
cd "$work/shop"
for _ in first second; do
  bash -o pipefail -euc "$(readme_commands README.md)" > "$work/out"
  same components "$root/examples/flux/.expected/components"
  same rendered "$root/examples/flux/.expected/rendered"
done
cp -r "$work/shop" "$work/flux"
fluxbuild "$work/flux" clusters/components > "$work/component.yaml"
fluxbuild "$work/flux" rendered/web > "$work/rendered.yaml"
[ "$(objects "$work/component.yaml")" = "$(objects "$work/rendered.yaml")" ] || fail "the two ways give different objects"
[ "$(grep -c 'name: log-agent' "$work/rendered.yaml")" = 1 ] || fail "not injected"
# An application that has changed fails instead of being patched wrongly.
sed -i 's/    spec:/    spec:\n      initContainers: [{name: wait, image: wait}]/' "$work/flux/apps/web/deployment.yaml"
refused fluxbuild "$work/flux" clusters/components
