//! Istio's own functions. They win over sprig's of the same name.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::arguments::{Function, Result, arg, as_text, is_empty, items, list, string, text};
use super::numbers::integer;
use super::scope::{Scope, Scoped};
use crate::template::{json, kinds, values, view};
use crate::{Value, istio};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("annotation", annotation),
    ("isset", isset),
    ("index", index),
    ("valueOrDefault", value_or_default),
    ("contains", |a| Ok(Go::Bool(text(a, 1).contains(&text(a, 0))))),
    ("toLower", |a| Ok(string(text(a, 0).to_lowercase()))),
    ("directory", |a| Ok(string(directory(&text(a, 0))))),
    ("indent", indent),
    ("toYaml", to_yaml),
    ("toJSON", |a| {
        let empty = is_empty(arg(a, 0));
        Ok(if empty { string("{}") } else { string(json::text(&json::of(arg(a, 0)))) })
    }),
    ("fromJSON", from_json),
    ("structToJSON", |a| Ok(string(json::text(&json::of(arg(a, 0)))))),
    ("toJsonMap", |a| Ok(string(if a.is_empty() { "null".to_owned() } else { json::text(&json::of(&merged(a))) }))),
    ("mergeMaps", |a| Ok(kinds::texts(merged(a)))),
    ("omit", omit),
    ("strdict", strdict),
    ("omitNil", |a| Ok(omit_nil(arg(a, 0)))),
    ("excludeInboundPort", exclude_inbound_port),
    ("includeInboundPorts", |a| ports(a, |_| true)),
    ("applicationPorts", |a| ports(a, |name| name != "istio-proxy")),
    ("kubevirtInterfaces", |a| Ok(string(text(a, 0)))),
    ("excludeInterfaces", |a| Ok(string(text(a, 0)))),
    ("otelResourceAttributes", otel_resource_attributes),
];

/// Functions that ask their run for something.
pub(super) const SCOPED: &[(&str, Scoped)] =
    &[("env", env), ("protoToJSON", proto_to_json), ("appendMultusNetwork", append_multus_network)];

fn map_of(value: &Go) -> Option<&BTreeMap<Arc<str>, Go>> {
    match value {
        Go::Map(map) => Some(map),
        _ => None,
    }
}

fn annotation(args: &[Go]) -> Result {
    let annotations = arg(args, 0).field("Annotations").and_then(map_of);
    let found = annotations.and_then(|a| get(a, arg(args, 1)));
    Ok(found.cloned().unwrap_or_else(|| match arg(args, 2) {
        default @ Go::String(_) => default.clone(),
        default => string(crate::template::gofmt::print(default)),
    }))
}

fn isset(args: &[Go]) -> Result {
    Ok(Go::Bool(map_of(arg(args, 0)).is_some_and(|m| get(m, arg(args, 1)).is_some())))
}

fn get<'m>(map: &'m BTreeMap<Arc<str>, Go>, key: &Go) -> Option<&'m Go> {
    match key {
        Go::String(key) => map.get(key),
        other => map.get(as_text(other).as_str()),
    }
}

/// Go's `index`, where a missing key of a map of strings gives the empty string.
fn index(args: &[Go]) -> Result {
    let mut value = arg(args, 0).clone();
    for key in args.iter().skip(1) {
        let missing = matches!((&value, key), (Go::Map(m), Go::String(k)) if !m.contains_key(k));
        let of_strings = map_of(&value).is_some_and(|m| m.values().all(|v| matches!(v, Go::String(_))));
        value = if missing && of_strings { string("") } else { value.index(key)? };
    }
    Ok(value)
}

fn value_or_default(args: &[Go]) -> Result {
    let value = arg(args, 0);
    let unset = matches!(value, Go::Nil) || matches!(value, Go::String(s) if s.is_empty());
    Ok(if unset { arg(args, 1).clone() } else { value.clone() })
}

/// What of a path stands before its last part, the slash included: `/etc/` of `/etc/ca.pem`, nothing of `ca.pem`.
fn directory(path: &str) -> &str {
    path.trim_end_matches(|c| c != '/')
}

/// Indents every line but the first.
fn indent(args: &[Go]) -> Result {
    // A negative count is as good as its size.
    let wanted = Go::Int(integer(arg(args, 0)).saturating_abs());
    let pad = " ".repeat(super::arguments::count("indent", &wanted)?);
    Ok(string(text(args, 1).replace('\n', &format!("\n{pad}"))))
}

