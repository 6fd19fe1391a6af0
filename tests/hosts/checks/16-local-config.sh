# The Kptfile and local-config items come back byte for byte.
function_on tests/hosts/lists/kpt.yaml
python3 - tests/hosts/lists/kpt.yaml "$work/out" <<'PY'
import re, sys


def local(path):
    with open(path, encoding="utf-8") as file:
        items = re.split(r"(?m)^(?=- )", file.read().split("\nfunctionConfig:")[0])
    return [i for i in items if "local-config" in i]


before, after = map(local, sys.argv[1:])
assert len(before) == 2 and before == after, after
PY
# One that would be injected if it reached a cluster.
sed "s|^    name: web|&\n    annotations: {config.kubernetes.io/local-config: 'true'}|; /name: web/,/^  spec/{/annotations:\$/,/config.k8s.io.id/d}" tests/hosts/lists/kpt.yaml > "$work/in"
function_on "$work/in"
expect "$work/out" 'len(doc["items"][3]["spec"]["template"]["spec"]["initContainers"])' 1
