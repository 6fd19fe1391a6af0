//! stub
#![allow(missing_docs)]
use crate::Value;
use std::sync::Arc;
#[derive(Debug, Default)]
pub struct Environment {
    pub env: std::collections::BTreeMap<String, String>,
    pub x: u8,
}
#[derive(Debug)]
pub struct Template;
#[derive(Debug)]
pub struct Error;
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "stub")
    }
}
impl Template {
    pub fn parse(_: &str, _: &str, _: Arc<Environment>) -> Result<Self, Error> {
        Err(Error)
    }
    pub fn render(&self, _: &Data) -> Result<String, Error> {
        Err(Error)
    }
}
pub struct Data;
impl Data {
    pub fn proxy_config(self, _: &Value) -> Self {
        self
    }
    pub fn mesh_config(self, _: &Value) -> Self {
        self
    }
    pub fn set(self, _: &str, _: &Value) -> Self {
        self
    }
    pub fn new() -> Self {
        Data
    }
    #[must_use]
    pub fn object_meta(self, _: &Value) -> Self {
        self
    }
    #[must_use]
    pub fn spec(self, _: &Value) -> Self {
        self
    }
    #[must_use]
    pub fn type_meta(self, _: &str, _: &str) -> Self {
        self
    }
    #[must_use]
    pub fn deployment_meta(self, _: &str, _: &str) -> Self {
        self
    }
    #[must_use]
    pub fn values(self, _: &Value) -> Self {
        self
    }
}
