//! What separates documents. kubectl and kustomize cut a text at the lines that are `---` and read one document of each piece: what
//! stands behind `...`, or behind `---` on its line, is passed over or refused by them, and read by others.

use super::error::Error;
use super::tree::{Document, Node};

/// Refuses documents that kubectl does not read.
///
/// # Errors
///
/// The first document that does not start behind a line `---`.
pub fn check(source: &str, documents: &[Document<'_>]) -> Result<(), Error> {
    for (index, document) in documents.iter().enumerate() {
        let Some(root) = &document.root else { continue };
        let before = source.get(document.span.start..root.start()).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.contains('\t') && !line.starts_with("---") {
            return Err(Error::at(source, root.start(), "kubectl takes no tab for indentation; write spaces"));
        }
        directives(source, document, root)?;
        if line.starts_with("---") {
            let message = "kubectl takes nothing but a comment behind --- on its line; write this on the line below";
            return Err(Error::at(source, root.start(), message));
        }
        if index > 0 && !before.lines().any(|line| line.starts_with("---")) {
            let message =
                "a document starts here without --- before it, and kubectl would pass over it; write --- on a line of its own before it";
            return Err(Error::at(source, root.start(), message));
        }
    }
    Ok(())
}

/// Refuses directives of a Kubernetes object that kubectl's reader refuses: it reads YAML 1.1, and knows `%YAML` and `%TAG` alone.
fn directives(source: &str, document: &Document<'_>, root: &Node<'_>) -> Result<(), Error> {
    if root.get("apiVersion").is_none() {
        return Ok(());
    }
    let before = source.get(document.span.start..root.start()).unwrap_or_default();
    let mut at = document.span.start;
    for line in before.split_inclusive('\n') {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("%YAML"), Some("1.1")) | (Some("%TAG"), _) => {}
            (Some(name), _) if name.starts_with('%') && line.starts_with('%') => {
                let message = format!("kubectl refuses this document for {}: it reads YAML 1.1; take the line out", line.trim());
                return Err(Error::at(source, at, message));
            }
            _ => {}
        }
        at += line.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::read::{Layout, Manifests};

    #[test]
    fn documents_that_kubectl_would_pass_over_or_refuse_are_named_by_their_line() {
        let line = |text: &str| Manifests::parse(text, Layout::Stream).map_err(|e| e.position().line).err();
        for (text, wrong) in [
            ("a: 1\n...\nb: 1\n", Some(3)),
            ("a: 1\n...\n# c\n...\nb: 1\n", Some(5)),
            ("--- {a: 1}\n", Some(1)),
            ("a: 1\n--- {b: 1}\n", Some(2)),
            ("a: 1\n--- text\n", Some(2)),
            ("a: 1\n--- !!map\nb: 1\n", Some(2)),
            ("a: 1\n--- |\n b: 1\n", Some(2)),
            ("{\"a\": 1}\n{\"b\": 1}\n", Some(2)),
            ("\ta: 1\n", Some(1)),
            ("# c\n%YAML 1.2\n---\napiVersion: v1\n", Some(2)),
            ("%FOO 1\n---\napiVersion: v1\n", Some(1)),
            ("%YAML 1.1\n---\napiVersion: v1\n", None),
            ("%YAML 1.2\n---\na: 1\n", None),
            ("a: 1\n...\n---\nb: 1\n...\n", None),
            ("# c\n---\na: 1\n--- # c\n\n# c\nb: 1\n---\n", None),
            ("--- \n{a: 1}\n---\n[b]\n", None),
        ] {
            assert_eq!(line(text), wrong, "{text:?}");
        }
    }
}
