//! Manifests in many styles, and changes of them, made from a seed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, dead_code)]

#[cfg(feature = "cluster")]
pub mod api_server;
pub mod command;
pub mod folder;
pub mod patch;
pub mod print;

use serde_json::{Map, Value, json};

/// A small generator of numbers: the same seed gives the same numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % bound.max(1) as u64).unwrap()
    }

    /// True in so many cases of a hundred.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

const KEYS: &[&str] = &[
    "name",
    "image",
    "args",
    "labels",
    "annotations",
    "spec",
    "resources",
    "on",
    "a b",
    "sidecar.istio.io/inject",
    "x",
    "data",
    "é",
    "1",
    "command",
    "containers",
    "initContainers",
    "volumes",
    "env",
    "ports",
    "true",
    "a:b",
    "{{x}}",
    "'q'",
];
const STRINGS: &[&str] = &[
    "web",
    "yes",
    "012",
    "",
    "a: b",
    "a #b",
    "- x",
    "one\ntwo\n",
    "one\n\n  two",
    "x ",
    " x",
    "say \"hi\"",
    "it's",
    "tab\there",
    "ünïcode",
    "*a",
    "[x",
    "15090,15021",
    "{\"a\":[1]}",
    "# no",
    "line\n",
    "\n",
    "\nx",
    "a\n\n",
    "  lead\nx",
    "http://x/y",
    "--flag=1",
    "k:",
    "a\r\nb",
    "\u{85}",
    "---",
    "a\n# b\nc",
    "trail \nx",
    "1:30",
    "~",
    "?",
    "? x",
    "a'b\"c",
    "\\",
    "null",
    "two words",
    "some more words here",
    "{{ .Values.x }}",
    "a {{ b }} c",
    "0x1f",
    "1e3",
    "1_000",
    "2001-01-01",
    "!x",
    "%x",
    "@x",
    "`x`",
    "&x",
    "|",
    ">",
    "-",
    "a,b",
    "\u{feff}x",
    "\u{1}",
];

fn string(random: &mut Random) -> String {
    if random.percent(1) {
        return "a long line, ".repeat(200);
    }
    (*random.pick(STRINGS)).to_owned()
}

pub fn scalar(random: &mut Random) -> Value {
    match random.below(8) {
        0 => json!(random.below(100)),
        1 => json!(random.percent(50)),
        2 => json!(1.5),
        3 => Value::Null,
        _ => Value::String(string(random)),
    }
}

/// A value, at most so deep; `pool` holds earlier ones, which may come again.
pub fn value(random: &mut Random, depth: usize, pool: &mut Vec<Value>) -> Value {
    if !pool.is_empty() && random.percent(12) {
        return random.pick(pool).clone();
    }
    let made = match random.below(if depth == 0 { 2 } else { 7 }) {
        0 | 1 => scalar(random),
        2 | 3 => Value::Array((0..random.below(4)).map(|_| value(random, depth - 1, pool)).collect()),
        _ => Value::Object(map(random, depth - 1, pool)),
    };
    pool.push(made.clone());
    made
}

pub fn map(random: &mut Random, depth: usize, pool: &mut Vec<Value>) -> Map<String, Value> {
    let mut made = Map::new();
    if !pool.is_empty()
        && random.percent(15)
        && let Value::Object(base) = random.pick(pool)
    {
        made.extend(base.clone());
    }
    for _ in 0..random.below(5) {
        let key = (*random.pick(KEYS)).to_owned();
        let new = match key.as_str() {
            "containers" | "initContainers" | "volumes" | "env" if random.percent(80) => named(random, depth, pool),
            _ => value(random, depth, pool),
        };
        made.insert(key, new);
    }
    made
}

