# Appending keeps all comments, quotes and anchors: against a render with cat in our place, lines are only added.
need kpt
printf '#!/bin/sh\nexec cat\n' > "$work/identity"
chmod +x "$work/identity"
cat > "$work/styles.yaml" <<'YAML'
# Head of the file.

apiVersion: "apps/v1" # quoted, without need
kind: 'Deployment'
metadata:
  # before the name
  name: styles
  namespace: shop
  labels: &labels {app: styles, tier: 'back'} # shared
spec:
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels: *labels
    spec:
      containers:
      # before the container
      - name: styles # behind the name
        image: "example.com/styles:1"
        command:
        - sh
        - -c
        - |
          # not a comment
          exec styles   --now
        args: [ "a", 'b' ] # in a row
        env: &env
        - {name: A, value: "yes"}
      - name: other
        image: example.com/other:1
        env: *env
        # the end of the containers
      # the end of the pod
YAML
for name in cat ours; do
  package log-agent $name
  cp "$work/styles.yaml" "$work/$name/"
done
sed -i "s|exec: sidecarize|exec: $work/identity|; /configPath/d" "$work/cat/Kptfile"
render cat --allow-exec
render ours --allow-exec
removed=$(diff -r -x Kptfile "$work/cat" "$work/ours" | grep '^<' || true)
[ -z "$removed" ] || fail "lines are gone: $removed"
for file in deployment cronjob styles; do
  [ "$(diff "$work/cat/$file.yaml" "$work/ours/$file.yaml" | grep -c '^> .*log-agent')" -gt 1 ] || fail "$file: no sidecar"
done
