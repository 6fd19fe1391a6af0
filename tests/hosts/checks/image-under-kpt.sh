# kpt renders with the image what it renders with the executable.
need kpt
need_image
package log-agent package
sed -i "s|exec: sidecarize|image: $image|" "$work/package/Kptfile"
render package
rendered_package log-agent meant
same -x Kptfile "$work/meant" "$work/package"