/// A list of objects with names.
fn named(random: &mut Random, depth: usize, pool: &mut Vec<Value>) -> Value {
    let mut names = vec!["web", "agent", "istio-proxy", "setup", "log"];
    let count = random.below(5);
    let list = (0..count).map(|_| {
        let name = names.remove(random.below(names.len()));
        let mut item = Map::new();
        item.insert("name".to_owned(), json!(name));
        for (key, value) in map(random, depth.saturating_sub(1), pool) {
            if key != "name" {
                item.insert(key, value);
            }
        }
        Value::Object(item)
    });
    Value::Array(list.collect())
}

/// A manifest: a map with something in it.
pub fn manifest(random: &mut Random) -> Value {
    let mut pool = Vec::new();
    let mut made = Map::new();
    if random.percent(70) {
        made.insert("apiVersion".to_owned(), json!("v1"));
    }
    made.extend(map(random, 4, &mut pool));
    if random.percent(60) {
        let mut pod = Map::new();
        pod.insert("initContainers".to_owned(), named(random, 3, &mut pool));
        pod.insert("containers".to_owned(), named(random, 3, &mut pool));
        made.insert("spec".to_owned(), Value::Object(pod));
    }
    if made.is_empty() {
        made.insert("kind".to_owned(), json!("Pod"));
    }
    Value::Object(made)
}

/// The value with some changes.
pub fn changed(random: &mut Random, before: &Value) -> Value {
    let mut after = before.clone();
    for _ in 0..=random.below(4) {
        change(random, &mut after, 5);
    }
    if random.percent(40) {
        shuffle_containers(random, &mut after);
    }
    if after.as_object().is_none_or(Map::is_empty) && random.percent(90) {
        return json!({"kind": "Pod"});
    }
    after
}

fn change(random: &mut Random, value: &mut Value, depth: usize) {
    let deeper = depth > 0 && random.percent(65);
    match value {
        Value::Object(map) if deeper && !map.is_empty() => {
            let at = random.below(map.len());
            if let Some((_, child)) = map.iter_mut().nth(at) {
                change(random, child, depth - 1);
            }
        }
        Value::Array(list) if deeper && !list.is_empty() => {
            let at = random.below(list.len());
            change(random, &mut list[at], depth - 1);
        }
        Value::Object(map) => match random.below(4) {
            0 if !map.is_empty() => {
                let key = map.keys().nth(random.below(map.len())).unwrap().clone();
                map.shift_remove(&key);
            }
            1 => map.clear(),
            _ => {
                let new = self::value(random, 2, &mut Vec::new());
                map.insert((*random.pick(KEYS)).to_owned(), new);
            }
        },
        Value::Array(list) => match random.below(6) {
            0 if !list.is_empty() => drop(list.remove(random.below(list.len()))),
            1 => list.clear(),
            2 => list.reverse(),
            _ => {
                let new = self::value(random, 2, &mut Vec::new());
                list.insert(random.below(list.len() + 1), new);
            }
        },
        other => *other = if random.percent(60) { scalar(random) } else { self::value(random, 2, &mut Vec::new()) },
    }
}

/// Moves containers about, within their list and between the two.
fn shuffle_containers(random: &mut Random, value: &mut Value) {
    let Some(pod) = value.get_mut("spec").and_then(Value::as_object_mut) else { return };
    let (Some(Value::Array(a)), Some(Value::Array(b))) = (pod.get("containers"), pod.get("initContainers")) else { return };
    let (mut a, mut b) = (a.clone(), b.clone());
    for _ in 0..=random.below(3) {
        if random.percent(50) && !a.is_empty() {
            let item = a.remove(random.below(a.len()));
            b.insert(random.below(b.len() + 1), item);
        } else if random.percent(50) && !b.is_empty() {
            let item = b.remove(random.below(b.len()));
            a.insert(random.below(a.len() + 1), item);
        } else if !a.is_empty() {
            let item = a.remove(random.below(a.len()));
            a.insert(random.below(a.len() + 1), item);
        }
    }
    pod.insert("containers".to_owned(), Value::Array(a));
    pod.insert("initContainers".to_owned(), Value::Array(b));
}
