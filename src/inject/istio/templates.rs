//! Selects the templates, renders them, and merges what they render onto nothing and onto the pod.

use serde_json::{Map, json};

use super::injector::Injector;
use super::memory::Unread;
use super::run::Run;
use super::{concurrency, image, structure, user};
use crate::istio::{Behaviour, Error, PROXY};
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS, keep_what_is_there, strategic_merge};
use crate::template::Data;
use crate::{Value, kubernetes};

/// The annotation by which a pod names its templates.
const TEMPLATES: &str = "inject.istio.io/templates";
const IMAGE_TYPE: &str = "sidecar.istio.io/proxyImageType";
const POD: &str = "PodTemplateSpec";

/// Finds the names of the pod's templates; all must exist.
pub(super) fn select(run: &mut Run<'_>) -> Result<(), Error> {
    let config = &run.injector.config;
    let asked = kubernetes::annotation(run.original, TEMPLATES);
    run.templates = config.select(asked);
    run.templates_by = if asked.is_some() { TEMPLATES } else { "defaultTemplates" };
    match run.templates.iter().find(|name| !config.templates.contains_key(*name)) {
        Some(name) => {
            let known = config.templates.keys().cloned().collect::<Vec<_>>().join(", ");
            Err(Error::UnknownTemplate { name: name.clone(), known })
        }
        None => Ok(()),
    }
}

/// Renders each template once and merges it.
pub(super) fn render(run: &mut Run<'_>) -> Result<(), Error> {
    let seen = data(run, &run.stripped);
    let suspects = structure::suspects(run.original);
    run.merged = run.original.clone();
    run.template_pod = Value::Object(Map::new());
    for name in &run.templates {
        let (template, memory) = run.injector.template(name)?;
        let text = template.render(&seen).map_err(|e| Error::template(name, e))?;
        for (annotation, value) in suspects.iter().filter(|(_, value)| structure::stands_in(&text, value)) {
            let mut harmless = run.stripped.clone().into_owned();
            kubernetes::set_annotation(&mut harmless, annotation, structure::HARMLESS);
            // Where no template takes another value, nothing can be said.
            let other = template.render(&data(run, &harmless));
            if other.is_ok_and(|other| structure::differs(&text, &other, value)) {
                run.warnings.push(format!(
                    "annotation {annotation}: {value:?} does not stay a text in what template {name} renders: the webhook reads it as YAML there, and so do we; write a value without line breaks and signs of YAML"
                ));
            }
        }
        let mut patch = memory.read(&text, |parts| typed(parts, run.injector)).map_err(|e| Error::template(name, e))?;
        let unmergeable = |e| Error::merge(name, e);
        run.template_pod = strategic_merge(run.template_pod.take(), list_names(&patch), POD).map_err(unmergeable)?;
        let has_native = |pod: &Value| kubernetes::container(pod, INIT_CONTAINERS, PROXY).is_some();
        if run.injector.native(&run.merged).0 && has_native(&run.template_pod) && !has_native(&run.merged) {
            move_users_proxy(&mut run.merged);
        }
        keep_what_is_there(&mut patch, run.original, POD);
        run.merged = strategic_merge(run.merged.take(), patch, POD).map_err(unmergeable)?;
    }
    Ok(())
}

/// The lists of a pod that injection fills and records.
const LISTS: [&str; 4] = [CONTAINERS, INIT_CONTAINERS, "volumes", "imagePullSecrets"];

/// A patch with nothing but the names in its lists, and the directives among them.
fn list_names(patch: &Value) -> Value {
    let few = |item: &Value| match item {
        Value::Object(map) => map.iter().filter(|(k, _)| *k == "name" || k.starts_with('$')).map(|(k, v)| (k.clone(), v.clone())).collect(),
        other => other.clone(),
    };
    let part = |(key, value): (&String, &Value)| match value {
        Value::Array(list) if LISTS.contains(&key.as_str()) => Some((key.clone(), list.iter().map(few).collect())),
        _ => key.starts_with('$').then(|| (key.clone(), value.clone())),
    };
    let spec = patch.get("spec").and_then(Value::as_object);
    json!({"spec": spec.into_iter().flatten().filter_map(part).collect::<Map<_, _>>()})
}

