//! The functions of templates: Istio's own and sprig's, and those that are refused.

mod dicts;
mod durations;
mod encoding;
mod fields;
mod istio;
mod language;
mod lists;
mod math;
mod members;
mod numbers;
mod semver;
mod signature;
mod strings;
mod types;
mod urls;
mod words;

use std::cell::RefCell;
use std::sync::Arc;

use gotmpl::{FuncMap, TemplateError, Value as Go, ValueFunc};

use super::rewrite::FIELDS;
use super::{Environment, kinds};
pub(super) use numbers::{float, integer};

/// What functions know of their run.
#[derive(Debug)]
pub(crate) struct Scope {
    pub environment: Arc<Environment>,
}

pub(super) type Result<T = Go> = gotmpl::Result<T>;
/// A function that asks its run for something.
type Scoped = fn(&Arc<Scope>, &[Go]) -> Result;
/// A function that needs its arguments alone.
pub(super) type Function = fn(&[Go]) -> Result;

/// How long a list or a text may be that a function makes by counting.
pub(super) const MAX_COUNT: i64 = 1_000_000;
/// How deep templates may render templates.
const MAX_DEPTH: usize = 16;

/// Functions of Go's templates themselves.
const BUILTINS: &[&str] = &[
    "and", "or", "not", "len", "index", "slice", "print", "printf", "println", "html", "js", "urlquery", "eq", "ne", "lt", "le", "gt",
    "ge", "call", "break", "continue", "nil", "true", "false",
];

/// Functions of sprig that stand beside one with `must` before its name.
const MUST: &[&str] = &[
    "regexFind",
    "regexFindAll",
    "regexReplaceAll",
    "regexReplaceAllLiteral",
    "regexSplit",
    "append",
    "push",
    "prepend",
    "first",
    "last",
    "rest",
    "initial",
    "reverse",
    "uniq",
    "without",
    "has",
    "compact",
    "slice",
    "chunk",
    "merge",
    "mergeOverwrite",
    "deepCopy",
    "toJson",
    "toRawJson",
    "toPrettyJson",
];

/// Functions of sprig that a template may not call: a rendering depends on its data alone.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "it reads the clock",
        &[
            "now",
            "date",
            "dateInZone",
            "date_in_zone",
            "dateModify",
            "date_modify",
            "mustDateModify",
            "must_date_modify",
            "ago",
            "htmlDate",
            "htmlDateInZone",
            "unixEpoch",
            "toDate",
            "mustToDate",
        ],
    ),
    ("it reads the network", &["getHostByName"]),
    ("it reads this process's environment", &["expandenv"]),
    (
        "it is random",
        &[
            "randAlphaNum",
            "randAlpha",
            "randAscii",
            "randNumeric",
            "randBytes",
            "randInt",
            "shuffle",
            "uuidv4",
            "genPrivateKey",
            "genCA",
            "genCAWithKey",
            "genSelfSignedCert",
            "genSelfSignedCertWithKey",
            "genSignedCert",
            "genSignedCertWithKey",
            "bcrypt",
            "htpasswd",
            "encryptAES",
        ],
    ),
    ("secrets do not belong into a manifest", &["derivePassword", "buildCustomCert", "decryptAES"]),
];

/// Why a function is refused, if it is.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(_, names)| names.contains(&name)).map(|(reason, _)| *reason)
}

/// Whether the engine itself has a function of this name.
pub(super) fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
}

/// All functions; Istio's win over sprig's of the same name.
pub(super) fn all(scope: &Arc<Scope>) -> FuncMap {
    let mut functions = FuncMap::new();
    for table in [
        language::FUNCTIONS,
        encoding::FUNCTIONS,
        strings::FUNCTIONS,
        words::FUNCTIONS,
        lists::FUNCTIONS,
        dicts::FUNCTIONS,
        math::FUNCTIONS,
        types::FUNCTIONS,
        durations::FUNCTIONS,
        semver::FUNCTIONS,
        urls::FUNCTIONS,
        istio::FUNCTIONS,
    ] {
        for (name, function) in table {
            let (name, function) = (*name, *function);
            let (signature, lenient) = (signature::of(name), scope.environment.newer_fields);
            let checked = move |args: &[Go]| signature::check(name, signature, args, lenient).and_then(|()| function(args));
            functions.insert(name.to_owned(), Arc::new(checked) as ValueFunc);
        }
    }
    // Functions that sprig has twice: the one whose name begins with `must` fails where the other panics. Here both fail.
    for name in MUST {
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        if let Some(function) = functions.get(*name).cloned() {
            functions.insert(first.into_iter().fold("must".to_owned(), |m, c| m + &c.to_string()) + letters.as_str(), function);
        }
    }
    for (name, function) in istio::SCOPED.iter().chain(&[(FIELDS, fields::read as Scoped)]) {
        let (function, scope) = (*function, Arc::clone(scope));
        functions.insert((*name).to_owned(), Arc::new(move |args: &[Go]| function(&scope, args)) as ValueFunc);
    }
    functions
}

