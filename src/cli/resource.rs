//! Kinds as kubectl takes them: in any case of letters, as singular, plural or short name, and with the group behind a dot.

use crate::kubernetes::Identity;

/// Short names that Kubernetes and the definitions of other kinds give: group, kind, names.
const SHORT: &[(&str, &str, &[&str])] = &[
    ("", "Pod", &["po"]),
    ("", "ReplicationController", &["rc"]),
    ("apps", "Deployment", &["deploy"]),
    ("apps", "DaemonSet", &["ds"]),
    ("apps", "ReplicaSet", &["rs"]),
    ("apps", "StatefulSet", &["sts"]),
    ("extensions", "Deployment", &["deploy"]),
    ("extensions", "DaemonSet", &["ds"]),
    ("extensions", "ReplicaSet", &["rs"]),
    ("batch", "CronJob", &["cj"]),
    ("apps.openshift.io", "DeploymentConfig", &["dc"]),
    ("argoproj.io", "Rollout", &["ro"]),
    ("serving.knative.dev", "Service", &["ksvc", "kservice"]),
    ("apps.kruise.io", "CloneSet", &["clone"]),
    ("apps.kruise.io", "DaemonSet", &["daemon"]),
    ("apps.kruise.io", "StatefulSet", &["sts", "asts"]),
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet", &["lws"]),
];

/// Whether a word of `--why` is the kind of this object: `deploy`, `Deployments`, `deployment.apps`, `deployments.v1.apps`.
pub fn names_kind(word: &str, object: &Identity) -> bool {
    let (group, version) = object.api_version.rsplit_once('/').unwrap_or(("", &object.api_version));
    let word = word.to_lowercase();
    let (name, rest) = word.split_once('.').map_or((word.as_str(), None), |(name, rest)| (name, Some(rest)));
    let singular = object.kind.to_lowercase();
    let is_short = |(of, kind, names): &(&str, &str, &[&str])| *of == group && *kind == object.kind && names.contains(&name);
    let is_group = |rest: &str| rest == group || rest.strip_prefix(version).is_some_and(|rest| rest.strip_prefix('.') == Some(group));
    (name == singular || name == plural(&singular) || SHORT.iter().any(is_short)) && rest.is_none_or(is_group)
}

/// The name of the resource, as Kubernetes itself guesses it.
fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_for_kubectl() {
        let object = |api_version: &str, kind: &str| Identity { api_version: api_version.into(), kind: kind.into(), ..Identity::default() };
        let deployment = object("apps/v1", "Deployment");
        for word in ["deploy", "Deploy", "deployment", "DEPLOYMENT", "deployments", "deployment.apps", "deploy.apps", "Deployments.v1.apps"]
        {
            assert!(names_kind(word, &deployment), "{word}");
        }
        for word in ["", "po", "deploys", "deployment.batch", "deployment.", "deployments.v2.apps", "deployments.v1"] {
            assert!(!names_kind(word, &deployment), "{word}");
        }
        assert!(names_kind("po", &object("v1", "Pod")) && names_kind("cj", &object("batch/v1", "CronJob")));
        assert!(names_kind("policies", &object("example.com/v1", "Policy")) && names_kind("gases", &object("example.com/v1", "Gas")));
        assert!(
            !names_kind("deploy", &object("example.com/v1", "Deployment"))
                && names_kind("ro.argoproj.io", &object("argoproj.io/v1alpha1", "Rollout"))
        );
    }
}
