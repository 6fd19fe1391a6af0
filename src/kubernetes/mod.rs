//! What Kubernetes is: workloads and their pods, selectors, the fields of its types and how Go prints them, strategic merge, quantities.

mod additive;
mod controller;
mod equal;
mod error;
mod fields;
pub mod hosts;
mod identity;
mod names;
mod pod;
mod quantity;
mod selector;
mod strategic_merge;
mod typed;
mod types;
mod workload;

pub use additive::keep_what_is_there;
pub use controller::{Owner, created_pod, owner_of_pods};
pub use equal::equal;
pub use error::Error;
pub use fields::{Field, KUBERNETES, Shape, field, merge_key, of, shape};
pub use identity::Identity;
pub use names::as_typed;
pub use pod::{
    CONTAINERS, INIT_CONTAINERS, annotation, annotations, container, container_mut, containers, containers_mut, env_mut, env_value,
    env_var, label, map_mut, name, object_mut, parse_bool, remove_annotations, scalar_text, set_annotation, set_label, with_texts,
};
pub use quantity::Quantity;
pub use selector::{Labels, Operator, Requirement, Selector, label_selector, string_map};
pub use strategic_merge::strategic_merge;
pub use typed::{canonical, pretty, to_string, typed_overlay, typed_patch, unescaped};
pub use types::{WrongType, check, check_strictly, described, misfit};
pub use workload::{Kinds, Workload, WorkloadKind, is_list, subject, templates};
pub(crate) use workload::{NO_CONTAINER_LEFT, NO_CONTAINERS, has_no_containers};
