# What the checks of the hosts share, beside tests/checks/lib.sh.
image=${SIDECARIZE_IMAGE:-localhost/sidecarize:test}
cache=${SIDECARIZE_HOSTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sidecarize-hosts}
export KPT_FN_RUNTIME=podman

# Puts what prepare built and a docker (which kustomize and kubectl call) on the PATH.
set_up() {
  if command -v podman > /dev/null; then
    printf '#!/bin/sh\nexec podman "$@"\n' > "$suite/bin/docker"
    chmod +x "$suite/bin/docker"
  fi
  PATH=$PATH:$cache/bin
}

# A copy of an example under a name in $work, without what is expected of it, with the image under test.
package() {
  cp -r "$root/examples/$1" "$work/$2"
  rm -rf "$work/$2/.expected"
  { grep -rl localhost/sidecarize:latest "$work/$2" || true; } | xargs -r sed -i "s|localhost/sidecarize:latest|$image|"
}

# The same as a render by kpt has to leave it.
rendered_package() {
  package "$1" "$2"
  (cd "$work/$2" && git apply "$root/examples/$1/.expected/diff.patch")
}

# kpt fn render of a package in $work, with what follows (flags).
render() {
  local name=$1
  shift
  (cd "$work/$name" && timeout 300 kpt fn render --image-pull-policy never "$@")
}

# git in a folder of $work, without anybody's settings.
git_in() { (cd "$work/$1" && shift && GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git -c user.name=test -c user.email=test@example.com "$@"); }

# Compares a file with what is expected of an example. UPDATE=1 writes it instead; read the difference before you commit it.
as_expected() {
  local expected=$root/examples/$1/.expected/$2
  if [ "${UPDATE:-0}" = 1 ]; then
    mkdir -p "$(dirname "$expected")"
    cp "$3" "$expected"
  fi
  same "$expected" "$3"
}

# Runs the function on a file: $work/out, $work/err and $code.
function_on() {
  code=0
  sidecarize < "$1" > "$work/out" 2> "$work/err" || code=$?
}

# Runs the function on every input of tests/function and tests/hosts/lists and fails unless all of these Python expressions hold
# for each. They know `source`, `out`, `err` and `code`, `docs` and `doc` of what came out (None where nothing did) and `results`.
every_case() {
  python3 - "$@" <<'PY'
import glob, subprocess, sys
import yaml

loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
cases = sorted(glob.glob("tests/function/*/input.yaml") + glob.glob("tests/hosts/lists/*.yaml"))
failed = len(cases) < 30
for case in cases:
    with open(case, encoding="utf-8") as file:
        source = file.read()
    run = subprocess.run(["sidecarize"], input=source, capture_output=True, text=True, encoding="utf-8")
    docs = list(yaml.load_all(run.stdout, loader))
    doc = docs[0] if docs else None
    known = {"source": source, "out": run.stdout, "err": run.stderr, "code": run.returncode, "docs": docs, "doc": doc,
             "results": (doc or {}).get("results") or []}
    for expression in sys.argv[1:]:
        if not eval(expression, known):
            failed = True
            print(f"{case}: not so: {expression}\n{run.stderr}")
print(f"note: {len(cases)} cases")
sys.exit(failed)
PY
}

# Builds the image from the Dockerfile, once a run; not at all where SIDECARIZE_IMAGE names one.
need_image() {
  need podman cargo rustup
  { [ -z "${SIDECARIZE_IMAGE:-}" ] && [ ! -e "$suite/image" ]; } || return 0
  build_image "$(own_architecture)" "$image"
  touch "$suite/image"
}

