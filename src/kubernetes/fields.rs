//! The fields of Kubernetes' types as data: their order in Go, when Go leaves them out, and how lists of them merge.
//!
//! Read from `kubernetes-fields.json`, which covers Pod and every type below it ([`KUBERNETES`]).

use std::sync::LazyLock;

use foldhash::HashMap;
use serde::Deserialize;

/// The release of Kubernetes whose types the table has.
pub const KUBERNETES: &str = "1.36";

/// One field of a Kubernetes type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Go's name of the field, which templates use: `ServiceAccountName`.
    pub go: &'static str,
    /// The field's name in JSON and YAML: `serviceAccountName`; empty for an inlined type.
    pub json: &'static str,
    /// Go's type: `*int64`, `[]Container`, `map[string]Quantity`.
    #[serde(rename = "type")]
    pub go_type: &'static str,
    /// Whether Go leaves the field out when it is empty.
    #[serde(default)]
    pub omit_empty: bool,
    /// Whether the fields of the type stand here instead.
    #[serde(default)]
    pub inline: bool,
    /// The key by which elements of the list are matched in a strategic merge.
    #[serde(default, borrow)]
    pub merge_key: Option<&'static str>,
    /// How a strategic merge treats the field: `merge`, `replace`, `merge,retainKeys`.
    #[serde(default, borrow)]
    pub patch_strategy: Option<&'static str>,
    /// What kind of value it holds, worked out once.
    #[serde(skip, default = "unknown")]
    shape: Shape<'static>,
}

/// The shape of a field whose table is still being read.
fn unknown() -> Shape<'static> {
    Shape::Scalar("")
}

/// What kind of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape<'a> {
    /// A list whose elements have this Go type.
    List(&'a str),
    /// A map from strings to values of this Go type.
    Map(&'a str),
    /// A struct of the table.
    Struct(&'a str),
    /// A string, number, bool, quantity, time, or a type that the table does not list.
    Scalar(&'a str),
}

impl Field {
    /// The shape of the field's values.
    pub fn shape(&self) -> Shape<'static> {
        self.shape
    }

    /// Whether the field's list is merged element by element, not replaced.
    pub fn merges(&self) -> bool {
        self.has_strategy("merge")
    }

    /// Whether the field's value is replaced as a whole, even though it is a map.
    pub fn replaces(&self) -> bool {
        self.has_strategy("replace")
    }

    /// Whether a pointer stands between the struct and the value, so that a zero value differs from none.
    pub fn is_pointer(&self) -> bool {
        self.go_type.starts_with('*')
    }

    fn has_strategy(&self, name: &str) -> bool {
        self.patch_strategy.is_some_and(|s| s.split(',').any(|s| s == name))
    }
}

/// The shape that a Go type stands for.
pub fn shape(go_type: &str) -> Shape<'_> {
    shape_among(go_type, |name| TYPES.contains_key(name))
}

fn shape_among<'t>(go_type: &'t str, is_struct: impl Fn(&str) -> bool) -> Shape<'t> {
    let bare = go_type.trim_start_matches('*');
    if let Some(element) = bare.strip_prefix("[]") {
        Shape::List(element)
    } else if let Some(value) = bare.strip_prefix("map[string]") {
        Shape::Map(value)
    } else if is_struct(bare) {
        Shape::Struct(bare)
    } else {
        Shape::Scalar(bare)
    }
}

/// The fields of one type, inlined ones in their place.
#[derive(Debug, Default)]
struct Type {
    fields: Vec<Field>,
    by_json: HashMap<&'static str, usize>,
}

static TYPES: LazyLock<HashMap<&'static str, Type>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the table is part of the program; without it pods would be wrong in silence")]
    let mut raw: HashMap<&'static str, Vec<Field>> =
        serde_json::from_str(include_str!("kubernetes-fields.json")).expect("kubernetes-fields.json is a table of fields");
    let names: Vec<&'static str> = raw.keys().copied().collect();
    for field in raw.values_mut().flatten() {
        field.shape = shape_among(field.go_type, |name| names.contains(&name));
    }
    let build = |name: &&'static str| {
        let mut fields = Vec::new();
        flatten(&raw, name, 0, &mut fields);
        let by_json = fields.iter().enumerate().map(|(i, f)| (f.json, i)).collect();
        (*name, Type { fields, by_json })
    };
    raw.keys().map(build).collect()
});

/// The key by which the items of a list are told apart, by the list's name. Every type that has a list of this name agrees.
static MERGE_KEYS: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| TYPES.values().flat_map(|t| &t.fields).filter_map(|f| Some((f.json, f.merge_key?))).collect());

/// The key that tells the items of the list under this field apart: `name` for `containers`.
pub fn merge_key(list: &str) -> Option<&'static str> {
    MERGE_KEYS.get(list).copied()
}

/// How deep inlined types may nest: far more than Kubernetes' ever do.
const MAX_INLINE: usize = 8;

fn flatten(raw: &HashMap<&'static str, Vec<Field>>, name: &str, depth: usize, into: &mut Vec<Field>) {
    for field in raw.get(name).into_iter().flatten() {
        if !field.inline {
            into.push(field.clone());
        } else if depth < MAX_INLINE {
            flatten(raw, field.go_type, depth + 1, into);
        }
    }
}

/// A pod template has the fields of a Pod.
fn table_name(kind: &str) -> &str {
    if kind == "PodTemplateSpec" { "Pod" } else { kind }
}

/// The fields of a type in Go's order; none when the type is not known.
pub fn of(kind: &str) -> &'static [Field] {
    TYPES.get(table_name(kind)).map(|t| t.fields.as_slice()).unwrap_or_default()
}

/// A field of a type by its JSON name.
pub fn field(kind: &str, json: &str) -> Option<&'static Field> {
    let known = TYPES.get(table_name(kind))?;
    known.fields.get(*known.by_json.get(json)?)
}

/// A field of a type by its name in JSON as Go finds it: that of this name, else one whose name differs in the case of letters only.
pub fn field_in_any_case(kind: &str, name: &str) -> Option<&'static Field> {
    field(kind, name).or_else(|| of(kind).iter().find(|f| same_letters(f.json, name)))
}

/// Whether two names differ in the case of letters only; for Go, two letters of other alphabets are such, too.
fn same_letters(field: &str, name: &str) -> bool {
    let folded = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    field.chars().map(folded).eq(name.chars().map(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_inlines() {
        let names: Vec<&str> = of("Probe").iter().map(|f| f.json).collect();
        assert_eq!(names.first(), Some(&"exec"));
        assert!(names.contains(&"periodSeconds"));
        assert!(field("Container", "ports").is_some_and(|f| f.merges() && f.merge_key == Some("containerPort")));
        assert_eq!(shape("[]Container"), Shape::List("Container"));
        let lists = ["containers", "ports", "hostAliases", "ownerReferences", "resourceClaims", "schedulingGates", "args"];
        assert_eq!(lists.map(merge_key), [Some("name"), Some("containerPort"), Some("ip"), Some("uid"), Some("name"), Some("name"), None]);
        for field in TYPES.values().flat_map(|t| &t.fields) {
            assert!(field.merge_key.is_none_or(|key| merge_key(field.json) == Some(key)), "{} has two merge keys", field.json);
        }
        assert_eq!(shape("*SecurityContext"), Shape::Struct("SecurityContext"));
        assert_eq!(shape("map[string]Quantity"), Shape::Map("Quantity"));
    }
}
