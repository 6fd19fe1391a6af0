#!/usr/bin/env bash
# Compares every fixture of tests/strategic_merge with `kubectl patch --local --type strategic`. Needs kubectl and Python with PyYAML.
# `$patch: merge` within a map is left out: kubectl refuses it, the merge here takes it for what it says.
set -euo pipefail
cd "$(dirname "$0")/../strategic_merge"
python3 - <<'PY'
import glob, json, os, subprocess, sys
import yaml

NOISE = ("resources", "status", "securityContext")


def clean(v):
    if isinstance(v, dict):
        return {k: clean(x) for k, x in v.items() if not (k in NOISE and x == {}) and k != "creationTimestamp"}
    return [clean(x) for x in v] if isinstance(v, list) else v


bad = 0
for case in sorted(glob.glob("*/")):
    if case == "patch-merge-map/":
        continue
    patch = json.dumps(yaml.safe_load(open(case + "patch.yaml")))
    run = subprocess.run(["kubectl", "patch", "--local", "-f", case + "original.yaml", "--type", "strategic", "-p", patch, "-o", "yaml"], capture_output=True, text=True)
    if run.returncode or clean(yaml.safe_load(run.stdout)) != clean(yaml.safe_load(open(case + "expected.yaml"))):
        bad += 1
        print("differs:", case, run.stderr)
print("%d differ" % bad)
sys.exit(bad > 0)
PY
