//! A value against the table of Kubernetes' fields: all that does not fit, each with its path.

use std::collections::HashMap;

use crate::finding::closest;
use crate::kubernetes::{Field, KUBERNETES, Shape, described, misfit};
use crate::yaml::{Path, Step};
use crate::{Value, kubernetes};

/// A field, as a path from the value on, and what is wrong with it.
pub(super) type Mistake = (Path, String);

/// Types of which exactly one field may be set; of a volume, which may have none, its own rule tells.
const ONE_OF: &[(&str, &[&str])] = &[
    ("Probe", &["exec", "httpGet", "tcpSocket", "grpc"]),
    ("LifecycleHandler", &["exec", "httpGet", "tcpSocket", "sleep"]),
    ("EnvVarSource", &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]),
    ("VolumeProjection", &["secret", "downwardAPI", "configMap", "serviceAccountToken", "clusterTrustBundle", "podCertificate"]),
];
/// Fields that must be there though Go leaves them out when they are empty.
const NEEDED: &[(&str, &str)] = &[("Container", "image")];
/// Fields that may be empty though Go always prints them.
const FREE: &[(&str, &str)] = &[("HTTPHeader", "value"), ("Sysctl", "value")];

/// All that is wrong with a value of a type.
pub(super) fn mistakes(kind: &str, value: &Value) -> Vec<Mistake> {
    let mut walk = Walk::default();
    walk.fields(kind, None, value, &[]);
    walk.found
}

/// All that is wrong with what a value has beyond what it was before; the fields of the spec named in `except` are none of it.
pub(super) fn injected(kind: &str, before: &Value, after: &Value, except: &[&str]) -> Vec<Mistake> {
    let mut walk = Walk::default();
    walk.fields(kind, Some(before), after, except);
    walk.found
}

/// Fields that a type does not have, whatever case their letters are in: those of annotations are read as Go reads JSON.
pub(super) fn unknown_fields(kind: &str, value: &Value) -> Vec<Mistake> {
    let known = |key: &str| kubernetes::of(kind).iter().any(|f| f.json.eq_ignore_ascii_case(key));
    let keys = value.as_object().into_iter().flatten().map(|(key, _)| key);
    keys.filter(|key| !known(key)).map(|key| (Path::of([key.as_str()]), no_such_field(kind, key))).collect()
}

/// The fields of a type that are set in a value.
pub(super) fn set_of<'v>(value: &'v Value, kind: &'v str) -> impl Iterator<Item = &'v str> {
    let set = value.as_object().into_iter().flatten().filter(|(_, v)| !v.is_null());
    set.map(|(key, _)| key.as_str()).filter(move |key| kubernetes::field(kind, key).is_some())
}

fn no_such_field(kind: &str, key: &str) -> String {
    let meant = closest(key, kubernetes::of(kind).iter().map(|f| f.json));
    let meant = meant.map(|m| format!("; did you mean {m}?")).unwrap_or_default();
    format!("{kind} has no field {key} in Kubernetes {KUBERNETES}{meant}")
}

#[derive(Default)]
struct Walk {
    path: Path,
    found: Vec<Mistake>,
}

impl Walk {
    fn tell(&mut self, message: String) {
        self.found.push((self.path.clone(), message));
    }

    fn under(&mut self, step: impl Into<Step>, walk: impl FnOnce(&mut Self)) {
        self.path.push(step.into());
        walk(self);
        self.path.pop();
    }

    fn fields(&mut self, kind: &str, before: Option<&Value>, value: &Value, except: &[&str]) {
        let Some(map) = value.as_object() else { return self.tell(expected("a map", value)) };
        for (key, value) in map {
            let before = before.and_then(|b| b.get(key));
            let in_spec = kind == "Pod" || kind == "PodTemplateSpec";
            if before == Some(value) || (!in_spec && except.contains(&key.as_str())) {
                continue;
            }
            let except = if in_spec && key == "spec" { except } else { &[] };
            self.under(key.as_str(), |walk| match kubernetes::field(kind, key) {
                Some(field) => walk.field(field, before, value, except),
                None if before.is_none() => walk.tell(no_such_field(kind, key)),
                None => {}
            });
        }
        // What the user left out is the user's.
        if before.is_none() {
            self.missing(kind, value);
        }
        if let Some((_, names)) = ONE_OF.iter().find(|(of, _)| *of == kind) {
            let set: Vec<&str> = set_of(value, kind).filter(|key| names.contains(key)).collect();
            match set.as_slice() {
                [_] => {}
                [] if before.is_some() => {}
                [] => self.tell(format!("one of {} is needed", names.join(", "))),
                several => self.tell(format!("{} exclude each other", several.join(" and "))),
            }
        }
        if kind == "EnvVar"
            && map.get("valueFrom").is_some_and(|v| !v.is_null())
            && map.get("value").is_some_and(|v| v != "" && !v.is_null())
        {
            self.tell("value and valueFrom exclude each other".to_owned());
        }
    }

