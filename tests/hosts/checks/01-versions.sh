# Each version of ResourceList is accepted, and answered with itself.
for version in v1 v1beta1 v1alpha1; do
  sed "s|^apiVersion: config.kubernetes.io/v1$|apiVersion: config.kubernetes.io/$version|" tests/hosts/lists/kpt.yaml > "$work/in"
  function_on "$work/in"
  [ $code = 0 ] || fail "$version: exit code $code"
  expect "$work/out" 'doc["apiVersion"]' "config.kubernetes.io/$version"
  expect "$work/out" 'doc["items"][3]["spec"]["template"]["spec"]["initContainers"][0]["name"]' log-agent
done
