# Front insertion beside # kpt-set under kpt: no setter is duplicated or moved, and a setter function behind us sets what it is
# meant to.
need kpt python3
cat > "$work/setters" <<'PY'
#!/usr/bin/env python3
"""Sets the values that carry `# kpt-set`, as the catalogue's apply-setters does."""
import re, sys

values = {"${version}": "9.9", "${replicas}": "9"}
for line in sys.stdin:
    found = re.match(r"(.*?: )\S+ # kpt-set: (.*)", line)
    if found:
        value = re.sub(r"\$\{\w+\}", lambda m: values[m.group()], found[2])
        line = f"{found[1]}{value} # kpt-set: {found[2]}\n"
    sys.stdout.write(line)
PY
chmod +x "$work/setters"
setters() { grep -h -o '[^ ].*# kpt-set:.*' "$1/deployment.yaml"; }
package log-agent rendered
render rendered --allow-exec
same <(setters examples/log-agent) <(setters "$work/rendered")
expect "$work/rendered/deployment.yaml" 'doc["spec"]["template"]["spec"]["initContainers"][0]["name"]' log-agent

images='[c["image"] for l in ("initContainers", "containers") for c in doc["spec"]["template"]["spec"][l]]'
for order in before after; do
  package log-agent $order
  case $order in
    before) sed -i "/- exec: sidecarize/i\\  - exec: $work/setters" "$work/$order/Kptfile" ;;
    after) sed -i "/configPath/a\\  - exec: $work/setters" "$work/$order/Kptfile" ;;
  esac
  for _ in 1 2; do
    render $order --allow-exec
    expect "$work/$order/deployment.yaml" "$images" '["example.com/log-agent:1.4.2", "example.com/migrate:9.9", "example.com/web:9.9"]'
    expect "$work/$order/deployment.yaml" 'doc["spec"]["replicas"]' 9
    [ "$(setters "$work/$order" | wc -l)" = 3 ]
  done
done
