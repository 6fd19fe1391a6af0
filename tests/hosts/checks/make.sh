# A Makefile: renders, knows what is current, and fails where a renderer does.
need make kustomize
package make shop
cd "$work/shop"
bash -euc "$(readme_commands README.md)" > "$work/out"
same rendered "$root/examples/make/.expected/rendered"
make | grep -q 'Nothing to be done'
sed -i 's/replicas: 2/replicas: 3/' apps/web/deployment.yaml
refused make check
make
make check
echo 'resources: [gone.yaml]' > apps/web/kustomization.yaml
refused make
[ ! -e rendered/web.yaml ] || [ -s rendered/web.yaml ] || fail "an empty file is left"
