# kubectl kustomize of a base with the component that diff writes gives what it gives of the injected files, and a base that has changed is refused.
need kubectl
built() { (cd "$1" && timeout 120 kubectl kustomize .); }
resources() { (cd "$1" && echo "resources:" && find . -name '*.yaml' ! -name sidecarize.yaml ! -name kustomization.yaml | sort | sed 's/^/- "/; s/$/"/') > "$work/resources"; mv "$work/resources" "$1/kustomization.yaml"; }

# The manifests of a folder, by its sidecarize.yaml.
compare() {
  local name=$1 config=$2/sidecarize.yaml
  mkdir -p "$work/$name/base"
  cp -r "$2/." "$work/$name/base"
  (cd "$work/$name" && rm -rf base/.expected base/Kptfile && mkdir injected)
  sidecarize inject -q -c "$config" "$work/$name/base" -o "$work/$name/injected"
  sidecarize diff -q -c "$config" "$work/$name/base" --format kustomize -o "$work/$name/component"
  mkdir "$work/$name/single"
  sidecarize diff -q -c "$config" "$work/$name/base" --format kustomize > "$work/$name/single/kustomization.yaml"
  resources "$work/$name/base"
  resources "$work/$name/injected"
  built "$work/$name/injected" > "$work/$name/expected"
  for component in component single; do
    printf 'resources: [base]\ncomponents: [%s]\n' $component > "$work/$name/kustomization.yaml"
    built "$work/$name" > "$work/$name/$component.yaml"
    same "$work/$name/expected" "$work/$name/$component.yaml"
  done
  refused diff -q "$work/$name/expected" <(built "$work/$name/base")
  note "$name: $(grep -c -- '- path:' "$work/$name/component/kustomization.yaml") patches"
}
compare own "$root/examples/log-agent"
compare istio "$root/examples/istio"
mkdir "$work/many"
cp "$root/tests/cmd/diff.in/sidecarize.yaml" "$root"/tests/cmd/diff.in/deploy/*.yaml "$work/many"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a.b, namespace: shop}\nspec: {containers: [{name: a, image: "a:1"}], volumes: null}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a-b, namespace: shop}\nspec: {containers: [{name: a, image: "a:1"}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a.b}\nspec: {containers: [{name: a, image: "a:1"}]}\n' > "$work/many/dots.yaml"
compare several "$work/many"

# Istio's injection into manifests of public projects.
if [ -d "${SIDECARIZE_GOLDENS:-}/real/1.30" ]; then
  mkdir "$work/real"
  python3 - "$SIDECARIZE_GOLDENS/real/1.30" "$work/real" <<'PY'
import os, shutil, sys
import yaml
source, target = sys.argv[1:]
cases = sorted(case for case in os.listdir(source) if not case.startswith("_"))
namespaces, seen = {"default"}, set()
for case in cases:
    with open(f"{source}/{case}/case.yaml", encoding="utf-8") as file:
        meta = yaml.safe_load(file)
    with open(f"{source}/{case}/input.yaml", encoding="utf-8") as file:
        objects = [o for o in yaml.safe_load_all(file) if o]
    names = {(o["kind"], o["metadata"].get("namespace"), o["metadata"].get("name")) for o in objects}
    # kustomize takes no object twice, and kubectl no key twice.
    if meta.get("error") or names & seen or "openshift-controller" in case:
        continue
    seen |= names
    namespaces |= {n for _, n, _ in names if n}
    config = f"{source}/_configs/{meta['config']}"
    shutil.copy(f"{source}/{case}/input.yaml", f"{target}/{case}.yaml")
read = lambda name: open(f"{config}/{name}", encoding="utf-8").read()
inline = {"config": read("config.yaml"), "values": read("values.json")}
revision = {"revision": "default", "injector": {"inline": inline}, "mesh": {"inline": read("mesh.yaml")}, "nativeSidecars": True}
labels = {"istio-injection": "enabled"}
spec = {"webhook": "absent", "defaultNamespace": "default", "istio": [revision]}
spec["namespaces"] = [{"name": n, "labels": labels} for n in sorted(namespaces)]
with open(f"{target}/sidecarize.yaml", "w", encoding="utf-8") as file:
    yaml.safe_dump({"apiVersion": "sidecarize.dev/v1alpha1", "kind": "SidecarInjector", "metadata": {"name": "mesh"}, "spec": spec}, file)
PY
  compare public "$work/real"
else
  note "SIDECARIZE_GOLDENS is not set: without Istio and manifests of public projects"
fi

# Where the component goes beneath a kustomization that moves everything to a namespace.
printf 'resources: [base]\ncomponents: [component]\nnamePrefix: eu-\n' > "$work/own/kustomization.yaml"
built "$work/own" | grep -q 'name: log-agent' || fail "no sidecar with a prefix before the names"

# A base that is no longer what the component was made for.
sed -i 's/- name: migrate/- name: prepare/' "$work/own/base/deployment.yaml"
refused built "$work/own"

# A second run changes nothing; a workload that is gone takes its patch along; other people's files stay.
cp -r "$work/many" "$work/second"
(cd "$work/second" && sidecarize diff -q . --format kustomize -o "$work/out")
cp -r "$work/out" "$work/out-before"
(cd "$work/second" && sidecarize diff -q . --format kustomize -o "$work/out")
same "$work/out-before" "$work/out"
printf 'a: b\n' > "$work/out/mine.yaml"
rm "$work/second/dots.yaml"
(cd "$work/second" && sidecarize diff -q . --format kustomize -o "$work/out")
[ "$(ls "$work/out" | tr '\n' ' ')" = "deployment-web.yaml job-import.yaml kustomization.yaml mine.yaml " ] || fail "$(ls "$work/out")"
printf 'kind: Kustomization\n' > "$work/out/kustomization.yaml"
cd "$work/second"
refused sidecarize diff -q . --format kustomize -o "$work/out"
[ "$(cat "$work/out/kustomization.yaml")" = "kind: Kustomization" ] || fail "the kustomization of somebody else has changed"
