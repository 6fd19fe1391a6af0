// Prints the Applications of an ApplicationSet as Argo CD's own controller makes them, and the environment that each one's plugin gets:
// one JSON object a line with name, path, namespace and env.
//
//	applicationset FILE
package main

import (
	"encoding/json"
	"fmt"
	"os"

	log "github.com/sirupsen/logrus"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: applicationset FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var set v1alpha1.ApplicationSet
	if err := yaml.UnmarshalStrict(text, &set); err != nil {
		return err
	}
	lists := map[string]generators.Generator{"List": generators.NewListGenerator()}
	all := map[string]generators.Generator{"List": lists["List"], "Matrix": generators.NewMatrixGenerator(lists)}
	applications, _, err := template.GenerateApplications(log.NewEntry(log.StandardLogger()), set, all, &utils.Render{}, nil)
	if err != nil {
		return err
	}
	for _, application := range applications {
		source := application.Spec.GetSource()
		env, err := source.Plugin.Parameters.Environ()
		if err != nil {
			return err
		}
		line, err := json.Marshal(map[string]any{
			"name": application.Name, "path": source.Path, "namespace": application.Spec.Destination.Namespace,
			"plugin": source.Plugin.Name, "env": env,
		})
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}
