# Every result has a message and a severity.
results=0
for input in tests/function/*/input.yaml tests/hosts/lists/*.yaml; do
  function_on "$input"
  [ -s "$work/out" ] || continue
  expect "$work/out" 'all(r["message"] and r["severity"] in ("error", "warning", "info") for r in doc.get("results") or [])' true
  results=$((results + $(yaml "$work/out" 'len(doc.get("results") or [])')))
done
[ $results -gt 20 ] || fail "only $results results"
