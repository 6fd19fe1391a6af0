# Each example with a Kptfile renders as its .expected says, in the convention of kpt's own tests: config.yaml is how,
# diff.patch what changes, results.yaml what the function reports. The second render changes nothing.
need kpt
run=0
for kptfile in examples/*/Kptfile; do
  name=$(basename "$(dirname "$kptfile")")
  config=examples/$name/.expected/config.yaml
  flags=()
  [ "$(yaml "$config" 'doc.get("allowExec", False)')" = false ] || flags+=(--allow-exec)
  ! grep -q 'image: localhost/sidecarize' "$kptfile" || need_image
  package "$name" "$name"
  # It is no part of the package: .krmignore says so.
  cp -r "examples/$name/.expected" "$work/$name/"
  git_in "$name" init -q
  git_in "$name" add -A
  git_in "$name" commit -q -m before
  render "$name" --results-dir "$work/results" "${flags[@]}"
  git_in "$name" diff > "$work/diff.patch"
  sed -i "s|$image|localhost/sidecarize:latest|" "$work/results/results.yaml"
  as_expected "$name" diff.patch "$work/diff.patch"
  as_expected "$name" results.yaml "$work/results/results.yaml"
  [ -s "$work/diff.patch" ] || fail "$name: nothing changes"
  git_in "$name" commit -q -a -m rendered
  render "$name" "${flags[@]}"
  [ -z "$(git_in "$name" status --porcelain)" ] || fail "$name: the second render changes $(git_in "$name" diff)"
  run=$((run + 1))
done
note "$run examples"
[ $run -ge 6 ]
