# Strings that one version of YAML would read as something else are quoted, so that every reader gets the string: PyYAML
# (1.1), kubectl and kustomize.
need kubectl kustomize
cat > "$work/sidecarize.yaml" <<'YAML'
apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: a}
spec:
  sidecars:
  - name: b
    pod:
      spec:
        containers:
        - name: b
          image: "b:1"
          args: ["yes", "on", "n", "012", "0o14", "1e3", "null", "~", "1_000", "0x1f", "1:30", "1.5", "true", "", " a", "a ", "*a", "&a", "!a", "%a", "@a", "`a", "- a", "a: b", "a #b", "2001-01-01", ".inf", "=", "<<", "\ta", "a\nb", "é", "\u2028"]
YAML
cat > "$work/web.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web, sidecarize.dev/inject: "true"}
    spec:
      containers:
      - name: web
        image: "web:1"
YAML
sidecarize inject -c "$work/sidecarize.yaml" "$work/web.yaml" > "$work/out.yaml"
args='docs[0]["spec"]["template"]["spec"]["containers"][1]["args"]'
yaml "$work/sidecarize.yaml" 'doc["spec"]["sidecars"][0]["pod"]["spec"]["containers"][0]["args"]' > "$work/meant"
same "$work/meant" <(yaml "$work/out.yaml" "$args")
args_of_json() { python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["spec"]["template"]["spec"]["containers"][1]["args"]))'; }
same "$work/meant" <(kubectl label --local -f "$work/out.yaml" -o json a=b | args_of_json)
echo 'resources: [out.yaml]' > "$work/kustomization.yaml"
kustomize build "$work" > "$work/kustomize.yaml"
same "$work/meant" <(kubectl label --local -f "$work/kustomize.yaml" -o json a=b | args_of_json)
