//! What a cluster has that decides about injection, as manifests: the same that `pull -f` reads.

use anyhow::{anyhow, bail};
use serde_json::{Map, json};

use crate::Value;
use crate::cli::connect::Connect;
use crate::cli::io::progress::Progress;
use crate::cli::verbosity::Verbosity;
use crate::cluster::{Cluster, Error, Kind, List, Object, Resource};
use crate::config::{injector_map, mesh_map, revision_of_map};
use crate::plain::plain;

/// Labels of istiod's Deployment.
const ISTIOD: &str = "app=istiod";

/// What of a cluster is read.
#[derive(Debug, clap::Args)]
pub struct Scope {
    /// Read only namespaces that this label selector chooses
    #[arg(long, value_name = "SELECTOR", default_value = "", hide_default_value = true, conflicts_with = "filename")]
    namespaces: String,
    /// Leave out what the account may not read, with a warning
    #[arg(long, conflicts_with = "filename")]
    allow_missing: bool,
}

/// What was read of a cluster.
pub struct Found {
    /// The objects, as manifests.
    pub objects: Vec<Value>,
    /// Fields of the configuration about which nothing could be read.
    pub unread: Vec<&'static str>,
    /// The server's address.
    pub server: String,
    /// The kubeconfig's context; empty in a pod.
    pub context: String,
}

/// What can be left out: the fields of the configuration that it tells, and what follows without it.
struct Optional {
    fields: &'static [&'static str],
    without: &'static str,
}

const WEBHOOKS: Optional = Optional {
    fields: &["tags", "webhooks", "cluster", "network", "proxyEnv", "enableNamespacesByDefault"],
    without: "tags, selectors, cluster and network of the webhooks are not known, so that each revision takes what its name says",
};
const NAMESPACES: Optional = Optional {
    fields: &["namespaces"],
    without: "nothing is known of namespaces: where their labels decide, workloads are errors until spec.namespaces has them",
};
const NODES: Optional = Optional {
    fields: &["kubernetesVersion"],
    without: "kubernetesVersion is left open, and nodes count as new enough for native sidecars",
};
const PROXY_CONFIGS: Optional = Optional { fields: &["proxyConfigs"], without: "the cluster's ProxyConfigs do not apply" };
const DEPLOYMENTS: Optional = Optional {
    fields: &["env", "platform", "compliancePolicy"],
    without: "istiod's environment is not known, so that native sidecars, platform and variables of templates are at their defaults",
};
const MESH: Optional = Optional { fields: &["mesh"], without: "the mesh config is Istio's own" };

/// Reads a cluster: get and list only, and never a Secret.
///
/// # Errors
///
/// What cannot be read, unless it may be missing.
pub fn read(connect: &Connect, namespace: &str, revisions: &[String], scope: &Scope, verbosity: Verbosity) -> anyhow::Result<Found> {
    let cluster = connect.cluster()?;
    let reader = Reader { cluster: &cluster, namespace, scope, progress: Progress::endless(verbosity), verbosity };
    let mut unread = Vec::new();
    let mut objects = reader.config_maps(revisions, &mut unread)?;
    objects.extend(reader.optional(List::of(Resource::WEBHOOKS), &WEBHOOKS, &mut unread, Some)?);
    objects.extend(reader.optional(List::of(Resource::DEPLOYMENTS).within(namespace).selected(ISTIOD), &DEPLOYMENTS, &mut unread, Some)?);
    objects.extend(reader.optional(List::of(Resource::PROXY_CONFIGS), &PROXY_CONFIGS, &mut unread, Some)?);
    objects.extend(reader.optional(List::of(Resource::NODES), &NODES, &mut unread, version_of_node)?);
    let namespaces = List::of(Resource::NAMESPACES).metadata().selected(&scope.namespaces);
    objects.extend(reader.optional(namespaces, &NAMESPACES, &mut unread, Some)?);
    Ok(Found { objects, unread, server: cluster.address().to_owned(), context: cluster.context().to_owned() })
}

struct Reader<'a> {
    cluster: &'a Cluster,
    /// The control plane's.
    namespace: &'a str,
    scope: &'a Scope,
    progress: Progress,
    verbosity: Verbosity,
}

