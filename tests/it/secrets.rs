//! However Secrets stand among manifests, their values are in nothing that is printed.
use crate::support::command::{AGENT, run};

/// Standard output and error of a command; no value of a Secret is among them.
fn told(folder: &tempfile::TempDir, arguments: &[&str]) -> String {
    let (stdout, stderr, _) = run(folder, arguments);
    let text = stdout + &stderr;
    assert!(!text.contains("hunter"), "{arguments:?}\n{text}");
    text
}

/// A Secret with this value, in one line.
fn secret(kind: &str, value: &str) -> String {
    let applied = format!(r#"{{"kind":"Secret","stringData":{{"token":"{value}"}}}}"#);
    format!(
        r#"{{apiVersion: v1, {kind}metadata: {{name: login, annotations: {{kubectl.kubernetes.io/last-applied-configuration: '{applied}'}}}}, stringData: {{token: {value}}}}}"#
    )
}

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: web:1}]}}";

fn layouts(value: &str) -> Vec<String> {
    let (one, bare) = (secret("kind: Secret, ", value), secret("", value));
    vec![
        format!("{one}\n---\n{POD}\n"),
        format!("apiVersion: v1\nkind: List\nitems:\n- {one}\n- {POD}\n"),
        format!("apiVersion: v1\nkind: List\nitems:\n- {POD}\n- {one}\n- {POD}\n"),
        format!("{{apiVersion: v1, kind: List, items: [{one}, {POD}]}}\n"),
        format!("apiVersion: v1\nkind: List\nitems:\n- {POD}\n- apiVersion: v1\n  kind: List\n  items:\n  - {one}\n"),
        format!("apiVersion: v1\nkind: SecretList\nitems:\n- {bare}\n---\n{POD}\n"),
        format!("apiVersion: v1\nkind: List\nitems:\n- {POD}\n- apiVersion: v1\n  kind: SecretList\n  items: [{bare}]\n"),
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {{\"kind\":\"Secret\",\"data\":{{\"a\":\"{value}\"}}}}\n---\n{POD}\n"
        ),
    ]
}

#[test]
fn values_are_in_no_report() {
    for (before, after) in layouts("hunter1").iter().zip(layouts("hunter2")) {
        let folder = crate::support::folder::folder(AGENT, &[("a.yaml", before), ("b.yaml", &after)]);
        for format in ["unified", "summary", "markdown", "github", "html", "json"] {
            told(&folder, &["diff", "b.yaml", "--from", "a.yaml", "--format", format]);
            let text = told(&folder, &["diff", "a.yaml", "--format", format]);
            assert!(text.contains("agent") || format == "summary", "{text}");
        }
        let unified = told(&folder, &["diff", "b.yaml", "--from", "a.yaml"]);
        assert!(unified.contains("••• (changed)") || before.contains("ConfigMap"), "{before}\n{unified}");
    }
}

#[test]
fn values_are_in_no_error() {
    let broken = [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData:\n  token: [hunter2\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData:\n  token: !!int hunter2\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData:\n  token: \"hunter2\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\ndata:\n\ttoken: hunter2\n",
        "{\"kind\":\"Secret\",\"data\":{\"token\":\"hunter2\"\n",
        "kind: List\nitems:\n- kind: Secret\n  stringData:\n    token: 'hunter2'x: *nobody\n",
    ];
    for text in broken {
        let folder = crate::support::folder::folder(AGENT, &[("a.yaml", text)]);
        let error = told(&folder, &["inject", "a.yaml"]);
        assert!(error.contains("a.yaml:") && error.contains("error: "), "{error}");
        told(&folder, &["kube-inject", "-f", "a.yaml"]);
        told(&folder, &["remove", "a.yaml"]);
        told(&folder, &["pull", "-f", "a.yaml"]);
    }
}

#[test]
fn a_copy_of_the_whole_object_is_not_in_the_summary() {
    let deployment = |annotation: &str, value: &str| {
        let applied = format!(r#"{{"kind":"Deployment","spec":{{"env":[{{"name":"TOKEN","value":"{value}"}}]}}}}"#);
        let annotations = if annotation.is_empty() { String::new() } else { format!("{annotation}: '{applied}'") };
        let pod = "{spec: {containers: [{name: web, image: web:1}]}}";
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, annotations: {{{annotations}}}}}, spec: {{template: {pod}}}}}\n"
        )
    };
    let key = "kubectl.kubernetes.io/last-applied-configuration";
    let sides = [
        (deployment(key, "hunter1"), deployment(key, "hunter2"), "••• → ••• (changed)"),
        (deployment("", ""), deployment(key, "hunter2"), "•••"),
        (deployment(key, "hunter1"), deployment("", ""), "•••"),
    ];
    for (before, after, shown) in sides {
        let folder = crate::support::folder::folder(AGENT, &[("a.yaml", &before), ("b.yaml", &after)]);
        let text = told(&folder, &["diff", "b.yaml", "--from", "a.yaml", "--format", "summary"]);
        assert!(text.contains("last-applied-configuration") && text.contains(shown), "{text}");
    }
}
