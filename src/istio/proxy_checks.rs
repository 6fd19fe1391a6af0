//! What Istio demands of a proxy config beyond the types of its fields. A config that fails is refused, as the reference refuses it.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::{Map, Value as Json};

use super::error::WrongField;
use crate::Value;
use crate::go::nanoseconds;

/// Fields that must not be empty.
const NEEDED: [&str; 2] = ["configPath", "binaryPath"];
/// Ports.
const PORTS: [&str; 2] = ["proxyAdminPort", "statusPort"];
/// Addresses of a host and a port that must be there once the message around them is.
const ADDRESSES: [&[&str]; 4] =
    [&["discoveryAddress"], &["tracing", "zipkin", "address"], &["tracing", "lightstep", "address"], &["tracing", "datadog", "address"]];
/// Addresses of a host and a port that may be empty.
const FREE_ADDRESSES: [&[&str]; 4] =
    [&["statsdUdpAddress"], &["envoyMetricsServiceAddress"], &["envoyMetricsService", "address"], &["envoyAccessLogService", "address"]];

/// Checks a complete proxy config.
///
/// # Errors
///
/// The first field that is bad.
pub(super) fn check(config: &Map<String, Value>) -> Result<(), WrongField> {
    let text = |key: &str| config.get(key).and_then(Json::as_str).unwrap_or_default();
    if let Some(key) = NEEDED.iter().find(|key| text(key).is_empty()) {
        return Err(wrong(&[key], "must not be empty"));
    }
    if text("serviceCluster").is_empty() && text("tracingServiceName").is_empty() {
        return Err(wrong(&["serviceCluster"], "must not be empty"));
    }
    if let Some(key) = PORTS.iter().find(|key| !config.get(**key).and_then(Json::as_i64).is_some_and(is_port)) {
        return Err(wrong(&[key], "must be a port, 1 to 65535"));
    }
    drain(text("drainDuration")).map_err(|e| e.below(["drainDuration"]))?;
    if !["NONE", "MUTUAL_TLS"].contains(&text("controlPlaneAuthPolicy")) {
        return Err(wrong(&["controlPlaneAuthPolicy"], "must be NONE or MUTUAL_TLS"));
    }
    for path in ADDRESSES.iter().chain(&FREE_ADDRESSES) {
        check_address(config, path).map_err(|e| e.below(path.iter().copied()))?;
    }
    if let Some(tls) = tracer(config, "tlsSettings") {
        check_tls(tls).map_err(|e| e.below(["tracing", "tlsSettings"]))?;
    }
    if let Some(provider) = config.get("privateKeyProvider") {
        check_key_provider(provider).map_err(|e| e.below(["privateKeyProvider"]))?;
    }
    match tracer(config, "lightstep") {
        Some(lightstep) if text_at(lightstep, "accessToken").is_empty() => {
            Err(wrong(&["tracing", "lightstep", "accessToken"], "must not be empty"))
        }
        _ => Ok(()),
    }
}

fn wrong(field: &[&str], reason: impl Into<String>) -> WrongField {
    WrongField::here(reason).below(field.iter().copied())
}

/// The TLS settings of a client: what its mode needs is there, and nothing else that says the same.
fn check_tls(tls: &Value) -> Result<(), WrongField> {
    let has = |key: &str| !text_at(tls, key).is_empty();
    let mode = text_at(tls, "mode");
    let refuse = |keys: &[&str], why: &str| match keys.iter().find(|key| has(key)) {
        Some(key) => Err(wrong(&[key], format!("must be empty {why}"))),
        None => Ok(()),
    };
    if !["SIMPLE", "MUTUAL"].contains(&mode) {
        return Ok(());
    }
    if tls.get("insecureSkipVerify") == Some(&Value::Bool(true)) {
        let why = "where insecureSkipVerify is true";
        refuse(&["caCertificates"], why)?;
        if tls.get("subjectAltNames").and_then(Json::as_array).is_some_and(|names| !names.is_empty()) {
            return Err(wrong(&["subjectAltNames"], format!("must be empty {why}")));
        }
    }
    let own = ["clientCertificate", "privateKey"];
    match (has("credentialName"), mode) {
        (true, "MUTUAL") => refuse(&["clientCertificate", "privateKey", "caCertificates", "caCrl"], "beside credentialName"),
        (true, _) => refuse(&["caCertificates", "caCrl"], "beside credentialName"),
        (false, "MUTUAL") => match own.iter().find(|key| !has(key)) {
            Some(key) => Err(wrong(&[key], "must not be empty in mode MUTUAL")),
            None => Ok(()),
        },
        (false, _) => Ok(()),
    }
}

