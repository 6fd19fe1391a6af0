# Under kpt, a render that injects nothing changes no more than a render with cat in our place.
need kpt
printf '#!/bin/sh\nexec cat\n' > "$work/identity"
chmod +x "$work/identity"
for name in cat ours; do
  package log-agent $name
  sed -i 's|sidecarize.dev/inject: enabled|sidecarize.dev/inject: disabled|' "$work/$name/namespace.yaml"
done
sed -i "s|exec: sidecarize|exec: $work/identity|" "$work/cat/Kptfile"
render cat --allow-exec
render ours --allow-exec
same -x Kptfile "$work/cat" "$work/ours"
