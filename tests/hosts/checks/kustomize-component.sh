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
  # A component has no record to keep.
  sed '/^  record:/d; s/^spec:/spec:\n  record: false/' "$config" > "$work/$name/sidecarize.yaml"
  sidecarize inject -q -c "$work/$name/sidecarize.yaml" "$work/$name/base" -o "$work/$name/injected"
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

# Names and namespaces that overlays give: below the component it finds them, above it does not matter, and of an overlay's result
# it goes above that overlay. Where a target is gone, the build fails, on every kustomize that is here.
pod='containers: [{name: web, image: "web:1"}]'
mkdir -p "$work/place/base" "$work/place/between" "$work/place/top"
cd "$work/place"
web() { printf 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {%s}}}\n' "$1" "$pod" > base/web.yaml; }
printf 'apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nmetadata: {name: agent}\nspec: {sidecars: [{name: agent, match: {}, pod: {spec: {containers: [{name: agent, image: "agent:1"}]}}}]}\n' > sidecarize.yaml
builders=('kubectl kustomize')
! command -v kustomize > /dev/null || builders+=('kustomize build')
injected() { for builder in "${builders[@]}"; do [ "$($builder "$1" | grep -c 'agent:1')" = 1 ] || fail "$builder $1: no sidecar"; done; }
gone() { for builder in "${builders[@]}"; do $builder "$1" > out 2> err && fail "$builder $1 passes"; [ ! -s out ] && grep -q 'no matches for Id' err || fail "$builder $1: $(cat err)"; done; }
places() { printf 'resources: [web.yaml]\n%b' "$1" > base/kustomization.yaml; printf 'resources: [../base]\n%b' "$2" > between/kustomization.yaml; printf 'resources: [../between]\n%b' "$3" > top/kustomization.yaml; }
moved='namespace: prod\nnamePrefix: eu-\nnameSuffix: "-1"\n'
with='components: [../component]\n'
web web
sidecarize diff -q -c sidecarize.yaml base/web.yaml --format kustomize -o component
places '' "$with" "$moved"; injected top
places '' "$moved$with" ''; injected top
places '' "$moved" "$with"; injected top
places "$moved" "$with" ''; injected top
# The result of an overlay: found above it, and no longer inside of it, where it has neither namespace nor prefix yet.
rm -r component
places '' "$moved" ''
kubectl kustomize top | sidecarize diff -q -c sidecarize.yaml - --format kustomize -o component
places '' "$moved" "$with"; injected top
places '' "$moved$with" ''; gone top
# A workload that was renamed, another kind, another namespace.
rm -r component
sidecarize diff -q -c sidecarize.yaml base/web.yaml --format kustomize -o component
web web2; gone top
web web; sed -i 's/kind: Deployment/kind: StatefulSet/' base/web.yaml; gone top
web web; sed -i 's/name: web}/name: web, namespace: shop}/' base/web.yaml; gone top
web web; injected top
sidecarize diff -q -c sidecarize.yaml base/web.yaml --format kustomize > single.yaml
mkdir single; mv single.yaml single/kustomization.yaml
places '' 'components: [../single]\n' ''; injected top
web web2; gone top
note "${#builders[@]} programs build"

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
