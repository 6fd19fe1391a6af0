//! Prometheus merge: the sidecar scrapes the application and offers everything on its own port.

use serde::Serialize;

use super::run::Run;
use crate::istio::{Behaviour, Error};
use crate::{Value, istio, kubernetes};

const SCRAPE: &str = "prometheus_io_scrape";
const PATH: &str = "prometheus_io_path";
const PORT: &str = "prometheus_io_port";
const TARGETS: &str = "prometheus_istio_io_scrape_targets";
/// How the list of targets is spelled.
const TARGETS_KEY: &str = "prometheus.istio.io/scrape-targets";
const MERGE: &str = "prometheus.istio.io/merge-metrics";
const SECURE_PORT: &str = "prometheus_istio_io_secure_port";
const SECURE_PORT_KEY: &str = "prometheus.istio.io/secure-port";
/// The path of a target that names none.
const DEFAULT_PATH: &str = "/metrics";
/// Ports of the sidecar's own, which it cannot scrape.
const RESERVED: [u16; 9] = [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090];

/// The variable that tells the sidecar what to scrape.
const ANNOTATIONS: &str = "ISTIO_PROMETHEUS_ANNOTATIONS";
/// The path under which the sidecar offers everything.
const MERGED_PATH: &str = "/stats/prometheus";

/// What the sidecar is told to scrape.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Scrape {
    scrape: String,
    path: String,
    port: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<Target>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Target {
    port: String,
    path: String,
}

/// Whether a key is this one, with every character replaced that Prometheus' label names cannot have: `prometheus.io/port` and
/// `prometheus-io/port` are the same.
fn is(key: &str, wanted: &str) -> bool {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).eq(wanted.chars())
}

fn value<'a>(pod: &'a Value, wanted: &str) -> Option<&'a str> {
    kubernetes::annotations(pod).find(|(k, _)| is(k, wanted)).map(|(_, v)| v)
}

/// The port that the pod says Prometheus should scrape.
pub(super) fn port(pod: &Value) -> Option<&str> {
    value(pod, PORT)
}

/// Removes every spelling of the annotations that Prometheus reads.
pub(super) fn clear(pod: &mut Value) {
    kubernetes::remove_annotations(pod, |key| [SCRAPE, PATH, PORT].iter().any(|wanted| is(key, wanted)));
}

pub(super) fn merge(run: &mut Run<'_>) -> Result<(), Error> {
    let status_port = run.status_port();
    if wanted(run) && port(&run.merged) != Some(status_port.to_string().as_str()) {
        let targets = run.injector.minor.has(Behaviour::ScrapeTargets);
        let scrape = scrape(run, targets, status_port)?;
        if run.injector.minor.has(Behaviour::PrometheusPort) && scrape.targets.is_empty() && !scrape.port.is_empty() {
            check_port(&scrape.port, status_port).map_err(|reason| Error::annotation("prometheus.io/port", &scrape.port, reason))?;
        }
        if scrape != Scrape::default()
            && let Some(sidecar) = istio::sidecar_mut(&mut run.merged)
        {
            let json = serde_json::to_value(&scrape).map(|v| kubernetes::to_string(&v)).unwrap_or_default();
            kubernetes::env_mut(sidecar).push(kubernetes::env_var(ANNOTATIONS, json));
        }
        clear(&mut run.merged);
        kubernetes::remove_annotations(&mut run.merged, |key| targets && is(key, TARGETS));
        kubernetes::set_annotation(&mut run.merged, "prometheus.io/port", status_port.to_string());
        kubernetes::set_annotation(&mut run.merged, "prometheus.io/path", MERGED_PATH);
        kubernetes::set_annotation(&mut run.merged, "prometheus.io/scrape", "true");
    }
    if run.injector.minor.has(Behaviour::SecurePort) {
        secure_port(run);
    }
    Ok(())
}

