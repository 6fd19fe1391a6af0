# Empty standard input, or one that is no ResourceList: a failure, and nothing on standard output.
inputs=('' 'a: [' 'kind: ResourceList' $'apiVersion: config.kubernetes.io/v2\nkind: ResourceList\nitems: []' $'apiVersion: v1\nkind: List\nitems: []'
  $'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: {}' $'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n---\na: b' '[]' $'\x00\xff')
for input in "${inputs[@]}"; do
  printf '%s\n' "$input" > "$work/in"
  [ -n "$input" ] || : > "$work/in"
  function_on "$work/in"
  [ $code = 1 ] || fail "$input: exit code $code"
  [ ! -s "$work/out" ] || fail "$input: something on standard output"
  grep -q '^error: ' "$work/err" || fail "$input: no error on standard error"
done
