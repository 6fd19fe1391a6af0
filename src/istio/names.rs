//! Names that Istio gives: containers, labels, annotations.

/// Name of Istio's sidecar.
pub const PROXY: &str = "istio-proxy";

/// Name of the init container that sets up traffic capture.
pub const INIT: &str = "istio-init";

/// Name of the init container that checks that traffic capture works.
pub const VALIDATION: &str = "istio-validation";

/// Name of the init container that turns on core dumps.
pub const CORE_DUMP: &str = "enable-core-dump";

/// The label by which a namespace opts in to the default revision.
pub const NAMESPACE_LABEL: &str = "istio-injection";

/// The label by which a namespace or a pod names a revision.
pub const REVISION_LABEL: &str = "istio.io/rev";

/// The unnamed revision.
pub const DEFAULT_REVISION: &str = "default";

/// The label and the annotation of a pod that opt in or out.
pub const INJECT: &str = "sidecar.istio.io/inject";

/// The annotation that records the user's own containers of the sidecar's names, as JSON.
pub const OVERRIDES: &str = "proxy.istio.io/overrides";

/// The annotation that records an injection.
pub const STATUS: &str = "sidecar.istio.io/status";
