//! The user and group that the proxy runs as.

use crate::istio::{Behaviour, Minor};
use crate::read::Namespace;
use crate::{Value, istio, kubernetes};

/// Istio's own user and group.
pub(super) const DEFAULT: i64 = 1337;

/// The platform whose namespaces prescribe users.
const OPENSHIFT: &str = "openshift";
const UID_RANGE: &str = "openshift.io/sa.scc.uid-range";
const GROUPS: &str = "openshift.io/sa.scc.supplemental-groups";

/// User and group of the proxy: on OpenShift the ends of the namespace's ranges, elsewhere Istio's own.
pub(super) fn of(platform: &str, namespace: Option<&Namespace>) -> (i64, i64) {
    if platform != OPENSHIFT {
        return (DEFAULT, DEFAULT);
    }
    let annotation = |name: &str| Some(namespace?.annotations.get(name)?.as_str());
    let user = annotation(UID_RANGE).and_then(end);
    let group = annotation(GROUPS).and_then(|g| end(g.split(',').next().unwrap_or_default())).or(user);
    (user.unwrap_or(DEFAULT), group.unwrap_or(DEFAULT))
}

/// Takes user and group off the user's own `istio-proxy` that OpenShift's own admission gave to every container, and so to the
/// application's: they are nobody's wish.
pub(super) fn drop_assigned(container: &mut Value, original: &Value) {
    if kubernetes::name(container) != Some(istio::PROXY) {
        return;
    }
    let app = kubernetes::containers(original, kubernetes::CONTAINERS).iter().find(|c| kubernetes::name(c) != Some(istio::PROXY));
    let Some(assigned) = app.and_then(|c| c.get("securityContext")) else { return };
    let Some(context) = container.get_mut("securityContext").and_then(Value::as_object_mut) else { return };
    for key in ["runAsUser", "runAsGroup"] {
        if assigned.get(key).is_some_and(|id| !id.is_null() && context.get(key) == Some(id)) {
            context.shift_remove(key);
        }
    }
}

/// Whether Istio of this minor takes such ids off.
pub(super) fn drops_assigned(platform: &str, minor: Minor) -> bool {
    platform == OPENSHIFT && minor.has(Behaviour::AssignedUser)
}

/// The last number of a block, written `start/size` or `start-end`.
fn end(block: &str) -> Option<i64> {
    let number = |s: &str| s.trim().parse::<i64>().ok().filter(|n| *n >= 0);
    if let Some((start, size)) = block.split_once('/') {
        let (start, size) = (number(start)?, number(size)?);
        return if size == 0 { None } else { start.checked_add(size - 1) };
    }
    let (start, end) = block.split_once('-')?;
    let (start, end) = (number(start)?, number(end)?);
    (start <= end).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openshift_prescribes_the_end_of_the_range() {
        let of_annotations = |annotations: &[(&str, &str)]| Namespace {
            annotations: annotations.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            ..Namespace::default()
        };
        let namespace = of_annotations(&[(UID_RANGE, "1000620000/10000"), (GROUPS, "5-9,20/3")]);
        assert_eq!(of("openshift", Some(&namespace)), (1_000_629_999, 9));
        assert_eq!(of("openshift", Some(&of_annotations(&[(UID_RANGE, "10-20")]))), (20, 20));
        assert_eq!(of("", Some(&namespace)), (1337, 1337));
        assert_eq!(of("openshift", None), (1337, 1337));
    }
}
