//! Sprig's versions: `semver` reads one, `semverCompare` asks whether one lies in a range such as `>=1.27-0, <2 || ~3.1`.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use gotmpl::Value as Go;
use regex::{Captures, Regex};

use super::arguments::{Function, Result, failed, string, text};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("semver", |a| Version::parse(&text(a, 0)).map(|v| v.view(&text(a, 0)))),
    ("semverCompare", |a| {
        let version = Version::parse(&text(a, 1))?;
        Ok(Go::Bool(alternatives(&text(a, 0))?.iter().any(|all| all.iter().all(|c| c.holds(&version)))))
    }),
];

/// A version; what it leaves out is 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Version {
    numbers: [u64; 3],
    prerelease: String,
    metadata: String,
}

const TAIL: &str = r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?";
const OPERATOR: &str = r"(!=|>=|=>|<=|=<|~>|=|>|<|~|\^|)";

/// A pattern of this module's own, which compiles.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static VERSION: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"^v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?{TAIL}$")));
static CONSTRAINT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"^[\s,]*{OPERATOR}\s*v?([0-9xX*]+)(?:\.([0-9xX*]+))?(?:\.([0-9xX*]+))?{TAIL}(?:[\s,]|$)")));
static HYPHEN: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\s*(\S+)\s+-\s+(\S+)\s*"));

fn group<'t>(captures: &Captures<'t>, index: usize) -> &'t str {
    captures.get(index).map_or("", |m| m.as_str())
}

impl Version {
    fn parse(text: &str) -> Result<Self> {
        let captures = VERSION.as_ref().and_then(|v| v.captures(text)).ok_or_else(|| failed(format!("semver: {text:?} is no version")))?;
        let number = |i| group(&captures, i).parse().unwrap_or(0);
        Ok(Self {
            numbers: [number(1), number(2), number(3)],
            prerelease: group(&captures, 4).to_owned(),
            metadata: group(&captures, 5).to_owned(),
        })
    }

    fn print(&self) -> String {
        let [major, minor, patch] = self.numbers;
        let tail = |mark: &str, text: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
        format!("{major}.{minor}.{patch}{}{}", tail("-", &self.prerelease), tail("+", &self.metadata))
    }

    /// The version as templates see it.
    fn view(&self, original: &str) -> Go {
        let number = |n: u64| Go::Uint(n);
        let [major, minor, patch] = self.numbers.map(number);
        let fields = [
            ("Major", major),
            ("Minor", minor),
            ("Patch", patch),
            ("Prerelease", string(&self.prerelease)),
            ("Metadata", string(&self.metadata)),
            ("Original", string(original)),
            ("String", string(self.print())),
            (crate::template::values::TEXT, string(self.print())),
        ];
        Go::Map(Arc::new(fields.into_iter().map(|(k, v)| (Arc::from(k), v)).collect()))
    }

    /// Numbers first; a prerelease goes before its release; metadata does not count.
    fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.prerelease.as_str(), other.prerelease.as_str()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (mine, theirs) => compare_identifiers(mine, theirs),
        })
    }
}

/// Identifier by identifier: numbers as numbers and before letters; of two that are the same so far, the shorter goes first.
fn compare_identifiers(mine: &str, theirs: &str) -> Ordering {
    let (mut mine, mut theirs) = (mine.split('.'), theirs.split('.'));
    loop {
        let (a, b) = match (mine.next(), theirs.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => (a, b),
        };
        let order = match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// One condition of a range.
#[derive(Debug)]
struct Constraint {
    operator: String,
    version: Version,
    /// How many of the version's numbers are given: 0 (`*`) to 3.
    given: usize,
}

/// The conditions of a range: any of the lists, all of a list.
fn alternatives(range: &str) -> Result<Vec<Vec<Constraint>>> {
    let bad = || failed(format!("semverCompare: {range:?} is no range of versions"));
    let (Some(hyphen), Some(constraint)) = (HYPHEN.as_ref(), CONSTRAINT.as_ref()) else { return Err(bad()) };
    let range_text = hyphen.replace_all(range, " >=$1, <=$2 ");
    let mut any = Vec::new();
    for part in range_text.split("||") {
        let mut all = Vec::new();
        let mut rest = part.trim_end_matches([' ', ',']);
        while !rest.is_empty() {
            let captures = constraint.captures(rest).ok_or_else(bad)?;
            let numbers: Vec<u64> = (2..5).map_while(|i| group(&captures, i).parse().ok()).collect();
            let mut filled = numbers.iter().copied().chain(std::iter::repeat(0));
            let version = Version {
                numbers: std::array::from_fn(|_| filled.next().unwrap_or(0)),
                prerelease: group(&captures, 5).to_owned(),
                metadata: String::new(),
            };
            all.push(Constraint { operator: group(&captures, 1).to_owned(), version, given: numbers.len() });
            rest = rest.get(group(&captures, 0).len()..).unwrap_or_default();
        }
        if all.is_empty() {
            return Err(bad());
        }
        any.push(all);
    }
    Ok(any)
}

impl Constraint {
    fn holds(&self, version: &Version) -> bool {
        let wanted = &self.version;
        // Who does not name a prerelease does not ask for one.
        if !version.prerelease.is_empty() && wanted.prerelease.is_empty() && !(self.operator == "!=" && self.given == 3) {
            return false;
        }
        let order = version.compare(wanted);
        let prefix = |count: usize| version.numbers.iter().zip(&wanted.numbers).take(count).all(|(a, b)| a == b);
        match self.operator.as_str() {
            ">" => match self.given {
                3 => order == Ordering::Greater,
                given => version.numbers.get(..given) > wanted.numbers.get(..given),
            },
            "<" => order == Ordering::Less,
            ">=" | "=>" => order != Ordering::Less,
            "<=" | "=<" => match self.given {
                3 => order != Ordering::Greater,
                given => version.numbers.get(..given) <= wanted.numbers.get(..given),
            },
            "!=" => match self.given {
                3 => order != Ordering::Equal,
                given => !prefix(given),
            },
            "^" => order != Ordering::Less && prefix(self.caret_prefix()),
            "~" | "~>" => self.within_tilde(version),
            _ if self.given == 3 => order == Ordering::Equal,
            _ => self.within_tilde(version),
        }
    }

    /// `~1.2.3` and `~1.2` stay in 1.2, `~1` stays in 1, `~*` and `~0.0.0` take everything.
    fn within_tilde(&self, version: &Version) -> bool {
        let fixed = if self.given == 3 && self.version.numbers == [0; 3] { 0 } else { self.given.min(2) };
        let same = version.numbers.iter().zip(&self.version.numbers).take(fixed).all(|(a, b)| a == b);
        version.compare(&self.version) != Ordering::Less && same
    }

    /// How many numbers `^` holds on to: up to the first that is not 0.
    fn caret_prefix(&self) -> usize {
        match (self.given, self.version.numbers) {
            (0, _) => 0,
            (1, _) => 1,
            (_, [major, ..]) if major > 0 => 1,
            (2, _) => 2,
            (_, [_, minor, _]) if minor > 0 => 2,
            _ => 3,
        }
    }
}
