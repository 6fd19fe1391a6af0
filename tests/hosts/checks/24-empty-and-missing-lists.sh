# Lists that are empty, null or missing get what is injected into them.
config='functionConfig: {apiVersion: sidecarize.dev/v1alpha1, kind: SidecarInjector, metadata: {name: a}, spec: {sidecars: [{name: b, native: true, pod: {spec: {containers: [{name: b, image: "b:1"}], volumes: [{name: v, emptyDir: {}}]}}}]}}'
for lists in '' 'initContainers: [], volumes: []' 'initContainers: null, volumes: null' 'initContainers: , volumes: ~' $'\n        initContainers: []\n        volumes: []' $'\n        initContainers:\n        volumes:' $'\n        initContainers: # none\n        volumes: [ ] # none'; do
  case $lists in
    $'\n'*) spec=$'\n        containers: [{name: a, image: "a:1"}]'$lists ;;
    *) spec=" {containers: [{name: a, image: \"a:1\"}]${lists:+, $lists}}" ;;
  esac
  printf 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: a, namespace: a}\n  spec:\n    template:\n      metadata: {labels: {sidecarize.dev/inject: "true"}}\n      spec:%s\n%s\n' "$spec" "$config" > "$work/in"
  function_on "$work/in"
  [ $code = 0 ] || fail "$lists: $(cat "$work/err")"
  expect "$work/out" '(lambda s: [[c["name"] for c in s["initContainers"]], [v["name"] for v in s["volumes"]], len(s["containers"])])(doc["items"][0]["spec"]["template"]["spec"])' '[["b"], ["v"], 1]'
done
