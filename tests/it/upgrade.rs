//! `diff --from-config`: the review of an upgrade of Istio for 400 workloads is one screen.
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A configuration whose proxies are of this version; the newer one has more to change than the image.
fn config(version: &str, newer: bool) -> String {
    let native = if newer { "true" } else { "false" };
    let more = if newer {
        "
                  - {name: ISTIO_META_WORKLOAD, value: {{ .DeploymentMeta.Name }}-v2}
                  - {name: PROXY_DRAIN, value: slow}"
    } else {
        "
                  - {name: ISTIO_META_WORKLOAD, value: {{ .DeploymentMeta.Name }}}"
    };
    format!(
        "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {{name: mesh}}
spec:
  webhook: absent
  istio:
  - injector:
      inline:
        config:
          policy: enabled
          defaultTemplates: [sidecar]
          templates:
            sidecar: |
              spec:
                {{{{- if {native} }}}}
                initContainers:
                {{{{- else }}}}
                containers:
                {{{{- end }}}}
                - name: istio-proxy
                  image: example.com/istio/proxyv2:{version}
                  env:{more}
        values: {{}}
"
    )
}

/// 400 workloads of 23 namespaces, four of which are not in the mesh.
fn manifests() -> String {
    let mut text = String::new();
    for n in 0..23 {
        let label = if n < 19 { "{istio-injection: enabled}" } else { "{}" };
        writeln!(text, "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-{n:02}\n  labels: {label}").unwrap();
    }
    for i in 0..400 {
        let (api, kind, spec) = match i % 20 {
            0..=13 => ("apps/v1", "Deployment", format!("replicas: {}\n  ", 2 + i % 5)),
            14 | 15 => ("apps/v1", "StatefulSet", "replicas: 1\n  ".to_owned()),
            16 => ("apps/v1", "DaemonSet", String::new()),
            17 => ("batch/v1", "Job", String::new()),
            18 => ("apps/v1", "StatefulSet", "updateStrategy: {type: OnDelete}\n  ".to_owned()),
            _ => ("batch/v1", "CronJob", "jobTemplate:\n   spec:\n    ".to_owned()),
        };
        let indent = if kind == "CronJob" { "    " } else { "  " };
        write!(
            text,
            "---\napiVersion: {api}\nkind: {kind}\nmetadata: {{name: app-{i:03}, namespace: team-{:02}}}\nspec:\n  {spec}template:\n{indent}  spec:\n{indent}    containers:\n{indent}    - name: app\n{indent}      image: example.com/app:1\n",
            i % 23
        )
        .unwrap();
    }
    text
}

fn diff(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_sidecarize"))
        .args(["diff", "-q", "apps.yaml", "-c", "new.yaml"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

#[test]
fn an_upgrade_of_400_workloads_is_one_screen() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.yaml"), config("1.30.2", false)).unwrap();
    fs::write(folder.path().join("new.yaml"), config("1.31.0", true)).unwrap();
    fs::write(folder.path().join("apps.yaml"), manifests()).unwrap();
    let (screen, code) = diff(folder.path(), &["--from-config", "old.yaml"]);
    assert!(screen.lines().count() < 60, "{screen}");
    assert_eq!(code, 0);
    insta::assert_snapshot!(screen);
    let (_, code) = diff(folder.path(), &["--from-config", "old.yaml", "--exit-code"]);
    assert_eq!(code, 1);
    let (nothing, code) = diff(folder.path(), &["--from-config", "new.yaml", "--exit-code"]);
    assert_eq!((nothing.as_str(), code), ("no workload of 400 changes\n", 0));
    let (json, _) = diff(folder.path(), &["--from-config", "old.yaml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["workloads"].as_array().unwrap().len(), 400);
}
