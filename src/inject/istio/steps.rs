//! One pod, step by step: the order of the steps is the behaviour, so it stands here as one list.

use super::run::Run;
use super::{annotations, cluster_env, metadata, order, overrides, probes, prometheus, strip, templates};
use crate::istio::Error;

/// Takes every step, in order.
pub(super) fn take_all(run: &mut Run<'_>) -> Result<(), Error> {
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
