//! Probe rewrite: the kubelet asks the sidecar, which asks the application.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::run::Run;
use crate::istio::{Behaviour, Error, Minor, PROXY};
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS};
use crate::yaml::Path;
use crate::{Value, istio, kubernetes};

/// The variable that tells the sidecar whom to ask.
const PROBERS: &str = "ISTIO_KUBE_APP_PROBERS";
const REWRITE: &str = "sidecar.istio.io/rewriteAppHTTPProbers";
const STATUS_PORT: &str = "status.sidecar.istio.io/port";

/// A probe or lifecycle handler of a container: where it stands, and under what path the sidecar answers for it.
struct ProbeField {
    path: &'static [&'static str],
    url: fn(&str) -> String,
    lifecycle: bool,
}

const FIELDS: &[ProbeField] = &[
    ProbeField { path: &["readinessProbe"], url: |c| format!("/app-health/{c}/readyz"), lifecycle: false },
    ProbeField { path: &["livenessProbe"], url: |c| format!("/app-health/{c}/livez"), lifecycle: false },
    ProbeField { path: &["startupProbe"], url: |c| format!("/app-health/{c}/startupz"), lifecycle: false },
    ProbeField { path: &["lifecycle", "preStop"], url: |c| format!("/app-lifecycle/{c}/prestopz"), lifecycle: true },
    ProbeField { path: &["lifecycle", "postStart"], url: |c| format!("/app-lifecycle/{c}/poststartz"), lifecycle: true },
];

/// What a probe asks: the key of its handler and the type of that handler.
const HANDLERS: [(&str, &str); 3] = [("httpGet", "HTTPGetAction"), ("tcpSocket", "TCPSocketAction"), ("grpc", "GRPCAction")];

/// What is rewritten: it depends on the minor and on a switch.
struct Rules {
    tcp: bool,
    grpc: bool,
    lifecycle: bool,
    status_port: i64,
}

pub(super) fn rewrite(run: &mut Run<'_>) -> Result<(), Error> {
    let asked = kubernetes::annotation(&run.merged, REWRITE).and_then(kubernetes::parse_bool);
    let wanted = asked.unwrap_or_else(|| run.injector.values.is_true(&["sidecarInjectorWebhook", "rewriteAppHTTPProbe"]));
    if !wanted || istio::sidecar_list(&run.merged).is_none() {
        return Ok(());
    }
    let minor: Minor = run.injector.minor;
    let switched_off = minor.has(Behaviour::TcpProbesSwitch)
        && run.injector.settings.env.get("REWRITE_TCP_PROBES").is_some_and(|v| kubernetes::parse_bool(v) == Some(false));
    let rules = Rules {
        tcp: minor.has(Behaviour::TcpProbes) && !switched_off,
        grpc: minor.has(Behaviour::GrpcProbes),
        lifecycle: minor.has(Behaviour::LifecycleHandlers),
        status_port: run.status_port(),
    };
    let to_port = match kubernetes::annotation(&run.merged, STATUS_PORT) {
        Some(text) => text.parse().unwrap_or(0),
        None => rules.status_port,
    };
    let mut probers = BTreeMap::new();
    for list in [INIT_CONTAINERS, CONTAINERS] {
        for container in
            kubernetes::containers_mut(&mut run.merged, list).into_iter().flatten().filter(|c| kubernetes::name(c) != Some(PROXY))
        {
            rewrite_container(container, &rules, to_port, &mut probers);
        }
    }
    if !probers.is_empty() {
        tell_sidecar(run, probers);
    }
    Ok(())
}

fn rewrite_container(container: &mut Value, rules: &Rules, to_port: i64, probers: &mut BTreeMap<String, Value>) {
    let name = kubernetes::name(container).unwrap_or_default().to_owned();
    let ports = named_ports(container);
    for field in FIELDS.iter().filter(|p| rules.lifecycle || !p.lifecycle) {
        let probe = field.path.iter().try_fold(&mut *container, |v, key| v.get_mut(*key)).and_then(Json::as_object_mut);
        let Some(probe) = probe else { continue };
        let Some((handler, action)) = handler(probe, rules, field.lifecycle, &ports) else { continue };
        let url = (field.url)(&name);
        if let Some(action) = action {
            let mut prober = Map::from_iter([(handler.to_owned(), action)]);
            if let Some(timeout) = probe.get("timeoutSeconds").filter(|t| !field.lifecycle && t.as_i64().is_some_and(|t| t != 0)) {
                prober.insert("timeoutSeconds".to_owned(), timeout.clone());
            }
            probers.insert(url.clone(), Value::Object(prober));
        }
        redirect(probe, handler, &url, to_port);
    }
}

/// Ports of a container by name.
fn named_ports(container: &Value) -> BTreeMap<String, Value> {
    let ports = container.get("ports").and_then(Json::as_array).into_iter().flatten();
    ports.filter_map(|p| Some((p.get("name")?.as_str()?.to_owned(), p.get("containerPort")?.clone()))).collect()
}

