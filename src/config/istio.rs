//! `spec.istio[]`: one entry a revision of Istio, each with the configuration of its injector.

use std::collections::BTreeMap;

use super::reader::Reader;
use crate::Value;
use crate::istio::Settings;

/// One revision of Istio.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Its name; `default` is the unnamed one.
    pub name: String,
    /// Further names of it.
    pub tags: Vec<String>,
    /// Whether namespaces without any label are injected by it.
    pub namespaces_by_default: bool,
    /// The configuration of its injector.
    pub settings: Settings,
}

const FIELDS: &[&str] = &[
    "revision",
    "tags",
    "injector",
    "mesh",
    "version",
    "nativeSidecars",
    "env",
    "platform",
    "compliancePolicy",
    "cluster",
    "network",
    "enableNamespacesByDefault",
];

/// The unnamed revision.
const DEFAULT: &str = "default";

/// Reads one entry of `istio`.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Revision {
    reader.fields(FIELDS);
    let name = Some(reader.text("revision")).filter(|n| !n.is_empty()).unwrap_or_else(|| DEFAULT.to_owned());
    let [config, values] = match reader.field("injector") {
        Some(mut injector) => inline(&mut injector, &["config", "values"]),
        None => {
            reader.mistake("injector is missing: the ConfigMap istio-sidecar-injector of the cluster, as injector: {inline: {config: \"…\", values: \"…\"}}");
            Default::default()
        }
    };
    let mesh = reader.field("mesh").map(|mut mesh| {
        mesh.fields(&["inline"]);
        mesh.field("inline").map(|mut inline| text_of(&mut inline)).unwrap_or_default()
    });
    let native = reader.choice("nativeSidecars", &[("auto", None), ("true", Some(true)), ("false", Some(false))]);
    let settings = Settings {
        config,
        values,
        mesh: mesh.unwrap_or_default(),
        revision: name.clone(),
        native_sidecars: native.flatten(),
        version: Some(reader.text("version")).filter(|v| !v.is_empty()),
        platform: reader.text("platform"),
        compliance_policy: reader.text("compliancePolicy"),
        cluster: reader.text("cluster"),
        network: reader.text("network"),
        env: reader.texts("env"),
        proxy_env: BTreeMap::new(),
    };
    Revision {
        name,
        tags: reader.list("tags", |r| r.as_text()),
        namespaces_by_default: reader.boolean("enableNamespacesByDefault").unwrap_or(false),
        settings,
    }
}

/// The keys of an `inline` ConfigMap, all of which must be there.
fn inline<const N: usize>(reader: &mut Reader<'_, '_>, keys: &[&str; N]) -> [String; N] {
    reader.fields(&["inline"]);
    let Some(mut data) = reader.field("inline") else {
        reader.mistake(format!("inline is missing: a map with {}", keys.join(" and ")));
        return std::array::from_fn(|_| String::new());
    };
    data.fields(keys);
    let mut texts = keys.iter().map(|key| match data.field(key) {
        Some(mut field) => text_of(&mut field),
        None => {
            data.mistake(format!("{key} is missing"));
            String::new()
        }
    });
    std::array::from_fn(|_| texts.next().unwrap_or_default())
}

/// A configuration that stands as text or as an object; an object as JSON, which is YAML too.
fn text_of(reader: &mut Reader<'_, '_>) -> String {
    match reader.value() {
        Value::Object(_) => reader.value().to_string(),
        _ => reader.as_text(),
    }
}
