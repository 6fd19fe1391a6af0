# The steps of the GitHub Action do what they say: annotations, a comment, a check; and an error fails the step.
need python3
python3 -c "import yaml" 2> /dev/null || { echo "Python has no yaml"; exit "$skip_code"; }
mkdir -p "$work/bin" "$work/repo" && cd "$work/repo"
# A GitHub whose comments are in a file; its token is no person's.
cat > "$work/bin/gh" <<'GH'
#!/bin/sh
case "$*" in
"api user"*) echo '{"message":"Resource not accessible by integration"}'; exit 1 ;;
"api --paginate"*) python3 -c 'import json, os, sys
for c in json.load(open(sys.argv[1])):
    if c["user"] == os.environ["author"] and c["body"].startswith("<!-- sidecarize -->"): print(c["id"])' "$RUNNER_TEMP/comments" ;;
*) echo "$@" > "$RUNNER_TEMP/gh-arguments" ;;
esac
GH
chmod +x "$work/bin/gh"
cp -r "$root/examples/log-agent/." .
rm -rf .expected
# The steps as bash runs them for an action.
python3 - "$root/action.yml" "$work" <<'PYTHON'
import sys, yaml
action = yaml.safe_load(open(sys.argv[1]))
for index, step in enumerate(action["runs"]["steps"]):
    open(f"{sys.argv[2]}/step-{index}.sh", "w").write(step["run"])
    unknown = set(step.get("env", {})) - {"PATHS", "CONFIG", "FROM", "FROM_CONFIG", "ANNOTATIONS", "GH_TOKEN", "GH_REPO", "NUMBER"}
    assert not unknown, unknown
PYTHON
step() {
  local script=$work/step-$1.sh
  shift
  env PATH="$work/bin:$PATH" RUNNER_TEMP="$work" GITHUB_PATH="$work/path" GITHUB_STEP_SUMMARY="$work/summary" GITHUB_ACTION_PATH="$root" \
    PATHS=. CONFIG= FROM= FROM_CONFIG= ANNOTATIONS=true NUMBER=7 "$@" bash --noprofile --norc -eo pipefail "$script"
}
step 0
step 1 > "$work/annotations"
grep -q '^::notice file=deployment.yaml,line=' "$work/annotations" || fail "$(cat "$work/annotations")"
same "$work/summary" "$work/sidecarize.md"
grep -q 'Deployment' "$work/sidecarize.md" || fail "$(cat "$work/sidecarize.md")"
marked='<!-- sidecarize -->'
echo "[{\"id\": 1, \"user\": \"mallory\", \"body\": \"$marked\"}, {\"id\": 2, \"user\": \"github-actions[bot]\", \"body\": \"other\"}]" > "$work/comments"
step 2 GH_REPO=shop/web
grep -qx "pr comment 7 --body-file $work/sidecarize.md" "$work/gh-arguments" || fail "$(cat "$work/gh-arguments")"
echo "[{\"id\": 3, \"user\": \"github-actions[bot]\", \"body\": \"$marked old\"}, {\"id\": 4, \"user\": \"github-actions[bot]\", \"body\": \"other\"}]" > "$work/comments"
step 2 GH_REPO=shop/web
grep -qx "api --silent --method PATCH repos/shop/web/issues/comments/3 --field body=@$work/sidecarize.md" "$work/gh-arguments" || fail "$(cat "$work/gh-arguments")"
refused step 3 2> "$work/stale"
grep -qx ./deployment.yaml "$work/stale" || fail "$(cat "$work/stale")"
sidecarize inject -q --in-place
step 3
refused step 3 CONFIG=gone.yaml
refused step 1 CONFIG=gone.yaml
# The pre-commit hooks, with the files that pre-commit would give them.
hook() { python3 -c 'import sys, yaml; print(next(h["entry"] for h in yaml.safe_load(open(sys.argv[1])) if h["id"] == sys.argv[2]))' "$root/.pre-commit-hooks.yaml" "$1"; }
cp "$root/examples/log-agent/deployment.yaml" .
# shellcheck disable=SC2046
refused $(hook sidecarize-check) deployment.yaml cronjob.yaml namespace.yaml
$(hook sidecarize) deployment.yaml cronjob.yaml namespace.yaml
$(hook sidecarize-check) deployment.yaml cronjob.yaml namespace.yaml