thread_local! {
    /// The data of the rendering under way, for `render`, and how deep it is.
    static RENDERING: RefCell<(Option<Go>, usize)> = const { RefCell::new((None, 0)) };
}

/// Runs a rendering; `render` within it sees the same data.
pub(super) fn with_data<T>(data: &Go, _scope: &Arc<Scope>, run: impl FnOnce() -> T) -> T {
    let before = RENDERING.with(|r| r.replace_with(|(_, depth)| (Some(data.clone()), *depth + 1)));
    if before.1 == 0 {
        kinds::forget();
    }
    let result = run();
    RENDERING.with(|r| *r.borrow_mut() = before);
    result
}

/// The data of the rendering under way.
///
/// # Errors
///
/// When templates render templates without end.
pub(super) fn current_data() -> Result<Go> {
    let (data, depth) = RENDERING.with(|r| (r.borrow().0.clone(), r.borrow().1));
    if depth > MAX_DEPTH { Err(failed("render: templates render templates without end")) } else { Ok(data.unwrap_or(Go::Nil)) }
}

pub(super) fn failed(message: impl Into<String>) -> TemplateError {
    TemplateError::Exec(message.into())
}

/// An argument; nothing where it is missing.
pub(super) fn arg(args: &[Go], index: usize) -> &Go {
    args.get(index).unwrap_or(&Go::Nil)
}

/// The last argument: what is piped in.
pub(super) fn last(args: &[Go]) -> &Go {
    args.last().unwrap_or(&Go::Nil)
}

/// An argument as text, as `%v` prints it; nothing is empty.
pub(super) fn text(args: &[Go], index: usize) -> String {
    as_text(arg(args, index))
}

pub(super) fn as_text(value: &Go) -> String {
    match value {
        Go::Nil => String::new(),
        Go::String(text) => text.to_string(),
        other => super::gofmt::print(other),
    }
}

/// A count that makes a text or a list; refused where it is too large.
pub(super) fn count(function: &str, value: &Go) -> Result<usize> {
    let n = integer(value);
    if n > MAX_COUNT {
        return Err(failed(format!("{function}: {n} is more than the {MAX_COUNT} that are allowed")));
    }
    Ok(usize::try_from(n).unwrap_or(0))
}

pub(super) fn string(text: impl AsRef<str>) -> Go {
    Go::String(Arc::from(text.as_ref()))
}

pub(super) fn list(items: impl IntoIterator<Item = Go>) -> Go {
    Go::List(items.into_iter().collect())
}

/// Part of a text by bytes, as Go cuts it; half a letter becomes the replacement character.
pub(super) fn bytes(text: &str, from: usize, to: usize) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(text.as_bytes().get(from..to).unwrap_or_default())
}

/// The items of a list.
///
/// # Errors
///
/// When the value is no list.
pub(super) fn items<'v>(function: &str, value: &'v Go) -> Result<&'v [Go]> {
    match value {
        Go::List(items) => Ok(items),
        other => Err(failed(format!("{function}: a list is expected, not a {}", other.type_name()))),
    }
}

/// Whether two values are equal, as `reflect.DeepEqual` has it.
pub(super) fn equal(a: &Go, b: &Go) -> bool {
    super::json::of(a) == super::json::of(b) && a.type_name() == b.type_name()
}

/// Whether a value is empty in sprig's sense.
pub(super) fn is_empty(value: &Go) -> bool {
    !value.is_truthy()
}
