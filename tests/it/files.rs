//! Files that cannot be read or written as they should: a clear error, and nothing is lost. What fits into files of the
//! project is among `tests/cmd`; `tests/hosts` has what needs a small disk or a signal.
#![cfg(unix)]
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::command::{AGENT, run};
use tempfile::TempDir;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web # mine\n    image: web:1\n";

/// A folder with the configuration and these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    crate::support::folder::folder(AGENT, files)
}

/// Every file below a folder with its text; temporary files too.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if path.is_dir() { found.extend(tree(&path)) } else { found.push((path.clone(), fs::read(path).unwrap_or_default())) }
    }
    found.sort();
    found
}

/// The command fails with an error that says all of this, and no file has changed.
fn refused(folder: &TempDir, arguments: &[&str], words: &[&str]) {
    let before = tree(folder.path());
    let (stdout, stderr, code) = run(folder, arguments);
    assert_eq!((stdout.as_str(), code), ("", 2), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "no {word:?} in {stderr}");
    }
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn all_errors_are_told_and_every_file_stays() {
    let folder = folder(&[("a.yaml", POD), ("b.yaml", "apiVersion: v1\nkind: Pod\nkind: Pod\n"), ("c.yaml", "apiVersion: [\n")]);
    fs::write(folder.path().join("d.yaml"), b"apiVersion: v1\nkind: \xff\n").unwrap();
    fs::write(folder.path().join("e.yaml"), b"\xff\xfea\0").unwrap();
    symlink("f.yaml", folder.path().join("f.yaml")).unwrap();
    symlink("gone.yaml", folder.path().join("g.yaml")).unwrap();
    let places = [
        "b.yaml:3:1: error: ",
        "c.yaml:",
        "d.yaml:2:7: error: byte 0xff",
        "e.yaml: error: the text is UTF-16",
        "f.yaml: error: ",
        "g.yaml: error: ",
    ];
    refused(&folder, &["inject", "--in-place"], &places);
}

