# Under kpt, a render with a new configuration gives what a first render with it would have given, and one after the namespace
# opted out gives the package as it was.
need kpt
printf '#!/bin/sh\nexec cat\n' > "$work/identity"
chmod +x "$work/identity"
package log-agent cat
sed -i "s|exec: sidecarize|exec: $work/identity|; /configPath/d" "$work/cat/Kptfile"
render cat --allow-exec
upgrade() { sed -i 's/log-agent:1.4.2/log-agent:2.0/; s/--follow/--tail/; s|/var/log/app,|/var/logs,|; s/example.com.logs/example.com\/ships/' "$work/$1/sidecarize.yaml"; }
package log-agent first
upgrade first
render first --allow-exec
package log-agent second
render second --allow-exec
refused cmp -s "$work/first/deployment.yaml" "$work/second/deployment.yaml"
upgrade second
render second --allow-exec
same "$work/first" "$work/second"
sed -i 's/inject: enabled/inject: disabled/' "$work/second/namespace.yaml"
render second --allow-exec
for file in deployment cronjob debug; do same "$work/cat/$file.yaml" "$work/second/$file.yaml"; done
