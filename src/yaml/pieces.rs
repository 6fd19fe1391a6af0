//! Long streams are read in pieces at once: a document knows nothing of those before it.

use std::ops::Range;

use rayon::prelude::*;

use super::build::{Duplicates, Read, allowed, read};
use super::error::Failure;
use super::tree::Document;

/// From this length on, a stream is read in pieces, in bytes.
const LONG: usize = 64 << 10;
/// How many pieces each thread gets, so that none waits long for the others.
const PIECES: usize = 4;

/// The documents of a text. Errors speak of `original`, of which the text may be a repaired copy.
pub(super) fn read_all<'s>(source: &'s str, original: &str, duplicates: Duplicates) -> Result<Vec<Document<'s>>, Failure> {
    match read_in_pieces(source, original, duplicates) {
        Some(documents) => Ok(documents),
        None => read(source, 0..source.len(), original, duplicates).map(|read| read.documents),
    }
}

/// The documents of a long stream, read in pieces. Nothing where the stream cannot be cut, or some piece is no YAML: what is wrong
/// is told by reading it as a whole.
fn read_in_pieces<'s>(source: &'s str, original: &str, duplicates: Duplicates) -> Option<Vec<Document<'s>>> {
    let pieces = pieces(source)?;
    let read: Option<Vec<Read<'_>>> = pieces.into_par_iter().map(|piece| read(source, piece, original, duplicates).ok()).collect();
    let read = read.filter(|pieces| pieces.iter().map(|piece| piece.expansion).sum::<usize>() <= allowed(source))?;
    let mut documents: Vec<Document<'_>> = read.into_iter().flat_map(|piece| piece.documents).collect();
    // A document reaches from the end of the one before it.
    let mut end = 0;
    for document in &mut documents {
        document.span.start = end;
        end = document.span.end;
    }
    if let Some(last) = documents.last_mut() {
        last.span.end = source.len();
    }
    Some(documents)
}

/// Ranges of a long stream, each of which starts at a `---`.
fn pieces(source: &str) -> Option<Vec<Range<usize>>> {
    // A directive belongs to the document that follows it.
    if source.len() < LONG || source.starts_with('%') || source.contains("\n%") {
        return None;
    }
    let least = source.len() / (rayon::current_num_threads() * PIECES);
    let mut starts = vec![0];
    let mut from = least;
    while let Some(marker) = next_marker(source, from) {
        starts.push(marker);
        from = marker + least.max(1);
    }
    let ends = starts.iter().skip(1).copied().chain([source.len()]);
    (starts.len() > 1).then(|| starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect())
}

/// The next line, from an offset on, that is a `---`. No text of a document can have such a line.
fn next_marker(source: &str, from: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut from = from;
    loop {
        let at = from + memchr::memmem::find(bytes.get(from..)?, b"\n---")?;
        if bytes.get(at + 4).is_none_or(|b| b.is_ascii_whitespace()) {
            return Some(at + 1);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::yaml::stream::parse;

    /// Reading in pieces gives the tree that reading as a whole gives, byte for byte.
    #[test]
    fn pieces_make_the_same_documents() {
        let documents = [
            "# first\n---\napiVersion: v1\nkind: A\n",
            "---\n# nothing\n",
            "--- # with a comment\na: &x {b: c}\nd: *x\n",
            "---\ntext: |\n  --- is no marker here\n  é\n---\n",
            "---\n- 'ü'\n- ---x\n...\n",
            "---\nplain: one\n  two\n",
        ];
        for round in 0..documents.len() {
            let stream: String = documents.iter().cycle().skip(round).take(4000).copied().collect();
            let whole = read(&stream, 0..stream.len(), &stream, Duplicates::Refused).ok().unwrap().documents;
            let pieces = read_in_pieces(&stream, &stream, Duplicates::Refused).unwrap();
            assert_eq!(pieces.len(), whole.len());
            for (piece, whole) in pieces.iter().zip(&whole) {
                assert_eq!(piece.span, whole.span);
                assert_eq!(shape(piece.root.as_ref()), shape(whole.root.as_ref()));
            }
        }
    }

    /// A tree as text, without the numbers of its anchors.
    fn shape(node: Option<&crate::yaml::Node<'_>>) -> String {
        use crate::yaml::tree::Kind;
        let Some(node) = node else { return String::new() };
        let below = match node.kind() {
            Kind::Scalar { value, .. } => value.to_string(),
            Kind::Sequence { items, .. } => items.iter().map(|n| shape(Some(n))).collect(),
            Kind::Mapping { entries, .. } => entries.iter().map(|e| shape(Some(&e.key)) + &shape(Some(&e.value))).collect(),
            Kind::Alias { target, .. } => shape(Some(target)),
        };
        format!("{:?}{}({below})", node.span(), node.start())
    }

    #[test]
    fn what_is_wrong_is_told_as_of_the_whole() {
        let stream = "---\na: b\n".repeat(20_000) + "---\na: [\n";
        let error = parse(&stream).unwrap_err();
        assert_eq!(error.position().line, 40_003);
    }
}
