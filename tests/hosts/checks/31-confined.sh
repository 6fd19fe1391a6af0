# The image runs as nobody, without network, on a read-only root, with neither shell nor environment.
need_image
podman run --rm -i --network none --user nobody --read-only --cap-drop all --security-opt no-new-privileges "$image" < tests/hosts/lists/kpt.yaml > "$work/out"
sidecarize < tests/hosts/lists/kpt.yaml > "$work/meant"
same "$work/meant" "$work/out"
[ "$(podman image inspect --format '{{.Config.User}}' "$image")" = 65534:65534 ]
refused podman run --rm --entrypoint /bin/sh "$image" -c true
