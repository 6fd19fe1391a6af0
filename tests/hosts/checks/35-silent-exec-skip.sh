# kubectl kustomize skips an exec function without a word, and so does kustomize without --enable-exec: that is documented.
need kubectl kustomize
package log-agent package
cd "$work/package"
cp "$suite/bin/sidecarize" .
sed -i 's|^  annotations:|&\n    config.kubernetes.io/function: "exec: {path: ./sidecarize}"|' sidecarize.yaml
printf 'resources: [namespace.yaml, deployment.yaml]\ntransformers: [sidecarize.yaml]\n' > kustomization.yaml
for command in 'kubectl kustomize --enable-alpha-plugins' 'kustomize build --enable-alpha-plugins'; do
  $command . > "$work/out" 2> "$work/err"
  refused grep -q 'image: example.com/log-agent' "$work/out"
  [ ! -s "$work/err" ] || fail "$command says something now: $(cat "$work/err")"
done
kustomize build --enable-alpha-plugins --enable-exec . > "$work/out"
grep -q 'image: example.com/log-agent' "$work/out"
for file in README.md functions/sidecarize/README.md; do
  tr '\n' ' ' < "$root/$file" | grep -q 'skips an `exec` function without a word' || fail "$file does not say it"
done
