# A ConfigMap and an object of our own kind with the same settings give the same items.
sed '/^functionConfig:/,$d' tests/hosts/lists/kpt.yaml > "$work/items"
sidecars='[{name: a, native: true, pod: {spec: {containers: [{name: a, image: "a:1"}]}}}]'
{ cat "$work/items"; echo "functionConfig: {apiVersion: sidecarize.dev/v1alpha1, kind: SidecarInjector, metadata: {name: a}, spec: {sidecars: $sidecars}}"; } > "$work/own"
{ cat "$work/items"; printf "functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: function-input}\n  data: {sidecars: '%s'}\n" "$sidecars"; } > "$work/map"
for case in own map; do
  function_on "$work/$case"
  [ $code = 0 ] || fail "$case: $(cat "$work/err")"
  sed '/^functionConfig:/,$d' "$work/out" > "$work/$case.items"
done
refused cmp -s "$work/items" "$work/own.items"
same "$work/own.items" "$work/map.items"
