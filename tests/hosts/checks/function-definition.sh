# The KRMFunctionDefinition is one that kyaml, the library of the hosts, reads; every example's configuration fits its schema,
# and what we refuse does not.
need kyaml-validate
definition=functions/sidecarize/definition.yaml
kyaml-validate $definition examples/{istio,istio-revisions,log-agent,own-sidecars,rollout}/sidecarize.yaml
for mistake in 's/native: true/native: 3/' 's/ sidecars:/ sidecar:/' 's/kind: .*/kind: Sidecar/' 's/^spec:/spec: []\nspecs:/'; do
  sed "$mistake" examples/log-agent/sidecarize.yaml > "$work/config.yaml"
  refused cmp -s examples/log-agent/sidecarize.yaml "$work/config.yaml"
  refused kyaml-validate $definition "$work/config.yaml"
done
