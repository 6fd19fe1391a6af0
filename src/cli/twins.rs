//! Workloads that stand in two files: the cluster gets one of them, and nobody sees which.

use std::collections::HashMap;
use std::path::Path;

use super::io::files::File;
use super::kustomization::NAMES;
use super::problem::Problem;
use crate::pipeline::InjectedText;
use crate::yaml::Position;

/// A warning for each workload that another file has, too, where both go to a cluster together. Folders side by side are
/// variants, as overlays are: what is in one of them and in a folder above it, where nothing makes it a kustomization of its
/// own, is not.
pub fn twins(files: &[(File, InjectedText)]) -> Vec<Problem> {
    let mut known: HashMap<[&str; 4], Vec<(&File, usize)>> = HashMap::new();
    let mut found = Vec::new();
    for (file, injected) in files {
        for object in &injected.objects {
            for workload in &object.outcome.workloads {
                let identity = &workload.identity;
                let group = identity.api_version.rsplit_once('/').map_or("", |(group, _)| group);
                if identity.name.is_empty() || object.value.pointer("/metadata/generateName").is_some() {
                    continue;
                }
                // The version of the API is one way to see the object; the same one has others.
                let others = known.entry([group, &identity.kind, &identity.namespace, &identity.name]).or_default();
                if let Some((other, line)) = others.iter().find(|(other, _)| is_together(other, file)) {
                    let message = format!(
                        "{identity} is in {}:{line} too; the cluster gets one of the two: take the other out, or say in a kustomization that it is a patch",
                        other.name()
                    );
                    found.push(Problem::at(&file.name(), "", Position { line: object.line, column: 1 }, message));
                }
                others.push((file, object.line));
            }
        }
    }
    found
}

/// Whether two files are applied together, as far as their folders tell.
fn is_together(one: &File, other: &File) -> bool {
    let (Some(one), Some(other)) = (&one.real, &other.real) else { return false };
    let (Some(a), Some(b)) = (one.parent(), other.parent()) else { return false };
    let (above, below) = if a.starts_with(b) { (b, a) } else { (a, b) };
    let is_kustomization = |folder: &Path| NAMES.iter().any(|name| folder.join(name).is_file());
    one != other && below.starts_with(above) && !below.ancestors().take_while(|folder| *folder != above).any(is_kustomization)
}
