//! Go templates as Istio's injector renders them: the language by `gotmpl`, the functions and the data's Go names by us.
//!
//! A template reads nothing but its data: what would read clock, network, environment or randomness is refused by name.
//! Loops and output are bounded. A template is parsed once a run and rendered for each pod.

mod absent;
mod boxed;
mod comments;
mod data;
mod environment;
mod fold;
mod functions;
mod gofmt;
mod json;
mod kinds;
mod output;
mod parsed;
mod printf;
mod re2;
mod rewrite;
mod values;
mod view;

pub use absent::no_value;
pub use data::{Data, Part};
pub use environment::Environment;
pub use parsed::{Error, Template};
