//! The checks of Istio's annotations on a pod: a bad value fails the workload.

use std::net::IpAddr;

use crate::istio::{Behaviour, Error, Minor, OVERRIDES};
use crate::kubernetes::Quantity;
use crate::{Value, kubernetes};

/// Why an annotation's value is bad.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Unfit {
    /// It is something else than this.
    #[error("must be {0}")]
    MustBe(&'static str),
    /// It would not stay in its line.
    #[error("must not hold control characters")]
    ControlCharacters,
    /// An item of the list is bad.
    #[error("{item:?} {reason}")]
    Item {
        /// The item.
        item: String,
        /// Why.
        reason: Box<Unfit>,
    },
    /// Ranges of addresses are bad, which Istio calls by another name than their annotation.
    #[error("{name}: {reason}")]
    Ranges {
        /// Istio's name.
        name: &'static str,
        /// Why.
        reason: Box<Unfit>,
    },
}

type Check = fn(&str) -> Result<(), Unfit>;

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
    OVERRIDES,
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

fn interception_mode(value: &str) -> Result<(), Unfit> {
    match value {
        "REDIRECT" | "TPROXY" | "NONE" => Ok(()),
        _ => Err(Unfit::MustBe("REDIRECT, TPROXY or NONE")),
    }
}

fn port(value: &str) -> Result<(), Unfit> {
    unsigned::<u16>(value.trim()).ok_or(Unfit::MustBe("a port, 0 to 65535"))
}

/// Whether a text is a number of this type, digits alone.
fn unsigned<N: std::str::FromStr>(value: &str) -> Option<()> {
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    value.parse::<N>().ok().filter(|_| digits).map(|_| ())
}

fn list(value: &str, check: Check) -> Result<(), Unfit> {
    if value.trim().is_empty() {
        return Ok(());
    }
    value.split(',').try_for_each(|item| check(item).map_err(|reason| Unfit::Item { item: item.to_owned(), reason: reason.into() }))
}

fn ports(value: &str) -> Result<(), Unfit> {
    list(value, port)
}

fn ports_or_all(value: &str) -> Result<(), Unfit> {
    if value == "*" { Ok(()) } else { ports(value) }
}

fn range(value: &str) -> Result<(), Unfit> {
    let reason = || Unfit::MustBe("a range of addresses such as 10.0.0.0/8");
    let (address, prefix) = value.split_once('/').ok_or_else(reason)?;
    let address: IpAddr = address.parse().map_err(|_| reason())?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    match prefix.parse::<u8>() {
        Ok(bits) if bits <= longest && prefix == bits.to_string() => Ok(()),
        _ => Err(reason()),
    }
}

/// Istio calls this one includeIPRanges in its values and its own messages.
fn included_ranges(value: &str) -> Result<(), Unfit> {
    if value == "*" { Ok(()) } else { list(value, range).map_err(|e| Unfit::Ranges { name: "includeIPRanges", reason: e.into() }) }
}

fn excluded_ranges(value: &str) -> Result<(), Unfit> {
    list(value, range).map_err(|e| Unfit::Ranges { name: "excludeIPRanges", reason: e.into() })
}

fn seconds(value: &str) -> Result<(), Unfit> {
    unsigned::<u32>(value).ok_or(Unfit::MustBe("a whole number, 0 or more"))
}

fn boolean(value: &str) -> Result<(), Unfit> {
    kubernetes::parse_bool(value).map(|_| ()).ok_or(Unfit::MustBe("true or false"))
}

fn quantity(value: &str) -> Result<(), Unfit> {
    if value.chars().any(char::is_control) {
        return Err(Unfit::ControlCharacters);
    }
    Quantity::parse(value).map(|_| ()).map_err(|_| Unfit::MustBe("a quantity such as 100m or 128Mi"))
}

/// An interface's name: a letter, then letters, digits, dashes, underscores and dots, 15 bytes at most.
fn interface(value: &str) -> Result<(), Unfit> {
    let value = value.trim();
    let known = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let fits = value.len() <= 15 && value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.bytes().all(known);
    if fits { Ok(()) } else { Err(Unfit::MustBe("the name of a network interface")) }
}

fn interfaces(value: &str) -> Result<(), Unfit> {
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
