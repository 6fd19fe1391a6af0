# A disk that is full, or a limit on the size of files: a clear error, and every file as it was.
pod() { printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: web:1\n'; }
config() { printf 'apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nmetadata: {name: agent}\nspec:\n  sidecars:\n  - name: agent\n    match: {}\n    pod: {spec: {containers: [{name: agent, image: "agent:1"}]}}\n'; }
refuses() {
  rm -rf "$work/before"
  cp -r . "$work/before"
  if "$@" > "$work/out" 2> "$work/err"; then fail "should have failed: $*"; fi
  [ ! -s "$work/out" ] || fail "something on standard output"
  same "$work/before" .
}
mkdir "$work/limited" && cd "$work/limited"
config > sidecarize.yaml
for i in 1 2 3; do pod > "$i.yaml"; done
{ pod; for i in $(seq 2000); do echo "# a long comment that fills the file, line $i"; done; } > 4.yaml
refuses bash -c "trap '' XFSZ; ulimit -f 8; exec sidecarize inject -q --in-place"
grep -q '4.yaml: .*File too large' "$work/err" || fail "$(cat "$work/err")"
mkdir "$work/small"
if mount -t tmpfs -o size=256k tmpfs "$work/small" 2> /dev/null; then
  trap 'umount "$work/small"' EXIT
  cd "$work/small"
  config > sidecarize.yaml
  for i in 1 2 3; do { pod; head -c 50000 /dev/zero | tr '\0' '#'; echo; } > "$i.yaml"; done
  refuses sidecarize inject -q --in-place
  grep -q 'No space left on device' "$work/err" || fail "$(cat "$work/err")"
  cd "$work"
  note "on a full tmpfs, too"
fi
# /dev/full is a disk that is always full.
cd "$work/limited"
if sidecarize inject -q 1.yaml > /dev/full 2> "$work/err"; then fail "a full standard output is no success"; fi
grep -q 'No space left on device' "$work/err" || fail "$(cat "$work/err")"
