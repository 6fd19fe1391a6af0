//! What kustomizations say of the files beside them: patches and the like look as workloads do, and are only parts of some.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::io::boundary::{Root, normal};
use super::io::files::{File, Input, read};
use super::io::skipped::{Skipped, Why};
use super::problem::Problem;
use crate::Value;
use crate::plain::one_line;
use crate::read::{Layout, Manifests};

/// Files that make a folder a kustomization.
pub const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Fields that name files of objects: what these name is what it looks like.
const OBJECTS: &[&str] = &["resources", "bases", "components"];
/// Fields that name files in their items: patches, or what belongs to kustomize itself.
const PARTS: &[&str] = &["patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "configurations", "crds"];
/// Fields whose items put files into ConfigMaps and Secrets, as text.
const GENERATORS: &[&str] = &["configMapGenerator", "secretGenerator"];

/// The kustomizations among the files of a run and above them.
#[derive(Debug, Default)]
pub struct Kustomizations {
    /// Each folder with what it takes for objects, and whether it sets their namespace.
    found: BTreeMap<PathBuf, (HashSet<PathBuf>, bool)>,
    shown: Shown,
}

impl Kustomizations {
    /// The folder that makes of a file what goes to a cluster, as people name it: that of the kustomization beside or above it, or of
    /// one that builds on this and sets the namespace.
    pub fn building(&self, file: &File) -> Option<String> {
        let nearest = file.real.as_deref()?.ancestors().skip(1).find(|folder| self.found.contains_key(*folder))?;
        let mut seen = vec![nearest];
        let mut next = 0;
        while let Some(folder) = seen.get(next).copied() {
            if self.found.get(folder).is_some_and(|(_, sets_namespace)| *sets_namespace) {
                return Some(self.name(folder));
            }
            next += 1;
            let builds = self.found.iter().filter(|(above, (objects, _))| objects.contains(folder) && !seen.contains(&above.as_path()));
            let builds: Vec<&Path> = builds.map(|(above, _)| above.as_path()).collect();
            seen.extend(builds);
        }
        Some(self.name(nearest))
    }

    /// What of the kustomizations that build on the one in this folder goes to a cluster: a component, and often a base, does not by itself.
    fn top(&self, folder: &Path) -> String {
        let mut seen = vec![folder];
        while let Some(last) = seen.last().copied() {
            let above = self.found.iter().find(|(above, (objects, _))| objects.contains(last) && !seen.contains(&above.as_path()));
            let Some((above, _)) = above else { break };
            seen.push(above);
        }
        self.name(seen.last().copied().unwrap_or(folder))
    }

    fn name(&self, folder: &Path) -> String {
        // Without the slash that is left where the folder itself was named.
        let shown: PathBuf = self.shown.path(folder).components().collect();
        if shown.as_os_str().is_empty() { ".".to_owned() } else { one_line(&shown.to_string_lossy()).into_owned() }
    }
}

/// Leaves files aside that a kustomization in their folder or above names as patches or as other parts, and says which does.
pub fn leave_aside(input: &mut Input) -> Kustomizations {
    let mut kustomizations: HashMap<PathBuf, Option<PathBuf>> = HashMap::new();
    let mut parts: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut objects: HashSet<PathBuf> = HashSet::new();
    let mut found = BTreeMap::new();
    let folders: HashSet<PathBuf> = input.files.iter().filter_map(|f| f.real.as_deref()?.parent().map(Path::to_owned)).collect();
    for folder in folders {
        let Ok(root) = Root::of(&folder) else { continue };
        for above in folder.ancestors().take_while(|above| root.has(above)) {
            if kustomizations.contains_key(above) {
                break;
            }
            let found = NAMES.iter().map(|name| above.join(name)).find(|path| root.real(path).is_ok() && path.is_file());
            kustomizations.insert(above.to_owned(), found);
        }
    }
    for (folder, path) in kustomizations.iter().filter_map(|(folder, path)| Some((folder, path.as_ref()?))) {
        let value = match parsed(input, path) {
            Ok(value) => value,
            Err(problem) => {
                input.problems.extend(problem);
                continue;
            }
        };
        let resolved = |name: &str| normal(&folder.join(name)).map(|path| std::fs::canonicalize(&path).unwrap_or(path));
        let own: HashSet<PathBuf> =
            OBJECTS.iter().flat_map(|field| items(&value, field)).filter_map(Value::as_str).filter_map(resolved).collect();
        objects.extend(own.iter().cloned());
        found.insert(folder.clone(), (own, value.get("namespace").is_some_and(Value::is_string)));
        parts.extend(named_parts(&value).into_iter().filter_map(resolved).map(|part| (part, path.clone())));
    }
    let shown = Shown::of(&input.files);
    let (files, skipped): (Vec<File>, Vec<File>) = std::mem::take(&mut input.files).into_iter().partition(|file| match &file.real {
        Some(real) => objects.contains(real) || !parts.contains_key(real),
        None => true,
    });
    input.files = files;
    let kustomizations = Kustomizations { found, shown };
    for file in skipped {
        let by = file.real.as_ref().and_then(|real| parts.get(real)).cloned().unwrap_or_default();
        let build = by.parent().map(|folder| kustomizations.top(folder)).unwrap_or_default();
        let by = kustomizations.shown.path(&by);
        input.skipped.extend(file.path.map(|path| Skipped { path, why: Why::KustomizationPart { by, build } }));
    }
    kustomizations
}

/// A kustomization; the walk has said already what is wrong with one among the files.
fn parsed(input: &Input, path: &Path) -> Result<Value, Option<Problem>> {
    let among = input.files.iter().find(|file| file.real.as_deref() == Some(path));
    let text = match among {
        Some(file) => file.text.clone(),
        None => read(path).map_err(Some)?,
    };
    let documents = Manifests::parse(&text, Layout::Stream).and_then(|manifests| manifests.values());
    let problem = |e| (among.is_none() && !text.contains("{{")).then(|| Problem::yaml(&path.display().to_string(), &text, &e));
    documents.map(|all| all.into_iter().next().unwrap_or_default()).map_err(problem)
}

/// The names of files that a kustomization takes for something else than objects.
fn named_parts(kustomization: &Value) -> Vec<&str> {
    let parts = PARTS.iter().flat_map(|field| items(kustomization, field));
    let mut names: Vec<&str> = parts.filter_map(|item| item.as_str().or_else(|| item.get("path")?.as_str())).collect();
    for item in GENERATORS.iter().flat_map(|field| items(kustomization, field)) {
        // KEY=PATH, or the path alone.
        let files = items(item, "files").filter_map(Value::as_str);
        names.extend(files.map(|file| file.split_once('=').map_or(file, |(_, path)| path)));
    }
    names.extend(kustomization.get("openapi").and_then(|o| o.get("path")).and_then(Value::as_str));
    // What stands there in several lines is a patch itself.
    names.retain(|name| !name.contains('\n'));
    names
}

fn items<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// How people name real paths: as they named the files.
#[derive(Debug, Default)]
struct Shown(Vec<(PathBuf, PathBuf)>);

impl Shown {
    fn of(files: &[File]) -> Self {
        let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        let folder = |file: &File| Some((file.real.as_deref()?.parent()?.to_owned(), file.path.as_deref()?.parent()?.to_owned()));
        Self(files.iter().filter_map(folder).chain([(here, PathBuf::new())]).collect())
    }

    fn path(&self, real: &Path) -> PathBuf {
        let named = self.0.iter().find_map(|(folder, named)| Some(named.join(real.strip_prefix(folder).ok()?)));
        named.unwrap_or_else(|| real.to_owned())
    }
}
