// Istio's own sidecar injector, as its module gives it, alone and with its configuration from files: the admission webhook of a
// test cluster. The mode of native sidecars and what else istiod takes from its environment is taken from the environment.
//
//	istio-injector -listen 127.0.0.1:9443 -cert FILE -key FILE -config FILE -values FILE -mesh FILE [-proxy-configs FILE] [-revision NAME]
package main

import (
	"flag"
	"log"
	"net/http"
	"os"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/config/memory"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/kube/inject"
	"istio.io/istio/pkg/kube/multicluster"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9443", "address")
	cert := flag.String("cert", "", "file of the certificate")
	key := flag.String("key", "", "file of its key")
	config := flag.String("config", "", "the injector's configuration (key config of its ConfigMap)")
	values := flag.String("values", "", "its values (key values)")
	meshFile := flag.String("mesh", "", "the mesh configuration (key mesh of its ConfigMap)")
	proxyConfigs := flag.String("proxy-configs", "", "objects of kind ProxyConfig")
	revision := flag.String("revision", "default", "the revision it is responsible for")
	flag.Parse()
	mux, err := injector(*config, *values, *meshFile, *proxyConfigs, *revision)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServeTLS(*listen, *cert, *key, mux))
}

func injector(config, values, meshFile, proxyConfigs, revision string) (*http.ServeMux, error) {
	meshConfig, err := mesh.ReadMeshConfig(meshFile)
	if err != nil {
		return nil, err
	}
	watcher, err := inject.NewFileWatcher(config, values)
	if err != nil {
		return nil, err
	}
	environment := model.NewEnvironment()
	environment.Watcher = meshwatcher.NewTestWatcher(meshConfig)
	store, err := proxyConfigStore(proxyConfigs)
	if err != nil {
		return nil, err
	}
	// Only with it are annotations and ProxyConfigs heeded.
	push := model.NewPushContext()
	push.Mesh = meshConfig
	push.ProxyConfigs = model.GetProxyConfigs(store, meshConfig)
	environment.SetPushContext(push)
	mux := http.NewServeMux()
	webhook, err := inject.NewWebhook(inject.WebhookParameters{
		Watcher: watcher, Env: environment, Mux: mux, Revision: revision, MultiCluster: multicluster.NewFakeController(),
	})
	if err != nil {
		return nil, err
	}
	go webhook.Run(make(chan struct{}))
	return mux, nil
}

func proxyConfigStore(file string) (model.ConfigStore, error) {
	store := memory.Make(collections.Pilot)
	if file == "" {
		return store, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	configs, _, err := crd.ParseInputs(string(text))
	if err != nil {
		return nil, err
	}
	for _, config := range configs {
		if _, err := store.Create(config); err != nil {
			return nil, err
		}
	}
	return store, nil
}
