# Legacy with an empty standard input, as a generator is called: exit code 0, nothing on standard output.
export KUSTOMIZE_PLUGIN_CONFIG_ROOT=$work
cp examples/log-agent/sidecarize.yaml "$work/config"
sidecarize "$work/config" < /dev/null > "$work/out" 2> "$work/err"
[ ! -s "$work/out" ]
[ ! -s "$work/err" ]
sed -i 's/native: true/native: perhaps/' "$work/config"
refused sidecarize "$work/config" < /dev/null 2> "$work/err" > "$work/out"
[ ! -s "$work/out" ]
grep -q 'spec.sidecars\[0\].native' "$work/err"
need kustomize
sidecarize plugin install --home "$work/plugins" --link
cp examples/log-agent/{sidecarize,debug}.yaml "$work/"
cd "$work"
printf 'resources: [debug.yaml]\n' > kustomization.yaml
kustomize build . > without
printf 'generators: [sidecarize.yaml]\n' >> kustomization.yaml
KUSTOMIZE_PLUGIN_HOME=$work/plugins kustomize build --enable-alpha-plugins . > with
same without with
