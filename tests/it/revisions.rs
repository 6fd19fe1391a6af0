//! Moving a namespace from one revision to another and rendering again gives exactly what a fresh render gives, and so does a
//! change of a revision's own configuration.
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The items that come out of the function, without its results.
fn items(input: &str) -> String {
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_sidecarize")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.split("\nresults:\n").next().unwrap().to_owned() + "\n"
}

fn input() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/function/istio-two-revisions/input.yaml");
    std::fs::read_to_string(path).unwrap().replace("webhook: absent", "webhook: absent\n    record: true")
}

#[test]
fn a_namespace_moved_to_another_revision_renders_as_if_fresh() {
    let moved = |text: &str| text.replace("istio-injection: enabled", "istio.io/rev: canary");
    let before = items(&input());
    assert!(before.contains("proxy:1") && before.contains("sidecarize.dev/record"));
    let after = items(&moved(&before));
    assert_eq!(after, items(&moved(&input())));
    assert_ne!(after, before);
}

#[test]
fn a_revision_upgraded_renders_as_if_fresh() {
    let upgraded = |text: &str| text.replace("image: 'proxy:2'", "image: 'proxy:3', args: [run]");
    let before = items(&input());
    let after = items(&upgraded(&before));
    assert_eq!(after, items(&upgraded(&input())));
    assert!(after.contains("proxy:3") && !after.contains("image: proxy:2"));
}

#[test]
fn a_namespace_that_opts_out_gets_its_pods_back() {
    let input = input();
    let plain = |text: &str| {
        text.replace("istio-injection: enabled", "team: a")
            .replace("istio.io/rev: canary", "team: b")
            .replace("istio.io/rev: stable", "team: c")
    };
    assert_eq!(items(&plain(&items(&input))), plain(&input));
}
