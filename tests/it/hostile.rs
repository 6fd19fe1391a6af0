//! Names and values of a stranger's manifests, configuration and files in all that is printed for people and logs: none of them
//! is a command of the runner, and none moves the cursor or the direction of the text.
#![cfg(unix)]
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const CONFIG: &str = r#"apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  namespaces: [{name: "shop\n::error::ns\e[31m", labels: {a: "x\n::error::label"}}]
  sidecars:
  - name: "agent"
    optInKey: "example.com/agent"
    match: {}
    pod: {spec: {containers: [{name: agent, image: agent:1}]}}
"#;

/// A line break and a command, escapes of both widths, and text that runs the other way.
const NAME: &str = r"web\n::error::forged\n##[error]old \e[2J\x9b2J\u202egpj";

fn manifests() -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: \"{NAME}\", namespace: \"{NAME}\", labels: {{\"{NAME}\": \"{NAME}\"}}, annotations: {{\"sidecar.istio.io/inject\": \"{NAME}\"}}}}
spec:
  template:
    metadata: {{labels: {{\"sidecar.istio.io/inject\": \"{NAME}\", \"example.com/agent\": \"{NAME}\"}}, annotations: {{a: \"{NAME}\"}}}}
    spec: {{containers: [{{name: \"{NAME}\", image: web, ports: {{}}, env: [{{name: A, value: \"{NAME}\"}}]}}]}}
---
apiVersion: example.com/v1
kind: \"Odd{NAME}\"
metadata: {{name: \"{NAME}\"}}
spec: {{template: {{spec: {{containers: [{{name: a, image: b}}]}}}}}}
"
    )
}

fn check(what: &str, text: &str, own_commands: &[&str]) {
    for line in text.lines() {
        let is_own = own_commands.iter().any(|command| line.starts_with(command));
        assert!(is_own || (!line.trim_start().starts_with("::") && !line.contains("##[")), "{what}: {line:?}\n{text}");
        assert!(!line.contains("error::forged,") && !line.starts_with("::error::forged"), "{what}: {line:?}");
    }
    let odd = text.chars().find(|c| (c.is_control() && *c != '\n' && *c != '\t') || *c == '\u{202e}');
    assert_eq!(odd, None, "{what}: {text:?}");
}

#[test]
fn names_are_no_commands_and_no_escapes() {
    let manifests = manifests();
    let broken = format!("a: \"{NAME}\"\n'b\u{202e}': [\u{85}\n");
    let folder =
        crate::support::folder::folder(CONFIG, &[("a.yaml", &manifests), ("x\n::error::file.yaml", &manifests), ("broken", &broken)]);
    let commands: &[&[&str]] = &[
        &["explain", "."],
        &["explain", ".", "--format", "table", "-v"],
        &["explain", ".", "--why", "web\n::error::forged"],
        &["diff", "a.yaml", "--format", "summary"],
        &["diff", "a.yaml", "--format", "markdown"],
        &["diff", ".", "--format", "github"],
        &["inject", ".", "-o", "rendered/", "-v"],
        &["inject", "broken"],
        &["inject", "gone\n::error::x\u{1b}"],
        &["inject", "a.yaml", "-c", "a.yaml"],
        &["inject", ".", "--check"],
        &["diff", "a.yaml", "--from", "broken"],
        &["remove", "a.yaml", "-o", "rendered/", "--force"],
        &["pull", "-f", "a.yaml"],
    ];
    for arguments in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_sidecarize")).args(*arguments).current_dir(folder.path()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(!stdout.is_empty() || !stderr.is_empty() || arguments.contains(&"-o"), "{arguments:?}");
        check(&format!("{arguments:?}"), &stdout, &["::notice file=", "::warning file=", "::error file="]);
        check(&format!("{arguments:?}"), &stderr, &[]);
    }
    assert!(Path::new(folder.path()).join("rendered/a.yaml").exists());
}

#[test]
fn what_a_function_says_is_no_command() {
    let item = manifests().split("---\n").next().unwrap().replace('\n', "\n  ");
    let config = CONFIG.replace('\n', "\n  ");
    let config = config.replace("optInKey: \"example.com/agent\"", "template: \"{{ fail \\\"::error::x\\\\n::error::y\\\" }}\"");
    let list = format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig:\n  {}\nitems:\n- {item}\n",
        config.lines().filter(|l| !l.contains("pod: {spec")).collect::<Vec<_>>().join("\n")
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_sidecarize"))
        .arg("function")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("error: Deployment "), "{stderr}");
    check("function", &stderr, &[]);
}
