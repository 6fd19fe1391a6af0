//! Injections taken off again: exactly by our record, or as far as Istio's own annotation tells.

use rayon::prelude::*;

use super::undo::{refuse, undone};
use crate::check::sealed;
use crate::finding::Finding;
use crate::inject::uninject;
use crate::kubernetes::Kinds;
use crate::read::Manifests;
use crate::record::{Record, Undo};
use crate::yaml::{Position, Positions, value_at, value_at_mut};
use crate::{Value, edit, istio, record, yaml};

/// A text without its injections.
#[derive(Debug)]
pub struct Removal {
    /// The text.
    pub text: String,
    /// What forbids to take an injection off.
    pub errors: Vec<Located>,
    /// Warnings.
    pub warnings: Vec<Located>,
}

/// A finding about an object, and where in the text that is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Located {
    /// The object, by its place among those of the text.
    pub object: usize,
    /// What is found.
    pub finding: Finding,
    /// Where the field stands.
    pub position: Position,
}

/// What becomes of one object.
#[derive(Default)]
struct Taken {
    undo: Option<Undo>,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
}

/// Takes off what was injected. What Istio injected without a record of ours is taken off where `force` says so.
///
/// # Errors
///
/// When an edit does not fit the text; that would be a bug.
pub fn remove(manifests: &Manifests<'_>, values: &[Value], force: bool) -> Result<Removal, yaml::Error> {
    let mut taken: Vec<Taken> = values.par_iter().map(|value| take_off(value, force)).collect();
    let undos: Vec<Option<&Undo>> = taken.iter().map(|p| p.undo.as_ref()).collect();
    let text = undone(manifests, &values.iter().collect::<Vec<_>>(), &undos).unwrap_or_else(|refused| {
        refuse(refused, taken.iter_mut().map(|taken| &mut taken.errors));
        manifests.source().to_owned()
    });
    let nodes = manifests.objects();
    let positions = Positions::of(manifests.source());
    let located = |of: fn(&Taken) -> &Vec<Finding>| {
        let mut found = Vec::new();
        for (object, (taken, node)) in taken.iter().zip(&nodes).enumerate() {
            found.extend(of(taken).iter().map(|finding| {
                let position = yaml::locate(&positions, node, &finding.path);
                Located { object, finding: finding.clone(), position }
            }));
        }
        found
    };
    Ok(Removal { text, errors: located(|p| &p.errors), warnings: located(|p| &p.warnings) })
}

fn take_off(value: &Value, force: bool) -> Taken {
    let mut taken = unsealed(value, force);
    if let Some(sealed) = sealed(value).filter(|_| taken.undo.is_some()) {
        taken.errors.push(sealed);
    }
    taken
}

fn unsealed(value: &Value, force: bool) -> Taken {
    match Record::of(value).and_then(|record| record.map(|r| r.undo(value, &Kinds::default())).transpose()) {
        Ok(Some(undo)) => Taken { warnings: undo.kept.clone(), undo: Some(undo), ..Taken::default() },
        Ok(None) => unrecorded(value, force),
        Err(error) => Taken { errors: vec![record::unusable(&error)], ..Taken::default() },
    }
}

/// What Istio injected, where no record of ours tells what was there before.
fn unrecorded(value: &Value, force: bool) -> Taken {
    let mut taken = Taken::default();
    let mut after = value.clone();
    for workload in Kinds::default().workloads(value) {
        for pod in &workload.pods {
            let path = workload.path.join(pod);
            let Some(slot) = value_at(value, &path) else { continue };
            match uninject(slot) {
                Ok(None) => {}
                Ok(Some(found)) => {
                    let doubtful: Vec<String> = found.doubtful.iter().map(|field| path.join(field).to_string()).collect();
                    let doubt = if doubtful.is_empty() {
                        String::new()
                    } else {
                        format!(". Whether these are the user's or the injection's cannot be known, and they stay: {}", doubtful.join(", "))
                    };
                    let finding = |message| Finding::at(path.join(["metadata", "annotations", istio::STATUS]), message);
                    if force {
                        taken.warnings.push(finding(format!("taken off as far as this annotation tells; look at the difference{doubt}")));
                    } else {
                        taken.errors.push(finding(format!(
                            "Istio injected this pod and there is no record of ours, so that what was there before can be known in part only: --force takes off what this annotation names{doubt}"
                        )));
                    }
                    if let Some(slot) = value_at_mut(&mut after, &path) {
                        *slot = found.pod;
                    }
                }
                Err(error) => taken.errors.push(Finding::at(path.join(["metadata", "annotations"]), error.to_string())),
            }
        }
    }
    if after != *value {
        taken.undo =
            Some(Undo { edits: edit::diff(value, after.clone()), original: after, kept: Vec::new(), unedited: None, text: Vec::new() });
    }
    taken
}
