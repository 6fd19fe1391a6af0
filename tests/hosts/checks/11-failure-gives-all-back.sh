# A failure gives back the complete ResourceList, its items byte for byte, so that the host shows the error and loses nothing.
failures=0
for input in tests/function/*/input.yaml; do
  function_on "$input"
  { [ $code != 0 ] && [ -s "$work/out" ]; } || continue
  failures=$((failures + 1))
  same <(sed '/^results:/,$d' "$input") <(sed '/^results:/,$d' "$work/out")
  expect "$work/out" 'len(doc["results"]) > 0' true
done
[ $failures -gt 5 ] || fail "only $failures failures"
need kpt
package log-agent package
sed -i 's/native: true/native: perhaps/' "$work/package/sidecarize.yaml"
cp -r "$work/package" "$work/before"
refused render package --allow-exec
same -x Kptfile "$work/before" "$work/package"
