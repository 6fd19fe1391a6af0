# A file of 200 MB is injected, and every line that is not injected stays; a reader that goes away is no error.
mkdir "$work/large" && cd "$work/large"
printf 'apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nmetadata: {name: agent}\nspec:\n  sidecars:\n  - name: agent\n    match: {}\n    pod: {spec: {containers: [{name: agent, image: "agent:1"}]}}\n' > sidecarize.yaml
pod='---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web # mine\n    image: web:1\n'
{
  # Most of it in few objects, as in a bundle of dashboards and CRDs.
  printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata:\n  text: |\n'
  { yes '    a line of text that is nobody'"'"'s business' || true; } | head -c 199000000
  printf '\n'
  for _ in $(seq 5000); do printf -- "$pod"; done
} > big.yaml
[ "$(wc -c < big.yaml)" -gt 199000000 ] || fail "not large"
sidecarize inject -q big.yaml > out.yaml
[ "$(grep -c 'image: agent:1' out.yaml)" = 5000 ] || fail "not all are injected"
grep -v -e 'image: agent:1' -e '- name: agent' out.yaml | cmp - big.yaml || fail "another line has changed"
# Its own exit code counts in a pipe, too.
sidecarize inject -q big.yaml 2> err | head -c 100 > /dev/null
[ ! -s err ] || fail "$(cat err)"
