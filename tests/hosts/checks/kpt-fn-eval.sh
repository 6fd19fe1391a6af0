# kpt fn eval gives what kpt fn render gives, without the record: nothing tells it that the result is committed.
need kpt
package log-agent evaluated
timeout 120 kpt fn eval "$work/evaluated" --exec sidecarize --fn-config examples/log-agent/sidecarize.yaml
rendered_package log-agent meant
same "$work/evaluated/deployment.yaml" <(grep -v -e 'sidecarize.dev/record' -e '^  annotations:$' "$work/meant/deployment.yaml")