own_architecture() { uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/'; }

# build_image ARCHITECTURE NAME [TARGET]: the Dockerfile with this machine's own tool chains as its base images, so that nothing is
# pulled; Go modules are those that prepare has fetched.
build_image() {
  local go=() base=localhost/sidecarize-toolchain:test folder=$suite/toolchain toolchain name
  toolchain=$(rustc --print sysroot)
  mkdir -p "$folder"/root/{usr,etc,tmp,home,cargo,rustup}
  for name in bin lib lib64; do ln -sfn "usr/$name" "$folder/root/$name"; done
  echo 'root:x:0:0:root:/home:/bin/sh' > "$folder/root/etc/passwd"
  printf '%s\n' 'FROM scratch' 'COPY root /' 'ENV PATH=/cargo/bin:/usr/local/go/bin:/usr/bin:/bin CARGO_HOME=/cargo RUSTUP_HOME=/rustup' \
    'ENV GOPROXY=file:///modules/cache/download GOSUMDB=off GOFLAGS=-mod=mod GOMODCACHE=/modules GOCACHE=/go-build' > "$folder/Dockerfile"
  podman build --quiet --tag "$base" "$folder"
  rustup target add x86_64-unknown-linux-musl aarch64-unknown-linux-musl
  cargo fetch --quiet --locked
  sed "s|^\(FROM --platform=\$BUILDPLATFORM\) [^ ]*|\1 $base|" Dockerfile > "$folder/Dockerfile.function"
  # The same for every target, so that they share the layers.
  if command -v go > /dev/null; then
    mkdir -p "$(go env GOCACHE)" "$(go env GOMODCACHE)"
    go=(--volume "$(go env GOMODCACHE):/modules" --volume "$(go env GOCACHE):/go-build" --volume /etc/ssl:/etc/ssl:ro)
  fi
  # Older releases of podman do not know BUILDPLATFORM.
  podman build --pull=never --platform "linux/$1" --build-arg "BUILDPLATFORM=linux/$(own_architecture)" --target "${3:-function}" --tag "$2" "${go[@]}" \
    --env CARGO_NET_OFFLINE=true --env "RUSTUP_TOOLCHAIN=$(basename "$toolchain")" --volume /usr:/usr:ro \
    --volume /etc/alternatives:/etc/alternatives:ro --volume "${CARGO_HOME:-$HOME/.cargo}:/cargo" \
    --volume "$(dirname "$(dirname "$toolchain")"):/rustup" --file "$folder/Dockerfile.function" .
}

# Starts argocd-cmp-server with a plugin.yaml; $socket is where it listens. It ends with the check.
start_plugin() {
  need argocd-cmp-server cmpdriver
  local folder=$work/cmp
  rm -rf "$folder" && mkdir -p "$folder/config" "$folder/sockets"
  cp "$1" "$folder/config/plugin.yaml"
  socket=$folder/sockets/sidecarize-v1.sock
  ARGOCD_PLUGINSOCKFILEPATH=$folder/sockets ARGOCD_CMP_WORKDIR=$folder/work argocd-cmp-server --config-dir-path "$folder/config" > "$work/server.log" 2>&1 &
  server=$!
  # shellcheck disable=SC2064
  trap "kill $server" EXIT
  local tries=0
  until [ -S "$socket" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ]; then cat "$work/server.log" >&2; fail "argocd-cmp-server does not listen"; fi
    sleep 0.1
  done
}

# The manifests of an application as Argo CD gets them: `generate REPOSITORY[//PATH] [NAME=VALUE…]` > JSON, one object a line.
generate() { cmpdriver "$socket" generate "$@"; }

# Fails the check unless objects, as JSON one a line, are those of a file of YAML.
same_objects() {
  python3 - "$1" "$2" <<'PY'
import json, sys
import yaml
got = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
wanted = [d for d in yaml.safe_load_all(open(sys.argv[2], encoding="utf-8")) if d is not None]
key = lambda o: (o["kind"], o["metadata"]["name"])
if sorted(got, key=key) != sorted(wanted, key=key):
    sys.exit("%s gives other objects than %s:\n%s" % (sys.argv[1], sys.argv[2], json.dumps(got, indent=1)))
PY
}

# The objects of a file of YAML, whatever their order.
objects() { yaml "$1" '{d["kind"] + "/" + d["metadata"]["name"]: d for d in docs}'; }

# The commands of a README: its blocks of sh, or only the one of this number.
readme_commands() { awk -v only="${2:-0}" '/^```sh/ { inside = 1; block++; next } /^```/ { inside = 0 } inside && (!only || block == only)' "$1"; }
