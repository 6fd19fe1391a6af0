//! What separates documents. kubectl and kustomize cut a text at the lines that are `---` and read one document of each piece: what
//! stands behind `...`, or behind `---` on its line, is passed over or refused by them, and read by others. So is a directive, which
//! they cut off the document that it belongs to.

use super::error::Error;
use super::tree::Document;

/// Refuses documents that kubectl does not read.
///
/// # Errors
///
/// The first document that does not start behind a line `---`.
pub fn check(source: &str, documents: &[Document<'_>]) -> Result<(), Error> {
    for (index, document) in documents.iter().enumerate() {
        around(source, document)?;
        let Some(root) = &document.root else { continue };
        let before = source.get(document.span.start..root.start()).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
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

/// Refuses what kubectl does not read before and behind the content of a document.
fn around(source: &str, document: &Document<'_>) -> Result<(), Error> {
    let (start, end) = (document.span.start, document.span.end);
    let (content, behind) = document.root.as_ref().map_or((end, end), |root| (root.start(), root.span().end.clamp(start, end)));
    let mut marked = false;
    for (from, to) in [(start, content), (behind, end)] {
        let mut at = from;
        for line in source.get(from..to).unwrap_or_default().split_inclusive('\n') {
            let is_whole = at == 0 || source.as_bytes().get(at - 1) == Some(&b'\n');
            if is_whole && line.starts_with('%') {
                return Err(Error::at(source, at, "kubectl reads no directives, and refuses what has some; remove this line"));
            }
            if marked && document.root.is_none() && line.trim_end() == "..." {
                return Err(Error::at(source, at, "kubectl refuses ... where no document ends; remove this line"));
            }
            marked |= line.starts_with("---");
            at += line.len();
        }
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
            ("%YAML 1.2\n---\na: 1\n", Some(1)),
            ("# c\n%TAG ! tag:x,2000:\n---\na: 1\n", Some(2)),
            ("a: 1\n...\n%YAML 1.1\n---\nb: 1\n", Some(3)),
            ("a: 1\n---\n...\n---\nb: 1\n", Some(3)),
            ("a: |\n  %x\n---\n# %x\nb: '\n  %x'\n", None),
            ("a: 1\n...\n---\nb: 1\n...\n", None),
            ("# c\n---\na: 1\n--- # c\n\n# c\nb: 1\n---\n", None),
            ("--- \n{a: 1}\n---\n[b]\n", None),
        ] {
            assert_eq!(line(text), wrong, "{text:?}");
        }
    }
}
