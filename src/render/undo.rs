//! Earlier injections taken off in the text. A record comes with the manifest, from whoever wrote it: what the text then says
//! is read back, and must be what the record says of the values, and nothing else.

use crate::Value;
use crate::read::Manifests;
use crate::record::{Error, Undo};
use crate::yaml::{self, Edit};

/// The text without these injections, by object; or what is wrong with the records of which objects.
///
/// # Errors
///
/// The objects whose record the text cannot follow.
pub(super) fn undone(manifests: &Manifests<'_>, values: &[&Value], undos: &[Option<&Undo>]) -> Result<String, Vec<(usize, Error)>> {
    let refused = |which: &dyn Fn(usize) -> bool, why: &str| -> Vec<(usize, Error)> {
        let all = undos.iter().enumerate().filter(|(i, undo)| undo.is_some() && which(*i));
        all.map(|(i, _)| (i, Error::Refused(why.to_owned()))).collect()
    };
    if undos.iter().all(Option::is_none) {
        return Ok(manifests.source().to_owned());
    }
    let edits: Vec<Option<Vec<Edit>>> = undos.iter().map(|undo| undo.map(|u| u.edits.clone())).collect();
    let changes = manifests.changes(edits).map_err(|e| refused(&|_| true, &format!("it does not fit: {}", e.message())))?;
    let text = yaml::splice(manifests.source(), &changes);
    let unreadable = |e: yaml::Error| refused(&|_| true, &format!("what it restores cannot be read: {}", e.message()));
    let again = Manifests::parse(&text, manifests.layout()).map_err(unreadable)?;
    let found = again.values().map_err(unreadable)?;
    if found.len() != values.len() || again.documents() != manifests.documents() {
        return Err(refused(&|_| true, "what it restores are other objects"));
    }
    let expected = values.iter().zip(undos).map(|(value, undo)| undo.map_or(*value, |u| &u.original));
    let wrong: Vec<bool> = expected.zip(&found).map(|(expected, found)| expected != found).collect();
    let own = refused(&|i| wrong.get(i) == Some(&true), "what it restores is read as something else");
    match (own.is_empty(), wrong.contains(&true)) {
        (true, false) => Ok(text),
        // Something went wrong in an object that has no record.
        (true, true) => Err(refused(&|_| true, "it changes other objects")),
        (false, _) => Err(own),
    }
}
