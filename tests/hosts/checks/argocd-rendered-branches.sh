# Rendered branches: a branch a cluster holds what the plugin would print; a second run commits nothing.
need kustomize helm git
cp -r examples/argocd/repository "$work/repository"
export GIT_CONFIG_GLOBAL=$work/gitconfig
git config --global user.name shop
git config --global user.email shop@example.com
git -c init.defaultBranch=main init --quiet "$work/repository"
git -C "$work/repository" add --all
git -C "$work/repository" commit --quiet --message 'Applications'
examples/argocd/rendered-branches/render.sh "$work/repository" > "$work/first"
examples/argocd/rendered-branches/render.sh "$work/repository" > "$work/second"
same "$work/first" "$work/second"
for cluster in blue green; do
  for name in web report debug; do
    git -C "$work/repository" show "rendered/$cluster:$name/manifests.yaml" > "$work/out"
    # The plugin knows the cluster's version from Argo CD; here, helm's own stands in the manifest.
    diff <(grep -v KUBERNETES "$work/out") <(grep -v KUBERNETES "examples/argocd/.expected/$cluster/$name.yaml")
  done
done
# A failure commits nothing.
echo 'resources: [gone.yaml]' > "$work/repository/apps/web/kustomization.yaml"
refused examples/argocd/rendered-branches/render.sh "$work/repository"
[ "$(git -C "$work/repository" rev-parse --short rendered/blue)" = "$(sed -n 's/rendered.blue: //p' "$work/first")" ] || fail "something was committed"
