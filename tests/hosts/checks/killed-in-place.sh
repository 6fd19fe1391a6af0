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
# RUNS narrows it for a quick look.
runs=${RUNS:-50}
for run in $(seq "$runs"); do
  rm -rf "$work/run"
  cp -r "$work/old" "$work/run"
  cd "$work/run"
  # By its own name, so that the shell waits for the program itself.
  sidecarize inject -q --in-place &
  pid=$!
  moment=$(((RANDOM * 32768 + RANDOM) % whole))
  # Every other kill comes late, among the renames.
  [ $((run % 2)) = 1 ] || moment=$((whole * 17 / 20 + moment / 5))
  sleep "$(printf '%d.%06d' $((moment / 1000000)) $((moment % 1000000)))"
  if kill -KILL "$pid" 2> /dev/null; then killed=$((killed + 1)); fi
  wait "$pid" 2> /dev/null || true
  differs_from() { { diff -rq "$work/$1" . || true; } | sed -n "s|^Files .* and \\(.*\\) differ$|\\1|p" | sort; }
  differs_from new > "$work/not-new"
  differs_from old > "$work/not-old"
  cut=$(comm -12 "$work/not-new" "$work/not-old")
  [ -z "$cut" ] || fail "run $run, killed after $moment µs: neither old nor new: $cut"
  [ "$(find . -name '[0-9]*.yaml' | wc -l)" = 500 ] || fail "run $run: a file is gone"
  new=$((500 - $(wc -l < "$work/not-new")))
  if [ $new -gt 0 ] && [ $new -lt 500 ]; then mixed=$((mixed + 1)); fi
  sidecarize inject -q --in-place
  diff -r . "$work/new" || fail "run $run: the next run does not finish it, or leaves something behind"
  [ -z "$(find . -name '.sidecarize-*')" ] || fail "run $run: stray files"
done
[ $killed -ge $((runs * 2 / 5)) ] || fail "only $killed of $runs runs were killed before they were done"
note "$killed of $runs runs killed, $mixed of them between two renames"
