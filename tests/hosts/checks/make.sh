# A Makefile: renders, knows what is current, and fails where a renderer does.
need make kustomize
package make shop
cd "$work/shop"
bash -euc "$(readme_commands README.md)" > "$work/out"
same rendered "$root/examples/make/.expected/rendered"
make | grep -q 'Nothing to be done'
sed -i 's/replicas: 2/replicas: 3/' apps/web/deployment.yaml
code=0
make check > "$work/stale" || code=$?
[ $code = 2 ] || fail "make check gives $code where what is committed is not current"
[ "$(grep -v '^make' "$work/stale")" = rendered/web.yaml ] || fail "make check names $(cat "$work/stale")"
make
make check
echo 'resources: [gone.yaml]' > apps/web/kustomization.yaml
refused make
[ ! -e rendered/web.yaml ] || [ -s rendered/web.yaml ] || fail "an empty file is left"
