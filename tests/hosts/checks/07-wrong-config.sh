# An unknown kind, an unknown field, a wrong type: an error result that names the field, exit code 1.
sed '/^functionConfig:/,$d' tests/hosts/lists/kpt.yaml > "$work/items"
wrong() {
  { cat "$work/items"; echo "functionConfig: {metadata: {name: a}, $1}"; } > "$work/in"
  function_on "$work/in"
  [ $code = 1 ] || fail "$1: exit code $code"
  expect "$work/out" '[r["field"]["path"] for r in doc["results"] if r["severity"] == "error"]' "[\"$2\"]"
}
own='apiVersion: sidecarize.dev/v1alpha1, kind: SidecarInjector'
pod='pod: {spec: {containers: [{name: a, image: "a:1"}]}}'
wrong 'apiVersion: sidecarize.dev/v1alpha1, kind: SidecarInjektor, spec: {}' kind
wrong 'apiVersion: sidecarize.dev/v2, kind: SidecarInjector, spec: {}' apiVersion
wrong "$own, spec: {sidecars: [{name: a, $pod}], recrod: true}" spec.recrod
wrong "$own, spec: {sidecars: [{name: a, nativ: true, $pod}]}" 'spec.sidecars[0].nativ'
wrong "$own, spec: {sidecars: [{name: a, native: 3, $pod}]}" 'spec.sidecars[0].native'
wrong "$own, spec: {sidecars: {name: a, $pod}}" spec.sidecars
wrong "$own, spec: {sidecars: [{name: a, $pod}], diff: {stderr: [yes]}}" spec.diff.stderr
wrong "apiVersion: v1, kind: ConfigMap, data: {sidecars: '[{name: a, $pod}]', recrod: 'true'}" data.recrod
