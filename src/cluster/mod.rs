//! A cluster's API server, read and asked. Only this folder knows kube: what goes in and out is plain values.
//!
//! Nothing is ever changed: objects are read, and pods are created as dry runs.

mod connection;
mod error;
mod objects;
mod request;

pub use connection::Connection;
pub use error::{Error, Kind};
pub use objects::{List, Object, Resource};

use std::time::Duration;

use kube::Client;
use tokio::runtime::Runtime;

use crate::Value;
use error::Asked;
use objects::{CREATED, ITEMS};

/// How many objects a page of a list has.
const PAGE: usize = 500;
/// How often a list is begun again whose pages the server has forgotten.
const BEGINNINGS: usize = 3;
/// How many dry runs are asked at once.
const AT_ONCE: usize = 8;

/// The time, to the second, as Kubernetes writes it.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A connection to a cluster.
pub struct Cluster {
    /// It lives as long as the program: a name that is still looked up would hold the end of it back.
    runtime: &'static Runtime,
    client: Client,
    address: String,
    context: String,
    timeout: Duration,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("address", &self.address).field("context", &self.context).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Connects as kubectl would.
    ///
    /// # Errors
    ///
    /// When there is no kubeconfig and this is no pod, or the kubeconfig is not usable. The server is not asked yet.
    pub fn connect(connection: &Connection) -> Result<Self, Error> {
        let connected = connection.connect()?;
        let (address, context) = (connected.address, connected.context);
        Ok(Self {
            runtime: Box::leak(Box::new(connected.runtime)),
            client: connected.client,
            address,
            context,
            timeout: connection.timeout,
        })
    }

    /// The server's address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The kubeconfig's context; empty in a pod.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// One object.
    ///
    /// # Errors
    ///
    /// When it is not there or cannot be read.
    pub fn get(&self, object: &Object<'_>) -> Result<Value, Error> {
        self.runtime.block_on(self.ask(&Asked::get(object), None))
    }

    /// The objects of a list, page after page, as far as `keep` wants them. `told` hears how many were read.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub fn list<T>(&self, list: &List<'_>, keep: impl Fn(Value) -> Option<T>, told: impl Fn(usize)) -> Result<Vec<T>, Error> {
        let mut begun = 0;
        loop {
            begun += 1;
            match self.list_once(list, &keep, &told) {
                // The server keeps what a list began with for some minutes only.
                Err(error) if error.kind() == Kind::Expired && begun < BEGINNINGS => {}
                listed => return listed,
            }
        }
    }

    fn list_once<T>(&self, list: &List<'_>, keep: &impl Fn(Value) -> Option<T>, told: &impl Fn(usize)) -> Result<Vec<T>, Error> {
        let mut kept = Vec::new();
        let mut read = 0;
        let mut page = String::new();
        loop {
            let asked = Asked::list(list, PAGE, &page);
            let mut answer = self.runtime.block_on(self.ask(&asked, None))?;
            page = answer.pointer("/metadata/continue").and_then(Value::as_str).unwrap_or_default().to_owned();
            let items = match answer.get_mut(ITEMS).map(Value::take) {
                Some(Value::Array(items)) => items,
                // A server may write an empty list so.
                Some(Value::Null) => Vec::new(),
                _ => return Err(asked.failed(&self.address, "the answer is no list")),
            };
            read += items.len();
            told(read);
            kept.extend(items.into_iter().filter_map(keep));
            if page.is_empty() {
                return Ok(kept);
            }
        }
    }

    /// What the server makes of pods that it would create, each in its namespace: several at once, in their order. `told` hears of each
    /// answer.
    pub fn dry_run(&self, pods: &[(String, Value)], told: impl Fn()) -> Vec<Result<Value, Error>> {
        let ask = async |(namespace, pod): &(String, Value)| {
            let answer = self.ask(&Asked::dry_run(namespace, pod), Some(pod)).await;
            told();
            answer
        };
        self.runtime.block_on(request::at_once(AT_ONCE, pods.iter().map(ask)))
    }

    /// Asks the server; the answer is an object.
    async fn ask(&self, asked: &Asked, body: Option<&Value>) -> Result<Value, Error> {
        let request = request::request(asked, body).map_err(|e| asked.failed(&self.address, &e.to_string()))?;
        let answer = async {
            let response = self.client.send(request).await.map_err(|e| asked.unanswered(&self.address, &e))?;
            request::read(response, asked.most()).await.map_err(|e| asked.unreadable(&self.address, e))
        };
        let (status, body) =
            tokio::time::timeout(self.timeout, answer).await.map_err(|_| asked.timed_out(&self.address, self.timeout))??;
        if status != 200 && status != CREATED {
            return Err(asked.refused(&self.address, status, &body));
        }
        serde_json::from_slice(&body).map_err(|e| asked.failed(&self.address, &format!("the answer is no JSON: {e}")))
    }
}