fn to_yaml(args: &[Go]) -> Result {
    let mut value = json::of(arg(args, 0));
    value.sort_all_objects();
    Ok(string(crate::yaml::to_string_as_go(&value)))
}

fn from_json(args: &[Go]) -> Result {
    Ok(serde_json::from_str::<Value>(&text(args, 0)).map_or_else(|_| string("{}"), |v| view::raw(&v)))
}

fn merged(maps: &[Go]) -> Go {
    let mut all = BTreeMap::new();
    for map in maps.iter().filter_map(map_of) {
        all.extend(map.iter().map(|(k, v)| (Arc::clone(k), v.clone())));
    }
    Go::Map(Arc::new(all))
}

fn omit(args: &[Go]) -> Result {
    let gone: Vec<String> = args.iter().skip(1).map(as_text).collect();
    let kept = map_of(arg(args, 0)).into_iter().flatten().filter(|(k, _)| !gone.iter().any(|g| **g == ***k));
    Ok(kinds::texts(Go::Map(Arc::new(kept.map(|(k, v)| (Arc::clone(k), v.clone())).collect()))))
}

fn strdict(args: &[Go]) -> Result {
    let pairs = args.chunks(2).map(|pair| (Arc::from(text(pair, 0)), string(text(pair, 1))));
    Ok(kinds::texts(Go::Map(Arc::new(pairs.collect()))))
}

/// A value without what is nothing in its dictionaries and lists; of one that held nothing else, nothing is left.
fn omit_nil(value: &Go) -> Go {
    let left = |v: &Go| Some(omit_nil(v)).filter(|v| !matches!(v, Go::Nil));
    match value {
        Go::Map(map) if kinds::of(value) == Some(kinds::Map::Any) && !map.is_empty() => {
            let kept: BTreeMap<Arc<str>, Go> = map.iter().filter_map(|(k, v)| Some((Arc::clone(k), left(v)?))).collect();
            if kept.is_empty() { Go::Nil } else { Go::Map(Arc::new(kept)) }
        }
        Go::List(items) if !items.is_empty() => {
            let kept: Vec<Go> = items.iter().filter_map(left).collect();
            if kept.is_empty() { Go::Nil } else { list(kept) }
        }
        other => other.clone(),
    }
}

/// Appends a port to a list, unless it is empty, 0 or there. What is there is compared as it stands, spaces included.
fn exclude_inbound_port(args: &[Go]) -> Result {
    let (port, ports) = (crate::template::gofmt::print(arg(args, 0)).trim().to_owned(), text(args, 1));
    if port.is_empty() || port == "0" || ports.split(',').any(|p| p == port) {
        return Ok(string(ports));
    }
    let all: Vec<&str> = ports.split(',').map(str::trim).filter(|p| !p.is_empty()).chain([port.as_str()]).collect();
    Ok(string(all.join(",")))
}

fn ports(args: &[Go], counts: impl Fn(&str) -> bool) -> Result {
    let field = |v: &Go, name: &str| v.field(name).cloned().unwrap_or(Go::Nil);
    let mut all = Vec::new();
    for container in items("ports", arg(args, 0))?.iter().filter(|c| counts(&as_text(&field(c, "Name")))) {
        for port in items("ports", &field(container, "Ports"))? {
            if !matches!(as_text(&field(port, "Protocol")).as_str(), "UDP" | "SCTP") {
                all.push(integer(&field(port, "ContainerPort")).to_string());
            }
        }
    }
    Ok(string(all.join(",")))
}

fn env(scope: &Arc<Scope>, args: &[Go]) -> Result {
    Ok(scope.environment.env.get(&text(args, 0)).map_or_else(|| arg(args, 1).clone(), string))
}

/// A message as JSON; of a proxy config only what differs from the defaults.
fn proto_to_json(scope: &Arc<Scope>, args: &[Go]) -> Result {
    let message = arg(args, 0);
    if matches!(message, Go::Nil) {
        return Ok(string("{}"));
    }
    let mut value = json::of(message);
    let is_proxy_config = matches!(message.field(values::TYPE), Some(Go::String(kind)) if **kind == *istio::PROXY_CONFIG);
    if let (Value::Object(map), Value::Object(defaults), true) = (&mut value, &scope.environment.proxy_defaults, is_proxy_config) {
        map.retain(|key, set| defaults.get(key) != Some(set));
    }
    Ok(string(json::text(&value)))
}