    fn missing(&mut self, kind: &str, value: &Value) {
        let always = |f: &&Field| !f.omit_empty && ["string", "IntOrString"].contains(&f.go_type) && !FREE.contains(&(kind, f.json));
        let needed = NEEDED.iter().filter(|(of, _)| *of == kind).map(|(_, name)| *name);
        let port = (kind == "ContainerPort").then_some("containerPort");
        for name in kubernetes::of(kind).iter().filter(always).map(|f| f.json).chain(needed).chain(port) {
            if value.get(name).is_none_or(|v| v.is_null() || v == "") {
                self.under(name, |walk| walk.tell(format!("{kind} must have {name}, which is missing or empty")));
            }
        }
    }

    fn field(&mut self, field: &Field, before: Option<&Value>, value: &Value, except: &[&str]) {
        if value.is_null() {
            return;
        }
        match field.shape() {
            Shape::List(element) => self.list(element, field.merge_key, before, value),
            shape => self.value(shape, before, value, except),
        }
    }

    fn value(&mut self, shape: Shape<'_>, before: Option<&Value>, value: &Value, except: &[&str]) {
        if value.is_null() {
            return;
        }
        match shape {
            Shape::Struct(kind) => self.fields(kind, before, value, except),
            Shape::List(element) => self.list(element, None, before, value),
            Shape::Map(of) => {
                let of = kubernetes::shape(of);
                let Some(map) = value.as_object() else { return self.tell(expected("a map", value)) };
                for (key, value) in map {
                    let before = before.and_then(|b| b.get(key));
                    if before != Some(value) {
                        self.under(key.as_str(), |walk| walk.value(of, before, value, &[]));
                    }
                }
            }
            Shape::Scalar(kind) => {
                if let Some(wanted) = misfit(value, kind) {
                    self.tell(expected(wanted, value));
                }
            }
        }
    }

    /// The elements of a list; what stood there before is known by the key by which the list is merged, else by its place.
    fn list(&mut self, element: &str, merge_key: Option<&str>, before: Option<&Value>, value: &Value) {
        let Some(list) = value.as_array() else { return self.tell(expected("a list", value)) };
        let old = before.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let key = |item: &Value| merge_key.and_then(|key| item.get(key)).map(Value::to_string);
        let by_key: HashMap<String, &Value> = old.iter().filter_map(|item| Some((key(item)?, item))).collect();
        let shape = kubernetes::shape(element);
        for (i, item) in list.iter().enumerate() {
            let before = key(item).and_then(|k| by_key.get(&k).copied()).or_else(|| old.get(i).filter(|o| *o == item));
            if before != Some(item) {
                self.under(Step::Index(i), |walk| walk.value(shape, before, item, &[]));
            }
        }
    }
}

fn expected(wanted: &str, found: &Value) -> String {
    format!("{wanted} is expected, not {}", described(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(kind: &str, value: &Value) -> Vec<String> {
        mistakes(kind, value).into_iter().map(|(path, message)| format!("{path}: {message}")).collect()
    }

    #[test]
    fn every_mistake_is_found() {
        let container = json!({
            "name": "agent",
            "imagePullPolcy": "Always",
            "args": ["a", 5],
            "ports": [{"containerPort": "80"}, {"name": "web"}],
            "resources": {"limits": {"cpu": "1e3m"}},
            "env": [{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "a"}}}, {"value": 8080}],
            "livenessProbe": {"exec": {"command": []}, "tcpSocket": {"port": 80}},
            "volumeMounts": [{"name": "data", "readonly": true}],
        });
        assert_eq!(
            all("Container", &container),
            [
                "imagePullPolcy: Container has no field imagePullPolcy in Kubernetes 1.36; did you mean imagePullPolicy?",
                "args[1]: a text is expected, not 5",
                "ports[0].containerPort: a whole number is expected, not \"80\"",
                "ports[1].containerPort: ContainerPort must have containerPort, which is missing or empty",
                "resources.limits.cpu: a quantity such as 100m or 128Mi is expected, not \"1e3m\"",
                "env[0]: value and valueFrom exclude each other",
                "env[1].value: a text is expected, not 8080",
                "env[1].name: EnvVar must have name, which is missing or empty",
                "livenessProbe: exec and tcpSocket exclude each other",
                "volumeMounts[0].readonly: VolumeMount has no field readonly in Kubernetes 1.36; did you mean readOnly?",
                "volumeMounts[0].mountPath: VolumeMount must have mountPath, which is missing or empty",
                "image: Container must have image, which is missing or empty",
            ]
        );
    }

    #[test]
    fn what_is_the_users_is_not_looked_at() {
        let before = json!({"spec": {"newField": 1, "hostAliases": [{"ip": "1.1.1.1", "hostname": "a"}], "containers": [{"bad": 1}]}});
        let after = json!({"metadata": {"labls": {}}, "spec": {"newField": 1, "container": [],
            "hostAliases": [{"ip": "1.1.1.1", "hostname": "a"}, {"ip": "2.2.2.2", "hostnames": "b"}], "containers": [{"bad": 1}]}});
        let found: Vec<String> = injected("Pod", &before, &after, &["containers"]).into_iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(found, ["metadata.labls", "spec.container", "spec.hostAliases[1].hostnames"]);
    }
}
