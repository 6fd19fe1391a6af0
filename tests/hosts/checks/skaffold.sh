# Skaffold's hook after rendering: its very command, with the manifests on standard input (Skaffold itself is not to be had here).
cd examples/skaffold
mapfile -t command < <(yaml skaffold.yaml "'\n'.join(doc['manifests']['hooks']['after'][0]['host']['command'])")
"${command[@]}" < k8s/web.yaml > "$work/out"
same "$work/out" .expected/rendered.yaml
"${command[@]}" < "$work/out" > "$work/again"
same "$work/out" "$work/again"
