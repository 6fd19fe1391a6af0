# Subpackages that hold objects of the same name: each gets its sidecar, in its own file.
need kpt
package log-agent package
package log-agent package/other
printf 'apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: other\n' > "$work/package/other/Kptfile"
rm "$work/package/other/sidecarize.yaml"
render package --allow-exec
rendered_package log-agent meant
for file in deployment.yaml cronjob.yaml debug.yaml; do
  same "$work/meant/$file" "$work/package/$file"
  same "$work/meant/$file" "$work/package/other/$file"
done
cp -r "$work/package" "$work/again"
render again --allow-exec
same "$work/package" "$work/again"
