# kubectl sidecarize: under the name kubectl-sidecarize, kubectl finds it, and its usage says how it is called.
need kubectl
mkdir "$work/plugins"
ln -s "$(command -v sidecarize)" "$work/plugins/kubectl-sidecarize"
PATH=$work/plugins:$PATH
kubectl plugin list 2> /dev/null | grep -q kubectl-sidecarize
kubectl sidecarize --help | grep -q '^Usage: kubectl sidecarize '
kubectl sidecarize inject --help | grep -q '^Usage: kubectl sidecarize inject '
kubectl sidecarize explain examples/log-agent > "$work/out"
sidecarize explain examples/log-agent > "$work/direct"
same "$work/out" "$work/direct"
sed -s '1i ---' examples/log-agent/{namespace,cronjob}.yaml | kubectl sidecarize inject - -c examples/log-agent/sidecarize.yaml > "$work/out"
grep -q 'name: log-agent' "$work/out"
refused kubectl sidecarize injekt 2> "$work/err"
grep -q 'Usage: kubectl sidecarize ' "$work/err"
