//! Prints values as people (and tools) write them: block and flow style, comments, anchors, line ends.

use serde_json::{Map, Value};

use super::Random;

pub struct Printer<'r> {
    random: &'r mut Random,
    mapping: usize,
    list: usize,
    /// Spaces behind a dash, and behind a key's colon.
    gap: usize,
    /// How often a line ends in spaces.
    trailing: usize,
    flow: usize,
    comments: usize,
    blank: usize,
    anchors: bool,
    anchored: Vec<(String, Value)>,
    /// Number of the next comment or anchor.
    next: usize,
    lines: Vec<String>,
    /// How many lines there were at the end of the last literal text; a comment below would become text.
    text_end: usize,
}

/// The text of a manifest, in a style of the seed's choice.
pub fn manifest(random: &mut Random, value: &Value) -> String {
    let style = random.below(10);
    if style == 0 {
        return json(value.to_string());
    }
    if style == 1 {
        return format!("{}\n", json(serde_json::to_string_pretty(value).unwrap()));
    }
    let mapping = *random.pick(&[2, 2, 2, 4, 1, 3, 8]);
    let list = *random.pick(&[0, 0, 2, 2, 1, 4]);
    let gap = *random.pick(&[1, 1, 1, 1, 2, 3]);
    let trailing = *random.pick(&[0, 0, 0, 20]);
    let flow = *random.pick(&[0, 15, 40]);
    let comments = *random.pick(&[0, 15, 40]);
    let blank = *random.pick(&[0, 10]);
    let anchors = random.percent(40);
    let head = *random.pick(HEADS);
    let tail = *random.pick(TAILS);
    let newline = if random.percent(15) { "\r\n" } else { "\n" };
    let last = !random.percent(15);
    let mut printer = Printer {
        random,
        mapping,
        list,
        gap,
        trailing,
        flow,
        comments,
        blank,
        anchors,
        anchored: Vec::new(),
        next: 0,
        lines: Vec::new(),
        text_end: usize::MAX,
    };
    match value {
        Value::Object(map) if !map.is_empty() => printer.map(map, 0, None),
        other => printer.lines.push(flow_text(other)),
    }
    // Without a last line end, a text that keeps its empty lines would lose one.
    let last = last || printer.lines.len() == printer.text_end;
    let mut lines: Vec<String> = head.iter().map(|l| (*l).to_owned()).chain(printer.lines).collect();
    lines.extend(tail.iter().map(|l| (*l).to_owned()));
    let bom = if head.is_empty() && random.percent(3) { "\u{feff}" } else { "" };
    let mut text = format!("{bom}{}", lines.join(newline));
    if last {
        text.push_str(newline);
    }
    text
}

/// What stands before the manifest's document, and behind it.
const HEADS: &[&[&str]] = &[&[], &[], &[], &[], &["---"], &["# head", "---"], &["--- # c"], &["# only", "---", "# comments", "", "---"]];
const TAILS: &[&[&str]] = &[
    &[],
    &[],
    &[],
    &[],
    &["---"],
    &["..."],
    &["--- # c", "kind: Other # c", "l:", "- a"],
    &["---", "# nothing", "---", "{kind: Other}"],
    &["...", "# between", "---", "", "kind:   Other"],
];

/// JSON with the line breaks escaped that not every reader of YAML knows as none.
fn json(text: String) -> String {
    text.replace('\u{85}', "\\u0085")
}

/// Flow style as kubectl's users write it, with strings in double quotes.
fn flow_text(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let parts: Vec<String> = map.iter().map(|(k, v)| format!("{}: {}", key(k), flow_text(v))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(flow_text).collect::<Vec<_>>().join(", ")),
        Value::String(s) => flow_string(s),
        other => other.to_string(),
    }
}

fn is_word(text: &str) -> bool {
    text.len() > 2 && text.bytes().all(|b| b.is_ascii_alphabetic()) && !["yes", "null"].contains(&text)
}

fn flow_string(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap().replace('\u{85}', "\\x85")
}

fn key(text: &str) -> String {
    if is_word(text) || text == "x" { text.to_owned() } else { quoted(text) }
}

