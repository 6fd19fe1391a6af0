# A failure gives back the complete ResourceList, its items byte for byte, so that the host shows the error and loses nothing.
every_case 'code == 0 or not out or out.split("\nresults:")[0].rstrip("\n") == source.split("\nresults:")[0].rstrip("\n")' \
  'code == 0 or not out or results'
need kpt
package log-agent package
sed -i 's/native: true/native: perhaps/' "$work/package/sidecarize.yaml"
cp -r "$work/package" "$work/before"
refused render package --allow-exec
same -x Kptfile "$work/before" "$work/package"
