//! `argocd generate` and the programs it runs, with scripts in their place. The real ones are tried in tests/hosts.
#![cfg(target_os = "linux")]
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const CONFIG: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
spec:
  sidecars:
  - {name: agent, match: {}, pod: {spec: {containers: [{name: agent, image: agent}]}}}
";
const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: web}]}}";

/// A folder with an application, and a PATH of scripts and the system's own programs.
struct Application {
    folder: tempfile::TempDir,
}

impl Application {
    fn new(kind: &str, script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let application = Self { folder };
        fs::create_dir(application.path("bin")).unwrap();
        fs::write(application.path("sidecarize.yaml"), CONFIG).unwrap();
        let (marker, tool) = if kind == "chart" { ("Chart.yaml", "helm") } else { ("kustomization.yaml", "kustomize") };
        fs::write(application.path(marker), "").unwrap();
        if !script.is_empty() {
            let tool = application.path("bin").join(tool);
            fs::write(&tool, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(tool, fs::Permissions::from_mode(0o755)).unwrap();
        }
        application
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn generate(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidecarize"));
        command.args(["argocd", "generate"]).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("PATH", format!("{}:/bin:/usr/bin", self.path("bin").display()));
        command
    }

    /// Starts the command and waits until its tool runs (and says so with a file `started`).
    fn start(&self) -> Child {
        let child = self.generate().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for("the tool starts", || self.path("started").exists());
        child
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        thread::sleep(Duration::from_millis(5));
    }
}

fn terminate(child: &Child) {
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
}

fn runs(process: &str) -> bool {
    // A zombie has ended; who adopted it has not looked yet.
    fs::read_to_string(Path::new("/proc").join(process).join("stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn failed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_tool_fails_in_its_own_words() {
    let application = Application::new("kustomization", "echo half; echo 'Error: no such base' >&2; exit 3");
    let words = failed(&application.generate().output().unwrap());
    assert_eq!(words, "error: kustomize build failed (exit status: 3): no such base\n");
}

#[test]
fn a_tool_that_is_missing_is_named() {
    let application = Application::new("chart", "");
    let words = failed(&application.generate().env("PATH", application.path("bin")).output().unwrap());
    assert_eq!(words, "error: helm is not on the PATH, and the application needs it\n");
}

#[test]
fn a_tool_that_prints_nothing_is_no_success() {
    let application = Application::new("kustomization", "exit 0");
    assert!(failed(&application.generate().output().unwrap()).starts_with("error: nothing is left to apply"));
}

#[test]
fn a_tool_may_say_much_on_both_sides() {
    let application = Application::new("kustomization", &format!("seq 1 300000 >&2; echo '{POD}'; seq -f '# %.0f' 1 300000"));
    let output = application.generate().output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("image: agent"));
}

#[test]
fn a_tool_ends_with_us() {
    let script = "trap 'echo yes > cleared; exit 1' TERM; echo $$ > tool; touch started; while :; do sleep 0.01; done";
    let application = Application::new("kustomization", script);
    let child = application.start();
    terminate(&child);
    let words = failed(&child.wait_with_output().unwrap());
    assert!(words.starts_with("error: ended by signal 15 while kustomize build was running"), "{words}");
    assert_eq!(application.read("cleared"), "yes\n");
    assert!(!runs(application.read("tool").trim()));
}

#[test]
fn a_tool_that_does_not_end_is_killed() {
    let application = Application::new("kustomization", "trap '' TERM; echo $$ > tool; touch started; exec sleep 600");
    let child = application.start();
    terminate(&child);
    failed(&child.wait_with_output().unwrap());
    assert!(!runs(application.read("tool").trim()));
}

#[test]
fn without_a_tool_a_signal_ends_us_at_once() {
    let application = Application::new("kustomization", "");
    let mut command = application.generate();
    let mut child = command.arg("--stdin").stdin(Stdio::piped()).stdout(Stdio::piped()).env("ARGOCD_APP_NAME", "web").spawn().unwrap();
    // It waits for standard input, which `wait` would close, with its signals in hand.
    let input = child.stdin.take();
    let status = format!("/proc/{}/status", child.id());
    wait_for("it listens", || {
        let caught = fs::read_to_string(&status).unwrap_or_default();
        let caught = caught.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigCgt:")?.trim(), 16).ok());
        caught.is_some_and(|signals| signals >> (15 - 1) & 1 == 1)
    });
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
    drop(input);
}

/// What comes of manifests that another tool piped in.
fn piped(text: &str) -> Output {
    let application = Application::new("kustomization", "");
    let mut child =
        application.generate().arg("--stdin").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn what_another_tool_rendered_is_injected() {
    let output = piped(&format!("{POD}\n---\n{{apiVersion: v1, kind: Secret, metadata: {{name: s}}, stringData: {{a: b}}}}\n"));
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("{name: agent, image: agent}") && text.contains("kind: Secret"), "{text}");
}

#[test]
fn what_another_tool_did_not_render_is_an_error() {
    assert!(failed(&piped("")).starts_with("error: nothing is left to apply"));
    let list = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- ".to_owned() + POD;
    assert!(failed(&piped(&list)).starts_with("stdin:1:1: error: a ResourceList is no manifest"));
    assert!(failed(&piped(&format!("{POD}\n---\nreplicas: 2\n"))).starts_with("stdin:3:1: error: this document is no Kubernetes object"));
}

#[test]
fn no_line_of_a_manifest_is_shown() {
    for text in ["apiVersion: v1\nkind: Secret\nstringData: {password: hunter2\n", "password: hunter2\n"] {
        let words = failed(&piped(text));
        assert!(words.contains("stdin:") && !words.contains("hunter2"), "{words}");
    }
}

#[test]
fn helm_gets_what_argo_cd_gives_it() {
    let application = Application::new("chart", &format!("printf '%s\\n' \"$@\" > arguments; cat > values; echo '{POD}'"));
    fs::write(application.path("prod.yaml"), "").unwrap();
    let parameters = r#"[
        {"name": "helm-value-files", "array": ["prod.yaml"]}, {"name": "helm-values", "string": "replicas: 2"},
        {"name": "helm-parameters", "map": {"image.tag": "1,2", "list": "{a,b}"}}
    ]"#;
    let environment = [
        ("ARGOCD_APP_NAME", "teams_web"),
        ("ARGOCD_APP_NAMESPACE", "shop"),
        ("KUBE_VERSION", "1.34"),
        ("KUBE_API_VERSIONS", "v1,apps/v1/Deployment"),
        ("ARGOCD_APP_PARAMETERS", parameters),
    ];
    let output = application.generate().envs(environment).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let values = fs::canonicalize(application.path("prod.yaml")).unwrap();
    let arguments = application.read("arguments").replace(&values.display().to_string(), "PROD");
    let expected = "template web . --namespace shop --kube-version 1.34 --api-versions v1 --api-versions apps/v1/Deployment \
                    --values PROD --values - --set image.tag=1\\,2 --set list={a,b} --include-crds";
    assert_eq!(arguments.trim().replace('\n', " "), expected);
    assert_eq!(application.read("values"), "replicas: 2");
}

#[test]
fn missing_dependencies_of_a_chart_are_fetched_once() {
    let script = format!(
        "echo \"$1\" >> calls; case $1 in
         dependency) touch fetched;;
         *) [ -e fetched ] || {{ echo 'Error: found in Chart.yaml, but missing in charts/ directory: base' >&2; exit 1; }}; echo '{POD}';;
         esac"
    );
    let application = Application::new("chart", &script);
    assert!(application.generate().output().unwrap().status.success());
    assert_eq!(application.read("calls"), "template\ndependency\ntemplate\n");
}

#[test]
fn as_a_plugin_of_kubectl_it_has_two_names() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("kubectl-sidecarize");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_sidecarize"), &plugin).unwrap();
    let help = |arguments: &[&str]| String::from_utf8(Command::new(&plugin).args(arguments).output().unwrap().stdout).unwrap();
    assert!(help(&["--help"]).contains("Usage: kubectl sidecarize "));
    assert!(help(&["inject", "--help"]).contains("Usage: kubectl sidecarize inject "));
}
