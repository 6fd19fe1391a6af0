# A second run changes nothing.
need kpt
package log-agent rendered
render rendered --allow-exec
rendered_package log-agent meant
same "$work/meant" "$work/rendered"
render rendered --allow-exec
same "$work/meant" "$work/rendered"
