//! What the hosts of KRM functions, kpt and kustomize, write on the objects of a run, and what it tells.
//!
//! Keys and their meaning: the KRM Functions Specification (`config.kubernetes.io/…`), and what both hosts really send.

use crate::Value;

/// Marks an object that is for the host alone and reaches no cluster.
pub const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";
/// The file of an object, relative to the package; the newer key, then the older one.
pub const PATH: [&str; 2] = ["internal.config.kubernetes.io/path", "config.kubernetes.io/path"];
/// The position of an object in its file, counted from 0; keys as for [`PATH`].
const INDEX: [&str; 2] = ["internal.config.kubernetes.io/index", "config.kubernetes.io/index"];
/// The package of an item; `kpt fn render` alone sends these.
const PACKAGE: [&str; 2] = ["internal.config.kubernetes.io/package-path", "internal.config.k8s.io/kpt-resource-id"];
/// The id of an item; kustomize alone sends it.
const KUSTOMIZE_ID: &str = "kustomize.config.k8s.io/id";
/// By which kpt finds an item again after a function has run.
pub const KPT_IDS: &[&str] = &["internal.config.kubernetes.io/id", "config.k8s.io/id", "internal.config.k8s.io/kpt-resource-id"];
/// With these start the keys of all that is for hosts.
const OF_HOSTS: &[&str] = &[
    "config.kubernetes.io/",
    "internal.config.kubernetes.io/",
    "alpha.config.kubernetes.io/",
    "config.k8s.io/",
    "internal.config.k8s.io/",
    "kustomize.config.k8s.io/",
];
/// With these start the keys of all that hosts write for one run and take off again.
const OF_ONE_RUN: &[&str] = &["internal.config.kubernetes.io/", "internal.config.k8s.io/"];

/// Whether an annotation belongs to the hosts and says nothing to a cluster.
pub fn is_for_hosts(key: &str) -> bool {
    OF_HOSTS.iter().any(|prefix| key.starts_with(prefix))
}

/// Whether an annotation is a host's for one run: it stands in no file, and may differ from run to run.
pub fn is_of_one_run(key: &str) -> bool {
    let [_, path] = PATH;
    let [_, index] = INDEX;
    [path, index, "config.k8s.io/id", KUSTOMIZE_ID].contains(&key) || OF_ONE_RUN.iter().any(|prefix| key.starts_with(prefix))
}

/// Whether an object is for the host alone and reaches no cluster.
pub fn is_local_config(object: &Value) -> bool {
    annotation(object, LOCAL_CONFIG).is_some_and(|v| v != "false" && v != &Value::Bool(false))
}

/// The file that an object came from, and its position there, counted from 0.
pub fn file_of(object: &Value) -> Option<(&str, u64)> {
    let read = |keys: [&str; 2]| keys.iter().find_map(|key| annotation(object, key)).and_then(Value::as_str);
    Some((read(PATH)?, read(INDEX).and_then(|index| index.parse().ok()).unwrap_or(0)))
}

/// Whether the host commits what comes back, as `kpt fn render` does.
pub fn commits(items: &[Value]) -> bool {
    PACKAGE.iter().any(|key| carry(items, key))
}

/// Whether the host is kpt. `kpt fn eval` sends less than `kpt fn render`, and copies comments all the same.
pub fn is_kpt(items: &[Value]) -> bool {
    let [path, _] = PATH;
    commits(items) || carry(items, path) && !carry(items, KUSTOMIZE_ID)
}

fn carry(items: &[Value], key: &str) -> bool {
    items.iter().any(|item| annotation(item, key).is_some())
}

fn annotation<'v>(object: &'v Value, key: &str) -> Option<&'v Value> {
    object.get("metadata")?.get("annotations")?.get(key)
}