/// Puts back the annotations that an injection pointed at the sidecar, as the sidecar's environment tells them.
pub(super) fn restore(pod: &mut Value, sidecar: &Value) {
    if value(pod, PATH) != Some(MERGED_PATH) {
        return;
    }
    clear(pod);
    let told = kubernetes::env_value(sidecar, ANNOTATIONS).and_then(|v| serde_json::from_str::<Value>(v).ok()).unwrap_or_default();
    let targets: Vec<String> = told.get("targets").and_then(Value::as_array).into_iter().flatten().filter_map(spelled).collect();
    if !targets.is_empty() {
        kubernetes::set_annotation(pod, TARGETS_KEY, targets.join(","));
    }
    // The first target stands for path and port, too.
    let keys: &[&str] = if targets.is_empty() { &["scrape", "path", "port"] } else { &["scrape"] };
    for key in keys {
        if let Some(text) = told.get(*key).and_then(Value::as_str).filter(|t| !t.is_empty()) {
            kubernetes::set_annotation(pod, &format!("prometheus.io/{key}"), text);
        }
    }
}

/// A target as the annotation spells it.
fn spelled(target: &Value) -> Option<String> {
    let text = |key: &str| target.get(key).and_then(Value::as_str);
    Some(format!("{}:{}", text("port")?, text("path")?))
}

/// Whether metrics are merged: not where scraping is off, nor where annotation or mesh say no.
fn wanted(run: &Run<'_>) -> bool {
    let scrapes = kubernetes::annotations(&run.merged).filter(|(k, _)| is(k, SCRAPE)).find_map(|(_, v)| kubernetes::parse_bool(v));
    let merges = kubernetes::annotation(&run.merged, MERGE).and_then(kubernetes::parse_bool);
    scrapes.unwrap_or(true) && merges.unwrap_or_else(|| run.injector.mesh.merges_prometheus())
}

/// What the annotations say; the list of targets only where it counts.
fn scrape(run: &mut Run<'_>, with_targets: bool, status_port: i64) -> Result<Scrape, Error> {
    let text = |key| value(&run.merged, key).unwrap_or_default().to_owned();
    let mut scrape = Scrape { scrape: text(SCRAPE), path: text(PATH), port: text(PORT), targets: Vec::new() };
    let Some(list) = value(&run.merged, TARGETS).filter(|_| with_targets) else { return Ok(scrape) };
    let targets: Vec<Target> = list.split(',').map(str::trim).filter(|i| !i.is_empty()).map(target).collect();
    if let Some(empty) = targets.iter().find(|t| t.port.is_empty()) {
        let warning = format!(
            "{}: annotation {TARGETS_KEY}: {list:?}: the target with the path {:?} has no port; none of the list is scraped",
            run.identity, empty.path
        );
        run.warnings.push(warning);
        return Ok(scrape);
    }
    for target in &targets {
        check_port(&target.port, status_port).map_err(|reason| Error::annotation(TARGETS_KEY, list, reason))?;
    }
    if let Some(first) = targets.first() {
        scrape.port.clone_from(&first.port);
        scrape.path.clone_from(&first.path);
    }
    scrape.targets = targets;
    Ok(scrape)
}

/// One target of the list, `port:path`.
fn target(item: &str) -> Target {
    let (port, path) = item.split_once(':').unwrap_or((item, ""));
    let (port, path) = (port.trim(), path.trim());
    Target { port: port.to_owned(), path: if path.is_empty() { DEFAULT_PATH } else { path }.to_owned() }
}

/// Why nothing can be scraped from a port.
#[derive(Debug, thiserror::Error)]
enum UnfitPort {
    /// It is taken.
    #[error("port {0} is the sidecar's own")]
    Taken(u16),
    /// It is none.
    #[error("{0:?} is no port, 1 to 65535")]
    None(String),
}

fn check_port(text: &str, status_port: i64) -> Result<(), UnfitPort> {
    match text.parse::<u16>() {
        Ok(port) if port != 0 && i64::from(port) != status_port && !RESERVED.contains(&port) => Ok(()),
        Ok(port) if port != 0 => Err(UnfitPort::Taken(port)),
        _ => Err(UnfitPort::None(text.to_owned())),
    }
}

/// Tells Prometheus the port on which the sidecar offers metrics over mutual TLS.
fn secure_port(run: &mut Run<'_>) {
    let env = istio::sidecar_mut(&mut run.merged).and_then(|s| s.get("env")).and_then(Value::as_array);
    let var = env.into_iter().flatten().find(|v| kubernetes::name(v) == Some("ENVOY_SECURE_MERGED_METRICS_PORT"));
    let port = var.and_then(|v| v.get("value")).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !port.is_empty() && port != "0" && value(&run.merged, SECURE_PORT).is_none() {
        kubernetes::set_annotation(&mut run.merged, SECURE_PORT_KEY, port);
    }
}
