# The Dockerfile cross-compiles for arm64: the executable in the image is one of that architecture, and static.
need_image
build_image arm64 "$image-arm64"
[ "$(podman image inspect --format '{{.Architecture}}' "$image-arm64")" = arm64 ]
container=$(podman create --platform linux/arm64 "$image-arm64")
podman cp "$container:/usr/local/bin/sidecarize" "$work/sidecarize"
podman rm "$container"
python3 - "$work/sidecarize" <<'PY'
import struct, sys

with open(sys.argv[1], "rb") as file:
    elf = file.read()
machine = struct.unpack_from("<H", elf, 18)[0]
offset, size, count = struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54)
kinds = [struct.unpack_from("<I", elf, offset + i * size)[0] for i in range(count)]
assert machine == 183, machine  # AArch64
assert 3 not in kinds, "asks for a dynamic linker"
PY
