# The parts do what the other checks count on: accounts are confined, our webhook adds, refuses, is slow, fails and breaks.
need_cluster
pod='{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}'
create() { kubectl create --dry-run=server --output yaml --namespace "$1" --filename - <<< "$pod"; }

version=$(kubectl version --output json | python3 -c 'import json, sys; print(json.load(sys.stdin)["serverVersion"]["gitVersion"])')
note "kube-apiserver $version"
restricted reader get,list namespaces
kubectl --kubeconfig "$cluster/reader.kubeconfig" get namespaces
refused kubectl --kubeconfig "$cluster/reader.kubeconfig" get configmaps 2> "$work/err"
grep -q 'system:serviceaccount:default:reader.*cannot list resource "configmaps"' "$work/err"

namespace plain
create plain > "$work/plain"
expect "$work/plain" '"annotations" in doc["metadata"]' false
for verb in add refuse slow fail break; do namespace "$verb" "sidecarize.dev/test=$verb"; done
added() { create add > "$work/added" && grep -q 'added: here' "$work/added"; }
eventually added
expect "$work/added" '[t["key"] for t in doc["spec"]["tolerations"]][-1]' added
answers() {
  if create "$1" 2> "$work/err"; then fail "$1: the pod is admitted"; fi
  grep -q "$2" "$work/err" || fail "$1: $(cat "$work/err")"
}
answers refuse 'admission webhook "refuse.test.sidecarize.dev" denied the request: refused-by-the-test'
answers slow 'failed calling webhook "slow.test.sidecarize.dev".*deadline exceeded'
answers fail 'failed calling webhook "fail.test.sidecarize.dev"'
answers break 'no-such-field'
expect <(kubectl get pods --all-namespaces --output yaml) 'doc["items"]' '[]'
