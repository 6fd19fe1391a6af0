# A second run changes nothing.
need kpt
package log-agent rendered
render rendered --allow-exec
same -x README.md -x Kptfile "$work/rendered" examples/log-agent/.expected/rendered
cp -r "$work/rendered" "$work/again"
render again --allow-exec
same "$work/rendered" "$work/again"
