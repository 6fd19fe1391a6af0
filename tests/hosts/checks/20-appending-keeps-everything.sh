# Appending keeps all comments, quotes and anchors: against a render with cat in our place, lines are only added.
need kpt
printf '#!/bin/sh\nexec cat\n' > "$work/identity"
chmod +x "$work/identity"
package log-agent cat
sed -i "s|exec: sidecarize|exec: $work/identity|; /configPath/d" "$work/cat/Kptfile"
render cat --allow-exec
package log-agent rendered
render rendered --allow-exec
removed=$(diff -r -x Kptfile "$work/cat" "$work/rendered" | grep '^<' || true)
[ -z "$removed" ] || fail "lines are gone: $removed"
[ "$(diff -r -x Kptfile "$work/cat" "$work/rendered" | grep -c '^>')" -gt 10 ] || fail "nothing was added"
