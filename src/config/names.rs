//! How a configuration is called, and the smallest one.

/// `apiVersion` of the configuration.
pub const API_VERSION: &str = "sidecarize.dev/v1alpha1";
/// `kind` of the configuration.
pub const KIND: &str = "SidecarInjector";

/// The smallest configuration that does something; shown where none is given.
pub const SMALLEST: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata:
  name: injector
  annotations: {config.kubernetes.io/local-config: \"true\"}
spec:
  sidecars:
  - name: log-agent
    pod:
      spec:
        containers:
        - name: log-agent
          image: example.com/log-agent:1
";

/// The name of Istio's unnamed revision.
pub(super) const DEFAULT_REVISION: &str = "default";
