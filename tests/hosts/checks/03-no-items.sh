# `items: []` comes back as `items: []`, under kpt too.
sed '/^items:/,/^functionConfig:/c\items: []\nfunctionConfig:' tests/hosts/lists/kpt.yaml > "$work/in"
grep -q '^items: \[\]$' "$work/in"
function_on "$work/in"
[ $code = 0 ]
same "$work/in" "$work/out"
