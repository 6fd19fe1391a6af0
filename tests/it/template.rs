//! Templates as Go and Istio render them: each folder of `tests/template/` has `template.tmpl`, `data.yaml` and either
//! `expected.txt` or `error.txt`, a part of the error's text. Keys of the data: `objectMeta`, `spec`, `proxyConfig`, `meshConfig`,
//! `values` become the views of these names; `env` is istiod's environment; `closed` makes a field that is not set an error; every other key is set as it stands.
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::support::folder::{fixtures, folders};
use proptest::prelude::*;
use sidecarize::Value;
use sidecarize::internals::template::{Data, Environment, Template};
use sidecarize::internals::yaml::parse_value;

fn read(folder: &Path, file: &str) -> Option<String> {
    fs::read_to_string(folder.join(file)).ok()
}

fn render(text: &str, values: &Value) -> Result<String, String> {
    let mut environment = Environment::default();
    let mut data = Data::new();
    for (key, value) in values.as_object().into_iter().flatten() {
        data = match key.as_str() {
            "env" => {
                environment.env = serde_json::from_value(value.clone()).unwrap();
                data
            }
            "proxyDefaults" => {
                environment.proxy_defaults = value.clone();
                data
            }
            "objectMeta" => data.object_meta(value),
            "spec" => data.spec(value),
            "proxyConfig" => data.proxy_config(value),
            "meshConfig" => data.mesh_config(value),
            "values" => data.values(value),
            "closed" => data.closed(),
            other => data.setting(other, value),
        };
    }
    let template = Template::parse("case", text, Arc::new(environment)).map_err(|e| e.to_string())?;
    let rendered = template.render(&data).map_err(|e| e.to_string());
    // What is worked out ahead, once a template is often rendered, changes nothing.
    for _ in 0..20 {
        assert_eq!(template.render(&data).map_err(|e| e.to_string()), rendered);
    }
    rendered
}

#[test]
fn every_case_renders_as_expected() {
    let mut failures = Vec::new();
    let cases = fixtures("template");
    for case in &cases {
        let text = read(case, "template.tmpl").unwrap();
        let data = parse_value(&read(case, "data.yaml").unwrap_or_default()).unwrap();
        let rendered = render(&text, &data);
        let name = case.file_name().unwrap().to_string_lossy();
        let wrong = match (read(case, "expected.txt"), read(case, "error.txt")) {
            (Some(expected), None) => rendered.as_ref() != Ok(&expected),
            (None, Some(error)) => !rendered.as_ref().is_err_and(|e| e.contains(error.trim())),
            _ => panic!("{name}: one of expected.txt and error.txt must stand"),
        };
        if wrong {
            failures.push(format!("{name}: {rendered:?}\n   wanted {:?}", read(case, "expected.txt").or(read(case, "error.txt"))));
        }
    }
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// Istio's own templates, which are no part of this project, render a plain pod.
#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn templates_of_istio_render_a_plain_pod() {
    let goldens = crate::cases::goldens();
    let pod = parse_value("containers:\n- name: app\n  image: app:1\n  ports:\n  - containerPort: 80\n").unwrap();
    let meta = parse_value("name: app\nnamespace: default\nlabels: {app: app}\n").unwrap();
    // Old minors have fields that the newest messages do not have.
    let environment = Arc::new(Environment { newer_fields: true, ..Environment::default() });
    let (mut rendered, mut failures) = (0, Vec::new());
    for minor in folders(&goldens.join("istio")) {
        if !minor.join("_configs").is_dir() {
            continue;
        }
        for config in folders(&minor.join("_configs")) {
            let yaml = |file: &str| parse_value(&read(&config, file).unwrap_or_default()).unwrap();
            let (mesh, values) = (yaml("mesh.yaml"), yaml("values.json"));
            let data = Data::new()
                .type_meta("apps/v1", "Deployment")
                .deployment_meta("app", "default")
                .object_meta(&meta)
                .spec(&pod)
                .proxy_config(mesh.get("defaultConfig").unwrap_or(&Value::Null))
                .mesh_config(&mesh)
                .values(&values)
                .set("Revision", &Value::from(""))
                .set("ProxyImage", &Value::from("proxyv2:1"))
                .set("EstimatedConcurrency", &Value::from(2))
                .set("InboundTrafficPolicyMode", &Value::from("passthrough"));
            for (name, text) in yaml("config.yaml").get("templates").and_then(Value::as_object).into_iter().flatten() {
                let template = Template::parse(name, text.as_str().unwrap_or_default(), Arc::clone(&environment));
                // These make Deployments of Gateway objects: they see other data than a pod's.
                let of_gateways = ["waypoint", "kube-gateway", "agentgateway", "agentgateway-waypoint"].contains(&name.as_str());
                match template.and_then(|t| if of_gateways { Ok(String::new()) } else { t.render(&data) }) {
                    Ok(_) => rendered += 1,
                    Err(e) => failures.push(format!("{}: {e}", config.display())),
                }
            }
        }
    }
    eprintln!("{rendered} templates render");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    /// No text panics or hangs.
    #[test]
    fn no_template_panics(parts in prop::collection::vec(prop::sample::select(vec![
        "{{", "}}", "{{-", "-}}", "{{if .A}}", "{{end}}", "{{else}}", "range", ".A", ".A.B", "$", ":=", "|", "(", ")", "\"", "printf \"%*v\"", "index", "define \"x\"",
        "{{template \"x\" .}}", "/*", "*/", " ", "\n", "é", "`", "repeat 99999999 \"a\"", "until 5", "nil", "1e400", "-9223372036854775808", "trunc -1", "substr 2 1", "{{/*",
        "regexMatch \"(\"", "slice .L 2 1", "div 1 0", "round 1 999", "splitn \"\" 0", "[[", "]]", "toYaml", "'x'", ".GetA", ".String", "break", "{{with .L}}",
    ]), 0..24)) {
        let data = parse_value("A: {B: 1}\nL: [a, b]\n").unwrap();
        let _ = render(&parts.concat(), &data);
    }
}

/// What is worked out ahead holds for the values that it was worked out from; others, however many there are, count as themselves.
#[test]
fn other_values_are_not_those_of_earlier_renderings() {
    let text = "{{ $all := .Values.list }}{{ if .Values.enabled }}{{ .ObjectMeta.Name }} {{ .Values.number }}{{ range $all }} {{ . }}{{ end }}{{ else }}off{{ end }}";
    let template = Template::parse("case", text, Arc::new(Environment::default())).unwrap();
    let name = parse_value("{name: web}").unwrap();
    for round in 0..3 {
        for n in 0..12 {
            let on = n % 4 != 3;
            let values = parse_value(&format!("{{enabled: {on}, number: {n}, list: [a{n}, {round}]}}")).unwrap();
            let data = Data::new().object_meta(&name).values(&values);
            let expected = if on { format!("web {n} a{n} {round}") } else { "off".to_owned() };
            for _ in 0..20 {
                assert_eq!(template.render(&data).unwrap(), expected);
            }
        }
    }
}