impl Reader<'_> {
    /// Injector and mesh of each revision.
    fn config_maps(&self, revisions: &[String], unread: &mut Vec<&'static str>) -> anyhow::Result<Vec<Value>> {
        let found;
        let revisions = if revisions.is_empty() {
            found = self.revisions()?;
            if found.is_empty() {
                return Err(self.no_injector("istio-sidecar-injector (or istio-sidecar-injector-REVISION)"));
            }
            &found
        } else {
            revisions
        };
        let mut objects = Vec::new();
        for revision in revisions {
            let injector = injector_map(revision);
            match self.config_map(&injector) {
                Ok(map) => objects.push(map),
                Err(error) if error.kind() == Kind::Missing => return Err(self.no_injector(&injector)),
                Err(error) => return Err(error.into()),
            }
            match self.config_map(&mesh_map(revision)) {
                Ok(map) => objects.push(map),
                // That it is not there is said where the configuration is made.
                Err(error) if error.kind() == Kind::Missing && self.scope.allow_missing => {}
                Err(error) if error.kind() == Kind::Missing => {
                    let way_out = format!("is the mesh config elsewhere? --allow-missing goes on without it ({})", MESH.without);
                    bail!("{}", error.or(&way_out));
                }
                Err(error) => self.leave_out(error, &MESH, unread)?,
            }
        }
        Ok(objects)
    }

    fn config_map(&self, name: &str) -> Result<Value, Error> {
        self.progress.tell(|| format!("ConfigMap {name}"));
        self.cluster.get(&Object { resource: Resource::CONFIG_MAPS, namespace: self.namespace, name })
    }

    /// The revisions of the control plane's namespace.
    fn revisions(&self) -> Result<Vec<String>, Error> {
        let list = List::of(Resource::CONFIG_MAPS).within(self.namespace).metadata();
        let name = |map: Value| Some(map.get("metadata")?.get("name")?.as_str()?.to_owned());
        let names = self.cluster.list(&list, name, |n| self.progress.tell(|| format!("{n} ConfigMaps")))?;
        Ok(names.iter().filter_map(|name| revision_of_map(name)).map(str::to_owned).collect())
    }

    /// That the injector's ConfigMap is not there, and where it may be.
    fn no_injector(&self, name: &str) -> anyhow::Error {
        let served = |webhook: Value| {
            let all = webhook.get("webhooks").and_then(Value::as_array)?;
            let service = all.iter().find_map(|w| w.get("clientConfig")?.get("service"))?;
            let path = service.get("path")?.as_str()?;
            path.starts_with("/inject").then_some(())?;
            Some(service.get("namespace")?.as_str()?.to_owned())
        };
        // They are a hint only.
        let elsewhere = self.cluster.list(&List::of(Resource::WEBHOOKS), served, |_| ()).unwrap_or_default();
        let elsewhere = elsewhere.into_iter().find(|namespace| namespace != self.namespace);
        let here = self.revisions().unwrap_or_default();
        let way_out = match elsewhere {
            Some(namespace) => format!("a webhook of this cluster is served from namespace {namespace}: give -i {namespace}"),
            None if !here.is_empty() => format!("its revisions are {}: give one with --revision", here.join(", ")),
            None => "is Istio in another namespace (-i) or cluster (--context)?".to_owned(),
        };
        anyhow!("{}: cannot get ConfigMap {name} of namespace {}: it is not there; {way_out}", self.cluster.address(), self.namespace)
    }

    /// The objects of a list that may be missing, as manifests.
    fn optional(
        &self,
        list: List<'_>,
        optional: &Optional,
        unread: &mut Vec<&'static str>,
        keep: impl Fn(Value) -> Option<Value>,
    ) -> anyhow::Result<Vec<Value>> {
        let Resource { kind, plural, .. } = list.resource;
        let as_manifest = |mut item: Value| {
            let map = item.as_object_mut()?;
            map.insert("apiVersion".to_owned(), list.resource.api_version().into());
            map.insert("kind".to_owned(), kind.into());
            keep(item)
        };
        match self.cluster.list(&list, as_manifest, |n| self.progress.tell(|| format!("{n} {plural}"))) {
            Ok(found) => Ok(found),
            // The cluster does not have the kind, and so none of it.
            Err(error) if error.kind() == Kind::Missing => Ok(Vec::new()),
            Err(error) => self.leave_out(error, optional, unread).map(|()| Vec::new()),
        }
    }

    /// Goes on without what is forbidden, where that is wanted.
    fn leave_out(&self, error: Error, optional: &Optional, unread: &mut Vec<&'static str>) -> anyhow::Result<()> {
        if error.kind() != Kind::Forbidden {
            return Err(error.into());
        }
        if !self.scope.allow_missing {
            let way_out =
                format!("give the account the role that the README has, or go on without it by --allow-missing ({})", optional.without);
            bail!("{}", error.or(&way_out));
        }
        if !self.verbosity.quiet {
            eprintln!("warning: {}", plain(&format!("{}", error.or(optional.without))));
        }
        unread.extend(optional.fields);
        Ok(())
    }
}

/// Of a node, its version counts.
fn version_of_node(node: Value) -> Option<Value> {
    let version = node.pointer("/status/nodeInfo/kubeletVersion")?.clone();
    let name = node.get("metadata")?.get("name")?.clone();
    let mut kept = Map::new();
    for key in ["apiVersion", "kind"] {
        kept.insert(key.to_owned(), node.get(key)?.clone());
    }
    kept.insert("metadata".to_owned(), json!({"name": name}));
    kept.insert("status".to_owned(), json!({"nodeInfo": {"kubeletVersion": version}}));
    Some(Value::Object(kept))
}
