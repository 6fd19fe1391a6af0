# The functionConfig's keys may come in any order, in flow style, with annotations of a host.
sed '/^functionConfig:/,$d' tests/hosts/lists/kpt.yaml > "$work/items"
config='metadata: {name: a}, spec: {sidecars: [{pod: {spec: {containers: [{image: "a:1", name: a}]}}, name: a}]}'
forms=(
  "{kind: SidecarInjector, apiVersion: sidecarize.dev/v1alpha1, $config}"
  "{spec: {sidecars: [{name: a, pod: {spec: {containers: [{name: a, image: 'a:1'}]}}}]}, metadata: {annotations: {config.kubernetes.io/path: a.yaml, internal.config.kubernetes.io/index: '7'}, name: a}, apiVersion: sidecarize.dev/v1alpha1, kind: SidecarInjector}"
  $'\n  spec:\n    sidecars:\n    - pod:\n        spec:\n          containers:\n          - image: a:1\n            name: a\n      name: a\n  kind: SidecarInjector\n  metadata:\n    name: a\n  apiVersion: sidecarize.dev/v1alpha1'
  '{"apiVersion":"sidecarize.dev/v1alpha1","kind":"SidecarInjector","metadata":{"name":"a"},"spec":{"sidecars":[{"name":"a","pod":{"spec":{"containers":[{"name":"a","image":"a:1"}]}}}]}}'
)
for form in "${forms[@]}"; do
  { cat "$work/items"; printf 'functionConfig: %s\n' "$form"; } > "$work/in"
  function_on "$work/in"
  [ $code = 0 ] || fail "$form: $(cat "$work/err")"
  yaml "$work/out" 'doc["items"]' > "$work/now"
  grep -q '"image": "a:1"' "$work/now" || fail "$form: not injected"
  [ ! -e "$work/first" ] || same "$work/first" "$work/now"
  cp "$work/now" "$work/first"
done