impl Printer<'_> {
    fn comment(&mut self) -> String {
        self.next += 1;
        let more = *self.random.pick(&["", "", "", " über: {x}", "\twith a tab", " - \"", " {{ .Values }}"]);
        format!("# c{}{more}", self.next)
    }

    /// A line, perhaps with spaces at its end.
    fn push(&mut self, line: String) {
        let spaces = if self.random.percent(self.trailing) { 1 + self.random.below(3) } else { 0 };
        self.lines.push(format!("{line}{:spaces$}", ""));
    }

    /// Perhaps a comment line or an empty one.
    fn between(&mut self, column: usize) {
        if self.lines.len() == self.text_end {
            return;
        }
        if self.random.percent(self.blank) {
            self.lines.push(String::new());
        }
        if self.random.percent(self.comments) {
            let column = if self.random.percent(80) { column } else { self.random.below(column + 3) };
            let comment = self.comment();
            self.lines.push(format!("{:column$}{comment}", ""));
        }
    }

    /// Perhaps a comment behind something.
    fn tail(&mut self) -> String {
        if !self.random.percent(self.comments / 2) {
            return String::new();
        }
        let before = *self.random.pick(&["  ", " ", "\t", "     "]);
        format!("{before}{}", self.comment())
    }

    /// The lines of a map. `lead` is what stands before the first key on its line.
    fn map(&mut self, map: &Map<String, Value>, column: usize, lead: Option<String>) {
        let mut lead = lead;
        let mut merged: Option<(String, Map<String, Value>)> = None;
        if self.anchors {
            let base = self.anchored.iter().filter_map(|(n, v)| Some((n.clone(), v.as_object()?.clone())));
            let fits = |base: &Map<String, Value>| {
                base.iter().filter(|(k, v)| map.get(*k) == Some(v)).count() > 0 && base.keys().all(|k| map.contains_key(k))
            };
            merged = base.into_iter().find(|(_, b)| fits(b));
        }
        if let Some((name, _)) = &merged {
            let lead = lead.take().unwrap_or_else(|| " ".repeat(column));
            self.lines.push(format!("{lead}<<: *{name}"));
        }
        for (k, v) in map {
            if merged.as_ref().is_some_and(|(_, base)| base.get(k) == Some(v)) {
                continue;
            }
            if lead.is_none() {
                self.between(column);
            }
            let lead = lead.take().unwrap_or_else(|| " ".repeat(column));
            let key = if self.random.percent(8) && !k.contains('\'') { format!("'{k}'") } else { key(k) };
            let space = if self.random.percent(2) { " " } else { "" };
            self.entry(&format!("{lead}{key}{space}:"), v, column, false);
        }
        self.foot(column);
    }

    fn foot(&mut self, column: usize) {
        if self.lines.len() != self.text_end && self.random.percent(self.comments / 3) {
            let comment = self.comment();
            self.lines.push(format!("{:column$}{comment}", ""));
        }
    }

    fn sequence(&mut self, list: &[Value], column: usize, lead: Option<String>) {
        let mut lead = lead;
        for item in list {
            if lead.is_none() {
                self.between(column);
            }
            let lead = lead.take().unwrap_or_else(|| " ".repeat(column));
            self.entry(&format!("{lead}-"), item, column, true);
        }
        self.foot(column);
    }

    /// A value behind `head` (`key:` or `-`), whose mapping or list stands at this column.
    fn entry(&mut self, head: &str, value: &Value, column: usize, item: bool) {
        let mut head = head.to_owned();
        let mut anchor = false;
        if self.anchors && (value.is_object() || value.is_array() || value.is_string()) {
            if let Some((name, _)) = self.anchored.iter().find(|(_, v)| v == value).cloned() {
                if self.random.percent(60) {
                    let tail = self.tail();
                    self.lines.push(format!("{head} *{name}{tail}"));
                    return;
                }
            } else if self.random.percent(30) {
                self.next += 1;
                let name = format!("n{}", self.next);
                head = format!("{head} &{name}");
                anchor = true;
                self.anchored.push((name, value.clone()));
            }
        }
        let flow = self.random.percent(self.flow);
        match value {
            Value::Object(map) if !map.is_empty() && !flow => {
                // Anchors inside of the map must not refer to the map itself.
                let own = anchor.then(|| self.anchored.pop()).flatten();
                if item && !anchor && self.random.percent(85) {
                    self.map(map, column + 1 + self.gap, Some(format!("{head}{:1$}", "", self.gap)));
                } else {
                    let tail = self.tail();
                    self.lines.push(format!("{head}{tail}"));
                    let column = column + if item { 2 } else { self.mapping };
                    self.map(map, column, None);
                }
                self.anchored.extend(own);
            }
            Value::Array(list) if !list.is_empty() && !flow => {
                let own = anchor.then(|| self.anchored.pop()).flatten();
                if item && !anchor && self.random.percent(70) {
                    self.sequence(list, column + 1 + self.gap, Some(format!("{head}{:1$}", "", self.gap)));
                } else {
                    let tail = self.tail();
                    self.lines.push(format!("{head}{tail}"));
                    let column = column + if item { 2 } else { self.list };
                    self.sequence(list, column, None);
                }
                self.anchored.extend(own);
            }
            Value::Object(_) | Value::Array(_) => self.flow_value(&head, value, column),
            Value::String(text) if text.contains('\n') && self.block_text(&head, text, column, item) => {}
            Value::String(text) => {
                if let Some(lines) = self.over_lines(text) {
                    let inner = column + if item { 2 } else { self.mapping };
                    let mut lines = lines.into_iter();
                    let first = lines.next().unwrap_or_default();
                    self.lines.push(format!("{head} {first}"));
                    self.lines.extend(lines.map(|l| format!("{:inner$}{l}", "")));
                    return;
                }
                let written = match self.random.below(4) {
                    0 if !text.contains(|c: char| c.is_control()) => format!("'{}'", text.replace('\'', "''")),
                    1 | 2 if is_word(text) => text.clone(),
                    _ => quoted(text),
                };
                let (tail, gap) = (self.tail(), self.gap);
                self.push(format!("{head}{:gap$}{written}{tail}", ""));
            }
            Value::Null if !anchor && self.random.percent(50) => {
                let tail = self.tail();
                self.push(format!("{head}{tail}"));
            }
            other => {
                let tail = self.tail();
                self.push(format!("{head} {other}{tail}"));
            }
        }
    }

    fn flow_value(&mut self, head: &str, value: &Value, column: usize) {
        let tail = self.tail();
        let parts: Vec<String> = match value {
            Value::Object(map) => map.iter().map(|(k, v)| format!("{}: {}", key(k), flow_text(v))).collect(),
            Value::Array(list) => list.iter().map(flow_text).collect(),
            _ => Vec::new(),
        };
        if parts.is_empty() || self.random.percent(70) {
            let text = if self.random.percent(20) { flow_text(value).replace(", ", ",  ") } else { flow_text(value) };
            let text = if value.to_string().contains(", ") { flow_text(value) } else { text };
            self.lines.push(format!("{head} {text}{tail}"));
            return;
        }
        let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
        self.lines.push(format!("{head} {open}{tail}"));
        let inner = column + 4;
        let count = parts.len();
        let trailing = self.random.percent(20);
        for (i, part) in parts.into_iter().enumerate() {
            let comma = if i + 1 < count || trailing { "," } else { "" };
            let tail = self.tail();
            self.lines.push(format!("{:inner$}{part}{comma}{tail}", ""));
        }
        let tail = self.tail();
        self.lines.push(format!("{:1$}{close}{tail}", "", column + 2));
    }

    /// A text of several words over two lines: plain, in quotes or folded.
    fn over_lines(&mut self, text: &str) -> Option<Vec<String>> {
        let (first, second) = text.split_once(' ')?;
        let plain = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric());
        if !plain(first) || !second.split(' ').all(plain) || !self.random.percent(50) {
            return None;
        }
        Some(match self.random.below(5) {
            0 => vec![first.to_owned(), second.to_owned()],
            1 => vec![format!("\"{first}"), format!("{second}\"")],
            2 => vec![format!("'{first}"), format!("{second}'")],
            3 => vec![format!("\"{first} \\"), format!("{second}\"")],
            _ => vec![">-".to_owned(), first.to_owned(), second.to_owned()],
        })
    }

    /// A literal block, where the text can be one.
    fn block_text(&mut self, head: &str, text: &str, column: usize, item: bool) -> bool {
        let body = text.trim_end_matches('\n');
        let fits = !body.is_empty() && !text.starts_with([' ', '\n']) && !text.contains(['\r', '\t', '\u{85}']);
        if !fits || self.random.percent(20) {
            return false;
        }
        let chomp = match text.len() - body.len() {
            0 => "-",
            1 => "",
            _ => "+",
        };
        let tail = self.tail();
        self.lines.push(format!("{head} |{chomp}{tail}"));
        let inner = column + if item { 2 } else { self.mapping };
        self.lines.extend(body.split('\n').map(|l| if l.is_empty() { String::new() } else { format!("{:inner$}{l}", "") }));
        self.lines.extend(std::iter::repeat_n(String::new(), (text.len() - body.len()).saturating_sub(1)));
        self.text_end = self.lines.len();
        true
    }
}
