# The image is under 12 MB and says what it is.
need_image
size=$(podman image inspect --format '{{.Size}}' "$image")
note "$((size / 1000)) kB"
[ "$size" -lt 12000000 ]
label() { podman image inspect --format "{{index .Labels \"org.opencontainers.image.$1\"}}" "$image"; }
[ "$(label title)" = sidecarize ]
[ "$(label licenses)" = Apache-2.0 ]
[ -n "$(label description)" ]
[ "sidecarize $(label version)" = "$(podman run --rm "$image" --version)" ] || fail "label: $(label version)"