/// Appends a network to Multus' annotation: a comma list, or JSON where a bracket closes, of which bad one is left alone.
fn append_multus_network(scope: &Arc<Scope>, args: &[Go]) -> Result {
    let (existing, network) = (text(args, 0), text(args, 1));
    if existing.is_empty() {
        return Ok(string(network));
    }
    let Some((before, after)) = existing.rsplit_once(']') else {
        let there = existing.split(',').any(|n| n.trim() == network);
        return Ok(string(if there { existing } else { format!("{existing}, {network}") }));
    };
    let Ok(Value::Array(networks)) = serde_json::from_str::<Value>(&existing) else { return Ok(string(existing)) };
    let (namespace, name) = if scope.environment.multus_in_one_word { None } else { network.split_once('/') }.unwrap_or(("", &network));
    let is = |n: &Value| {
        n.get("name").and_then(Value::as_str) == Some(name) && n.get("namespace").and_then(Value::as_str).unwrap_or_default() == namespace
    };
    if networks.iter().any(is) {
        return Ok(string(existing));
    }
    let namespace = if namespace.is_empty() { String::new() } else { format!(", \"namespace\": \"{namespace}\"") };
    Ok(string(format!("{before}, {{\"name\": \"{name}\"{namespace}}}]{after}")))
}

/// The resource attributes that OpenTelemetry's conventions give a workload, where a provider asks for them.
fn otel_resource_attributes(args: &[Go]) -> Result {
    let providers = match arg(args, 0).field("ExtensionProviders") {
        Some(Go::List(providers)) => &**providers,
        _ => &[],
    };
    let enriches = |provider: &Go| {
        let provider = json::of(field_of_message(provider, "opentelemetry"));
        provider.get("serviceAttributeEnrichment").and_then(Value::as_str) == Some("OTEL_SEMANTIC_CONVENTIONS")
    };
    if !providers.iter().any(enriches) {
        return Ok(string(""));
    }
    let (annotations, labels, namespace, containers) = (arg(args, 1), arg(args, 2), text(args, 3), arg(args, 4));
    let of = |map: &Go, key: &str| map.field(key).map(as_text).filter(|t| !t.is_empty());
    let annotated = |name: &str| of(annotations, &format!("resource.opentelemetry.io/{name}"));
    // The sidecar counts among the containers where the user wrote one.
    let containers = items("otelResourceAttributes", containers)?;
    let only = if let [one] = containers { Some(one) } else { None };
    let image_version = || only.and_then(|c| c.field("Image")).map(as_text).and_then(|image| version_of(&image));
    let version = annotated("service.version").or_else(|| of(labels, "app.kubernetes.io/version")).or_else(image_version);
    let first = || containers.first().and_then(|c| c.field("Name"));
    let instance = annotated("service.instance.id").or_else(|| first().map(|name| format!("{namespace}.$(POD_NAME).{}", as_text(name))));
    let parts = [
        ("service.namespace", annotated("service.namespace").or(Some(namespace.clone()))),
        ("service.version", version),
        ("service.instance.id", instance),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter_map(|(name, value)| value.filter(|v| !v.is_empty()).map(|v| format!("{name}={v}"))).collect();
    Ok(string(parts.join(",")))
}

/// A field of a message by its JSON name: under Go's name, or as it stands where the message's type is not known.
fn field_of_message<'m>(message: &'m Go, json: &str) -> &'m Go {
    let mut letters = json.chars();
    let go: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect();
    message.field(&go).or_else(|| message.field(json)).unwrap_or(&Go::Nil)
}

/// Tag and digest of an image.
fn version_of(image: &str) -> Option<String> {
    let (name, digest) = image.split_once('@').map_or((image, None), |(n, d)| (n, Some(d)));
    let tag = name.rsplit_once('/').map_or(name, |(_, last)| last).rsplit_once(':').map(|(_, tag)| tag);
    match (tag, digest) {
        (Some(tag), Some(digest)) => Some(format!("{tag}@{digest}")),
        (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
        (None, None) => None,
    }
}
