# Front insertion beside # kpt-set under kpt: no setter is duplicated or moved.
need kpt
package log-agent rendered
render rendered --allow-exec
setters() { grep -h -o '[^ ].*# kpt-set:.*' "$1/deployment.yaml"; }
same <(setters examples/log-agent) <(setters "$work/rendered")
expect "$work/rendered/deployment.yaml" 'doc["spec"]["template"]["spec"]["initContainers"][0]["name"]' log-agent
# With the setters behind it, the versions change where they are meant to, and nowhere else.
sed -i '/configPath: sidecarize.yaml/a\  - {exec: sidecarize, configPath: sidecarize.yaml}' "$work/rendered/Kptfile"
render rendered --allow-exec
same <(setters examples/log-agent) <(setters "$work/rendered")
