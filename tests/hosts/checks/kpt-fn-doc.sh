# kpt fn doc shows what sidecarize --help shows, but for what asks a cluster: the image has nothing of that.
need kpt
need_image
timeout 60 kpt fn doc --image "$image" > "$work/doc"
sidecarize --help | grep -v '^  verify ' > "$work/help"
grep -q '^  verify ' "$work/doc" && fail "the image has commands that ask a cluster"
same "$work/help" <(sed '${/^$/d}' "$work/doc")
