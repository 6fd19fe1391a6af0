# kpt renders with the image what it renders with the executable.
need kpt
need_image
package log-agent package
sed -i "s|exec: sidecarize|image: $image|" "$work/package/Kptfile"
render package
same -x README.md -x Kptfile "$work/package" examples/log-agent/.expected/rendered
