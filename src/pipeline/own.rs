//! Sidecars of one's own: who is asked, in the order of the configuration, and what goes into the pod.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::admission::{Admission, Admit, Asked, Places};
use crate::decide::decide;
use crate::finding::{Finding, Kind};
use crate::inject::{self, Merged};
use crate::kubernetes::{Identity, Selector};
use crate::sidecar::{Sidecar, Source};
use crate::template::{self, Data, Environment, Part, Template};
use crate::yaml::Path;
use crate::{Value, yaml};

/// The sidecars of a configuration, ready to inject.
#[derive(Debug)]
pub(super) struct OwnSidecars {
    sidecars: Vec<Sidecar>,
    /// Their templates by name, each with the values that it sees.
    templates: BTreeMap<String, (Template, Part)>,
}

/// The field of the configuration that holds the template of the sidecar with this index.
fn template_field(index: usize) -> Path {
    Path::of(["spec", "sidecars"]).item(index).key("template")
}

impl OwnSidecars {
    /// Parses the templates of sidecars.
    ///
    /// # Errors
    ///
    /// Every template that does not parse, with its field.
    pub fn new(sidecars: Vec<Sidecar>) -> Result<Self, Vec<Finding>> {
        let mut templates = BTreeMap::new();
        let mut errors = Vec::new();
        for (i, sidecar) in sidecars.iter().enumerate() {
            if let Source::Template { text, values, .. } = &sidecar.source {
                match Template::parse(&sidecar.name, text, Arc::new(Environment::default())) {
                    Ok(template) => drop(templates.insert(sidecar.name.clone(), (template, Part::values(values)))),
                    Err(e) => errors.push(Finding::at(template_field(i), e.to_string())),
                }
            }
        }
        if errors.is_empty() { Ok(Self { sidecars, templates }) } else { Err(errors) }
    }

    /// The fields of the configuration that hold templates.
    pub fn template_fields(&self) -> impl Iterator<Item = Path> {
        let is_template = |sidecar: &Sidecar| matches!(sidecar.source, Source::Template { .. });
        self.sidecars.iter().enumerate().filter(move |(_, sidecar)| is_template(sidecar)).map(|(i, _)| template_field(i))
    }

    /// Injects one sidecar into a pod.
    fn inject(
        &self,
        (index, sidecar): (usize, &Sidecar),
        workload: &Identity,
        pod: &Value,
        selector: Option<&Selector>,
        places: &Places,
    ) -> Result<Merged, String> {
        let rendered;
        let parts = match &sidecar.source {
            Source::Pod(parts) => parts,
            Source::Template { .. } => {
                rendered = self.render(sidecar, workload, pod).map_err(|message| places.located(&template_field(index), &message))?;
                &rendered
            }
        };
        inject::inject(sidecar, parts, pod, selector).map_err(|e| e.to_string())
    }

    /// The partial pod that the template of a sidecar renders for a pod.
    fn render(&self, sidecar: &Sidecar, workload: &Identity, pod: &Value) -> Result<Value, String> {
        let (template, values) =
            self.templates.get(&sidecar.name).ok_or_else(|| format!("template of sidecar {:?} is not parsed", sidecar.name))?;
        let part = |key: &str| pod.get(key).cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let data = Data::new()
            .object_meta(&part("metadata"))
            .spec(&part("spec"))
            .type_meta(&workload.api_version, &workload.kind)
            .deployment_meta(&workload.name, &workload.namespace)
            .part("Values", values)
            .closed();
        let text = template.render(&data).map_err(|e| e.to_string())?;
        let parts = yaml::parse_value(&text).map_err(|e| format!("template of sidecar {:?} renders no YAML: {e}", sidecar.name))?;
        if let Some(path) = template::no_value(&parts) {
            let name = &sidecar.name;
            Err(format!(
                "template of sidecar {name:?}: {path}: what it refers to here is missing: give it under values, or a default in the template"
            ))
        } else if parts.is_object() {
            Ok(parts)
        } else {
            Err(format!("template of sidecar {:?} must render a pod (a map with metadata and spec)", sidecar.name))
        }
    }
}

impl Admit for OwnSidecars {
    fn admit(&self, asked: &Asked<'_>, pod: &Value) -> Admission {
        let mut admission = Admission::default();
        let selector = asked.workload.selector();
        for (index, sidecar) in self.sidecars.iter().enumerate() {
            let decision = match decide(sidecar, asked.identity, asked.before, asked.namespaces, asked.namespace, asked.trace()) {
                Ok(decision) => decision,
                // The others would ask the same namespace.
                Err(unknown) => {
                    admission.warnings.push(asked.unknown_namespace(&unknown));
                    break;
                }
            };
            if decision.inject {
                let now = admission.pod.as_ref().unwrap_or(pod);
                match self.inject((index, sidecar), asked.identity, now, selector.as_ref(), asked.places) {
                    Ok(merged) => {
                        for clash in merged.replaced {
                            let message = format!(
                                "sidecar {:?} {clash}, which is the pod's own or another sidecar's: take it out of one of the two",
                                sidecar.name
                            );
                            admission.warnings.push(Finding { kind: Kind::ReplacesUsersValue, ..asked.finding_at(clash.path, message) });
                        }
                        admission.pod = Some(merged.pod);
                    }
                    Err(message) => admission.errors.push(asked.finding(message)),
                }
            }
            admission.decisions.push(decision);
        }
        admission
    }
}
