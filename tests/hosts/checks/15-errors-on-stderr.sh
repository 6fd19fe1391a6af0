# Each error is repeated on standard error: kustomize shows nothing else.
every_case 'all(r["message"].splitlines()[0] in err for r in results if r["severity"] == "error")'
need kustomize
package log-agent package
cd "$work/package"
sed -i 's|^  annotations:|&\n    config.kubernetes.io/function: "exec: {path: sidecarize}"|; s/native: true/native: perhaps/' sidecarize.yaml
cp "$suite/bin/sidecarize" .
sed -i 's|path: sidecarize|path: ./sidecarize|' sidecarize.yaml
printf 'resources: [namespace.yaml, deployment.yaml]\ntransformers: [sidecarize.yaml]\n' > kustomization.yaml
refused kustomize build --enable-alpha-plugins --enable-exec . 2> "$work/err"
grep -q 'spec.sidecars\[0\].native' "$work/err" || fail "$(cat "$work/err")"
