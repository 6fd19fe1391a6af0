//! The words of a command line as people bring them from other tools: pipes, `-f`, `-o yaml`, `deploy/web`, what is left out,
//! and what is said when it is done.
#![cfg(unix)]
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::folder::folder;
use tempfile::TempDir;

const CONFIG: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  sidecars:
  - name: agent
    match: {kinds: [Pod]}
    pod: {spec: {containers: [{name: agent, image: agent:1}]}}
";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web:1}]}\n";
const JOB: &str =
    "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {containers: [{name: once, image: once:1}]}}}\n";

/// Standard output, standard error and exit code of a command that runs in a folder, with this piped in.
fn piped(folder: &TempDir, arguments: &[&str], input: Option<&str>) -> (String, String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidecarize"));
    command.args(arguments).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() }).spawn().unwrap();
    // One that refuses its arguments has ended before it reads.
    input.into_iter().for_each(|input| drop(child.stdin.take().unwrap().write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn run(folder: &TempDir, arguments: &[&str]) -> (String, String, i32) {
    piped(folder, arguments, None)
}

#[test]
fn what_is_piped_in_is_read_without_a_dash() {
    let folder = folder(CONFIG, &[("a.yaml", &POD.replace("web", "other"))]);
    for command in ["inject", "diff", "explain", "remove"] {
        let (stdout, stderr, code) = piped(&folder, &[command], Some(POD));
        assert!(code == 0 && stdout.contains("web") && !stdout.contains("other"), "{command}: {stdout}{stderr}");
        // Where nothing is piped in, it is this folder.
        let (stdout, stderr, _) = run(&folder, &[command]);
        assert!(stdout.contains("other"), "{command}: {stdout}{stderr}");
    }
    let (stdout, _, _) = piped(&folder, &["inject", "a.yaml"], Some(POD));
    assert!(stdout.contains("other") && !stdout.contains("web"), "{stdout}");
    // What is compared with comes through the pipe, what is compared is this folder.
    let (stdout, stderr, code) = piped(&folder, &["diff", "--from", "-"], Some(POD));
    assert!(code == 0 && stdout.contains("other"), "{stdout}{stderr}");
}

#[test]
fn a_pipe_into_which_nobody_wrote_is_not_this_folder() {
    let folder = folder(CONFIG, &[("a.yaml", POD)]);
    for arguments in [&["inject"][..], &["inject", "-i"], &["inject", "--check"], &["diff"], &["explain"], &["remove", "-i"]] {
        // Nothing, and what is left of a script that a shell reads from its standard input.
        let runs = ["", "exit 0\n"].map(|input| piped(&folder, arguments, Some(input)));
        let [(stdout, stderr, code), _] = &runs;
        assert_eq!((stdout.as_str(), *code), ("", 2), "{arguments:?} {stderr}");
        assert_eq!(runs[0], runs[1]);
        assert!(stderr.contains("no manifest was piped in, and no PATH is given"), "{stderr}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("a.yaml")).unwrap(), POD);
}

#[test]
fn dash_f_is_a_path() {
    let folder = folder(CONFIG, &[("a.yaml", POD), ("b.yaml", &POD.replace("web", "other")), ("c.yaml", JOB)]);
    for command in ["inject", "diff", "explain", "remove"] {
        let named = run(&folder, &[command, "a.yaml", "b.yaml"]);
        assert_eq!(named, run(&folder, &[command, "-f", "a.yaml", "--filename", "b.yaml"]));
        assert_eq!(named, run(&folder, &[command, "a.yaml", "-f", "b.yaml"]));
        assert_eq!(piped(&folder, &[command, "-"], Some(POD)), piped(&folder, &[command, "-f", "-"], Some(POD)));
    }
}

#[test]
fn a_format_of_kubectl_is_no_file() {
    let folder = folder(CONFIG, &[("a.yaml", POD)]);
    for format in ["yaml", "json", "name", "wide", "JSON", "jsonpath={.kind}", "custom-columns=A:.kind"] {
        for command in [&["inject", "a.yaml"][..], &["remove", "a.yaml"], &["diff", "a.yaml"], &["kube-inject", "-f", "a.yaml"]] {
            let (stdout, stderr, code) = run(&folder, &[command, &["-o", format]].concat());
            assert_eq!((stdout.as_str(), code), ("", 2), "{command:?} {format}");
            assert!(stderr.contains(&format!("write ./{format} for a file of this name")), "{stderr}");
            assert!(!folder.path().join(format).exists());
        }
    }
    assert_eq!(run(&folder, &["inject", "a.yaml", "-o", "./yaml"]).2, 0);
    assert!(fs::read_to_string(folder.path().join("yaml")).unwrap().contains("agent:1"));
}

#[test]
fn a_check_with_o_compares_with_what_stands_there() {
    let folder = folder(CONFIG, &[("in/a.yaml", POD), ("in/sub/c.yaml", JOB)]);
    let check = |output: &str| {
        let (stdout, stderr, code) = run(&folder, &["inject", "in", "--check", "-o", output]);
        assert_eq!(stderr, "");
        (stdout, code)
    };
    assert_eq!(check("all.yaml"), ("all.yaml\n".to_owned(), 1));
    assert_eq!(check("out/"), ("out/a.yaml\nout/sub/c.yaml\n".to_owned(), 1));
    assert!(!folder.path().join("all.yaml").exists() && !folder.path().join("out").exists());
    run(&folder, &["inject", "in", "-o", "all.yaml"]);
    run(&folder, &["inject", "in", "-o", "out/"]);
    assert_eq!((check("all.yaml"), check("out")), ((String::new(), 0), (String::new(), 0)));
    let path = folder.path().join("out/a.yaml");
    let edited = fs::read_to_string(&path).unwrap().replace("agent:1", "agent:2");
    fs::write(&path, &edited).unwrap();
    assert_eq!(check("out"), ("out/a.yaml\n".to_owned(), 1));
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    let (stdout, _, code) = piped(&folder, &["inject", "--check", "-o", "all.yaml"], Some(POD));
    assert_eq!((stdout.as_str(), code), ("all.yaml\n", 1));
    let (_, stderr, code) = run(&folder, &["inject", "in", "--check", "-o", "/dev/stdout"]);
    assert!(code == 2 && stderr.contains("keeps nothing"), "{stderr}");
}

#[test]
fn what_was_written_is_said() {
    let folder = folder(
        CONFIG,
        &[("a.yaml", POD), ("b.yaml", &format!("{}---\n{}", POD.replace("web", "one"), POD.replace("web", "two"))), ("c.yaml", JOB)],
    );
    let said = |arguments: &[&str]| run(&folder, &[&["inject", "."], arguments].concat()).1;
    assert_eq!(said(&["-o", "all.yml"]), "1 file, 3 workloads injected\n");
    fs::remove_file(folder.path().join("all.yml")).unwrap();
    assert_eq!(said(&["-o", "out/"]), "3 files, 3 workloads injected\n");
    fs::remove_dir_all(folder.path().join("out")).unwrap();
    assert_eq!(said(&["-i", "-q"]), "");
    run(&folder, &["remove", "b.yaml", "-i"]);
    assert_eq!(said(&["-i"]), "1 file, 2 workloads injected\n");
    assert_eq!(said(&["-i"]), "nothing to do\n");
    assert_eq!((said(&[]), said(&["--check"])), (String::new(), String::new()));
}

#[test]
fn workloads_are_named_as_for_kubectl() {
    let folder = folder(CONFIG, &[("a.yaml", &POD.replace("{name: web}", "{name: web, namespace: shop}")), ("c.yaml", JOB)]);
    for name in ["po/web", "Pod/web", "pods/web", "PODS/web", "shop/web", "po/shop/web", "web"] {
        let (stdout, stderr, code) = run(&folder, &["explain", "--why", name]);
        assert!(code == 0 && stdout.starts_with("Pod shop/web"), "{name}: {stdout}{stderr}");
    }
    for name in ["jobs.batch/once", "job.v1.batch/once", "Job/once"] {
        assert!(run(&folder, &["explain", "--why", name]).0.starts_with("Job once"), "{name}");
    }
    for name in ["job/web", "jobs.apps/once", "deploy/web"] {
        assert_eq!(run(&folder, &["explain", "--why", name]).2, 2, "{name}");
    }
}

#[test]
fn what_is_excluded_is_passed_over() {
    let files = [
        ("deploy/a.yaml", POD),
        ("deploy/old/b.yaml", POD),
        ("deploy/sub/old/b.yaml", POD),
        ("deploy/sub/c.gen.yaml", POD),
        (".ignore", "ignored.yaml\n"),
        ("deploy/ignored.yaml", POD),
    ];
    let folder = folder(CONFIG, &files);
    let read = |arguments: &[&str]| {
        let (stdout, stderr, code) = run(&folder, &[&["explain"], arguments].concat());
        assert_eq!(code, 0, "{stderr}");
        let place = |line: &str| line.rsplit_once('(').unwrap().1.replace(":1)", "");
        stdout.lines().map(place).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(read(&["deploy", "--exclude", "old"]), "deploy/a.yaml deploy/sub/c.gen.yaml");
    assert_eq!(read(&["deploy", "--exclude", "old/", "--exclude", "*.gen.yaml"]), "deploy/a.yaml");
    // From the folder that is walked, and from where it is named.
    assert_eq!(read(&["deploy", "--exclude", "/old"]), "deploy/a.yaml deploy/sub/c.gen.yaml deploy/sub/old/b.yaml");
    for path in ["deploy", folder.path().join("deploy").to_str().unwrap()] {
        let found = read(&[path, "--exclude", "deploy/sub/**", "--exclude", "deploy/old"]);
        assert!(found.ends_with("deploy/a.yaml") && !found.contains(' '), "{found}");
    }
    // What is named itself is meant.
    assert_eq!(read(&["deploy/a.yaml", "--exclude", "a.yaml"]), "deploy/a.yaml");
    let (_, stderr, code) = run(&folder, &["explain", "--exclude", "{a"]);
    assert!(code == 2 && stderr.contains("--exclude {a: "), "{stderr}");
}

#[test]
fn a_configuration_that_is_not_there_is_said_to_be_one() {
    let folder = folder(CONFIG, &[("a.yaml", POD)]);
    let (_, stderr, code) = run(&folder, &["inject", "a.yaml", "-c", "gone.yaml"]);
    assert!(code == 2 && stderr.contains("gone.yaml: error: No such file") && stderr.contains("configuration"), "{stderr}");
}

/// A configuration under which the namespace decides.
const BY_NAMESPACE: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  sidecars:
  - name: agent
    pod: {spec: {containers: [{name: agent, image: agent:1}]}}
";

#[test]
fn an_unknown_namespace_names_the_overlay_that_may_set_it() {
    let base = "resources: [web.yaml]\n";
    let overlay = "namespace: shop\nresources: [../../base]\n";
    let files = [("app/base/web.yaml", POD), ("app/base/kustomization.yaml", base), ("app/overlays/prod/kustomization.yaml", overlay)];
    let said = |files: &[(&str, &str)], path: &str| run(&folder(BY_NAMESPACE, files), &["inject", path]).1;
    let command = |name: &str| format!("kustomize build {name} | sidecarize explain -");
    assert!(said(&files, "app").contains(&command("app/overlays/prod")));
    // Nothing but the base is in sight.
    assert!(said(&files, "app/base").contains(&command("app/base")));
    assert!(said(&files[..2], "app/base/web.yaml").contains(&command("app/base")));
    assert!(said(&[("web.yaml", POD), ("kustomization.yaml", base)], ".").contains(&command(".")));
    assert!(!said(&files[..1], "app").contains("kustomize"));
    // Many are one, and the command is there once.
    let many: Vec<String> = (0..9).map(|i| POD.replace("web", &format!("web-{i}"))).collect();
    let said = said(&[("web.yaml", &many.join("---\n")), ("kustomization.yaml", base)], ".");
    assert!(said.contains("9 places") && said.matches("kustomize build").count() == 1, "{said}");
}

#[test]
fn the_folder_of_the_configuration_tells_of_the_cluster_where_single_files_are_given() {
    let pod = POD.replace("{name: web}", "{name: web, namespace: shop}");
    let namespace =
        |word: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{sidecarize.dev/inject: {word}}}}}\n");
    let (on, off) = (namespace("enabled"), namespace("disabled"));
    let explained = |files: &[(&str, &str)], arguments: &[&str]| {
        let (stdout, stderr, _) = run(&folder(BY_NAMESPACE, files), &[&["explain"], arguments].concat());
        stdout + &stderr
    };
    let web = ("deploy/web.yaml", pod.as_str());
    let injected = "agent: injected: namespace shop";
    assert!(explained(&[web, ("cluster/shop.yaml", &on)], &["deploy/web.yaml"]).contains(injected));
    assert!(
        explained(&[web, ("cluster/shop.yaml", &on)], &["-v", "deploy/web.yaml"])
            .contains("Namespace shop of the configuration's folder counts")
    );
    // What the file says itself wins, what two files say differently does not count, and a patch is no Namespace.
    let own = format!("{pod}---\n{off}");
    assert!(explained(&[("deploy/web.yaml", &own), ("cluster/shop.yaml", &on)], &["deploy/web.yaml"]).contains("not injected"));
    let unknown = "nothing is known of namespace shop";
    assert!(explained(&[web, ("a/shop.yaml", &on), ("b/shop.yaml", &off)], &["deploy/web.yaml"]).contains(unknown));
    assert!(explained(&[web, ("a/shop.yaml", &on), ("b/shop.yaml", &on)], &["deploy/web.yaml"]).contains(injected));
    let patched = [web, ("a/shop.yaml", &on), ("a/kustomization.yaml", "patches: [{path: shop.yaml}]\n")];
    assert!(explained(&patched, &["deploy/web.yaml"]).contains(unknown));
    // A folder, a pipe or a configuration of another place tell for themselves.
    assert!(explained(&[web, ("cluster/shop.yaml", &on)], &["deploy"]).contains(unknown));
    let other = [web, ("other/shop.yaml", &on), ("other/agent.yaml", BY_NAMESPACE)];
    assert!(explained(&other, &["deploy/web.yaml", "-c", "other/agent.yaml"]).contains(unknown));
    // A file that cannot be read is said.
    let said = explained(&[web, ("cluster/shop.yaml", "kind: Namespace\nkind: Namespace\n")], &["deploy/web.yaml"]);
    assert!(said.contains("cluster/shop.yaml:2:1: warning: ") && said.contains(unknown), "{said}");
}

#[test]
fn two_configurations_are_compared_in_one_cluster() {
    let pod = POD.replace("{name: web}", "{name: web, namespace: shop}");
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {sidecarize.dev/inject: enabled}}\n";
    let old = folder(&BY_NAMESPACE.replace("agent:1", "agent:0"), &[]);
    let folder = folder(BY_NAMESPACE, &[("web.yaml", &pod), ("shop.yaml", namespace)]);
    let from = old.path().join("sidecarize.yaml");
    let (stdout, stderr, code) = run(&folder, &["diff", "web.yaml", "--from-config", from.to_str().unwrap()]);
    assert!(code == 0 && stdout.contains("agent:0 → 1"), "{stdout}{stderr}");
}

#[test]
fn configmaps_of_istio_beside_single_files_count() {
    let config = "apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nmetadata: {name: mesh}\nspec:\n  istio:\n  - {revision: canary, tags: [stable]}\n";
    let maps = fs::read_to_string("tests/pull/canary/input.yaml")
        .unwrap()
        .replace("{lightstep: {address: \"lightstep:443\", accessToken: abc}}", "{}");
    let pod = POD.replace("{name: web}", "{name: web, namespace: shop, labels: {istio.io/rev: canary}}");
    let folder = folder(config, &[("deploy/web.yaml", &pod), ("cluster/istio.yaml", &maps)]);
    let (stdout, stderr, code) = run(&folder, &["explain", "deploy/web.yaml"]);
    assert!(code == 0 && stdout.starts_with("Pod shop/web: istio/canary: injected"), "{stdout}{stderr}");
    assert_eq!(run(&folder, &["explain", "deploy"]).2, 2);
}

#[test]
fn a_name_that_is_a_number_is_said() {
    let folder = folder(CONFIG, &[("a.yaml", &POD.replace("{name: web}", "{name: 42, namespace: shop}"))]);
    let (_, stderr, code) = run(&folder, &["inject", "a.yaml"]);
    assert!(code == 2 && stderr.contains("Pod shop/42: metadata.name: "), "{stderr}");
}

#[test]
fn pull_takes_a_folder_and_its_digest_is_of_what_is_used() {
    let input = fs::read_to_string("tests/pull/canary/input.yaml").unwrap();
    let folder = folder(CONFIG, &[("istio/all.yaml", &input), ("istio/notes.yaml", "a: 1\n"), ("istio/NOTES.txt", "{{")]);
    let pulled = |arguments: &[&str]| {
        let (stdout, stderr, code) = run(&folder, arguments);
        assert_eq!(code, 0, "{stderr}");
        stdout
    };
    let before = pulled(&["pull", "-f", "istio/all.yaml"]);
    assert_eq!(before, pulled(&["pull", "-f", "istio"]));
    for comment in ["  # kubernetesVersion: \"1.34\"\n", "  # webhook: coexist\n"] {
        assert!(before.contains(comment), "{before}");
    }
    let path = folder.path().join("istio/all.yaml");
    fs::write(&path, format!("{input}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: other}}\n")).unwrap();
    assert_eq!(before, pulled(&["pull", "-f", "istio"]));
    fs::write(&path, input.replace("name: shop", "name: shop-2")).unwrap();
    let digest = |text: &str| text.lines().find(|line| line.contains("source-digest")).unwrap().to_owned();
    assert_ne!(digest(&before), digest(&pulled(&["pull", "-f", "istio"])));
}

#[test]
fn an_application_typed_by_hand_finds_its_configuration_above() {
    for repository in [&[][..], &[(".git/HEAD", "")]] {
        let folder = folder(CONFIG, &[&[("apps/web/a.yaml", POD)], repository].concat());
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidecarize"));
        command.args(["argocd", "generate"]).current_dir(folder.path().join("apps/web")).stdin(Stdio::null());
        let output = command.output().unwrap();
        assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("agent:1"), "{output:?}");
        // Argo CD says where the repository starts.
        let output = command.env("ARGOCD_APP_NAME", "web").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}

#[test]
fn the_first_sidecar_of_the_readme_works_as_it_stands() {
    let readme = fs::read_to_string("README.md").unwrap();
    let section = readme.split("\n## A sidecar of your own\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let block = |language: &str| section.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap();
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: 'web:1'}]}\n";
    let folder = folder(block("yaml"), &[("deployment.yaml", deployment)]);
    let session = block("console");
    let commands: Vec<&str> = session.lines().filter_map(|line| line.strip_prefix("$ sidecarize ")).collect();
    let mut told = String::new();
    for command in &commands {
        let (stdout, stderr, code) = run(&folder, &command.split(' ').collect::<Vec<_>>());
        assert_eq!(code, 0, "{stderr}");
        told += &format!("$ sidecarize {command}\n{stdout}{stderr}");
    }
    assert_eq!((told.as_str(), commands.len()), (session, 2));
}
