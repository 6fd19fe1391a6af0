//! Which cluster, and as whom: the kubeconfig as kubectl reads it, else the pod's own account.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use kube::client::AuthError;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use tokio::runtime::{Builder, Runtime};

use super::error::{Error, Kind, deepest};

/// Names of kubeconfigs, as kubectl reads it.
const KUBECONFIG: &str = "KUBECONFIG";
/// What a pod knows of the API server.
const IN_CLUSTER: &str = "KUBERNETES_SERVICE_HOST";

/// Which cluster, and how long it may take to answer.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The kubeconfig; none: those of `KUBECONFIG`, else `~/.kube/config`, else the pod's own account.
    pub kubeconfig: Option<PathBuf>,
    /// Its context; none: the current one.
    pub context: Option<String>,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// A client that runs in its runtime.
pub(super) struct Connected {
    pub runtime: Runtime,
    pub client: Client,
    pub address: String,
    pub context: String,
}

impl Connection {
    /// A client. A program that gives credentials may take no longer than an answer.
    pub(super) fn connect(&self) -> Result<Connected, Error> {
        let (done, connected) = channel();
        let own = self.clone();
        // Nobody listens any more where it took too long.
        std::thread::spawn(move || drop(done.send(own.connect_here())));
        match connected.recv_timeout(self.timeout) {
            Ok(connected) => connected,
            Err(RecvTimeoutError::Timeout) => Err(self.error(
                Kind::TimedOut,
                format!("the program that the user's entry names under exec gave no credentials within {} s", self.timeout.as_secs_f32()),
                "run kubectl once to log in, or give it longer with --timeout",
            )),
            Err(RecvTimeoutError::Disconnected) => Err(self.error(Kind::Failed, "reading it failed".to_owned(), "is it a kubeconfig?")),
        }
    }

    fn connect_here(&self) -> Result<Connected, Error> {
        let failed = |reason: String| self.error(Kind::Failed, reason, "try again");
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|e| failed(e.to_string()))?;
        let (mut config, context) = runtime.block_on(self.config())?;
        let address = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        config.connect_timeout = Some(self.timeout);
        let inside = runtime.enter();
        let client = Client::try_from(config).map_err(|e| self.unusable(&address, &e))?;
        drop(inside);
        Ok(Connected { runtime, client, address, context })
    }

    /// The configuration of the client, and the context that it comes from.
    async fn config(&self) -> Result<(Config, String), Error> {
        let unusable = |e: &KubeconfigError| self.error(Kind::NoCluster, deepest(e), "name the kubeconfig with --kubeconfig");
        let read = match &self.kubeconfig {
            Some(path) => Kubeconfig::read_from(path),
            None => Kubeconfig::read(),
        };
        let read = match read {
            Ok(read) => read,
            Err(error) => return self.without_kubeconfig(&error),
        };
        let names: Vec<String> = read.contexts.iter().map(|c| c.name.clone()).collect();
        let Some(context) = self.context.clone().or_else(|| read.current_context.clone().filter(|c| !c.is_empty())) else {
            return match Config::incluster() {
                Ok(config) if self.kubeconfig.is_none() => Ok((config, String::new())),
                _ => Err(self.error(Kind::NoCluster, "it has no current context".to_owned(), &contexts(&names))),
            };
        };
        if !names.contains(&context) {
            return Err(self.error(Kind::NoCluster, format!("it has no context {context:?}"), &contexts(&names)));
        }
        let options = KubeConfigOptions { context: Some(context.clone()), ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(read, &options).await.map_err(|e| unusable(&e))?;
        Ok((config, context))
    }

    /// A pod has an account of its own.
    fn without_kubeconfig(&self, error: &KubeconfigError) -> Result<(Config, String), Error> {
        let gone = matches!(error, KubeconfigError::ReadConfig(e, _) if e.kind() == std::io::ErrorKind::NotFound)
            || matches!(error, KubeconfigError::FindPath);
        if self.kubeconfig.is_none() && self.context.is_none() && std::env::var_os(IN_CLUSTER).is_some() {
            return Config::incluster().map(|config| (config, String::new())).map_err(|e| {
                self.error(Kind::NoCluster, format!("no kubeconfig, and the account of this pod: {}", deepest(&e)), "mount its token")
            });
        }
        let (reason, way_out) = match error {
            _ if gone => ("there is none".to_owned(), "name one with --kubeconfig or KUBECONFIG"),
            error => (deepest(error), "is it a kubeconfig? name another one with --kubeconfig"),
        };
        Err(self.error(Kind::NoCluster, reason, way_out))
    }

    /// What is wrong with an entry of the kubeconfig.
    fn unusable(&self, address: &str, error: &kube::Error) -> Error {
        let reason = match error {
            // The output may hold a token.
            kube::Error::Auth(AuthError::AuthExecRun { cmd, out }) => format!("{cmd} gave no credentials: {}", out.status),
            error => deepest(error),
        };
        Error::new(
            Kind::NoCluster,
            address,
            format!("connect with {}", self.name()),
            reason,
            "does kubectl reach it with the same context?",
        )
    }

    fn error(&self, kind: Kind, reason: String, way_out: &str) -> Error {
        Error::new(kind, &self.name(), "read the kubeconfig".to_owned(), reason, way_out)
    }

    /// The kubeconfig, for people.
    fn name(&self) -> String {
        let given = self.kubeconfig.clone().or_else(|| std::env::var_os(KUBECONFIG).filter(|v| !v.is_empty()).map(PathBuf::from));
        given.as_deref().unwrap_or(Path::new("~/.kube/config")).display().to_string()
    }
}

fn contexts(names: &[String]) -> String {
    if names.is_empty() {
        "it has none at all".to_owned()
    } else {
        format!("give one of its contexts with --context: {}", names.join(", "))
    }
}
