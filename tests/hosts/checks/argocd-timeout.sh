# At Argo CD's deadline, the plugin and the program that renders for it end. The server kills the plugin at once and sends TERM to
# its process group: the renderer must be in it.
mkdir "$work/slow" "$work/app"
# Its standard error is closed, lest the shell's own word on the end of sleep find nobody who reads it.
printf '#!/bin/sh\nexec 2> /dev/null\ntrap "touch %s/cleared; exit 1" TERM\necho $$ > "%s/renderer"\nwhile :; do sleep 0.05; done\n' "$work" "$work" > "$work/slow/kustomize"
chmod +x "$work/slow/kustomize"
PATH=$work/slow:$PATH
start_plugin examples/argocd/plugin/plugin.yaml
printf 'resources: []\n' > "$work/app/kustomization.yaml"
cp examples/log-agent/sidecarize.yaml "$work/app"
# On a busy machine, the renderer may not even have started at the deadline.
for seconds in 2 10 60; do
  CMPDRIVER_TIMEOUT=${seconds}s refused generate "$work/app" > "$work/out" 2> "$work/err"
  [ ! -s "$work/out" ] || fail "manifests beside an error"
  [ ! -s "$work/renderer" ] || break
done
renderer=$(cat "$work/renderer")
# A process that has ended is a zombie until somebody looks.
runs() { grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$renderer/status"; }
tries=0
while runs; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail "the renderer still runs"
  sleep 0.1
done
[ -e "$work/cleared" ] || fail "the renderer was killed without a chance to clear up"
