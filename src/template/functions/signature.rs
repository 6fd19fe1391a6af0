//! What functions are called with: Go refuses a call with more or fewer arguments, or with one of another type.

use gotmpl::Value as Go;

use super::arguments::{Result, failed};
use crate::template::kinds::Map;
use crate::template::{boxed, kinds};

/// Functions by their arguments, a letter each: `s` a text, `i` a whole number, `m` a dictionary (`map[string]interface {}`), `t` a
/// map of texts (`map[string]string`), `o` a pod's metadata, `p` a message, `d` a duration of a message, `a` anything. What stands before `*` may stand there any number of times.
const SIGNATURES: &[(&str, &[&str])] = &[
    ("", &["hello"]),
    (
        "s",
        &[
            "trim",
            "upper",
            "lower",
            "title",
            "untitle",
            "nospace",
            "initials",
            "swapcase",
            "snakecase",
            "kebabcase",
            "camelcase",
            "sha1sum",
            "sha256sum",
            "sha512sum",
            "adler32sum",
            "b64enc",
            "b64dec",
            "b32enc",
            "b32dec",
            "base",
            "dir",
            "clean",
            "ext",
            "isAbs",
            "osBase",
            "osDir",
            "osClean",
            "osExt",
            "osIsAbs",
            "fromJson",
            "fail",
            "atoi",
            "regexQuoteMeta",
            "semver",
            "urlParse",
            "toLower",
            "directory",
            "fromJSON",
            "kubevirtInterfaces",
            "excludeInterfaces",
        ],
    ),
    (
        "a",
        &[
            "first",
            "last",
            "rest",
            "initial",
            "reverse",
            "uniq",
            "compact",
            "sortAlpha",
            "toStrings",
            "toString",
            "toJson",
            "toRawJson",
            "toPrettyJson",
            "deepCopy",
            "empty",
            "kindOf",
            "typeOf",
            "int",
            "int64",
            "float64",
            "toDecimal",
            "floor",
            "ceil",
            "add1",
            "add1f",
            "toYaml",
            "structToJSON",
            "omitNil",
            "includeInboundPorts",
            "applicationPorts",
            "duration",
            "durationRound",
        ],
    ),
    ("d", &["formatDuration"]),
    ("p", &["protoToJSON"]),
    ("i", &["until"]),
    ("i*", &["seq"]),
    ("t", &["toJSON"]),
    ("t*", &["mergeMaps", "toJsonMap"]),
    ("s*", &["strdict"]),
    ("ts", &["isset"]),
    ("ts*", &["omit"]),
    ("m", &["values", "urlJoin"]),
    ("m*", &["keys"]),
    ("mm*", &["merge", "mergeOverwrite"]),
    ("ms", &["get", "unset", "hasKey"]),
    ("msa", &["set"]),
    ("ms*", &["pick"]),
    ("sm*", &["pluck"]),
    (
        "ss",
        &[
            "trimAll",
            "trimall",
            "trimSuffix",
            "trimPrefix",
            "hasPrefix",
            "hasSuffix",
            "contains",
            "splitList",
            "split",
            "regexMatch",
            "mustRegexMatch",
            "regexFind",
            "semverCompare",
            "env",
            "appendMultusNetwork",
        ],
    ),
    ("sss", &["replace", "regexReplaceAll", "regexReplaceAllLiteral"]),
    ("ssi", &["plural", "regexFindAll", "regexSplit"]),
    ("sis", &["splitn"]),
    ("is", &["repeat", "trunc", "abbrev", "wrap", "indent", "nindent"]),
    ("iis", &["substr", "abbrevboth"]),
    ("iss", &["wrapWith"]),
    ("iii", &["untilStep"]),
    ("ia", &["chunk"]),
    ("sa", &["join", "kindIs", "typeIs", "typeIsLike"]),
    ("as", &["excludeInboundPort"]),
    ("osa", &["annotation"]),
    ("aa", &["append", "push", "prepend", "has", "deepEqual", "sub", "div", "mod", "valueOrDefault"]),
    ("aaa", &["ternary"]),
    ("aia*", &["round"]),
    ("aa*", &["default", "max", "min", "biggest", "maxf", "minf", "mul", "subf", "mulf", "divf", "without", "slice"]),
];

/// The arguments of a function; others take any, or check for themselves.
pub(super) fn of(name: &str) -> &'static str {
    SIGNATURES.iter().find(|(_, names)| names.contains(&name)).map_or("a*", |(signature, _)| *signature)
}

/// Refuses a call with another number of arguments than the function takes, or with one of another type.
pub(super) fn check(name: &str, signature: &str, args: &[Go], lenient: bool) -> Result<()> {
    let (fixed, repeated) = match signature.strip_suffix('*') {
        Some(all) => all.split_at(all.len().saturating_sub(1)),
        None => (signature, ""),
    };
    let given = args.len();
    if given < fixed.len() || (repeated.is_empty() && given > fixed.len()) {
        let least = if repeated.is_empty() { "" } else { "at least " };
        return Err(failed(format!("wrong number of arguments for {name}: {least}{} expected, {given} given", fixed.len())));
    }
    let letters = fixed.bytes().chain(repeated.bytes().cycle());
    for (at, (letter, arg)) in letters.zip(args).enumerate() {
        // A newer release may have the field that is nothing here.
        if lenient && matches!(arg, Go::Nil) {
            continue;
        }
        if let Some(expected) = misfit(letter, arg) {
            let hint = if letter == b's' && !matches!(arg, Go::Map(_) | Go::List(_) | Go::Nil) { "; write toString before it" } else { "" };
            return Err(failed(format!(
                "{name}: argument {}: {expected} is expected, not {}; Go refuses this call, and so does the cluster{hint}",
                at + 1,
                described(arg)
            )));
        }
    }
    Ok(())
}

/// What is expected in the place of an argument that does not fit.
fn misfit(letter: u8, arg: &Go) -> Option<&'static str> {
    let (fits, expected) = match letter {
        b's' => (matches!(boxed::held(arg), Go::String(_)), "a text"),
        b'i' => (matches!(arg, Go::Int(_) | Go::Uint(_)), "a whole number"),
        b'm' => (matches!(arg, Go::Nil) || kinds::of(arg) == Some(Map::Any), "a dictionary (map[string]interface {})"),
        b't' => (matches!(arg, Go::Nil) || kinds::of(arg) == Some(Map::Texts), "a map of texts (map[string]string)"),
        b'o' => (kinds::named(arg) == Some("ObjectMeta"), "a pod's metadata (.ObjectMeta)"),
        b'p' => (matches!(arg, Go::Nil) || kinds::named(arg).is_some_and(|kind| kind.contains('.')), "a message such as .ProxyConfig"),
        b'd' => (matches!(arg, Go::Nil) || kinds::named(arg) == Some(boxed::DURATION), "a duration such as .ProxyConfig.DrainDuration"),
        _ => (true, ""),
    };
    (!fits).then_some(expected)
}

fn described(arg: &Go) -> String {
    match arg {
        Go::Nil => "nothing".to_owned(),
        Go::List(_) => "a list".to_owned(),
        Go::Map(_) => match kinds::of(arg) {
            Some(Map::Any) => "a dictionary (map[string]interface {})".to_owned(),
            Some(Map::Texts) => "a map of texts (map[string]string)".to_owned(),
            Some(Map::Other) | None => "an object of another type".to_owned(),
        },
        Go::Float(_) => format!("the floating-point number {}", super::arguments::as_text(arg)),
        Go::String(text) => format!("the text {text:?}"),
        other => super::arguments::as_text(other),
    }
}
