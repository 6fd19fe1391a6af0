//! The flags that say which cluster is asked, for every command that asks one.

#[cfg(feature = "cluster")]
use std::{path::PathBuf, time::Duration};

#[cfg(feature = "cluster")]
use crate::{
    cluster::{Cluster, Connection, Error},
    go::duration,
};

/// Which cluster is asked.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, clap::Args)]
pub struct Connect {
    /// Context of the kubeconfig [default: the current one]
    #[arg(long, value_name = "NAME", help_heading = "Cluster")]
    context: Option<String>,
    /// The kubeconfig [default: the one that kubectl takes]
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    kubeconfig: Option<PathBuf>,
    /// How long an answer may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = timeout, help_heading = "Cluster")]
    timeout: Duration,
}

/// The namespace of the control plane.
#[derive(Debug, Clone, clap::Args)]
pub struct IstioNamespace {
    /// Namespace of the control plane
    #[arg(short, long = "istio-namespace", alias = "istioNamespace", value_name = "NAME", default_value = "istio-system")]
    pub istio_namespace: String,
}

#[cfg(feature = "cluster")]
impl Connect {
    /// Connects; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// When the kubeconfig is not usable.
    pub fn cluster(&self) -> Result<Cluster, Error> {
        let Self { context, kubeconfig, timeout } = self.clone();
        Cluster::connect(&Connection { kubeconfig, context, timeout })
    }
}

/// A duration as kubectl takes it, or seconds.
#[cfg(feature = "cluster")]
fn timeout(text: &str) -> Result<Duration, String> {
    let read = duration(text).or_else(|| duration(&format!("{text}s"))).filter(|d| !d.is_zero());
    read.ok_or_else(|| "expected a duration such as 30s or 2m".to_owned())
}
