module sidecarize.dev/kyaml-validate

go 1.24

require sigs.k8s.io/kustomize/kyaml v0.20.1
