//! A template, from its text to what it renders.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::data::Data;
use super::environment::Environment;
use super::fold::Folded;
use super::functions::{Scope, Scoped};
use super::output::{Bounded, MAX_OUTPUT};
use super::rewrite::{LAST, MAIN};
use super::{comments, functions, rewrite};

/// How many rounds all loops of one rendering may take.
const MAX_ITERATIONS: u64 = 1_000_000;

/// A parsed template.
pub struct Template {
    name: String,
    parsed: gotmpl::Template,
    scope: Arc<Scope>,
    folded: Folded,
}

/// Why a template does not parse or render.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Template {
    /// Parses a template. Delimiters are `{{ }}`, or `[[ ]]` where the text has only those (Istio 1.0 and 1.1).
    ///
    /// # Errors
    ///
    /// When the text does not parse, or calls a function that does not exist or is refused.
    pub fn parse(name: &str, text: &str, environment: Arc<Environment>) -> Result<Self, Error> {
        let scope = Arc::new(Scope { environment });
        Self::in_scope(name, text, scope)
    }

    fn in_scope(name: &str, text: &str, scope: Arc<Scope>) -> Result<Self, Error> {
        let (left, right) = if text.contains("[[") && !text.contains("{{") { ("[[", "]]") } else { ("{{", "}}") };
        let failed = |e: gotmpl::TemplateError| Error(format!("template {name}: {}", plain(&e.to_string())));
        let clean = comments::without_comments(text, left, right);
        let source = gotmpl::Template::new(name).delims(left, right).parse(&format!("{clean}{left}{LAST:?}{right}")).map_err(failed)?;
        let complete = source.lookup(name).is_some_and(|tree| tree.nodes.last().is_some_and(rewrite::prints_last));
        if !complete {
            return Err(Error(format!(
                "template {name}: up to line {}: an if, range, with, block or define has no end, or there is an end too many",
                text.lines().count()
            )));
        }
        let (mut trees, mut called, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        for defined in source.templates() {
            if let Some(tree) = source.lookup(defined) {
                let mut tree = tree.clone();
                if defined == name {
                    tree.nodes.pop();
                }
                rewrite::functions(&mut tree, &mut called);
                rewrite::lost_changes(&mut tree, &mut lost);
                rewrite::rewrite(&mut tree);
                trees.push((if defined == name { MAIN } else { defined }, tree));
            }
        }
        let mut functions = functions::all(&scope, RENDER);
        let missing = |f: &str| scope.environment.missing_functions.iter().find(|(name, _)| *name == f);
        let unknown = called.iter().filter(|(f, _)| missing(f).is_some() || (!functions.contains_key(f) && !functions::is_builtin(f)));
        let unknown: Vec<_> = unknown.collect();
        if !unknown.is_empty() {
            let each = unknown.iter().map(|(function, line)| {
                let reason = match (missing(function), functions::refusal(function)) {
                    (Some((_, since)), _) => format!("there is no such function before Istio {since}"),
                    (_, Some(reason)) => format!("refused, because {reason}"),
                    _ => "there is no such function".to_owned(),
                };
                format!("line {line}: function {function:?}: {reason}")
            });
            return Err(Error(format!("template {name}: {}", each.collect::<Vec<_>>().join("; "))));
        }
        if let Some(line) = lost.first() {
            return Err(Error(format!(
                "template {name}: line {line}: the data of a template cannot be changed: take a variable, as in {left} $d := deepCopy .Values {right}, and change that"
            )));
        }
        // The fewer there are, the faster each is found.
        functions.retain(|f, _| rewrite::OWN.contains(&f.as_str()) || called.iter().any(|(name, _)| name == f));
        let empty = gotmpl::Template::new(name).funcs(functions).max_range_iters(MAX_ITERATIONS).parse("").map_err(failed)?;
        let parsed = trees.into_iter().fold(empty, |parsed, (name, tree)| parsed.add_parse_tree(name, tree));
        Ok(Self { name: name.to_owned(), parsed, scope, folded: Folded::default() })
    }

    /// Renders the template.
    ///
    /// # Errors
    ///
    /// When a function fails, a value has no such field, or the bounds on loops and output are reached.
    pub fn render(&self, data: &Data) -> Result<String, Error> {
        let folded = self.folded.of(&self.parsed, data);
        self.execute(folded.as_deref().unwrap_or(&self.parsed), &data.value())
    }

    /// Renders the template with a value for its dot.
    fn render_value(&self, data: &gotmpl::Value) -> Result<String, Error> {
        self.execute(&self.parsed, data)
    }

    fn execute(&self, template: &gotmpl::Template, data: &gotmpl::Value) -> Result<String, Error> {
        let mut out = Bounded(String::new());
        let result = functions::with_data(data, || template.execute_template_fmt(&mut out, MAIN, data));
        match result {
            Ok(()) => Ok(out.0),
            Err(_) if out.0.len() >= MAX_OUTPUT => Err(Error(format!("template {}: renders more than {MAX_OUTPUT} bytes", self.name))),
            Err(e) => Err(Error(format!("template {}: {}{}", self.name, self.failing_line(data), plain(&e.to_string())))),
        }
    }

    /// Where a rendering fails: the engine does not say, so a second rendering notes its lines. Renderings are deterministic.
    fn failing_line(&self, data: &gotmpl::Value) -> String {
        let line = Arc::new(AtomicUsize::new(0));
        let mut functions = functions::all(&self.scope, RENDER);
        let noted = Arc::clone(&line);
        functions.insert(
            rewrite::LINE.to_owned(),
            Arc::new(move |args: &[gotmpl::Value]| {
                if let Some(gotmpl::Value::Int(n)) = args.first() {
                    noted.store(usize::try_from(*n).unwrap_or(0), Ordering::Relaxed);
                }
                Ok(gotmpl::Value::String(Arc::from("")))
            }),
        );
        let empty = gotmpl::Template::new(&self.name).funcs(functions).max_range_iters(MAX_ITERATIONS).parse("");
        let Ok(mut noting) = empty else { return String::new() };
        for name in self.parsed.templates() {
            if let Some(mut tree) = self.parsed.lookup(name).cloned() {
                rewrite::with_lines(&mut tree);
                noting = noting.add_parse_tree(name, tree);
            }
        }
        let mut out = Bounded(String::new());
        match functions::with_data(data, || noting.execute_template_fmt(&mut out, MAIN, data)) {
            Ok(()) => String::new(),
            Err(_) => at_line(line.load(Ordering::Relaxed)),
        }
    }
}

/// The function by which a template renders another.
const RENDER: &[(&str, Scoped)] = &[("render", render)];

/// A template within a template (Istio 1.2 and later); empty where it fails.
fn render(scope: &Arc<Scope>, args: &[gotmpl::Value]) -> functions::Result {
    let data = functions::current_data()?;
    let inner = Template::in_scope("render", &functions::text(args, 0), Arc::clone(scope));
    Ok(gotmpl::Value::String(inner.and_then(|t| t.render_value(&data)).unwrap_or_default().into()))
}

/// `line N: `, where a line is known.
fn at_line(line: usize) -> String {
    if line == 0 { String::new() } else { format!("line {line}: ") }
}

/// A message of the engine without its own prefix.
fn plain(message: &str) -> &str {
    message.strip_prefix("template: ").unwrap_or(message)
}
