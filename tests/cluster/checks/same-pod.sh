# What `sidecarize inject` makes of workloads of public projects becomes the very pod that Istio's own injector makes of them as they
# are, defaults and all: the API server answers to both by dry run, and the answers are equal.
#
# An API server gives a pod its defaults before a webhook sees it, and some of what Istio injects repeats fields of the pod (ports,
# probes). So the answers are equal to the last byte where the workload writes its defaults out; where it does not, but for these.
goldens real/1.31
need_parts istio-injector
real=$SIDECARIZE_GOLDENS/real/1.31

# injected CONFIG NAME FILE…: the workloads of the files, injected into $folder/NAME/rendered; their pods, and the answers to them.
injected() {
  local config=$1 to=$folder/$2 input output
  shift 2
  mkdir -p "$to/pods"
  for input in "$@"; do
    output=$to/rendered/$(basename "$(dirname "$input")")
    mkdir -p "$output"
    if sidecarize inject -q -c "$config" - < "$input" > "$output/input.yaml" 2> "$output/err"; then continue; fi
    note "inject refuses $(basename "$output"): $(head -1 "$output/err")"
    # An API server takes no key twice, and never sees such a file. All else that inject refuses, Istio must refuse too.
    if grep -q 'error: key .* is there already' "$output/err"; then rm "$folder/users/$(basename "$output")".*.json; fi
    rm -r "$output"
  done
  python3 "$here/pods.py" make "$to/pods" "$to"/rendered/*/input.yaml
  dry_run "$to/pods" "$to/answers"
}

different=0
# The configuration that most cases share, and its cases, by the mode of native sidecars.
configuration=$(sed -n 's/^config: //p' "$real"/*/case.yaml | sort | uniq -c | sort -n | awk 'END { print $2 }')
for native in true false; do
  folder=$work/native-$native
  mkdir -p "$folder/users"
  cluster_up "$folder/cluster"
  cases=()
  for file in "$real"/*/case.yaml; do
    if grep -q "^config: $configuration" "$file" && grep -q "^nativeSidecars: $native" "$file"; then cases+=("$(dirname "$file")/input.yaml"); fi
  done
  python3 "$here/pods.py" make "$folder/users" "${cases[@]}"

  # The same namespaces on both sides, since injected values tell the namespace: without the label until ours have been answered.
  python3 "$here/pods.py" accounts "$folder/users" > "$folder/accounts"
  mapfile -t namespaces < <(cut -d ' ' -f 1 "$folder/accounts" | sort -u)
  for name in "${namespaces[@]}"; do namespace "$name"; done
  while read -r name account; do
    [ "$account" = default ] || kubectl create serviceaccount "$account" --namespace "$name"
  done < "$folder/accounts"

  python3 - "$real/_configs/$configuration/" "$native" "${namespaces[@]}" > "$folder/sidecarize.yaml" << 'PY'
import json, sys
files, native, *namespaces = sys.argv[1:]
read = lambda name: open(files + name, encoding="utf-8").read()
revision = {"revision": "default", "nativeSidecars": native == "true", "mesh": {"inline": read("mesh.yaml")},
            "injector": {"inline": {"config": read("config.yaml"), "values": read("values.json")}}}
config = {"apiVersion": "sidecarize.dev/v1alpha1", "kind": "SidecarInjector", "metadata": {"name": "mesh"},
          "spec": {"istio": [revision], "record": False, "defaultNamespace": "default",
                   "namespaces": [{"name": n, "labels": {"istio-injection": "enabled"}} for n in namespaces]}}
json.dump(config, sys.stdout)
PY
  injected "$folder/sidecarize.yaml" written "${cases[@]}"
  dry_run "$folder/users" "$folder/defaults"
  python3 "$here/pods.py" fill "$folder/defaults" "$folder/filled" "${cases[@]}"
  injected "$folder/sidecarize.yaml" full "$folder"/filled/*/input.yaml

  istio default "$real/_configs/$configuration/" "$native"
  for name in "${namespaces[@]}"; do namespace "$name" istio-injection=enabled; done
  first=$(find "$folder/users" -name '*.Deployment.*.json' | sort | head -1)
  injects() { kubectl create --dry-run=server --output json --filename "$first" | grep -q '"istio-proxy"'; }
  eventually injects
  dry_run "$folder/users" "$folder/theirs"
  note "native sidecars $native: $(grep -l '"istio-proxy"' "$folder"/theirs/*.json | wc -l) pods injected by Istio"
  python3 "$here/pods.py" compare --as-written "$folder/written/answers" "$folder/theirs" || different=1
  python3 "$here/pods.py" compare "$folder/full/answers" "$folder/theirs" || different=1
  cluster_down
done
[ $different = 0 ]
