//! Tests of the library and the program: a file for what is tried, and for most a folder of fixtures of the same name beside this one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod architecture;
mod argocd;
mod bombs;
mod cases;
#[cfg(feature = "cluster")]
mod cluster;
mod cmd;
mod compare;
mod component;
mod edit_cases;
mod files;
mod formats;
mod function;
mod gates;
mod goldens;
mod help;
mod hidden;
mod hostile;
mod json_patch;
mod kustomizations;
mod legacy_plugin;
mod pull;
mod revisions;
mod secrets;
mod steps;
mod strategic_merge;
mod support;
mod template;
mod undo;
mod undo_text;
mod upgrade;
mod webhook_goldens;
mod words;
mod yaml_corpus;
mod yaml_properties;
