# Each error is repeated on standard error: kustomize shows nothing else.
for input in tests/function/*/input.yaml; do
  function_on "$input"
  [ -s "$work/out" ] || continue
  yaml "$work/out" '"\n".join(r["message"].splitlines()[0] for r in doc.get("results") or [] if r["severity"] == "error")' > "$work/errors"
  while IFS= read -r line; do
    [ -z "$line" ] || grep -qF -- "$line" "$work/err" || fail "$input: not on standard error: $line"
  done < "$work/errors"
done
need kustomize
package log-agent package
cd "$work/package"
sed -i 's|^  annotations:|&\n    config.kubernetes.io/function: "exec: {path: sidecarize}"|; s/native: true/native: perhaps/' sidecarize.yaml
cp "$suite/bin/sidecarize" .
sed -i 's|path: sidecarize|path: ./sidecarize|' sidecarize.yaml
printf 'resources: [namespace.yaml, deployment.yaml]\ntransformers: [sidecarize.yaml]\n' > kustomization.yaml
refused kustomize build --enable-alpha-plugins --enable-exec . 2> "$work/err"
grep -q 'spec.sidecars\[0\].native' "$work/err" || fail "$(cat "$work/err")"
