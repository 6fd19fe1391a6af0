# Without --allow-exec kpt refuses to run us; with it, the package renders.
need kpt
package log-agent refused
refused render refused
package log-agent rendered
render rendered --allow-exec
