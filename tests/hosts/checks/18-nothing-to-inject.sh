# Where nothing is to be injected, what comes out is what came in, byte for byte.
for list in kpt kustomize; do
  sed 's|sidecarize.dev/inject: enabled|sidecarize.dev/inject: disabled|' "tests/hosts/lists/$list.yaml" > "$work/in"
  function_on "$work/in"
  [ $code = 0 ]
  same "$work/in" "$work/out"
done
