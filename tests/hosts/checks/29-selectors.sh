# Selectors and exclude of a Kptfile: only what they select is injected, the rest of the package stays, and a second render
# changes nothing.
need kpt
rendered_package log-agent meant
for how in 'selectors: [{kind: Deployment}, {kind: Namespace}]' 'exclude: [{kind: CronJob}]'; do
  rm -rf "$work/package" "$work/again"
  package log-agent package
  sed -i "s|configPath: sidecarize.yaml|&\n    $how|" "$work/package/Kptfile"
  render package --allow-exec
  same "$work/meant/deployment.yaml" "$work/package/deployment.yaml"
  same <(yaml examples/log-agent/cronjob.yaml doc) <(yaml "$work/package/cronjob.yaml" doc)
  same <(ls examples/log-agent) <(ls "$work/package")
  cp -r "$work/package" "$work/again"
  render again --allow-exec
  same "$work/package" "$work/again"
done
