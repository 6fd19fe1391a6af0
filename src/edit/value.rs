//! Edits applied to a value instead of a text: paths and indices are those of the value before, all edits at once.

use super::edits::{Content, Edit};
use super::plan::{Arrival, Plan};
use crate::Value;
use crate::yaml::{parse_value, value_at};

/// The value after these edits.
pub fn apply_to_value(value: &Value, edits: &[Edit]) -> Value {
    let plan = Plan::new(edits);
    Rebuild { root: value, plan: &plan }.rebuild(value, Some(&plan))
}

fn content(content: &Content) -> Value {
    match content {
        Content::Value(value) => value.clone(),
        Content::Text(text) => parse_value(text).unwrap_or_else(|_| Value::String(text.clone())),
    }
}

/// The whole value and all that happens to it: items move from anywhere.
struct Rebuild<'p> {
    root: &'p Value,
    plan: &'p Plan<'p>,
}

impl Rebuild<'_> {
    /// A value after what is planned at and below it.
    fn rebuild(&self, value: &Value, plan: Option<&Plan<'_>>) -> Value {
        let Some(plan) = plan else { return value.clone() };
        if let Some(replaced) = plan.replace {
            return content(replaced);
        }
        match value {
            Value::Object(map) => {
                let mut out = serde_json::Map::with_capacity(map.len());
                for (key, child) in map {
                    let below = plan.key(key);
                    if !below.is_some_and(Plan::leaves) {
                        out.insert(key.clone(), self.rebuild(child, below));
                    }
                }
                out.extend(self.added_keys(plan));
                Value::Object(out)
            }
            Value::Array(list) => Value::Array(self.rebuild_list(list, plan)),
            _ if !plan.keys.is_empty() => Value::Object(self.added_keys(plan).collect()),
            _ if !plan.items.is_empty() => Value::Array(self.rebuild_list(&[], plan)),
            _ => value.clone(),
        }
    }

    fn added_keys(&self, plan: &Plan<'_>) -> impl Iterator<Item = (String, Value)> {
        plan.keys.iter().map(|(key, added)| ((*key).to_owned(), self.rebuild(&content(added), plan.key(key))))
    }

    fn rebuild_list(&self, list: &[Value], plan: &Plan<'_>) -> Vec<Value> {
        let mut out = Vec::with_capacity(list.len() + plan.items.len());
        for (index, item) in list.iter().enumerate() {
            out.extend(plan.arrivals(index).filter_map(|arrival| self.arrived(arrival)));
            let below = plan.index(index);
            if !below.is_some_and(Plan::leaves) {
                out.push(self.rebuild(item, below));
            }
        }
        out.extend(plan.arrivals_from(list.len()).filter_map(|arrival| self.arrived(arrival)));
        out
    }

    fn arrived(&self, arrival: &Arrival<'_>) -> Option<Value> {
        match arrival {
            Arrival::New(added) => Some(content(added)),
            Arrival::Moved(from) => value_at(self.root, from).map(|moved| self.rebuild(moved, self.plan.at(from))),
        }
    }
}
