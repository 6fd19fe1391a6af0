//! The protocol of kustomize's legacy exec plugins, as far as it differs from plain manifests through a pipe.
//!
//! kustomize runs `PLUGIN CONFIG-FILE WORD…` in the folder of the kustomization: the configuration is a temporary file, the
//! words come from the configuration's own `argsOneLiner` and `argsFromFile`. The objects of a transformer come on standard
//! input, a generator's standard input is empty.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::Value;

/// The environment's variable that tells a legacy plugin the folder of the kustomization.
pub const CONFIG_ROOT: &str = "KUSTOMIZE_PLUGIN_CONFIG_ROOT";
/// Fields of the configuration that speak to kustomize.
const ARGUMENTS: &[&str] = &["argsOneLiner", "argsFromFile"];

/// What kustomize says to a legacy exec plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The file with the configuration.
    pub config: PathBuf,
    /// The folder of the kustomization.
    pub root: PathBuf,
    /// The words of `argsOneLiner`, then the lines of `argsFromFile`.
    pub words: Vec<OsString>,
}

impl Invocation {
    /// What these arguments (the program's own name left out) and this value of [`CONFIG_ROOT`] say; nothing where they are
    /// those of another run. A plugin that is a script may call us with a command: that is no path.
    pub fn detect(arguments: impl IntoIterator<Item = OsString>, root: Option<OsString>) -> Option<Self> {
        let root = PathBuf::from(root?);
        let mut arguments = arguments.into_iter();
        let config = PathBuf::from(arguments.next()?);
        (config.is_absolute()).then(|| Self { config, root, words: arguments.collect() })
    }

    /// The path below a folder of plugins under which kustomize looks for the plugin of a kind.
    pub fn path_below(plugins: &Path, api_version: &str, kind: &str) -> PathBuf {
        plugins.join(api_version).join(kind.to_lowercase()).join(kind)
    }
}

/// A configuration without what it says to kustomize.
pub fn without_arguments(mut config: Value) -> Value {
    if let Some(fields) = config.as_object_mut() {
        ARGUMENTS.iter().for_each(|name| drop(fields.shift_remove(*name)));
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(arguments: &[&str], root: Option<&str>) -> Option<Invocation> {
        Invocation::detect(arguments.iter().map(OsString::from), root.map(OsString::from))
    }

    #[test]
    fn a_plugin_is_told_by_its_first_argument_and_the_environment() {
        let expected =
            Invocation { config: "/tmp/config-1".into(), root: "/shop".into(), words: vec!["--namespace".into(), "shop".into()] };
        assert_eq!(detect(&["/tmp/config-1", "--namespace", "shop"], Some("/shop")), Some(expected));
        assert_eq!(detect(&["/tmp/config-1"], None), None);
        assert_eq!(detect(&["inject", "-c", "/tmp/config-1"], Some("/shop")), None);
        assert_eq!(detect(&["--help"], Some("/shop")), None);
        assert_eq!(detect(&[], Some("/shop")), None);
    }
}
