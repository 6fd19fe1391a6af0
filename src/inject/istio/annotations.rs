//! The checks of Istio's annotations on a pod: a bad value fails the workload.

use std::net::IpAddr;

use crate::istio::{Behaviour, Error, Minor};
use crate::kubernetes::Quantity;
use crate::{Value, kubernetes};

type Check = fn(&str) -> Result<(), String>;

/// Annotation, check of its value.
const CHECKS: &[(&str, Check)] = &[
    ("sidecar.istio.io/interceptionMode", interception_mode),
    ("status.sidecar.istio.io/port", port),
    ("traffic.sidecar.istio.io/includeInboundPorts", ports_or_all),
    ("traffic.sidecar.istio.io/excludeInboundPorts", ports),
    ("traffic.sidecar.istio.io/excludeOutboundPorts", ports),
    ("traffic.sidecar.istio.io/includeOutboundIPRanges", included_ranges),
    ("traffic.sidecar.istio.io/excludeOutboundIPRanges", excluded_ranges),
    ("readiness.status.sidecar.istio.io/initialDelaySeconds", seconds),
    ("readiness.status.sidecar.istio.io/periodSeconds", seconds),
    ("readiness.status.sidecar.istio.io/failureThreshold", seconds),
    ("prometheus.istio.io/merge-metrics", boolean),
];

/// The same, in the minors that are strict about them. In the others, what does not fit fails where the template puts it.
const STRICT: &[(&str, Check)] = &[
    ("sidecar.istio.io/proxyCPU", quantity),
    ("sidecar.istio.io/proxyMemory", quantity),
    ("sidecar.istio.io/proxyCPULimit", quantity),
    ("sidecar.istio.io/proxyMemoryLimit", quantity),
    ("traffic.sidecar.istio.io/excludeInterfaces", interfaces),
    ("traffic.sidecar.istio.io/kubevirtInterfaces", interfaces),
    ("istio.io/reroute-virtual-interfaces", interfaces),
];

/// Annotations that change what is injected into a pod; one that is almost any of them does nothing.
pub(crate) const ANNOTATIONS: &[&str] = &[
    "inject.istio.io/templates",
    "istio.io/reroute-virtual-interfaces",
    "prometheus.istio.io/merge-metrics",
    "prometheus.istio.io/scrape-targets",
    "proxy.istio.io/config",
    "proxy.istio.io/overrides",
    "readiness.status.sidecar.istio.io/applicationPorts",
    "readiness.status.sidecar.istio.io/failureThreshold",
    "readiness.status.sidecar.istio.io/initialDelaySeconds",
    "readiness.status.sidecar.istio.io/periodSeconds",
    "sidecar.istio.io/agentLogLevel",
    "sidecar.istio.io/bootstrapOverride",
    "sidecar.istio.io/componentLogLevel",
    "sidecar.istio.io/controlPlaneAuthPolicy",
    "sidecar.istio.io/discoveryAddress",
    "sidecar.istio.io/enableCoreDump",
    "sidecar.istio.io/extraStatTags",
    "sidecar.istio.io/interceptionMode",
    "sidecar.istio.io/logLevel",
    "sidecar.istio.io/nativeSidecar",
    "sidecar.istio.io/proxyCPU",
    "sidecar.istio.io/proxyCPULimit",
    "sidecar.istio.io/proxyImage",
    "sidecar.istio.io/proxyImageType",
    "sidecar.istio.io/proxyMemory",
    "sidecar.istio.io/proxyMemoryLimit",
    "sidecar.istio.io/rewriteAppHTTPProbers",
    "sidecar.istio.io/statsCompression",
    "sidecar.istio.io/statsHistogramBuckets",
    "sidecar.istio.io/statsInclusionPrefixes",
    "sidecar.istio.io/statsInclusionRegexps",
    "sidecar.istio.io/statsInclusionSuffixes",
    "sidecar.istio.io/status",
    "sidecar.istio.io/userVolume",
    "sidecar.istio.io/userVolumeMount",
    "status.sidecar.istio.io/port",
    "traffic.sidecar.istio.io/excludeInboundPorts",
    "traffic.sidecar.istio.io/excludeInterfaces",
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
    "traffic.sidecar.istio.io/excludeOutboundPorts",
    "traffic.sidecar.istio.io/includeInboundPorts",
    "traffic.sidecar.istio.io/includeOutboundIPRanges",
    "traffic.sidecar.istio.io/includeOutboundPorts",
    "traffic.sidecar.istio.io/kubevirtInterfaces",
];

/// Checks every annotation of a pod that Istio of this minor checks.
///
/// # Errors
///
/// The first annotation, in the order of their names, whose value is bad.
pub fn validate(pod: &Value, minor: Minor) -> Result<(), Error> {
    let strict = if minor.has(Behaviour::StrictAnnotations) { STRICT } else { &[] };
    for (name, check) in CHECKS.iter().chain(strict) {
        if let Some(value) = kubernetes::annotation(pod, name) {
            check(value).map_err(|reason| Error::annotation(name, value, reason))?;
        }
    }
    Ok(())
}

