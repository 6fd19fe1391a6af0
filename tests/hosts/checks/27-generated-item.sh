# The item that holds the diff has a path and an index of its own and no id of another; under kpt it becomes one file, which a
# second render leaves alone.
need kpt
package log-agent package
printf '  diff: {item: reports/injected.yaml}\n' >> "$work/package/sidecarize.yaml"
{ cat tests/hosts/lists/kpt.yaml; echo '    diff: {item: reports/injected.yaml}'; } > "$work/in"
function_on "$work/in"
[ $code = 0 ] || fail "$(cat "$work/err")"
places='[(i["metadata"]["annotations"]["config.kubernetes.io/path"], i["metadata"]["annotations"].get("config.kubernetes.io/index", "0")) for i in doc["items"]]'
expect "$work/out" "len(set($places)) == len(doc['items']) == 7" true
expect "$work/out" '[k for k in doc["items"][6]["metadata"]["annotations"] if "id" in k.split("/")[1]]' '[]'
render package --allow-exec
expect "$work/package/reports/injected.yaml" 'doc["kind"]' InjectionDiff
cp -r "$work/package" "$work/again"
render again --allow-exec
same "$work/package" "$work/again"
