# What the checks share.
root=$PWD
skip_code=77
image=localhost/sidecarize:test
cache=${SIDECARIZE_HOSTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sidecarize-hosts}
export KPT_FN_RUNTIME=podman

# Puts the binary under test, what prepare built and a docker (which kustomize and kubectl call) on the PATH.
set_up() {
  local bin=${SIDECARIZE_BIN:-${CARGO_TARGET_DIR:-target}/release/sidecarize}
  [ -x "$bin" ] || { echo "no binary at $bin: build it with cargo build --release, or set SIDECARIZE_BIN" >&2; exit 2; }
  mkdir "$suite/bin"
  cp "$bin" "$suite/bin/sidecarize"
  if command -v podman > /dev/null; then
    printf '#!/bin/sh\nexec podman "$@"\n' > "$suite/bin/docker"
    chmod +x "$suite/bin/docker"
  fi
  PATH=$suite/bin:$PATH:$cache/bin
}

# Skips the check unless these programs are there.
need() {
  local program
  for program in "$@"; do
    command -v "$program" > /dev/null || { echo "$program is missing (tests/hosts/prepare)"; exit $skip_code; }
  done
}

# A line that is shown when the check passes, too.
note() { echo "note: $*"; }

# Fails the check.
fail() { echo "$*" >&2; exit 1; }

# Fails the check unless a command fails. (`! command` alone would not: -e looks away from it.)
refused() { if "$@"; then fail "should have failed: $*"; fi; }

# Fails the check unless two files or folders are equal, but for what follows (flags of diff).
same() { diff -r "$@" || fail "differ: $*"; }

# A copy of a package of examples/ under a name in $work, without what is expected of it.
package() { cp -r "$root/examples/$1" "$work/$2"; rm -rf "$work/$2/.expected"; }

# kpt fn render of a package in $work, with what follows (flags). The Kptfile, which kpt writes its status to, stays.
render() {
  local name=$1
  shift
  cp "$work/$name/Kptfile" "$work/$name.Kptfile"
  (cd "$work/$name" && timeout 300 kpt fn render --image-pull-policy never "$@") || return
  mv "$work/$name.Kptfile" "$work/$name/Kptfile"
}

# Runs the function on a file: $work/out, $work/err and $code.
function_on() {
  code=0
  sidecarize < "$1" > "$work/out" 2> "$work/err" || code=$?
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

# A static executable of the project, for images.
static_binary() {
  local target=${CARGO_TARGET_DIR:-$root/target}/static
  RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --quiet --target x86_64-unknown-linux-gnu --target-dir "$target" >&2
  echo "$target/x86_64-unknown-linux-gnu/release/sidecarize"
}

# Builds the image once a run. Nothing is pulled: the Dockerfile's last stage, with an executable that was built outside.
need_image() {
  need podman cargo
  [ ! -e "$suite/image" ] || return 0
  mkdir -p "$suite/context"
  cp "$(static_binary)" "$suite/context/sidecarize"
  echo 'nobody:x:65534:65534:nobody:/:' > "$suite/context/passwd"
  sed -n '/^FROM scratch/,$p' Dockerfile | sed 's|--from=build ||; s|/src/target/release/sidecarize|sidecarize|; s|^COPY /passwd|COPY passwd|' > "$suite/context/Dockerfile"
  podman build --quiet --tag "$image" "$suite/context"
  touch "$suite/image"
}