/// What a template rendered, as the Kubernetes types of the minor would carry it; nothing where it rendered nothing.
///
/// # Errors
///
/// A field with a value of another type.
fn typed(parts: Value, injector: &Injector) -> Result<Value, Unread> {
    if parts.is_null() {
        return Ok(Value::Object(Map::new()));
    }
    let parts = kubernetes::as_typed(parts, "Pod");
    kubernetes::check_strictly(&parts, "Pod")?;
    let mut patch = kubernetes::typed_patch(&parts, "Pod");
    if !injector.minor.has(Behaviour::ContainerRestartPolicy) {
        for list in [CONTAINERS, INIT_CONTAINERS] {
            for container in kubernetes::containers_mut(&mut patch, list).into_iter().flatten() {
                kubernetes::object_mut(container).shift_remove("restartPolicy");
            }
        }
    }
    Ok(patch)
}

/// Moves the user's own `istio-proxy` to where a native one stands.
fn move_users_proxy(pod: &mut Value) {
    let Some(containers) = kubernetes::containers_mut(pod, CONTAINERS) else { return };
    let Some(at) = containers.iter().position(|c| kubernetes::name(c) == Some(PROXY)) else { return };
    let proxy = containers.remove(at);
    match kubernetes::containers_mut(pod, INIT_CONTAINERS) {
        Some(init) => init.push(proxy),
        None => {
            kubernetes::map_mut(pod, "spec").insert(INIT_CONTAINERS.to_owned(), Value::Array(vec![proxy]));
        }
    }
}

/// What the templates see of a pod.
fn data(run: &Run<'_>, pod: &Value) -> Data {
    let injector = run.injector;
    let (values, settings, shared) = (&injector.values, &injector.settings, injector.shared());
    let empty = Value::Object(Map::new());
    let part = |key: &str| pod.get(key).filter(|v| v.is_object()).unwrap_or(&empty);
    let annotated = kubernetes::annotation(run.original, IMAGE_TYPE);
    let variant = values.text(&["global", "variant"]);
    let in_config = run.proxy_config.get("image").and_then(|i| i.get("imageType")).and_then(Value::as_str).filter(|t| !t.is_empty());
    let proxy_image = image::url(values, "proxy", annotated.or(in_config).unwrap_or(&variant));
    let init_image = image::url(values, "proxy_init", annotated.unwrap_or(&variant));
    let (uid, gid) = user::of(&settings.platform, run.namespace);
    let estimated = concurrency::estimate(&run.proxy_config, run.original, values);
    let data = Data::new()
        .type_meta(&run.identity.api_version, &run.identity.kind)
        .deployment_meta(&run.identity.name, &run.identity.namespace)
        .object_meta(part("metadata"))
        .spec(part("spec"));
    let of_mesh = run.proxy_config == *injector.mesh.default_config();
    let data = if of_mesh { data.part("ProxyConfig", &shared.proxy) } else { data.proxy_config(&Value::Object(run.proxy_config.clone())) };
    let data = data.part("MeshConfig", &shared.mesh).part("Values", &shared.values);
    let data = data.setting("Revision", &Value::from(settings.revision.as_str()));
    let settings = [
        ("NativeSidecars", Value::from(injector.is_native_by_default())),
        ("ProxyImage", Value::from(proxy_image)),
        ("ProxyInitImage", Value::from(init_image)),
        ("InboundTrafficPolicyMode", Value::from(injector.mesh.inbound_policy())),
        ("CompliancePolicy", Value::from(settings.compliance_policy.as_str())),
    ];
    let of_pod = [("ProxyUID", uid), ("ProxyGID", gid), ("EstimatedConcurrency", estimated)];
    let there = |name: &str| injector.settings.templates_of_any_minor || injector.minor.has_data(name);
    let data = settings.iter().filter(|(name, _)| there(name)).fold(data, |data, (name, value)| data.setting(name, value));
    let data = of_pod.iter().filter(|(name, _)| there(name)).fold(data, |data, (name, n)| data.set(name, &Value::from(*n)));
    if injector.minor.is_later_than_known() { data } else { data.closed() }
}
