# kpt fn doc shows what sidecarize --help shows.
need kpt
need_image
timeout 60 kpt fn doc --image "$image" > "$work/doc"
sidecarize --help > "$work/help"
same "$work/help" <(sed '${/^$/d}' "$work/doc")
