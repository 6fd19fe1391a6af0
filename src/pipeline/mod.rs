//! Everything over one text: read, decide, inject, edit.

mod admission;
mod engine;
mod istio;
mod kpt_comments;
mod kube_inject;
mod lines;
mod object;
mod outcome;
mod own;
mod read_back;
mod remove;
mod text;
mod undo;
mod whole_run;

pub use engine::Engine;
pub use kube_inject::KubeInject;
pub use object::Inject;
pub use outcome::{Outcome, WorkloadOutcome};
pub use remove::{Located, remove};
pub use text::{Changed, Host, InjectedObject, InjectedText, changes_alone, original};

use crate::Value;
use crate::finding::Finding;
use crate::read::{Manifests, Namespaces};
use crate::yaml;

/// A configuration over the texts of one run, with what is known of the cluster: first learn from all of them, then run each, and at
/// the end ask what only the run as a whole tells.
#[derive(Debug)]
pub struct Pipeline<'e> {
    engine: &'e Engine,
    namespaces: Namespaces,
    host: Host,
}

impl<'e> Pipeline<'e> {
    /// A run whose results go to this host. It knows the namespaces that the configuration tells of.
    pub fn new(engine: &'e Engine, host: Host) -> Self {
        let config = engine.config();
        Self { engine, namespaces: Namespaces::new(&config.namespaces, &config.proxy_configs), host }
    }

    /// Learns from Namespaces and ProxyConfigs among these objects, whichever text they stand in.
    pub fn learn<'o>(&mut self, objects: impl IntoIterator<Item = &'o Value>) {
        objects.into_iter().for_each(|object| self.namespaces.learn(object));
    }

    /// Decides about every object of a text, and injects. `values` are those of the objects, in their order.
    ///
    /// # Errors
    ///
    /// When an edit does not fit the text; that would be a bug.
    pub fn run(&self, manifests: &Manifests<'_>, values: Vec<Value>) -> Result<InjectedText, yaml::Error> {
        text::run(self.engine, &self.namespaces, manifests, values, self.host)
    }

    /// Warnings about the run as a whole: what no single object tells.
    pub fn finish<'o>(&self, outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<Finding> {
        whole_run::whole_run(self.engine.config(), &self.namespaces, outcomes)
    }
}
