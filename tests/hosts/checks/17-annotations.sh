# All annotations of hosts come back untouched, unknown ones too, but for the ids of an item whose comments kpt would copy
# to the wrong lines.
for list in kpt kustomize; do
  sed "s|^\( *\)config.k8s.io/id: .*|&\n\1internal.config.kubernetes.io/unknown: 'yes'\n\1internal.config.k8s.io/other: \"1\"|" "tests/hosts/lists/$list.yaml" > "$work/in"
  function_on "$work/in"
  python3 - "$work/in" "$work/out" $list <<'PY'
import sys
import yaml


def annotations(path):
    with open(path, encoding="utf-8") as file:
        return [i["metadata"].get("annotations", {}) for i in yaml.safe_load(file)["items"]]


shifted = []
for i, (before, after) in enumerate(zip(annotations(sys.argv[1]), annotations(sys.argv[2]), strict=True)):
    after.pop("sidecarize.dev/record", None)
    assert "internal.config.kubernetes.io/unknown" in before
    lost = set(before) - set(after)
    if lost:
        assert lost == {"internal.config.kubernetes.io/id", "config.k8s.io/id"}, lost
        shifted.append(i)
    assert after == {k: v for k, v in before.items() if k not in lost}, after
assert shifted == ([3] if sys.argv[3] == "kpt" else []), shifted
PY
done
