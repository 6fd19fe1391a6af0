# kpt: the function as an executable.
render() { (cd "$work/$1" && timeout 120 kpt fn render --allow-exec); }
added_lines_only() { ! diff -r "$1" "$2" | grep -q '^<'; }
refuses_exec() { ! (cd "$work/refused" && timeout 120 kpt fn render); }

if ! command -v kpt > /dev/null; then
  skip "kpt" "kpt is not installed"
else
  package identity
  printf '#!/bin/sh\nexec cat\n' > "$work/bin/identity"
  chmod +x "$work/bin/identity"
  sed -i 's/exec: sidecarize/exec: identity/; /configPath/d' "$work/identity/Kptfile"
  check "kpt renders with cat in our place" render identity
  cp examples/log-agent/Kptfile "$work/identity/Kptfile"
  package rendered
  check "kpt renders the example" render rendered
  cp examples/log-agent/Kptfile "$work/rendered/Kptfile"
  check "the diff against a render with cat has added lines only (19, 20)" added_lines_only "$work/identity" "$work/rendered"
  check "no setter is duplicated or moved (21)" test "$(grep -c kpt-set "$work/rendered/deployment.yaml")" = "$(grep -c kpt-set examples/log-agent/deployment.yaml)"
  check "the rendered package is as expected" diff -r -x README.md -x Kptfile "$work/rendered" examples/log-agent/.expected/rendered
  cp -r "$work/rendered" "$work/again"
  check "kpt renders a second time" render again
  cp examples/log-agent/Kptfile "$work/again/Kptfile"
  check "the second render changes nothing (26)" diff -r "$work/rendered" "$work/again"
  package evaluated
  check "kpt fn eval runs it" timeout 120 kpt fn eval "$work/evaluated" --exec sidecarize --fn-config examples/log-agent/sidecarize.yaml
  # Without a package, kpt does not tell that it commits the result: no record there.
  check "eval gives what render gives, without the record" diff "$work/evaluated/deployment.yaml" <(grep -v -e 'sidecarize.dev/record' -e '^  annotations:$' "$work/rendered/deployment.yaml")
  package refused
  check "kpt refuses it without --allow-exec (30)" refuses_exec
fi
