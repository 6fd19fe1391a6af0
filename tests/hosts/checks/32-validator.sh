# As a validator in a Kptfile: the files stay as they are, and the exit code tells whether injecting would work.
need kpt
package log-agent package
sed -i 's/mutators:/validators:/' "$work/package/Kptfile"
printf '#!/bin/sh\nexec cat\n' > "$work/identity"
chmod +x "$work/identity"
cp -r "$work/package" "$work/cat"
sed -i "s|exec: sidecarize|exec: $work/identity|" "$work/cat/Kptfile"
render cat --allow-exec
render package --allow-exec
same -x Kptfile "$work/cat" "$work/package"
rm "$work/package/namespace.yaml"
cp -r "$work/package" "$work/before"
refused render package --allow-exec
same -x Kptfile "$work/before" "$work/package"
