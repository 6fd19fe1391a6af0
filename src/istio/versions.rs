//! What changed between Istio's minors: one table, behaviour → range of minors.

use std::fmt;

/// A minor release of Istio: `1.24` is `Minor(24)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minor(pub u32);

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

/// Something that the injector's own code does in some minors only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// `proxyMetadata` of the annotation `proxy.istio.io/config` merges by key into the mesh's.
    ProxyMetadataMerges,
    /// The status annotation has the key `revision`.
    StatusRevision,
    /// The inject label counts, before the annotation.
    InjectLabel,
    /// A label or annotation `sidecar.istio.io/inject` that is neither true nor false decides: yes, y and on mean yes, all else no.
    InjectWords,
    /// TCP probes are rewritten.
    TcpProbes,
    /// The environment variable `REWRITE_TCP_PROBES` of istiod can turn that off.
    TcpProbesSwitch,
    /// gRPC probes are rewritten.
    GrpcProbes,
    /// Lifecycle handlers are rewritten.
    LifecycleHandlers,
    /// An earlier injection is respected: its probes are merged, its containers are no overrides.
    RespectsEarlierInjection,
    /// The proxy config has `parentShutdownDuration: 60s` by default.
    ParentShutdownDuration,
    /// The proxy config has `concurrency: 2` by default.
    DefaultConcurrency,
    /// The proxy config traces to Zipkin by default.
    DefaultZipkin,
    /// A container's `restartPolicy` is known to the Kubernetes types.
    ContainerRestartPolicy,
    /// Native sidecars exist: the init containers' order, and the move of the user's `istio-proxy` among them.
    NativeSidecars,
    /// Native sidecars follow the nodes' versions rather than `ENABLE_NATIVE_SIDECARS`.
    NativeSidecarsAuto,
    /// The annotation `sidecar.istio.io/nativeSidecar` counts.
    NativeSidecarAnnotation,
    /// Init containers follow the user that the proxy runs as.
    ProxyUser,
    /// Multus networks in JSON have a `namespace` of their own.
    MultusNamespace,
    /// `prometheus.istio.io/secure-port` is set.
    SecurePort,
    /// A port of `prometheus.io/port` that the sidecar cannot scrape is refused.
    PrometheusPort,
    /// The annotation `prometheus.istio.io/scrape-targets` counts.
    ScrapeTargets,
    /// Names of interfaces are checked, and amounts of the proxy's resources to the character.
    StrictAnnotations,
    /// On OpenShift, user and group that its admission gave to every container are taken off the user's own `istio-proxy`.
    AssignedUser,
    /// Messages may have fields that the table of messages, which is of 1.31, does not have.
    UnknownFields,
    /// The types of StatefulSets print `status.availableReplicas` always.
    AvailableReplicas,
}

use Behaviour::*;

/// Behaviour, first minor, last minor.
const TABLE: &[(Behaviour, u32, u32)] = &[
    (ProxyMetadataMerges, 10, LAST),
    (StatusRevision, 11, LAST),
    (InjectLabel, 12, LAST),
    (TcpProbes, 12, LAST),
    (TcpProbesSwitch, 12, 18),
    (GrpcProbes, 13, LAST),
    (LifecycleHandlers, 25, LAST),
    (RespectsEarlierInjection, 17, LAST),
    (ParentShutdownDuration, 0, 16),
    (DefaultConcurrency, 0, 17),
    (DefaultZipkin, 0, 21),
    (ContainerRestartPolicy, 17, LAST),
    (NativeSidecars, 19, LAST),
    (NativeSidecarsAuto, 27, LAST),
    (NativeSidecarAnnotation, 24, LAST),
    (ProxyUser, 20, LAST),
    (MultusNamespace, 23, LAST),
    (SecurePort, 31, LAST),
    (PrometheusPort, 31, LAST),
    (ScrapeTargets, 31, LAST),
    (StrictAnnotations, 29, LAST),
    (AssignedUser, 23, LAST),
    (InjectWords, 0, 26),
    (UnknownFields, 0, 16),
    (UnknownFields, 32, LAST),
    (AvailableReplicas, 13, LAST),
];

/// Functions of templates, first minor. The others are there in every minor that has `templates`.
const FUNCTIONS: &[(&str, u32)] =
    &[("excludeInterfaces", 15), ("strdict", 18), ("toJsonMap", 18), ("mergeMaps", 21), ("omitNil", 28), ("otelResourceAttributes", 30)];

/// Fields of templates' data, first minor, last minor. The others are there in every minor that has `templates`.
const DATA: &[(&str, u32, u32)] = &[
    ("EstimatedConcurrency", 10, 17),
    ("ProxyImage", 13, LAST),
    ("CompliancePolicy", 19, LAST),
    ("ProxyUID", 20, LAST),
    ("ProxyGID", 20, LAST),
    ("InboundTrafficPolicyMode", 22, LAST),
    ("NativeSidecars", 27, LAST),
    ("ProxyInitImage", 31, LAST),
];

/// No last minor: the behaviour holds to this day.
const LAST: u32 = u32::MAX;

/// The latest minor whose messages and data are known.
const KNOWN: Minor = Minor(31);

/// The first minor whose configurations are read here. A tag that names an older one is not Istio's.
pub const FIRST: Minor = Minor(9);

/// The minor where nothing tells: the newest.
pub const NEWEST: Minor = Minor(LAST);

impl Minor {
    /// Whether this minor behaves so.
    pub fn has(self, behaviour: Behaviour) -> bool {
        TABLE.iter().any(|(b, first, last)| *b == behaviour && (*first..=*last).contains(&self.0))
    }

    /// Functions of templates that later minors brought, each with that minor.
    pub fn missing_functions(self) -> Vec<(&'static str, String)> {
        FUNCTIONS.iter().filter(|(_, first)| self.0 < *first).map(|(name, first)| (*name, Self(*first).to_string())).collect()
    }

    /// Whether templates see this field of their data. Where nobody tells the minor, they see those of all.
    pub fn has_data(self, name: &str) -> bool {
        let field = DATA.iter().find(|(n, ..)| *n == name);
        self == NEWEST || field.is_none_or(|(_, first, last)| (*first..=*last).contains(&self.0))
    }

    /// Whether templates may see more of their data than is known here.
    pub fn is_later_than_known(self) -> bool {
        self > KNOWN && self != NEWEST
    }

    /// Reads the minor of a release: `1.24`, `1.24.3`, `1.24.3-distroless`, `v1.24-alpha.abc`; none when the text is no release.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.")?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(end);
        let known_tail = tail.is_empty() || tail.starts_with(['.', '-', '+']);
        if known_tail { digits.parse().ok().map(Self) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_releases() {
        for (text, minor) in [
            ("1.24", Some(24)),
            ("1.24.3-distroless", Some(24)),
            ("v1.24-alpha.1", Some(24)),
            ("latest", None),
            ("1.x", None),
            ("2.0", None),
        ] {
            assert_eq!(Minor::parse(text), minor.map(Minor), "{text}");
        }
    }

    #[test]
    fn every_behaviour_has_its_range() {
        assert!(!Minor(11).has(TcpProbes) && Minor(12).has(TcpProbes) && NEWEST.has(TcpProbes));
        assert!(Minor(21).has(DefaultZipkin) && !Minor(22).has(DefaultZipkin));
    }
}
