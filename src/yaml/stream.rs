//! Streams of documents.

use super::build::Duplicates;
use super::error::{Error, Failure};
use super::line_breaks;
use super::pieces::read_all;
use super::tolerant::read_tolerantly;
use super::tree::Document;

/// Reads a stream of documents.
///
/// # Errors
///
/// When the text is no YAML, repeats a key in a mapping, nests too deep, or has an alias without an anchor before it.
pub fn parse(source: &str) -> Result<Vec<Document<'_>>, Error> {
    parse_with(source, Duplicates::Refused)
}

/// Reads a stream of documents; of a key that a mapping repeats, the last may win.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_with(source: &str, duplicates: Duplicates) -> Result<Vec<Document<'_>>, Error> {
    line_breaks::check(source)?;
    match read_all(source, source, duplicates) {
        Ok(documents) => Ok(documents),
        Err(Failure::Scan { error, behind_document }) => read_tolerantly(source, &error, behind_document, duplicates),
        Err(Failure::Ours(error)) => Err(error),
    }
}
