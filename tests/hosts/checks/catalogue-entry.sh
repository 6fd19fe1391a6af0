# The catalogue entry is complete: metadata, definition and README say the same, what they name is there, and the commands of
# the README's examples run.
need kpt
need_image
entry=functions/sidecarize
expect $entry/metadata.yaml 'sorted(doc)' '["description", "emails", "examplePackageURLs", "image", "license", "sourceURL", "tags"]'
for key in description tags; do
  same <(yaml $entry/metadata.yaml "doc['$key']") <(yaml $entry/definition.yaml "doc['spec']['$key']")
done
[ -d "$(yaml $entry/metadata.yaml 'doc["sourceURL"]')" ]
for example in $(yaml $entry/metadata.yaml '" ".join(doc["examplePackageURLs"])'); do
  [ -e "$example/Kptfile" ] || fail "$example is no package"
done
grep -qF "$(yaml $entry/metadata.yaml 'doc["description"]')" $entry/README.md
for heading in Overview Usage FunctionConfig Examples; do grep -q "^## $heading$" $entry/README.md; done
for part in Short Long Examples; do grep -q "^<!--mdtogo:$part-->$" $entry/README.md; done
[ "$(grep -c '^<!--mdtogo-->$' $entry/README.md)" = 3 ]

cp -r examples "$work/examples"
cd "$work"
sed -n '/mdtogo:Examples/,$p' "$root/$entry/README.md" | sed -n '/^```sh$/,/^```$/p' | grep -v '^```' | sed "s|localhost/sidecarize:latest|$image|" > commands
[ "$(grep -c '^kpt fn eval' commands)" = 3 ]
bash -e commands
