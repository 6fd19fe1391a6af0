//! Reads `spec.sidecars`.

use super::{Reader, read_selector};
use crate::Value;
use crate::sidecar::{Match, Position, Sidecar, Source};

/// Fields of an entry of `sidecars`.
pub(super) const FIELDS: &[&str] = &["name", "match", "optInKey", "native", "position", "pod", "template", "values"];

/// Reads one entry of `spec.sidecars`; `native` says what `auto` means.
pub(super) fn read(reader: &mut Reader<'_, '_>, native: bool) -> Sidecar {
    reader.fields(FIELDS);
    let name = reader.text("name");
    if name.is_empty() && reader.value().is_object() {
        reader.mistake("a sidecar needs a name: by it the opt-in list and the record tell it from others");
    }
    let source = match (reader.value().get("pod"), reader.value().get("template")) {
        (Some(_), None) => Source::Pod(reader.field("pod").map_or(Value::Null, |mut pod| read_pod(&mut pod))),
        (None, Some(_)) => {
            let text = reader.text("template");
            Source::Template { text, values: reader.value().get("values").cloned().unwrap_or(Value::Null) }
        }
        _ => {
            reader.mistake("a sidecar needs exactly one of pod (a partial pod) and template (a Go template that renders one)");
            Source::Pod(Value::Null)
        }
    };
    Sidecar {
        name,
        matches: reader.field("match").map(|mut m| read_match(&mut m)),
        opt_in_key: reader.text("optInKey"),
        native: reader.choice("native", &[("auto", native), ("true", true), ("false", false)]).unwrap_or(native),
        position: reader.choice("position", &[("last", Position::Last), ("first", Position::First)]).unwrap_or(Position::Last),
        source,
    }
}

fn read_match(reader: &mut Reader<'_, '_>) -> Match {
    reader.fields(&["namespaceSelector", "podSelector", "kinds"]);
    Match {
        namespace_selector: reader.field("namespaceSelector").map(|mut s| read_selector(&mut s)),
        pod_selector: reader.field("podSelector").map(|mut s| read_selector(&mut s)),
        kinds: reader.list("kinds", |r| r.as_text()),
    }
}

/// Checks the shape of a partial pod as far as injection relies on it.
fn read_pod(pod: &mut Reader<'_, '_>) -> Value {
    if pod.fields(&["metadata", "spec", "apiVersion", "kind"]) {
        if let Some(mut metadata) = pod.field("metadata") {
            if metadata.value().is_object() {
                metadata.texts("labels");
                metadata.texts("annotations");
            } else {
                metadata.fields(&[]);
            }
        }
        if let Some(mut spec) = pod.field("spec") {
            if spec.value().is_object() {
                for list in ["containers", "initContainers", "volumes", "imagePullSecrets"] {
                    spec.list(list, |element| {
                        let name = element.value().as_object().map(|_| element.text("name"));
                        match name {
                            None => element.mistake(format!("must be a map, not {}", super::type_name(element.value()))),
                            Some(name) if name.is_empty() => element.mistake("needs a name"),
                            Some(_) => {}
                        }
                    });
                }
            } else {
                spec.fields(&[]);
            }
        }
    }
    pod.value().clone()
}