/// A provider of private keys is one of those that Istio knows, and says how long it waits.
fn check_key_provider(provider: &Value) -> Result<(), WrongField> {
    let known = ["cryptomb", "qat"].iter().find_map(|name| Some((name, provider.get(*name)?)));
    let Some((name, settings)) = known else { return Err(wrong(&[], "must have cryptomb or qat")) };
    match nanoseconds(text_at(settings, "pollDelay")) {
        Some(n) if n != 0 => Ok(()),
        _ => Err(wrong(&[name, "pollDelay"], "must be a duration other than 0s")),
    }
}

fn text_at<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn tracer<'c>(config: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    config.get("tracing")?.get(name)
}

fn check_address(config: &Map<String, Value>, path: &[&str]) -> Result<(), WrongField> {
    let Some((last, around)) = path.split_last() else { return Ok(()) };
    let mut message = Some(config);
    for key in around {
        message = message.and_then(|m| m.get(*key)).and_then(Json::as_object);
    }
    let Some(message) = message else { return Ok(()) };
    let text = message.get(*last).and_then(Json::as_str).unwrap_or_default();
    if text.is_empty() && FREE_ADDRESSES.contains(&path) { Ok(()) } else { address(text) }
}

fn is_port(number: i64) -> bool {
    (1..=65535).contains(&number)
}

fn drain(text: &str) -> Result<(), WrongField> {
    match nanoseconds(text) {
        Some(n) if n >= 1_000_000 && n % 1_000_000_000 == 0 => Ok(()),
        _ => Err(wrong(&[], "must be whole seconds, 1s or more")),
    }
}

/// `host:port`. A host with a variable of Kubernetes (`$(HOST_IP)`) is known only in the cluster.
fn address(text: &str) -> Result<(), WrongField> {
    let reason = || wrong(&[], format!("{text:?} must be a host and a port, such as zipkin.istio-system:9411"));
    let (host, port) = text.rsplit_once(':').ok_or_else(reason)?;
    let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let known = match bracketed {
        Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
        None => host.parse::<IpAddr>().is_ok_and(|a| a.is_ipv4()) || is_host(host) || (host.starts_with("$(") && host.ends_with(')')),
    };
    if known && port.parse::<i64>().is_ok_and(is_port) { Ok(()) } else { Err(reason()) }
}

/// A host's name: labels of letters, digits and inner dashes; one dot may end it.
fn is_host(host: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.len() <= 255 && host.strip_suffix('.').unwrap_or(host).split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tls_settings_have_what_their_mode_needs() {
        let good = [
            json!({"mode": "ISTIO_MUTUAL", "privateKey": "/x"}),
            json!({"mode": "MUTUAL", "clientCertificate": "/a", "privateKey": "/b"}),
            json!({"mode": "MUTUAL", "credentialName": "x"}),
            json!({"mode": "SIMPLE", "caCertificates": "/x", "clientCertificate": "/a"}),
            json!({"mode": "SIMPLE", "insecureSkipVerify": true}),
            json!({"mode": "SIMPLE", "caCertificates": "/a", "caCrl": "/b"}),
            json!({"caCertificates": "/a"}),
        ];
        let bad = [
            json!({"mode": "MUTUAL"}),
            json!({"mode": "MUTUAL", "clientCertificate": "/a"}),
            json!({"mode": "MUTUAL", "credentialName": "x", "clientCertificate": "/a"}),
            json!({"mode": "SIMPLE", "credentialName": "x", "caCertificates": "/a"}),
            json!({"mode": "SIMPLE", "credentialName": "x", "caCrl": "/a"}),
            json!({"mode": "MUTUAL", "credentialName": "x", "caCrl": "/a"}),
            json!({"mode": "SIMPLE", "insecureSkipVerify": true, "caCertificates": "/a"}),
            json!({"mode": "SIMPLE", "insecureSkipVerify": true, "subjectAltNames": ["a"]}),
        ];
        good.iter().for_each(|tls| assert_eq!(check_tls(tls), Ok(()), "{tls}"));
        bad.iter().for_each(|tls| assert!(check_tls(tls).is_err(), "{tls}"));
    }

    #[test]
    fn a_provider_of_private_keys_says_how_long_it_waits() {
        assert_eq!(check_key_provider(&json!({"qat": {"pollDelay": "2ms"}})), Ok(()));
        for bad in [json!({}), json!({"cryptomb": {}}), json!({"cryptomb": {"pollDelay": "0s"}})] {
            assert!(check_key_provider(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_are_hosts_and_ports() {
        for good in ["a:1", "10.0.0.1:80", "[::1]:80", "a.b-c.d:65535", "$(HOST_IP):8126", "a.b.:1"] {
            assert_eq!(address(good), Ok(()), "{good}");
        }
        for bad in
            ["", "a", "a:", ":1", "a:0", "a:65536", "a:http", "::1:1", "http://a:80", "a b:1", "a_b:1", "-a:1", "a..b:1", "*.a:1", "${X}:1"]
        {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
