# Lists that workloads share by an alias: only the one that opts in changes.
cat > "$work/in" <<'YAML'
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: out, namespace: a}
  spec:
    template:
      metadata: {labels: {sidecarize.dev/inject: "false"}}
      spec: &spec
        containers: &list
        - {name: a, image: "a:1"} # shared
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: in, namespace: a}
  spec:
    template:
      metadata: {labels: {sidecarize.dev/inject: "true"}}
      spec: *spec
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: in-list, namespace: a}
  spec:
    template:
      metadata: {labels: {sidecarize.dev/inject: "true"}}
      spec: {containers: *list}
functionConfig: {apiVersion: sidecarize.dev/v1alpha1, kind: SidecarInjector, metadata: {name: a}, spec: {sidecars: [{name: b, pod: {spec: {containers: [{name: b, image: "b:1"}]}}}]}}
YAML
function_on "$work/in"
[ $code = 0 ] || fail "$(cat "$work/err")"
expect "$work/out" '[[c["name"] for c in i["spec"]["template"]["spec"]["containers"]] for i in doc["items"]]' '[["a"], ["a", "b"], ["a", "b"]]'
same <(sed -n '/name: out/,/# shared/p' "$work/in") <(sed -n '/name: out/,/# shared/p' "$work/out")
