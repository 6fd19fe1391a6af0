# Every fixture of tests/strategic_merge comes out of `kubectl patch --local --type strategic` as it comes out of ours.
need kubectl python3
python3 - <<'PY'
import glob, json, subprocess, sys
import yaml

# Fields that kubectl prints empty.
NOISE = ("resources", "status", "securityContext")


def clean(v):
    if isinstance(v, dict):
        return {k: clean(x) for k, x in v.items() if not (k in NOISE and x == {}) and k != "creationTimestamp"}
    return [clean(x) for x in v] if isinstance(v, list) else v


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


cases = sorted(glob.glob("tests/strategic_merge/*/"))
# kubectl refuses `$patch: merge` within a map; the merge here takes it for what it says.
cases = [c for c in cases if not c.endswith("/patch-merge-map/")]
bad = 0
for case in cases:
    command = ["kubectl", "patch", "--local", "-f", case + "original.yaml", "--type", "strategic", "-p", json.dumps(load(case + "patch.yaml")), "-o", "yaml"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode or clean(yaml.safe_load(run.stdout)) != clean(load(case + "expected.yaml")):
        bad += 1
        print("differs:", case, run.stderr)
print(f"note: {len(cases)} cases")
sys.exit(bad > 0 or not cases)
PY
