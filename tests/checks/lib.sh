# What the checks of every suite share.
root=$PWD
skip_code=77

# Puts the binary under test on the PATH.
binary() {
  local bin=${SIDECARIZE_BIN:-${CARGO_TARGET_DIR:-target}/release/sidecarize}
  [ -x "$bin" ] || { echo "no binary at $bin: build it with cargo build --release, or set SIDECARIZE_BIN" >&2; exit 2; }
  mkdir "$suite/bin"
  cp "$bin" "$suite/bin/sidecarize"
  PATH=$suite/bin:$PATH
}

# Skips the check unless these programs are there.
need() {
  local program
  for program in "$@"; do
    command -v "$program" > /dev/null || { echo "$program is missing ($here/prepare)"; exit $skip_code; }
  done
}

# A line that is shown when the check passes, too.
note() { echo "note: $*"; }

# Fails the check.
fail() { echo "$*" >&2; exit 1; }

# Fails the check unless a command fails. (`! command` alone would not: -e looks away from it.)
refused() { if "$@"; then fail "should have failed: $*"; fi; }

# Fails the check unless two files or folders are equal, but for what flags of diff before them leave out. What two commands
# print (`same <(…) <(…)`) must be something: a command that fails prints nothing.
same() {
  local left=${*: -2:1} right=${*: -1}
  if [ -p "$left" ]; then
    cat "$left" > "$work/.left"
    cat "$right" > "$work/.right"
    [ -s "$work/.left" ] || fail "nothing to compare"
    left=$work/.left right=$work/.right
  fi
  diff -r "${@:1:$#-2}" "$left" "$right" || fail "differ: $*"
}

# Values of YAML: `yaml FILE 'EXPRESSION'` prints what Python makes of it, with `doc` the document and `docs` all of them.
yaml() {
  python3 - "$@" <<'PY'
import json, sys
import yaml
with open(sys.argv[1], encoding="utf-8") as file:
    docs = [d for d in yaml.safe_load_all(file) if d is not None]
doc = docs[0] if docs else None
value = eval(sys.argv[2])
print(value if isinstance(value, str) else json.dumps(value, sort_keys=True))
PY
}

# Fails the check unless a value of YAML is as expected: `expect FILE 'EXPRESSION' VALUE`.
expect() {
  local found
  found=$(yaml "$1" "$2")
  [ "$found" = "$3" ] || fail "$2 of $1 is $found, not $3"
}
