//! What a cluster did not answer: address, verb, object, reason and the way out.

use std::time::Duration;

use super::objects::{List, Object, Resource};
use crate::Value;

/// More bytes than an answer about one object can have: a cluster stores no object of more than some 1.5 MiB.
const MOST_OF_OBJECT: usize = 4 << 20;
/// More bytes than a page of a list may have.
const MOST_OF_PAGE: usize = 256 << 20;
/// What a server's words are cut to.
const MOST_OF_WORDS: usize = 1000;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// There is no kubeconfig, or it is not usable.
    NoCluster,
    /// Nobody answers at the address.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// The server does not know who asks.
    Unauthorized,
    /// Who asks may not do that.
    Forbidden,
    /// The object, or its kind, is not there.
    Missing,
    /// The pages of a list are forgotten.
    Expired,
    /// The server, or a webhook of it, does not want what it was asked.
    Refused,
    /// Anything else.
    Failed,
}

/// What a cluster did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address}: cannot {asked}: {reason}; {way_out}")]
pub struct Error {
    kind: Kind,
    address: String,
    asked: String,
    reason: String,
    way_out: String,
}

/// Why an answer could not be read.
pub(super) enum Unreadable {
    /// It is longer than any that could be meant.
    TooLong,
    /// It ended before its end.
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

/// What a server is asked.
pub(super) struct Asked {
    /// The path of the address.
    pub path: String,
    /// Whether the metadata of a list's objects is enough.
    pub metadata_only: bool,
    /// Verb and object, for people.
    words: String,
    most: usize,
}

impl Error {
    pub(super) fn new(kind: Kind, address: &str, asked: String, reason: String, way_out: &str) -> Self {
        let reason = reason.trim().chars().take(MOST_OF_WORDS).collect();
        Self { kind, address: address.to_owned(), asked, reason, way_out: way_out.to_owned() }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The reason alone.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The same with another way out.
    #[must_use]
    pub fn or(self, way_out: &str) -> Self {
        Self { way_out: way_out.to_owned(), ..self }
    }
}

impl Asked {
    pub fn get(object: &Object<'_>) -> Self {
        let Object { resource, namespace, name } = object;
        let (path, place) = (resource.path(namespace), place(namespace));
        let words = format!("get {} {name}{place}", resource.kind);
        Self { path: format!("{path}/{name}"), metadata_only: false, words, most: MOST_OF_OBJECT }
    }

    pub fn list(list: &List<'_>, page: usize, next: &str) -> Self {
        let mut query = form_urlencoded::Serializer::new(format!("{}?", list.resource.path(list.namespace)));
        query.append_pair("limit", &page.to_string());
        for (key, value) in [("labelSelector", list.selector), ("continue", next)] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        let words = format!("list {}{}", list.resource.plural, place(list.namespace));
        Self { path: query.finish().replace("?&", "?"), metadata_only: list.metadata_only, words, most: MOST_OF_PAGE }
    }

    pub fn dry_run(namespace: &str, pod: &Value) -> Self {
        let name = |key| pod.get("metadata").and_then(|m| m.get(key)).and_then(Value::as_str);
        let words =
            format!("create (dry run) Pod {}{}", name("name").or_else(|| name("generateName")).unwrap_or_default(), place(namespace));
        let path = format!("{}?dryRun=All&fieldValidation=Ignore", Resource::PODS.path(namespace));
        Self { path, metadata_only: false, words, most: MOST_OF_OBJECT }
    }

    /// More bytes than an answer may have.
    pub fn most(&self) -> usize {
        self.most
    }

    fn error(&self, kind: Kind, address: &str, reason: String, way_out: &str) -> Error {
        Error::new(kind, address, self.words.clone(), reason, way_out)
    }

    /// No answer came.
    pub fn unanswered(&self, address: &str, error: &kube::Error) -> Error {
        let reason = deepest(error);
        if let kube::Error::Auth(_) = error {
            return self.error(Kind::Unauthorized, address, reason, "log in again");
        }
        if reason.contains("certificate") || reason.contains("CertificateRequired") {
            let way_out = "the kubeconfig's certificate-authority (or client certificate) is not this server's: get a new kubeconfig, or is a proxy between?";
            return self.error(Kind::Unreachable, address, reason, way_out);
        }
        let way_out = "is it running, and is the way to it open (VPN, proxy)? --context names another cluster";
        self.error(Kind::Unreachable, address, reason, way_out)
    }

    /// It took too long.
    pub fn timed_out(&self, address: &str, timeout: Duration) -> Error {
        let reason = format!("no answer within {} s", timeout.as_secs_f32());
        let way_out = "is it running, and is the way to it open (VPN, proxy)? --timeout 60s waits longer, --context names another cluster";
        self.error(Kind::TimedOut, address, reason, way_out)
    }

    /// The answer broke off, or is too long.
    pub fn unreadable(&self, address: &str, error: Unreadable) -> Error {
        match error {
            Unreadable::TooLong => {
                let reason = format!("the answer has more than {} MiB", self.most >> 20);
                self.error(Kind::Failed, address, reason, "no cluster stores such an object: is this its API server?")
            }
            Unreadable::Broken(error) => {
                let reason = format!("the answer broke off: {}", deepest(error.as_ref()));
                self.error(Kind::Unreachable, address, reason, "nothing was written: run again when the server is back")
            }
        }
    }

    /// Something that no server should do.
    pub fn failed(&self, address: &str, reason: &str) -> Error {
        self.error(Kind::Failed, address, reason.to_owned(), "is this the API server of a cluster?")
    }

    /// The server says no.
    pub fn refused(&self, address: &str, status: u16, body: &[u8]) -> Error {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let words = answer.get("message").and_then(Value::as_str).map(str::to_owned);
        let words = words.filter(|w| !w.is_empty()).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
        let (kind, way_out) = match status {
            401 => (Kind::Unauthorized, "the credentials are expired or wrong: log in again, or name another context with --context"),
            403 if self.words.starts_with("create") && !words.contains("cannot create") => (Kind::Refused, "see who refuses it"),
            403 => (Kind::Forbidden, "give the account the role that the README has"),
            404 => (Kind::Missing, "is it another cluster or namespace (--context, -i)?"),
            410 => (Kind::Expired, "run again"),
            400..=499 => (Kind::Refused, "see what it refuses"),
            _ => (Kind::Failed, "run again when the server is well"),
        };
        self.error(kind, address, format!("{status}: {words}"), way_out)
    }
}

fn place(namespace: &str) -> String {
    if namespace.is_empty() { String::new() } else { format!(" of namespace {namespace}") }
}

/// The innermost reason of an error: the outer ones say no more than that something failed.
pub(super) fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
