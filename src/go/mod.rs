//! How Go reads and prints what Istio and Kubernetes write.

mod duration;
mod number;
mod quoted;

#[cfg(feature = "cluster")]
pub use duration::duration;
pub(crate) use duration::{canonical, nanoseconds};
pub(crate) use number::number;
pub(crate) use quoted::quoted;
