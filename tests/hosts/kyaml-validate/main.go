// Validates function configurations by a KRMFunctionDefinition, with the code of the hosts themselves.
//
//	kyaml-validate DEFINITION CONFIG…
package main

import (
	"fmt"
	"os"

	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(definition string, configs []string) error {
	text, err := os.ReadFile(definition)
	if err != nil {
		return err
	}
	schema, err := framework.SchemaFromFunctionDefinition(resid.NewGvk("sidecarize.dev", "v1alpha1", "SidecarInjector"), string(text))
	if err != nil {
		return err
	}
	for _, config := range configs {
		text, err := os.ReadFile(config)
		if err != nil {
			return err
		}
		var object map[string]any
		if err := yaml.Unmarshal(text, &object); err != nil {
			return fmt.Errorf("%s: %w", config, err)
		}
		if err := validate.AgainstSchema(schema, object, strfmt.Default); err != nil {
			return fmt.Errorf("%s: %w", config, err)
		}
	}
	return nil
}
