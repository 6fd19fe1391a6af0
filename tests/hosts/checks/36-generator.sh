# As a generator, whose input is the functionConfig alone: it does not come out, nothing else does, and it says so.
need kustomize
package log-agent package
cd "$work/package"
cp "$suite/bin/sidecarize" .
sed -i 's|^    config.kubernetes.io/local-config.*|    config.kubernetes.io/function: "exec: {path: ./sidecarize}"|' sidecarize.yaml
refused grep -q local-config sidecarize.yaml
printf 'resources: [namespace.yaml, debug.yaml]\n' > kustomization.yaml
kustomize build . > "$work/without"
printf 'generators: [sidecarize.yaml]\n' >> kustomization.yaml
kustomize build --enable-alpha-plugins --enable-exec . > "$work/with" 2> "$work/err"
grep -q 'list the configuration under transformers' "$work/err"
same "$work/without" "$work/with"
