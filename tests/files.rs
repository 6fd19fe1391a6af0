//! Files that cannot be read or written as they should: a clear error, and nothing is lost. What fits into files of the
//! project is among `tests/cmd`; `tests/hosts` has what needs a small disk or a signal.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web # mine\n    image: web:1\n";
const CONFIG: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  sidecars:
  - name: agent
    match: {}
    pod: {spec: {containers: [{name: agent, image: agent:1}]}}
";

/// A folder with the configuration and these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    support::folder::folder(CONFIG, files)
}

/// Standard output, standard error and exit code of a command that runs in a folder.
fn run(folder: &TempDir, arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_sidecarize")).args(arguments).current_dir(folder.path()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
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
