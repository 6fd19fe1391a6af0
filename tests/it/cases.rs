//! The golden cases below the folder that `SIDECARIZE_GOLDENS` names: `istio/MINOR/CASE`, `real/MINOR/CASE` and `webhook/MINOR/CASE`.
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sidecarize::internals::yaml;

/// One case: where it is, and what it is called.
pub struct Case {
    pub folder: PathBuf,
    pub minor: String,
    pub name: String,
}

/// Every case of the injector.
pub fn cases() -> Vec<Case> {
    cases_of(&["istio", "real"])
}

/// The folder of the golden cases. Tests that need it are ignored without it.
pub fn goldens() -> PathBuf {
    std::env::var_os("SIDECARIZE_GOLDENS").expect("SIDECARIZE_GOLDENS names the folder of golden cases").into()
}

/// The cases of these families.
pub fn cases_of(families: &[&str]) -> Vec<Case> {
    let root = goldens();
    let mut cases = Vec::new();
    for family in families {
        let Ok(minors) = fs::read_dir(root.join(family)) else { continue };
        for minor in minors.map(|m| m.unwrap().path()).filter(|m| m.join("_configs").is_dir()) {
            for folder in fs::read_dir(&minor).unwrap().map(|c| c.unwrap().path()).filter(|c| c.join("case.yaml").is_file()) {
                let text = |p: &Path| p.file_name().unwrap().to_str().unwrap().to_owned();
                cases.push(Case { minor: text(&minor), name: format!("{family}/{}/{}", text(&minor), text(&folder)), folder });
            }
        }
    }
    assert!(!cases.is_empty(), "no case below {}", root.display());
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

impl Case {
    /// A file of the case; empty where it has none.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap_or_default()
    }

    /// What `case.yaml` says.
    pub fn meta(&self) -> Value {
        yaml::parse_value(&self.read("case.yaml")).unwrap()
    }

    /// A file of the configuration.
    pub fn config(&self, file: &str) -> String {
        let name = self.meta()["config"].as_str().unwrap_or_default().to_owned();
        let configs = self.folder.parent().unwrap().join("_configs").join(name);
        // The cases of the webhook have a configuration for each of two revisions.
        let read = |file: &str| fs::read_to_string(configs.join(file));
        read(file).or_else(|_| read(&format!("default.{file}"))).unwrap_or_default()
    }

    /// The Namespace objects that are known in all cases of the minor.
    pub fn namespaces(&self) -> String {
        fs::read_to_string(self.folder.parent().unwrap().join("_namespaces.yaml")).unwrap_or_default()
    }
}
