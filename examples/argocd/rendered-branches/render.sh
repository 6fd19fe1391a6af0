#!/bin/sh
# Renders every application of a repository for every cluster, as the plugin would, and commits what came out to one branch a
# cluster: rendered/CLUSTER. Argo CD needs no plugin there, and the difference of a commit is the difference in the cluster.
#
#   render.sh [REPOSITORY]
#
# The repository has apps/APPLICATION and configs/CLUSTER.yaml. Nothing is committed when anything fails, or nothing changed.
set -eu
cd "${1:-.}"
repository=$PWD
namespace=${NAMESPACE:-shop}
work=$(mktemp -d)
trap 'rm -rf "$work"; git worktree prune' EXIT

for config in configs/*.yaml; do
  cluster=$(basename "$config" .yaml)
  for folder in apps/*/; do
    name=$(basename "$folder")
    mkdir -p "$work/$cluster/$name"
    (cd "$folder" && ARGOCD_APP_NAME="$name-$cluster" ARGOCD_APP_NAMESPACE="$namespace" ARGOCD_APP_SOURCE_PATH="apps/$name" \
      sidecarize argocd generate --config "$repository/$config") > "$work/$cluster/$name/manifests.yaml"
  done
done

for config in configs/*.yaml; do
  cluster=$(basename "$config" .yaml)
  branch=rendered/$cluster
  tree=$work/tree-$cluster
  if git show-ref --quiet "refs/heads/$branch"; then
    git worktree add --quiet "$tree" "$branch"
  else
    git worktree add --quiet --detach "$tree"
    git -C "$tree" checkout --quiet --orphan "$branch"
  fi
  git -C "$tree" rm -r --quiet --force --ignore-unmatch .
  cp -r "$work/$cluster/." "$tree"
  git -C "$tree" add --all
  git -C "$tree" diff --cached --quiet || git -C "$tree" commit --quiet --message "Render $(git rev-parse --short HEAD)"
  echo "$branch: $(git -C "$tree" rev-parse --short HEAD)"
done
