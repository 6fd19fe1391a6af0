//! What is Kubernetes', not Istio's: strategic merge, quantities, the fields of its types and how Go prints them.

mod additive;
mod error;
pub mod fields;
pub mod go_json;
pub mod names;
pub mod quantity;
mod strategic_merge;
pub mod types;

pub use additive::keep_what_is_there;
pub use error::Error;
pub use strategic_merge::strategic_merge;
