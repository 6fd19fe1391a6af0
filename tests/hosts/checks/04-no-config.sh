# Without a functionConfig, or with one without data: an error that shows the smallest configuration, and the package stays.
sed '/^functionConfig:/,$d' tests/hosts/lists/kpt.yaml > "$work/absent"
{ cat "$work/absent"; printf 'functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: function-input\n  data: {}\n'; } > "$work/empty"
for case in absent empty; do
  function_on "$work/$case"
  [ $code = 1 ] || fail "$case: exit code $code"
  expect "$work/out" '"kind: SidecarInjector" in doc["results"][0]["message"]' true
  same <(yaml "$work/out" 'doc["items"]') <(yaml "$work/$case" 'doc["items"]')
done
need kpt
package log-agent package
refused timeout 60 kpt fn eval "$work/package" --exec sidecarize
same -x .expected examples/log-agent "$work/package"
