//! One pod, step by step: the order of the steps is the behaviour, so it stands here as one list.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::injector::Injector;
use super::run::{Injected, Request, Run};
use super::{annotations, cluster_env, metadata, order, overrides, probes, prometheus, strip, templates};
use crate::istio::Error;
use crate::{Value, istio, kubernetes};

/// The domain of Istio's annotations, below which they have subdomains.
const DOMAIN: &str = "istio.io/";

/// What fails in a template, where the value of an annotation is what makes it fail.
#[derive(Debug, thiserror::Error)]
#[error("with this value, {0}")]
struct WithThisValue(Error);

/// Takes every step, in order.
fn take_all(run: &mut Run<'_>) -> Result<(), Error> {
    annotations::validate(run.original, run.injector.minor)?;
    cluster_env::collect(run)?;
    strip::strip(run)?;
    templates::select(run)?;
    templates::render(run)?;
    overrides::reapply(run)?;
    cluster_env::apply(run)?;
    prometheus::merge(run)?;
    probes::rewrite(run)?;
    metadata::record(run)?;
    order::order(run)
}

impl Injector {
    /// Injects a pod. Whether it should be is decided before.
    ///
    /// # Errors
    ///
    /// When an annotation is bad, a template is missing or fails, or what it renders does not fit the pod.
    pub fn inject(&self, request: Request<'_>) -> Result<Injected, Error> {
        self.take_steps(request).map_err(|error| self.blamed(request, error))
    }

    /// What fails in a template only with one of the pod's annotations is that annotation's fault.
    fn blamed(&self, request: Request<'_>, error: Error) -> Error {
        let (Error::Template { .. } | Error::Merge { .. }) = error else { return error };
        let is_to_blame = |name: &str| {
            let mut pod = request.pod.clone();
            kubernetes::remove_annotations(&mut pod, |other| other == name);
            self.take_steps(Request { pod: &pod, ..request }).is_ok()
        };
        let mut of_istio = kubernetes::annotations(request.pod).filter(|(name, _)| name.contains(DOMAIN));
        match of_istio.find(|(name, _)| is_to_blame(name)) {
            Some((name, value)) => Error::annotation(name, value, WithThisValue(error)),
            None => error,
        }
    }

    fn take_steps(&self, request: Request<'_>) -> Result<Injected, Error> {
        let default_config = self.mesh.default_config();
        let mut warnings = Vec::new();
        let proxy_config = istio::of_pod(default_config, request.proxy_configs, request.pod, self.minor, &mut warnings)?;
        let mut run = Run {
            injector: self,
            identity: request.identity,
            namespace: request.namespace,
            original: request.pod,
            proxy_config,
            own_status_port: request.own_status_port,
            proxy_env: BTreeMap::new(),
            stripped: Cow::Borrowed(request.pod),
            template_pod: Value::Null,
            merged: Value::Null,
            templates: Vec::new(),
            templates_by: "",
            warnings,
        };
        take_all(&mut run)?;
        let (native, native_by) = self.native(&run.merged);
        let Run { merged: pod, templates, templates_by, warnings, .. } = run;
        Ok(Injected { pod, templates, templates_by, native, native_by, warnings })
    }
}