/// The probe's handler, with what the sidecar is told of it; none where the probe stays as it is. The sidecar is told nothing of a probe
/// that asks it already, or whose port has a name that the container does not know: the probe is pointed at the sidecar all the same.
fn handler(
    probe: &Map<String, Value>,
    rules: &Rules,
    lifecycle: bool,
    ports: &BTreeMap<String, Value>,
) -> Option<(&'static str, Option<Value>)> {
    let (key, kind) = HANDLERS.into_iter().find(|(key, _)| probe.get(*key).is_some_and(Json::is_object))?;
    let possible = match key {
        "tcpSocket" => rules.tcp,
        "grpc" => rules.grpc && !lifecycle,
        _ => true,
    };
    let action = probe.get(key).filter(|_| possible)?;
    let action = kubernetes::canonical(action, kind);
    Some((key, if key == "grpc" { Some(action) } else { with_port(action, rules, ports) }))
}

/// An action with its port resolved.
fn with_port(mut action: Value, rules: &Rules, ports: &BTreeMap<String, Value>) -> Option<Value> {
    let port = action.get("port")?;
    let resolved = match port.as_str() {
        Some(name) => ports.get(name).cloned()?,
        None if port.as_i64() == Some(rules.status_port) => return None,
        None => port.clone(),
    };
    kubernetes::object_mut(&mut action).insert("port".to_owned(), resolved);
    Some(action)
}

/// Points a probe at the sidecar.
fn redirect(probe: &mut Map<String, Value>, handler: &str, url: &str, port: i64) {
    if handler != "httpGet" {
        let place = probe.keys().position(|k| k == handler).unwrap_or(probe.len());
        probe.shift_remove(handler);
        probe.shift_insert(place.min(probe.len()), "httpGet".to_owned(), json!({"path": url, "port": port}));
        return;
    }
    let Some(get) = probe.get_mut(handler).and_then(Json::as_object_mut) else { return };
    get.insert("path".to_owned(), Value::from(url));
    get.insert("port".to_owned(), Value::from(port));
    if get.get("scheme").and_then(Json::as_str) == Some("HTTPS") {
        get.insert("scheme".to_owned(), Value::from("HTTP"));
    }
}

/// Writes the probers into the sidecar's environment; those of an earlier injection win.
fn tell_sidecar(run: &mut Run<'_>, mut probers: BTreeMap<String, Value>) {
    let earlier =
        kubernetes::annotation(&run.merged, istio::STATUS).is_some() && run.injector.minor.has(Behaviour::RespectsEarlierInjection);
    let Some(sidecar) = istio::sidecar_mut(&mut run.merged) else { return };
    let env = kubernetes::env_mut(sidecar);
    let print = |probers: BTreeMap<String, Value>| kubernetes::to_string(&Value::Object(probers.into_iter().collect()));
    let existing = env.iter_mut().find(|v| earlier && kubernetes::name(v) == Some(PROBERS));
    match existing {
        Some(var) => {
            let before: Option<Map<String, Value>> = var.get("value").and_then(Json::as_str).and_then(|v| serde_json::from_str(v).ok());
            if let Some(before) = before {
                probers.extend(before);
                kubernetes::object_mut(var).insert("value".to_owned(), Value::from(print(probers)));
            }
        }
        None => env.push(kubernetes::env_var(PROBERS, print(probers))),
    }
}

/// Puts back the probes that an injection pointed at the sidecar, as the sidecar's environment tells them. Gives the places of
/// those whose port may have been a name before.
pub(super) fn restore(pod: &mut Value, sidecar: &Value) -> Vec<Path> {
    let probers =
        kubernetes::env_value(sidecar, PROBERS).and_then(|v| serde_json::from_str::<Map<String, Value>>(v).ok()).unwrap_or_default();
    let mut doubtful = Vec::new();
    for list in [INIT_CONTAINERS, CONTAINERS] {
        for (index, container) in kubernetes::containers_mut(pod, list).into_iter().flatten().enumerate() {
            let name = kubernetes::name(container).unwrap_or_default().to_owned();
            let named: Vec<Value> = named_ports(container).into_values().collect();
            for field in FIELDS {
                let url = (field.url)(&name);
                let probe = field.path.iter().try_fold(&mut *container, |v, key| v.get_mut(*key)).and_then(Json::as_object_mut);
                let Some(probe) = probe.filter(|p| p.get("httpGet").and_then(|g| g.get("path")).is_some_and(|path| *path == url)) else {
                    continue;
                };
                let told = HANDLERS.iter().find_map(|(key, _)| Some((*key, probers.get(&url)?.get(key)?)));
                let at = || Path::of(["spec", list]).item(index).join(field.path.iter().copied());
                match told {
                    Some((handler, action)) => {
                        let slot = probe.keys().position(|k| k == "httpGet").unwrap_or(probe.len());
                        probe.shift_remove("httpGet");
                        probe.shift_insert(slot.min(probe.len()), handler.to_owned(), action.clone());
                        if action.get("port").is_some_and(|port| named.contains(port)) {
                            doubtful.push(at().key(handler).key("port"));
                        }
                    }
                    None => doubtful.push(at()),
                }
            }
        }
    }
    doubtful
}
