//! Which functions there are, and which are refused.

use std::sync::Arc;

use gotmpl::{FuncMap, Value as Go, ValueFunc};

use super::scope::{Scope, Scoped};
use super::{dicts, durations, encoding, fields, istio, language, lists, math, semver, signature, strings, types, urls, words};
use crate::template::rewrite::FIELDS;

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
pub(in crate::template) fn refusal(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(_, names)| names.contains(&name)).map(|(reason, _)| *reason)
}

/// Whether the engine itself has a function of this name.
pub(in crate::template) fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
}

/// All functions; Istio's win over sprig's of the same name. `more` are those that render templates.
pub(in crate::template) fn all(scope: &Arc<Scope>, more: &[(&'static str, Scoped)]) -> FuncMap {
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
    for (name, function) in istio::SCOPED.iter().chain(&[(FIELDS, fields::read as Scoped)]).chain(more) {
        let (name, function, scope) = (*name, *function, Arc::clone(scope));
        let (signature, lenient) = (signature::of(name), scope.environment.newer_fields);
        let checked = move |args: &[Go]| signature::check(name, signature, args, lenient).and_then(|()| function(&scope, args));
        functions.insert(name.to_owned(), Arc::new(checked) as ValueFunc);
    }
    functions
}
