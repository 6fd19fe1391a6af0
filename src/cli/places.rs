//! Where what decided stands: the line of a label in a manifest, a Namespace or the configuration.

use super::io::files::File;
use super::session::Session;
use crate::Value;
use crate::decide::Place;
use crate::read::{Layout, Manifests};
use crate::yaml::{Path, Positions, locate_exactly};

/// Finds the lines of fields in the files of a session.
pub struct Places<'s> {
    session: &'s Session,
}

impl<'s> Places<'s> {
    /// Those of a session.
    pub fn of(session: &'s Session) -> Self {
        Self { session }
    }

    /// `FILE:LINE` of a place that a rule names, which decided about the object of this index in a file.
    pub fn find(&self, file: &File, object: usize, place: &Place) -> Option<String> {
        match place {
            Place::Nowhere | Place::Pod(_) => None,
            Place::Object(path) => line(file, object, path),
            Place::Config(path) => self.session.config.place(path),
            Place::Namespace(name, path) => self.namespace(name, path),
        }
    }

    /// The Namespace object that says it last wins over those before, and over the configuration.
    fn namespace(&self, name: &str, path: &Path) -> Option<String> {
        let is_it = |object: &Value| {
            object.get("kind").and_then(Value::as_str) == Some("Namespace")
                && object.get("metadata").and_then(|m| m.get("name")).and_then(Value::as_str) == Some(name)
        };
        let files = self.session.files.iter().rev();
        let mut objects = files.flat_map(|(file, injected)| injected.objects.iter().enumerate().rev().map(move |(i, o)| (file, i, o)));
        objects
            .find_map(|(file, index, object)| is_it(&object.value).then(|| line(file, index, path)).flatten())
            .or_else(|| self.session.config.place_in_namespace(name, path))
    }
}

/// The line of a field that is there.
fn line(file: &File, object: usize, path: &Path) -> Option<String> {
    let manifests = Manifests::parse(&file.text, Layout::Stream).ok()?;
    let objects = manifests.objects();
    let position = locate_exactly(&Positions::of(&file.text), objects.get(object)?, path)?;
    Some(format!("{}:{}", file.name(), position.line))
}
