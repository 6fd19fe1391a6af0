# `diff --format unified | git apply` gives what `inject --in-place` gives: with line ends of every kind, names that git quotes, links, a folder of the working tree, a second configuration.
need git
mkdir -p "$work/tree/sub folder" "$work/tree/real" "$work/tree/links"
cd "$work/tree"
config() { printf 'apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nmetadata: {name: agent}\nspec:\n  sidecars:\n  - name: agent\n    match: {}\n    position: first\n    pod: {metadata: {annotations: {example.com/a: b}}, spec: {containers: [{name: agent, image: "agent:%s"}]}}\n' "$1" > sidecarize.yaml; }
config 1
pod='apiVersion: v1\nkind: Pod\nmetadata:\n  name: web # mine\nspec:\n  containers:\n  - name: web\n    image: web:1'
printf "$pod\n" > plain.yaml
printf "$pod" > no-newline.yaml
printf "$pod\n" | sed 's/$/\r/' > crlf.yaml
printf "$pod" | sed '$!s/$/\r/' > crlf-no-newline.yaml
printf "$pod\n---\n$pod\n" > two.yaml
printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"web","image":"web:1"}]}}' > one-line.json
for name in 'sub folder/a b.yaml' 'quote".yaml' 'back\slash.yaml' "apostrophe's.yaml" 'tab	.yaml' 'ümläut.yaml' '-dash.yaml'; do printf "$pod\n" > "$name"; done
printf "$pod\n" > real/a.yaml
ln -s ../real/a.yaml links/a.yaml
git -c init.defaultBranch=main init --quiet
git config core.autocrlf false

# What comes of the working tree by the patch, and by inject, must be the same.
compare() {
  local folder=$1
  shift
  git add -A
  git -c user.name=x -c user.email=x@example.com commit --quiet --allow-empty -m before
  (cd "$folder" && sidecarize diff -q "$@") > "$work/patch"
  [ -s "$work/patch" ] || fail "no difference in $folder"
  (cd "$folder" && git apply --whitespace=nowarn "$work/patch")
  rm -rf "$work/applied"
  cp -a . "$work/applied"
  git checkout --quiet .
  (cd "$folder" && sidecarize inject -q --in-place "$@")
  same "$work/applied" . -x .git
  [ -z "$(git ls-files --others)" ] || fail "a patch made new files"
}
compare .
config 2
compare .
config 3
compare 'sub folder' .
compare . -- plain.yaml "$PWD/crlf.yaml" ./no-newline.yaml real/../two.yaml
note "$(grep -c '^+++' "$work/patch") files in the last patch of four"
