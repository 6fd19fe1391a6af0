# Legacy exec plugin: documents in and out, the configuration from argv[1], words from argsOneLiner and argsFromFile.
need kustomize
unset KUSTOMIZE_PLUGIN_HOME
export XDG_CONFIG_HOME=$work/config
[ "$(sidecarize plugin install)" = "$XDG_CONFIG_HOME/kustomize/plugin/sidecarize.dev/v1alpha1/sidecarinjector/SidecarInjector" ]
package log-agent package
cd "$work/package"
sed -i '/^  annotations:/,/local-config/d' sidecarize.yaml
printf 'namePrefix: a-\nresources: [namespace.yaml, deployment.yaml, cronjob.yaml, debug.yaml]\ntransformers: [sidecarize.yaml]\nconfigMapGenerator: [{name: settings, namespace: shop, literals: [a=b]}]\nsecretGenerator: [{name: token, namespace: shop, literals: [a=b]}]\n' > kustomization.yaml
printf '        - name: token\n          secret: {secretName: token}\n' >> sidecarize.yaml
sed -i 's|emptyDir: {}$|configMap: {name: settings}|' sidecarize.yaml deployment.yaml
kustomize build --enable-alpha-plugins . > "$work/out"
[ "$(grep -c 'image: example.com/log-agent' "$work/out")" = 2 ]
refused grep -E 'config.kubernetes.io/|config.k8s.io/|sidecarize.dev/record' "$work/out"
hashed=$(yaml "$work/out" '[d["metadata"]["name"] for d in docs if d["kind"] == "ConfigMap"][0]')
expect "$work/out" '[v["configMap"]["name"] for d in docs if d["metadata"]["name"] == "a-web" for v in d["spec"]["template"]["spec"]["volumes"] if "configMap" in v]' "[\"$hashed\", \"$hashed\"]"
hashed=$(yaml "$work/out" '[d["metadata"]["name"] for d in docs if d["kind"] == "Secret"][0]')
expect "$work/out" '[v["secret"]["secretName"] for d in docs if d["metadata"]["name"] == "a-web" for v in d["spec"]["template"]["spec"]["volumes"] if "secret" in v][0]' "$hashed"

# The words: a namespace for objects that have none.
sed -i '/^  namespace: shop/d' deployment.yaml
refused kustomize build --enable-alpha-plugins . 2> "$work/err"
grep -q 'Deployment a-web' "$work/err" || fail "standard error does not name the object: $(cat "$work/err")"
cp sidecarize.yaml plain.yaml
for words in 'argsOneLiner: --namespace "shop"' 'argsFromFile: words.txt'; do
  echo --namespace=shop > words.txt
  { cat plain.yaml; echo "$words"; } > sidecarize.yaml
  kustomize build --enable-alpha-plugins . > "$work/out" || fail "$words"
  expect "$work/out" '[d["spec"]["template"]["spec"]["initContainers"][0]["name"] for d in docs if d["metadata"]["name"] == "a-web"]' '["log-agent"]'
  expect "$work/out" '["namespace" in d["metadata"] for d in docs if d["metadata"]["name"] == "a-web"]' '[false]'
done
{ cat plain.yaml; echo 'argsOneLiner: --naemspace shop'; } > sidecarize.yaml
refused kustomize build --enable-alpha-plugins . 2> "$work/err"
grep -q "argsOneLiner or argsFromFile: unexpected argument '--naemspace'" "$work/err" || fail "$(cat "$work/err")"

# Above 128 KiB kustomize leaves the configuration out of the environment.
{ cat plain.yaml; echo 'argsOneLiner: -n shop'; } > sidecarize.yaml
python3 - <<'PY'
with open("sidecarize.yaml", encoding="utf-8") as file:
    text = file.read()
text = text.replace("example.com/logs: shipped", "example.com/logs: " + "x" * 140000)
with open("sidecarize.yaml", "w", encoding="utf-8") as file:
    file.write(text)
PY
kustomize build --enable-alpha-plugins . > "$work/out"
[ "$(grep -c 'image: example.com/log-agent' "$work/out")" = 2 ]
