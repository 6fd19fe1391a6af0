# Three overlays with namePrefix and configMapGenerator build with kubectl and with kustomize, and references to generated
# ConfigMaps get prefix and hash: the user's own and the injected ones.
need kubectl kustomize
need_image
package kustomize package
for overlay in dev staging prod; do
  timeout 300 kubectl kustomize --enable-alpha-plugins "$work/package/overlays/$overlay" > "$work/$overlay.yaml"
  timeout 300 kustomize build --enable-alpha-plugins "$work/package/overlays/$overlay" > "$work/$overlay-again.yaml"
  same "$work/$overlay.yaml" "$work/$overlay-again.yaml"
  as_expected kustomize "overlays/$overlay.yaml" "$work/$overlay.yaml"
  maps=$(yaml "$work/$overlay.yaml" 'sorted(d["metadata"]["name"] for d in docs if d["kind"] == "ConfigMap")')
  python3 - "$maps" $overlay <<'PY'
import json, re, sys

names = json.loads(sys.argv[1])
assert [re.sub("-[a-z0-9]{10}$", "", n) for n in names] == [f"{sys.argv[2]}-log-agent", f"{sys.argv[2]}-settings"], names
PY
  pod='[d for d in docs if d["kind"] == "Deployment"][0]["spec"]["template"]["spec"]'
  expect "$work/$overlay.yaml" "[$pod['volumes'][0]['configMap']['name'], $pod['containers'][0]['envFrom'][0]['configMapRef']['name']]" "$maps"
done
