//! What the folder of the configuration tells of the cluster, where single files of it are given: pre-commit names the files that
//! changed, and what is injected into these does not change with that.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::io::boundary::{Root, is_stream};
use super::io::files::{File, Files, Input, Parsed, is_stdin, parse};
use super::kustomization::leave_aside;
use super::problem::Problem;
use super::verbosity::Verbosity;
use crate::Value;
use crate::kubernetes::Identity;

/// Kinds that say something of the cluster, each with its group.
const KINDS: &[(&str, &str)] = &[("", "Namespace"), ("", "ConfigMap"), ("networking.istio.io", "ProxyConfig")];

/// Objects that say something of the cluster and are not among the files of a run.
#[derive(Debug, Default)]
pub struct Beside {
    /// The objects, in the order of their files.
    pub objects: Vec<Value>,
    /// Files that may hold some, and cannot be read.
    unread: Vec<Problem>,
}

impl Beside {
    /// Those in the folder of this configuration, where every path is a file. What the files name themselves is left out, and what
    /// the folder tells in two ways, as overlays do.
    pub fn of<'v>(files: &Files, config: &Path, own: impl Iterator<Item = &'v Value>) -> Self {
        let paths = files.paths();
        let single = |path: &&Path| !is_stdin(path) && !is_stream(path) && path.is_file();
        let Some(folder) = config.parent().filter(|_| !is_stream(config) && !paths.is_empty() && paths.iter().all(single)) else {
            return Self::default();
        };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if !paths.iter().all(|path| belongs(path, folder)) {
            return Self::default();
        }
        let mut input = files.at(folder.to_owned()).read();
        leave_aside(&mut input);
        let Input { files, problems: mut unread, .. } = input;
        let told = |file: &File| KINDS.iter().any(|(_, kind)| file.text.contains(kind));
        let found: Vec<Result<Vec<Value>, Problem>> = files.into_par_iter().filter(told).map(|file| values(&file)).collect();
        let own: HashSet<Key> = own.filter_map(key).collect();
        let mut known: HashMap<Key, Option<Value>> = HashMap::new();
        let mut order = Vec::new();
        for found in found {
            match found {
                Ok(objects) => {
                    for (key, object) in objects.into_iter().filter_map(|o| Some((key(&o)?, o))).filter(|(key, _)| !own.contains(key)) {
                        match known.get_mut(&key) {
                            Some(other) if other.as_ref() != Some(&object) => *other = None,
                            Some(_) => {}
                            None => {
                                order.push(key.clone());
                                known.insert(key, Some(object));
                            }
                        }
                    }
                }
                Err(problem) => unread.push(problem),
            }
        }
        Self { objects: order.iter().filter_map(|key| known.remove(key).flatten()).collect(), unread }
    }

    /// Says what could not be read, and what counts.
    pub fn tell(&self, verbosity: Verbosity) {
        for problem in self.unread.iter().filter(|_| !verbosity.quiet) {
            problem.clone().hint("what it says of namespaces and Istio does not count").print_warning();
        }
        for object in &self.objects {
            verbosity.detail(|| format!("{} of the configuration's folder counts, too", Identity::of(object)));
        }
    }
}

/// Whether a file and a folder are of one repository; outside of any, whether the file is below the folder.
fn belongs(file: &Path, folder: &Path) -> bool {
    let (Ok(file), Ok(folder)) = (std::fs::canonicalize(file), std::fs::canonicalize(folder)) else { return false };
    let repository = file.parent().and_then(Root::of_repository);
    repository.map_or_else(|| file.starts_with(&folder), |repository| repository.has(&folder))
}

/// What makes two objects the same one: group, kind, namespace and name.
type Key = [String; 4];

fn key(object: &Value) -> Option<Key> {
    let Identity { api_version, kind, name, namespace } = Identity::of(object);
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    KINDS.contains(&(group, kind.as_str())).then(|| [group.to_owned(), kind, namespace, name])
}

/// The objects of a file; none of one that is no manifest.
fn values(file: &File) -> Result<Vec<Value>, Problem> {
    match parse(file) {
        Parsed::Objects((_, values)) => Ok(values),
        Parsed::Skipped(_) => Ok(Vec::new()),
        Parsed::Failed(problem) => Err(problem),
    }
}
