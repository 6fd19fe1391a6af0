# Any error result means a non-zero exit code, and the other way round.
errors=0
for input in tests/function/*/input.yaml; do
  function_on "$input"
  [ -s "$work/out" ] || { [ $code != 0 ] || fail "$input: nothing on standard output, exit code 0"; continue; }
  found=$(yaml "$work/out" 'any(r["severity"] == "error" for r in doc.get("results") or [])')
  [ "$found" = "$([ $code = 0 ] && echo false || echo true)" ] || fail "$input: error results: $found, exit code $code"
  [ "$found" = false ] || errors=$((errors + 1))
done
[ $errors -gt 5 ] || fail "only $errors cases with an error"
