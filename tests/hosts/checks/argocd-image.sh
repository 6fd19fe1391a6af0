# The image of the plugin's container: argocd-cmp-server runs in it as in argocd-repo-server's pod, with a read-only root and without
# network, and renders a kustomization, a chart and plain manifests.
need podman cargo rustup go argocd-cmp-server cmpdriver
build_image "$(own_architecture)" "$image-argocd" argocd
note "$(($(podman image inspect --format '{{.Size}}' "$image-argocd") / 1000000)) MB"
# Argo CD's own init container puts its server there; it must be static, as prepare builds it.
mkdir -p "$work/argocd" "$work/plugins"
cp "$(command -v argocd-cmp-server)" "$work/argocd"
refused ldd "$work/argocd/argocd-cmp-server"
chmod 777 "$work/plugins"
container=$(podman run --detach --read-only --network none --user 999:999 --cap-drop all --tmpfs /tmp:rw,mode=1777 \
  --volume "$work/argocd:/var/run/argocd:ro" --volume "$work/plugins:/home/argocd/cmp-server/plugins" \
  --volume "$root/examples/argocd/plugin:/home/argocd/cmp-server/config:ro" --entrypoint /var/run/argocd/argocd-cmp-server "$image-argocd")
trap 'podman rm --force --time 1 "$container"' EXIT
socket=$work/plugins/sidecarize-v1.sock
for _ in $(seq 200); do [ ! -S "$socket" ] || break; sleep 0.1; done
[ -S "$socket" ] || fail "no server: $(podman logs "$container" 2>&1)"
for name in web report debug; do
  generate "examples/argocd/repository//apps/$name" ARGOCD_APP_NAME="$name-blue" ARGOCD_APP_NAMESPACE=shop ARGOCD_APP_SOURCE_PATH="apps/$name" \
    KUBE_VERSION=1.34 'ARGOCD_APP_PARAMETERS=[{"name":"cluster","string":"blue"}]' > "$work/$name.json"
  same_objects "$work/$name.json" "examples/argocd/.expected/blue/$name.yaml"
done
