//! What is wrong, where, and the line of the source with a caret: the errors of commands as people and editors read them.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::kubernetes::Identity;
use crate::plain::{one_line, plain, same_width};
use crate::report::{Unpatchable, Warning, may_hold_secrets};
use crate::yaml::{Path, Position};

/// How many characters of a line are shown; a manifest in one line would flood the terminal.
const MAX_LINE: usize = 200;

/// One error of a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.render(&Renderer::plain()))]
pub struct Problem {
    file: String,
    position: Option<Position>,
    /// The line of the source at the position.
    line: Option<String>,
    /// The object that it is about, and the field in the document, which is empty for the object as a whole; none
    /// where it is about a file or a run.
    about: Option<Box<(Identity, Path)>>,
    message: String,
    /// Whether it says no more than that a file is not current.
    stale: bool,
}

/// Every error of a run.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(|p| p.render(&Renderer::plain())).collect::<Vec<_>>().join("\n"))]
pub struct Errors(pub Vec<Problem>);

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self { file: String::new(), position: None, line: None, about: None, message: plain(&message).into_owned(), stale: false }
    }
}

impl From<&Unpatchable> for Problem {
    fn from(error: &Unpatchable) -> Self {
        let position = Position { line: error.line, column: 1 };
        Self::on_line(&error.file, None, position, error.reason.to_string()).of_object(error.identity.clone(), Path::new())
    }
}

impl Problem {
    /// What is wrong with a file as a whole.
    pub fn in_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: one_line(file).into_owned(), ..Self::from(message.into()) }
    }

    /// What is wrong at a place of a file whose text is `source`.
    pub fn at(file: &str, source: &str, position: Position, message: impl Into<String>) -> Self {
        // Where the text cannot be read, nobody knows whose line it is.
        let line = if may_hold_secrets(source) { None } else { source.lines().nth(position.line.saturating_sub(1)) };
        Self::on_line(file, line, position, message)
    }

    /// What is wrong at a place of a file, and the line there.
    pub fn on_line(file: &str, line: Option<&str>, position: Position, message: impl Into<String>) -> Self {
        // What would not be shown is not kept: a manifest in one line may have thousands of findings.
        let line = line.filter(|line| position.column <= MAX_LINE + 1 && !may_hold_secrets(line));
        let line = line.map(|l| same_width(&l.trim_start_matches('\u{feff}').chars().take(MAX_LINE).collect::<String>()));
        Self { position: Some(position), line, ..Self::in_file(file, message) }
    }

    /// What is wrong with the YAML of a file.
    pub fn yaml(file: &str, source: &str, error: &crate::yaml::Error) -> Self {
        Self::at(file, source, error.position(), error.message())
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// As a report takes it.
    pub fn warning(&self) -> Warning {
        let file = self.file.strip_prefix("./").unwrap_or(&self.file).to_owned();
        let object = self.about().cloned().unwrap_or_default();
        Warning { file, position: self.position, object, path: self.field().clone(), message: self.message.clone() }
    }

    /// What is wrong with this field of an object.
    pub fn of_object(self, object: Identity, field: Path) -> Self {
        Self { about: Some(Box::new((object, field))), ..self }
    }

    /// The same, as one that says no more than that a file is not current.
    pub fn stale(self, stale: bool) -> Self {
        Self { stale, ..self }
    }

    /// The file, where it says no more than that this is not current.
    pub fn stale_file(&self) -> Option<&str> {
        self.stale.then_some(self.file.as_str())
    }

    /// The object that it is about.
    pub fn about(&self) -> Option<&Identity> {
        self.about.as_deref().map(|(object, _)| object)
    }

    /// The field in the document; empty for the object as a whole.
    pub fn field(&self) -> &Path {
        const WHOLE: &Path = &Path::new();
        self.about.as_deref().map_or(WHOLE, |(_, field)| field)
    }

    /// Where it is, shortly: the object and its place.
    pub fn brief(&self) -> String {
        let place = self.place();
        let place = place.trim_end_matches(": ");
        self.about().map_or_else(|| place.to_owned(), |about| format!("{} ({place})", one_line(&about.to_string())))
    }

    /// What is wrong, and with what.
    fn text(&self) -> String {
        let about = self.about().map(|about| format!("{}: ", one_line(&about.to_string()))).unwrap_or_default();
        let field = if self.field().is_empty() { String::new() } else { format!("{}: ", one_line(&self.field().to_string())) };
        format!("{about}{field}{}", self.message)
    }

    /// What is wrong, with more said about it.
    pub fn hint(mut self, hint: &str) -> Self {
        self.message = format!("{}; {hint}", self.message);
        self
    }

    /// What is wrong, with a line more said about it.
    pub fn line(mut self, line: &str) -> Self {
        self.message = format!("{}\n{line}", self.message);
        self
    }

    /// What is wrong, without the line of the source.
    pub fn without_excerpt(self) -> Self {
        Self { line: None, ..self }
    }

    /// Prints it to standard error as a warning.
    pub fn print_warning(&self) {
        let place = self.place();
        eprintln!("{place}warning: {}", self.text());
    }

    /// Prints it to standard error, in colours on a terminal.
    pub fn print(&self) {
        anstream::eprintln!("{}", self.render(&Renderer::styled()));
    }

    /// `FILE:LINE:COLUMN: `, as far as it is known.
    fn place(&self) -> String {
        match self.position {
            Some(Position { line, column }) => format!("{}:{line}:{column}: ", self.file),
            None if self.file.is_empty() => String::new(),
            None => format!("{}: ", self.file),
        }
    }

    /// `FILE:LINE:COLUMN: error: MESSAGE`, as compilers write it so that editors find the place, then the line with a caret.
    pub fn render(&self, renderer: &Renderer) -> String {
        let error = renderer.clone().render(&[Group::with_title(Level::ERROR.primary_title(self.text().trim_end()))]);
        let excerpt = self.excerpt(renderer).map(|e| format!("\n{e}")).unwrap_or_default();
        format!("{}{error}{excerpt}", self.place())
    }

    fn excerpt(&self, renderer: &Renderer) -> Option<String> {
        let (position, line) = (self.position?, self.line.as_deref()?);
        let mut starts = line.char_indices().map(|(i, _)| i).skip(position.column.saturating_sub(1));
        let start = starts.next().unwrap_or(line.len());
        if start > MAX_LINE {
            return None;
        }
        let end = line.char_indices().map(|(i, _)| i).nth(MAX_LINE).unwrap_or(line.len());
        let shown = line.get(..end)?;
        let word = shown.get(start..)?.find([' ', ':', ',', '#']).filter(|w| *w > 0).map_or(shown.len().max(start), |w| start + w);
        let snippet = Snippet::source(shown).line_start(position.line).annotation(AnnotationKind::Primary.span(start..word));
        Some(renderer.clone().render(&[Group::with_level(Level::ERROR).element(snippet)]))
    }
}
