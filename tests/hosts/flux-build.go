// Builds a folder of a repository as Flux's kustomize-controller does, with its own package: plugins are disabled, and a folder without
// a kustomization gets one of all its manifests. The folder is written to.
//
//	fluxbuild REPOSITORY PATH
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: fluxbuild REPOSITORY PATH")
		os.Exit(2)
	}
	if err := run(os.Args[1], filepath.Join(os.Args[1], os.Args[2])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(repository, folder string) error {
	kustomization := unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "kustomize.toolkit.fluxcd.io/v1",
		"kind":       "Kustomization",
		"metadata":   map[string]any{"name": "shop", "namespace": "flux-system"},
		"spec":       map[string]any{"prune": true},
	}}
	if _, err := kustomize.NewGenerator(repository, kustomization).WriteFile(folder); err != nil {
		return err
	}
	built, err := kustomize.SecureBuild(repository, folder, false)
	if err != nil {
		return err
	}
	text, err := built.AsYaml()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