#[test]
fn a_read_only_file_keeps_all_files_as_they_were() {
    let folder = folder(&[("a.yaml", POD), ("b.yaml", POD)]);
    fs::set_permissions(folder.path().join("b.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    refused(&folder, &["inject", "--in-place"], &["b.yaml: the file is read-only"]);
}

#[test]
fn a_full_disk_is_named() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = folder(&[("a.yaml", POD)]);
    refused(&folder, &["inject", "a.yaml", "-o", "/dev/full"], &["/dev/full: ", "No space left"]);
    let command = format!("{} inject a.yaml > /dev/full", env!("CARGO_BIN_EXE_sidecarize"));
    let output = Command::new("sh").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output: No space left"));
}

#[test]
fn a_link_that_leads_out_of_what_was_named_is_refused_and_nothing_of_it_is_told() {
    let outside = folder(&[("secret.yaml", "token: [hunter2\n")]);
    let repository = folder(&[("deploy/a.yaml", POD), (".git/config.yaml", "token: [hunter2\n"), ("base/b.yaml", POD)]);
    let secret = outside.path().join("secret.yaml");
    for (to, arguments) in [
        (secret.clone(), vec!["inject", "deploy"]),
        (secret.clone(), vec!["diff", "deploy/env.yaml"]),
        (secret.clone(), vec!["explain", "."]),
        (secret.clone(), vec!["remove", "deploy"]),
        (secret.clone(), vec!["kube-inject", "-f", "deploy/env.yaml"]),
        (secret.clone(), vec!["pull", "-f", "deploy/env.yaml"]),
        (secret, vec!["inject", "-c", "deploy/env.yaml", "deploy/a.yaml"]),
        (PathBuf::from("/proc/self/environ"), vec!["inject", "deploy", "--in-place"]),
        (PathBuf::from("../.git/config.yaml"), vec!["inject", "deploy"]),
    ] {
        let link = repository.path().join("deploy/env.yaml");
        symlink(&to, &link).unwrap();
        refused(&repository, &arguments, &["deploy/env.yaml: error: a link"]);
        let (_, stderr, _) = run(&repository, &arguments);
        assert!(!stderr.contains("hunter2") && !stderr.contains("PATH="), "{stderr}");
        fs::remove_file(link).unwrap();
    }
    symlink(outside.path(), repository.path().join("deploy/folder")).unwrap();
    refused(&repository, &["inject", "deploy/folder"], &["deploy/folder: error: a link"]);
    refused(&repository, &["inject", "deploy/folder/secret.yaml"], &["secret.yaml: error: the path leads"]);
    // Within the repository, a link is as good as a file.
    fs::remove_file(repository.path().join("deploy/folder")).unwrap();
    symlink("../base/b.yaml", repository.path().join("deploy/b.yaml")).unwrap();
    assert_eq!(run(&repository, &["inject", "deploy"]).0.matches("agent:1").count(), 2);
}

#[test]
fn a_configuration_in_a_repository_names_no_file_outside_of_it() {
    let outside = folder(&[("values.json", "{}")]);
    for name in ["link.json".to_owned(), outside.path().join("values.json").display().to_string()] {
        let config = format!(
            "apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nmetadata: {{name: mesh}}\nspec:\n  istio:\n  - revision: default\n    injector: {{file: {name:?}}}\n    mesh: {{inline: '{{}}'}}\n"
        );
        let repository = crate::support::folder::folder(&config, &[(".git/HEAD", ""), ("a.yaml", POD)]);
        symlink(outside.path().join("values.json"), repository.path().join("link.json")).unwrap();
        refused(&repository, &["inject", "a.yaml"], &["sidecarize.yaml:7:", &name, "out of"]);
    }
}

#[test]
fn ignore_files_are_not_read_through_links_that_lead_out() {
    let outside = folder(&[("rules", "a.yaml\n")]);
    let repository = folder(&[(".git/HEAD", ""), ("deploy/app/a.yaml", POD)]);
    for ignore_file in ["deploy/app/.gitignore", "deploy/.ignore", ".gitignore"] {
        let path = repository.path().join(ignore_file);
        symlink(outside.path().join("rules"), &path).unwrap();
        refused(
            &repository,
            &["inject", "deploy"],
            &[&format!("{}: error: a link", Path::new(ignore_file).file_name().unwrap().display())],
        );
        fs::remove_file(&path).unwrap();
    }
    assert_eq!(run(&repository, &["inject", "deploy"]).2, 0);
}

#[test]
fn pipes_and_devices_are_not_read() {
    let folder = folder(&[("deploy/a.yaml", POD)]);
    for name in ["deploy/pipe.yaml", "pipe.yaml"] {
        assert!(Command::new("mkfifo").arg(folder.path().join(name)).status().unwrap().success());
    }
    let (stdout, stderr, code) = run(&folder, &["inject", "deploy", "-v"]);
    assert_eq!((code, stdout.matches("agent:1").count()), (0, 1), "{stderr}");
    assert!(stderr.contains("skipped deploy/pipe.yaml: a pipe"), "{stderr}");
    let (_, stderr, code) = run(&folder, &["inject", "pipe.yaml"]);
    assert!(code == 2 && stderr.contains("pipe.yaml: error: no file"), "{stderr}");
    let (_, stderr, code) = run(&folder, &["inject", "-c", "/dev/zero", "deploy"]);
    assert!(code == 2 && stderr.contains("/dev/zero: error: no file"), "{stderr}");
    // What a shell puts in the place of a pipe is one that somebody named.
    let command = format!("{} inject <(cat deploy/a.yaml)", env!("CARGO_BIN_EXE_sidecarize"));
    let output = Command::new("bash").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("agent:1"), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn nothing_is_written_through_a_link() {
    let outside = folder(&[("a.yaml", POD)]);
    let repository = folder(&[(".git/HEAD", ""), ("a.yaml", POD), ("sub/b.yaml", POD), ("base/c.yaml", POD)]);
    let path = |name: &str| repository.path().join(name);
    let link = |to: &Path, name: &str| symlink(to, path(name)).unwrap();
    link(Path::new("base/c.yaml"), "c.yaml");
    refused(&repository, &["inject", "-i", "c.yaml"], &["c.yaml is a link"]);
    link(Path::new("base"), "linked");
    refused(&repository, &["inject", "-i", "linked/c.yaml"], &["linked/c.yaml is a link"]);
    link(&outside.path().join("a.yaml"), "out.yaml");
    refused(&repository, &["inject", "a.yaml", "-o", "out.yaml"], &["out.yaml is a link"]);
    refused(&repository, &["diff", "a.yaml", "-o", "out.yaml"], &["out.yaml is a link"]);
    link(outside.path(), "out");
    refused(&repository, &["inject", "a.yaml", "-o", "out/"], &["out is a link"]);
    refused(&repository, &["inject", "a.yaml", "-o", "out"], &["out is a link"]);
    refused(&repository, &["diff", "a.yaml", "--format", "kustomize", "-o", "out"], &["out is a link"]);
    fs::create_dir(path("rendered")).unwrap();
    link(outside.path(), "rendered/b");
    fs::create_dir(path("tree")).unwrap();
    fs::create_dir(path("tree/b")).unwrap();
    fs::write(path("tree/b/x.yaml"), POD).unwrap();
    refused(&repository, &["inject", "tree", "-o", "rendered"], &["rendered/b is a link"]);
    link(&outside.path().join("gone.yaml"), "rendered/a.yaml");
    refused(&repository, &["inject", "a.yaml", "-o", "rendered"], &["rendered/a.yaml is a link"]);
    assert_eq!(fs::read_to_string(outside.path().join("a.yaml")).unwrap(), POD);
    assert!(!outside.path().join("gone.yaml").exists());
}

/// Runs a command that waits for standard input, does something to the folder, and lets it go on; gives what `run` gives.
fn run_while(folder: &TempDir, arguments: &[&str], meanwhile: impl FnOnce()) -> (String, i32) {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_sidecarize"))
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The files before standard input are read by then.
    std::thread::sleep(std::time::Duration::from_millis(500));
    meanwhile();
    child.stdin.take().unwrap().write_all(POD.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

#[test]
fn a_file_that_was_saved_meanwhile_stays_as_it_was_saved() {
    let saved = format!("{POD}# saved\n");
    let folder = folder(&[("a.yaml", POD), ("b.yaml", POD)]);
    for arguments in [["inject", "a.yaml", "b.yaml", "-", "-o", "b.yaml"], ["remove", "a.yaml", "b.yaml", "-", "-o", "b.yaml"]] {
        fs::write(folder.path().join("b.yaml"), POD).unwrap();
        let (stderr, code) = run_while(&folder, &arguments, || fs::write(folder.path().join("b.yaml"), &saved).unwrap());
        assert!(code == 2 && stderr.contains("b.yaml was saved while this ran"), "{stderr}");
        assert_eq!(fs::read_to_string(folder.path().join("b.yaml")).unwrap(), saved);
        assert_eq!(tree(folder.path()).len(), 3);
    }
}

#[test]
fn a_link_that_appears_meanwhile_is_not_written_through() {
    let outside = folder(&[("mine.yaml", "mine")]);
    let folder = folder(&[("a.yaml", POD), ("out/a.yaml", "old")]);
    let out = folder.path().join("out");
    let (stderr, code) = run_while(&folder, &["inject", "a.yaml", "-", "-o", "out"], || {
        fs::remove_dir_all(&out).unwrap();
        symlink(outside.path(), &out).unwrap();
    });
    assert!(code == 2 && stderr.contains("out is a link"), "{stderr}");
    assert!(!outside.path().join("a.yaml").exists());
}

#[test]
fn links_and_permissions_are_kept() {
    let folder = folder(&[("real/a.yaml", POD)]);
    let (real, link) = (folder.path().join("real/a.yaml"), folder.path().join("link.yaml"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/a.yaml", &link).unwrap();
    symlink(".", folder.path().join("circle")).unwrap();
    let (_, stderr, code) = run(&folder, &["inject", "-i", "link.yaml", "."]);
    assert_eq!(code, 0, "{stderr}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains("agent:1"));
}

#[test]
fn a_file_that_two_arguments_name_is_one_file() {
    let folder = folder(&[("a/x.yaml", POD), ("b/x.yaml", POD)]);
    let (stdout, _, _) = run(&folder, &["inject", "a", "a/x.yaml", "a"]);
    assert_eq!(stdout.matches("kind: Pod").count(), 1);
    refused(&folder, &["inject", "a", "b", "-o", "out/"], &["a/x.yaml and b/x.yaml would both be out/x.yaml"]);
}

#[test]
fn files_of_a_run_that_was_killed_are_cleared_away() {
    let folder = folder(&[("a.yaml", POD), ("sub/b.yaml", POD)]);
    // No process has this number; the other names are not ours to judge.
    fs::write(folder.path().join("sub/.sidecarize-4194305-Ab12"), "cut").unwrap();
    fs::write(folder.path().join("sub/.sidecarize-notes"), "mine").unwrap();
    let (_, stderr, code) = run(&folder, &["inject", "--in-place"]);
    assert_eq!(code, 0, "{stderr}");
    let names: Vec<_> = tree(folder.path()).into_iter().map(|(path, _)| path.strip_prefix(folder.path()).unwrap().to_owned()).collect();
    assert_eq!(names, ["a.yaml", "sidecarize.yaml", "sub/.sidecarize-notes", "sub/b.yaml"].map(PathBuf::from));
}

#[test]
fn more_files_than_a_process_may_hold_open() {
    let names: Vec<String> = (0..300).map(|i| format!("{i}.yaml")).collect();
    let folder = folder(&names.iter().map(|name| (name.as_str(), POD)).collect::<Vec<_>>());
    let command = format!("ulimit -n 64; {} inject --in-place", env!("CARGO_BIN_EXE_sidecarize"));
    let output = Command::new("sh").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(tree(folder.path()).iter().all(|(_, text)| String::from_utf8_lossy(text).contains("agent:1")));
}

#[test]
fn a_folder_that_vanishes_is_named() {
    let folder = folder(&[("a.yaml", POD), ("gone/b.yaml", POD)]);
    fs::remove_dir_all(folder.path().join("gone")).unwrap();
    refused(&folder, &["inject", "--in-place", "a.yaml", "gone"], &["gone: error: No such file or directory"]);
    // The folder in which the program itself runs.
    let command = format!("mkdir here && cd here && rmdir ../here && {} inject -c ../sidecarize.yaml", env!("CARGO_BIN_EXE_sidecarize"));
    let output = Command::new("sh").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("error: "));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let text = format!("{POD}---\n").repeat(3000);
    let folder = folder(&[("a.yaml", text.as_str())]);
    for command in ["inject", "diff", "explain"] {
        let script = format!("{} {command} -q a.yaml | head -c 1", env!("CARGO_BIN_EXE_sidecarize"));
        let output = Command::new("bash").args(["-o", "pipefail", "-c", &script]).current_dir(folder.path()).output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""), "{command}");
    }
}

/// The lines of standard error that say what is wrong.
fn errors(folder: &TempDir, arguments: &[&str]) -> String {
    let (stdout, stderr, code) = run(folder, arguments);
    assert_eq!((stdout.as_str(), code), ("", 2), "{stderr}");
    stderr
}

#[test]
fn what_is_wrong_stands_on_the_item_the_annotation_and_the_template_of_the_configuration() {
    let config = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  sidecars:
  - name: agent
    match: {}
    template: '{{ fail \"no\" }}'
";
    let broken = crate::support::folder::folder(config, &[("a.yaml", POD)]);
    let told = errors(&broken, &["inject", "a.yaml"]);
    assert!(told.contains("spec.sidecars[0].template (sidecarize.yaml:8): "), "{told}");

    let config = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: mesh}
spec:
  namespaces: [{name: known, labels: {istio-injection: enabled}}]
  istio:
  - version: \"1.30.0\"
    injector: {inline: {config: 'policy: enabled', values: '{}'}}
";
    let list = "apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: lost, namespace: nowhere}
  spec: {containers: [{name: web, image: web:1}]}
- apiVersion: v1
  kind: Pod
  metadata:
    name: found
    namespace: known
    annotations:
      status.sidecar.istio.io/port: ninety
  spec: {containers: [{name: web, image: web:1}]}
";
    let folder = crate::support::folder::folder(config, &[("list.yaml", list)]);
    let told = errors(&folder, &["inject", "list.yaml"]);
    assert!(told.contains("list.yaml:6:26: error: Pod nowhere/lost: items[0].metadata.namespace: "), "{told}");
    assert!(
        told.contains("list.yaml:14:7: error: Pod known/found: items[1].metadata.annotations[status.sidecar.istio.io/port]: "),
        "{told}"
    );
}

/// An annotation's value that a template cannot take: the annotation is at fault, not the template, which renders without it.
#[test]
fn an_annotation_that_breaks_a_template_is_named_where_it_stands() {
    let injector = "policy: enabled
defaultTemplates: [sidecar]
templates:
  sidecar: |
    spec:
      containers:
      - name: istio-proxy
        image: proxy:1
        args: [{{ annotation .ObjectMeta `sidecar.istio.io/bootstrapOverride` `x` }}]
";
    let config = format!(
        "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {{name: mesh}}
spec:
  webhook: absent
  namespaces: [{{name: shop, labels: {{istio-injection: enabled}}}}]
  istio:
  - version: \"1.30.0\"
    injector:
      inline:
        values: '{{}}'
        config: |
          {}
",
        injector.replace('\n', "\n          ")
    );
    let pod = "apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  annotations:
    note: mine
    sidecar.istio.io/bootstrapOverride: 'a]: ['
spec: {containers: [{name: web, image: web:1}]}
";
    let sealed = format!("{}sops: {{mac: x}}\n", pod.replace("    sidecar.istio.io/bootstrapOverride: 'a]: ['\n", ""));
    let files = [("pod.yaml", pod), ("sealed.yaml", &sealed), ("injector.txt", injector), ("mesh.txt", "{}")];
    let folder = crate::support::folder::folder(&config, &files);
    let mut flags =
        ["kube-inject", "-f", "pod.yaml", "--injectConfigFile", "injector.txt", "--meshConfigFile", "mesh.txt", "--valuesFile", "mesh.txt"];
    for arguments in [&["inject", "pod.yaml"][..], &flags] {
        let told = errors(&folder, arguments);
        assert!(told.contains("pod.yaml:8:5: error: Pod shop/web: "), "{arguments:?}: {told}");
        assert!(
            told.contains("annotation sidecar.istio.io/bootstrapOverride: \"a]: [\": with this value, template"),
            "{arguments:?}: {told}"
        );
    }
    flags[2] = "sealed.yaml";
    let told = errors(&folder, &flags);
    assert!(told.contains("sealed.yaml:9:1: error: Pod shop/web: SOPS encrypted this document"), "{told}");
}
