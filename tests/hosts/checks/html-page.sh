# The page of `diff --format html` in Chromium: filter, both views, keyboard, contrast in light and dark, a phone's width, and no script but its own.
need chromium
cp -r tests/cmd/diff.in/. "$work"
cp tests/hosts/html-page.html "$work/test.html"
cd "$work"
sidecarize diff -q . --format html -o page.html

# Chromium with what follows; it talks to nobody.
browser() {
  rm -rf "$work/profile"
  timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/profile" "$@" 2> "$work/browser.log"
}
dark=(--force-dark-mode --blink-settings=preferredColorScheme=0)
used() {
  browser --allow-file-access-from-files --virtual-time-budget=20000 --dump-dom "$@" "file://$work/test.html" > used.html
  grep -q '<pre id="result">everything works</pre>' used.html || fail "$(sed -n '/<pre id="result">/,/<script>/p' used.html)"
}
used
used "${dark[@]}"

# Light, dark and a phone, to be looked at.
pictures=${SIDECARIZE_PICTURES:-$work}
mkdir -p "$pictures"
browser --window-size=1200,900 --screenshot="$pictures/light.png" "file://$work/page.html"
browser --window-size=1200,900 "${dark[@]}" --screenshot="$pictures/dark.png" "file://$work/page.html"
browser --window-size=500,900 --screenshot="$pictures/phone.png" "file://$work/page.html"
if cmp -s "$pictures/light.png" "$pictures/dark.png"; then fail "dark looks as light"; fi
note "pictures: $(cd "$pictures" && ls -s light.png dark.png phone.png | tr '\n' ' ')"

# What a manifest says stays text; should it ever be markup, it does not run.
cat > nasty.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: '<img src=x onerror="document.title=1"><script>document.title=2</script>'
  annotations: {note: '</table></details><script>document.title=3</script>'}
spec: {containers: [{name: web, image: 'web:1'}]}
YAML
sidecarize diff -q nasty.yaml --format html > nasty.html
browser --dump-dom "file://$work/nasty.html" > nasty.dom
[ "$(grep -c '<script' nasty.dom)" = 1 ] || fail "a script from a manifest"
grep -q '<title>Sidecars: 1 of 1 workload to inject</title>' nasty.dom || fail "something ran: $(grep '<title>' nasty.dom)"
sed 's|</main>|<script>document.title="ran"</script><img src="x" onerror="document.title=String(1)"></main>|' page.html > foreign.html
browser --dump-dom "file://$work/foreign.html" | grep -q '<title>Sidecars: ' || fail "a foreign script ran"