fn interception_mode(value: &str) -> Result<(), String> {
    match value {
        "REDIRECT" | "TPROXY" | "NONE" => Ok(()),
        _ => Err("must be REDIRECT, TPROXY or NONE".to_owned()),
    }
}

fn port(value: &str) -> Result<(), String> {
    unsigned::<u16>(value.trim()).ok_or_else(|| "must be a port, 0 to 65535".to_owned())
}

/// Whether a text is a number of this type, digits alone.
fn unsigned<N: std::str::FromStr>(value: &str) -> Option<()> {
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    value.parse::<N>().ok().filter(|_| digits).map(|_| ())
}

fn list(value: &str, check: Check) -> Result<(), String> {
    if value.trim().is_empty() {
        return Ok(());
    }
    value.split(',').try_for_each(|item| check(item).map_err(|reason| format!("{item:?} {reason}")))
}

fn ports(value: &str) -> Result<(), String> {
    list(value, port)
}

fn ports_or_all(value: &str) -> Result<(), String> {
    if value == "*" { Ok(()) } else { ports(value) }
}

fn range(value: &str) -> Result<(), String> {
    let reason = || "must be a range of addresses such as 10.0.0.0/8".to_owned();
    let (address, prefix) = value.split_once('/').ok_or_else(reason)?;
    let address: IpAddr = address.parse().map_err(|_| reason())?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    match prefix.parse::<u8>() {
        Ok(bits) if bits <= longest && prefix == bits.to_string() => Ok(()),
        _ => Err(reason()),
    }
}

/// Istio calls this one includeIPRanges in its values and its own messages.
fn included_ranges(value: &str) -> Result<(), String> {
    if value == "*" { Ok(()) } else { list(value, range).map_err(|e| format!("includeIPRanges: {e}")) }
}

fn excluded_ranges(value: &str) -> Result<(), String> {
    list(value, range).map_err(|e| format!("excludeIPRanges: {e}"))
}

fn seconds(value: &str) -> Result<(), String> {
    unsigned::<u32>(value).ok_or_else(|| "must be a whole number, 0 or more".to_owned())
}

fn boolean(value: &str) -> Result<(), String> {
    kubernetes::parse_bool(value).map(|_| ()).ok_or_else(|| "must be true or false".to_owned())
}

fn quantity(value: &str) -> Result<(), String> {
    if value.chars().any(char::is_control) {
        return Err("must not hold control characters".to_owned());
    }
    Quantity::parse(value).map(|_| ()).map_err(|_| "must be a quantity such as 100m or 128Mi".to_owned())
}

/// An interface's name: a letter, then letters, digits, dashes, underscores and dots, 15 bytes at most.
fn interface(value: &str) -> Result<(), String> {
    let value = value.trim();
    let known = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let fits = value.len() <= 15 && value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.bytes().all(known);
    if fits { Ok(()) } else { Err("must be the name of a network interface".to_owned()) }
}

fn interfaces(value: &str) -> Result<(), String> {
    list(value, interface)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_annotation_value_and_reason() {
        let check =
            |name: &str, value: &str| validate(&json!({"metadata": {"annotations": {name: value}}}), Minor(29)).map_err(|e| e.to_string());
        assert_eq!(check("traffic.sidecar.istio.io/includeInboundPorts", "*"), Ok(()));
        assert_eq!(check("traffic.sidecar.istio.io/excludeInboundPorts", "80, 443"), Ok(()));
        assert_eq!(check("traffic.sidecar.istio.io/includeOutboundIPRanges", ""), Ok(()));
        assert_eq!(
            check("traffic.sidecar.istio.io/excludeInboundPorts", "80,*"),
            Err("annotation traffic.sidecar.istio.io/excludeInboundPorts: \"80,*\": \"*\" must be a port, 0 to 65535".to_owned())
        );
        assert_eq!(
            check("sidecar.istio.io/proxyCPU", "lots"),
            Err("annotation sidecar.istio.io/proxyCPU: \"lots\": must be a quantity such as 100m or 128Mi".to_owned())
        );
        for range in ["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/+8"] {
            assert!(check("traffic.sidecar.istio.io/excludeOutboundIPRanges", range).is_err(), "{range}");
        }
        assert_eq!(check("traffic.sidecar.istio.io/excludeInterfaces", "eth0.100, net-1"), Ok(()));
        for interfaces in ["eth0,,eth1", "-", "0", "net1@if2", "a-long-interface"] {
            assert!(check("traffic.sidecar.istio.io/excludeInterfaces", interfaces).is_err(), "{interfaces}");
        }
        assert!(check("sidecar.istio.io/interceptionMode", "redirect").is_err());
    }
}
