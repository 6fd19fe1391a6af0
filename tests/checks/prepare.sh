# What the suites' prepare share: programs that are on the PATH or in $cache/bin are taken, others made. Wants $cache.
mkdir -p "$cache/bin"
PATH=$cache/bin:$PATH
# As the Dockerfile builds them.
export CGO_ENABLED=0

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# 1 as soon as a program is missing.
failed=0

# want NAME COMMAND…: runs the command unless NAME is there, then tells where it is.
want() {
  local name=$1 where
  shift
  if ! command -v "$name" > /dev/null && ! "$@" > "$log" 2>&1; then tail -20 "$log" >&2; fi
  if where=$(command -v "$name"); then echo "$name: $where"; else echo "$name: missing" >&2; failed=1; fi
}

absent() { echo "must be installed by hand"; return 1; }

# What the checks' scripts read YAML with.
want_pyyaml() { python3 -c 'import yaml' 2> /dev/null || pip3 install --quiet pyyaml || failed=1; }
