# kubectl kustomize runs the image as a transformer: the sidecar is there, and no annotation of a host is left.
need kubectl
need_image
package log-agent package
cd "$work/package"
sed -i "s|^  annotations:|&\n    config.kubernetes.io/function: \"container: {image: $image}\"|" sidecarize.yaml
printf 'resources: [namespace.yaml, deployment.yaml, cronjob.yaml, debug.yaml]\ntransformers: [sidecarize.yaml]\n' > kustomization.yaml
timeout 300 kubectl kustomize --enable-alpha-plugins . > "$work/out"
[ "$(grep -c 'name: log-agent' "$work/out")" = 2 ] || fail "not one sidecar for each workload that opts in: $(cat "$work/out")"
refused grep -E 'internal.config|config.kubernetes.io/|config.k8s.io/|sidecarize.dev/record' "$work/out"
