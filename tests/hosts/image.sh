# The image: kpt and kubectl run it as nobody, without network, on a read-only root (31, 33).
image=localhost/sidecarize:test
build_image() {
  mkdir -p "$work/image"
  RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --target x86_64-unknown-linux-gnu --target-dir "$work/static"
  cp "$work/static/x86_64-unknown-linux-gnu/release/sidecarize" "$work/image/"
  echo 'nobody:x:65534:65534:nobody:/:' > "$work/image/passwd"
  printf 'FROM scratch\nCOPY passwd /etc/passwd\nCOPY sidecarize /usr/local/bin/sidecarize\nUSER 65534:65534\nENTRYPOINT ["/usr/local/bin/sidecarize"]\n' > "$work/image/Dockerfile"
  podman build -t "$image" "$work/image"
}
render_image() { (cd "$work/by-image" && KPT_FN_RUNTIME=podman timeout 300 kpt fn render --image-pull-policy never); }
by_kubectl() { timeout 300 kubectl kustomize --enable-alpha-plugins "$work/kustomized" > "$work/kustomized.yaml"; }

if ! command -v podman > /dev/null || ! command -v kubectl > /dev/null || ! command -v kpt > /dev/null; then
  skip "image" "podman, kubectl and kpt are needed"
else
  check "the image builds" build_image
  package by-image
  sed -i "s|exec: sidecarize|image: $image|" "$work/by-image/Kptfile"
  check "kpt renders with the image" render_image
  check "the image gives what the executable gives" diff "$work/by-image/deployment.yaml" examples/log-agent/.expected/rendered/deployment.yaml
  printf '#!/bin/sh\nexec podman "$@"\n' > "$work/bin/docker"
  chmod +x "$work/bin/docker"
  package kustomized
  rm "$work/kustomized/Kptfile"
  sed -i "s|^  annotations:|&\n    config.kubernetes.io/function: \"container: {image: $image}\"|" "$work/kustomized/sidecarize.yaml"
  printf 'resources: [namespace.yaml, deployment.yaml, cronjob.yaml, debug.yaml]\ntransformers: [sidecarize.yaml]\n' > "$work/kustomized/kustomization.yaml"
  check "kubectl kustomize runs the image" by_kubectl
  check "the sidecar is there, for each workload that opts in" test "$(grep -c 'name: log-agent' "$work/kustomized.yaml")" = 2
  check "no annotation of a host is left (33)" sh -c "! grep -E 'internal.config|config.kubernetes.io/(id|index|path)|sidecarize.dev/record' '$work/kustomized.yaml'"
fi
