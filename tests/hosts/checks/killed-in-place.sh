# A killed `inject --in-place` leaves every file either old or new, never cut, and no stray file behind the next run.
config() { printf 'apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nmetadata: {name: agent}\nspec:\n  sidecars:\n  - name: agent\n    match: {}\n    pod: {spec: {containers: [{name: agent, image: "agent:1"}]}}\n' > "$1/sidecarize.yaml"; }
mkdir -p "$work/old" "$work/new"
config "$work/old"
for i in $(seq 500); do
  folder=$work/old/$((i % 7))
  mkdir -p "$folder"
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: web-%s}\nspec:\n  containers:\n  - name: web # mine\n    image: web:1\n' "$i" > "$folder/$i.yaml"
done
cp -r "$work/old/." "$work/new"
(cd "$work/new" && sidecarize inject -q --in-place)
# How long a whole run takes, in microseconds: the moments of the kills are spread over it.
cp -r "$work/old" "$work/timed"
before=${EPOCHREALTIME/[.,]/}
(cd "$work/timed" && sidecarize inject -q --in-place)
whole=$((${EPOCHREALTIME/[.,]/} - before))
RANDOM=20261125
killed=0 mixed=0
for run in $(seq 50); do
  rm -rf "$work/run"
  cp -r "$work/old" "$work/run"
  cd "$work/run"
  # By its own name, so that the shell waits for the program itself.
  sidecarize inject -q --in-place &
  pid=$!
  moment=$(((RANDOM * 32768 + RANDOM) % whole))
  sleep "$(printf '%d.%06d' $((moment / 1000000)) $((moment % 1000000)))"
  if kill -KILL "$pid" 2> /dev/null; then killed=$((killed + 1)); fi
  wait "$pid" 2> /dev/null || true
  new=0
  while IFS= read -r file; do
    if cmp -s "$file" "$work/new/$file"; then
      new=$((new + 1))
    elif ! cmp -s "$file" "$work/old/$file"; then
      fail "run $run, killed after $moment µs: $file is neither old nor new"
    fi
  done < <(find . -name '[0-9]*.yaml')
  if [ $new -gt 0 ] && [ $new -lt 500 ]; then mixed=$((mixed + 1)); fi
  sidecarize inject -q --in-place
  diff -r . "$work/new" || fail "run $run: the next run does not finish it, or leaves something behind"
  [ -z "$(find . -name '.sidecarize-*')" ] || fail "run $run: stray files"
done
[ $killed -ge 25 ] || fail "only $killed of 50 runs were killed in time"
note "$killed of 50 runs killed, $mixed of them between two renames"
