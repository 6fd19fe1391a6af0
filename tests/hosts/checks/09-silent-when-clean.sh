# A clean run says nothing on standard error.
for input in tests/hosts/lists/*.yaml; do
  function_on "$input"
  [ $code = 0 ]
  [ ! -s "$work/err" ] || fail "$input: $(cat "$work/err")"
done
