# Standard output is one document, a ResourceList, and nothing else, whatever comes in.
for input in tests/function/*/input.yaml tests/hosts/lists/*.yaml; do
  function_on "$input"
  [ -s "$work/out" ] || continue
  expect "$work/out" '[len(docs), doc["kind"], set(doc) <= {"apiVersion", "kind", "items", "functionConfig", "results"}]' '[1, "ResourceList", true]'
  [ "$(head -c 11 "$work/out")" = "$(head -c 11 "$input")" ] || fail "$input: begins otherwise"
  [ "$(tail -1 "$work/out")" != --- ] || fail "$input: a document end"
done
