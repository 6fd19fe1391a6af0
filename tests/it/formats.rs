//! What holds for the formats of `diff` whatever the manifests say: nothing in them becomes markup or a command, secrets stay
//! hidden, a comment fits, a component does what inject does. `tests/cmd` has their looks; `tests/hosts` has the real git,
//! kubectl and browser.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const CONFIG: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  record: true
  sidecars:
  - name: agent
    position: first
    match: {}
    pod:
      metadata: {annotations: {example.com/agent: injected}}
      spec: {containers: [{name: agent, image: agent:1, env: [{name: LEVEL, value: info}]}]}
";

/// A manifest that would be markup or a command wherever it is not escaped.
const NASTY: &str = "apiVersion: v1
kind: Pod
metadata:
  name: '<img src=x onerror=alert(1)>|`@team` ::error::\"x\" </summary>'
  annotations: {note: '<script>alert(1)</script> ``` ````` </details> &amp;'}
spec:
  containers:
  - name: web
    env:
    - {name: PASSWORD, value: 'hunter2 & <b>'}
    image: web:1
";

fn folder(files: &[(&str, &str)]) -> TempDir {
    crate::support::folder::folder(CONFIG, files)
}

/// Standard output of a command that runs in a folder and succeeds.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let (stdout, stderr, code) = crate::support::command::run(folder, arguments);
    assert_eq!(code, 0, "{stderr}");
    stdout
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    text.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn a_page_has_no_markup_but_its_own() {
    let folder = folder(&[("<b>.yaml", NASTY)]);
    let page = run(folder.path(), &["diff", "--format", "html"]);
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<img").count(), 0);
    assert_eq!(page.matches("</summary>").count(), 1);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; ``` ````` &lt;/details&gt; &amp;amp;"));
    for tag in ["details", "summary", "table", "tbody", "li", "tr", "td", "span", "div", "main", "body", "html"] {
        let (opened, closed) = (page.matches(&format!("<{tag}")).count(), page.matches(&format!("</{tag}>")).count());
        let also = if tag == "li" { page.matches("<link").count() } else { 0 };
        assert_eq!(opened - also, closed, "{tag}");
    }
}

#[test]
fn a_page_needs_nothing_and_runs_its_own_script_only() {
    let folder = folder(&[("web.yaml", NASTY)]);
    let page = run(folder.path(), &["diff", "--format", "html"]);
    for reference in ["http://", "https://", "src=\"", "href=", "url(", "@import", "fetch("] {
        assert!(!page.contains(reference), "{reference}");
    }
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\">");
    for (tag, rule) in [("<style>", "style-src"), ("<script>", "script-src")] {
        let text = between(&page, tag, &tag.replace('<', "</"));
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
        assert!(policy.contains(&format!("{rule} 'sha256-{hash}'")), "{policy}");
    }
    assert!(policy.starts_with("default-src 'none'"));
}

#[test]
fn a_comment_has_no_markup_but_its_own() {
    let folder = folder(&[("web.yaml", NASTY)]);
    let comment = run(folder.path(), &["diff", "--format", "markdown"]);
    let (fence, rest) = comment.split_once("``````diff\n").unwrap();
    let (lines, end) = rest.split_once("\n``````\n").unwrap();
    assert!(lines.contains("``` ````` </details>"));
    for outside in [fence, end] {
        for markup in ["<img", "<script", "@team", "alert(1)>|`"] {
            assert!(!outside.contains(markup), "{markup} in {outside}");
        }
    }
    let row = fence.lines().find(|l| l.starts_with("| Pod")).unwrap();
    assert_eq!(row.replace(r"\|", "").matches('|').count(), 6, "{row}");
}

#[test]
fn an_annotation_is_one_command() {
    let folder = folder(&[("a,b:c.yaml", NASTY)]);
    let commands = run(folder.path(), &["diff", "--format", "github", "-q"]);
    assert!(commands.starts_with("::notice file=a%2Cb%3Ac.yaml,line=1,endLine=11,title=Pod <img"), "{commands}");
    assert_eq!(commands.lines().count(), 1);
}

#[test]
fn values_of_others_are_hidden_for_people_and_ours_are_not() {
    let folder = folder(&[("web.yaml", NASTY)]);
    for format in ["markdown", "github", "html"] {
        let hidden = run(folder.path(), &["diff", "--format", format]);
        assert!(!hidden.contains("hunter2"), "{format}");
        assert!(hidden.contains("•••") && hidden.contains("info"), "{format}");
        assert!(!hidden.contains("digest"), "the record is shown in {format}");
        assert!(run(folder.path(), &["diff", "--format", format, "--show-values"]).contains("hunter2"), "{format}");
    }
    run(folder.path(), &["inject", "-i"]);
    fs::write(folder.path().join("sidecarize.yaml"), CONFIG.replace("value: info", "value: debug")).unwrap();
    for format in ["markdown", "github", "html"] {
        let again = run(folder.path(), &["diff", "--format", format]);
        let shown = |text: &str| again.contains(text) || again.replace("<b>", "").replace("</b>", "").contains(text);
        assert!(shown("value: info") && shown("value: debug"), "{format} hides what we injected");
        assert!(!again.contains("hunter2"), "{format}");
    }
}

#[test]
fn a_comment_is_cut_where_it_stays_whole() {
    let files: Vec<(String, String)> = (0..400)
        .map(|i| {
            let pod =
                format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: pod-{i}}}\nspec:\n  containers:\n  - name: web\n    image: web:1\n");
            (format!("{i:03}.yaml"), pod)
        })
        .collect();
    let folder = folder(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let comment = run(folder.path(), &["diff", "--format", "markdown"]);
    let length = comment.chars().count();
    assert!((50_000..=60_000).contains(&length), "{length}");
    assert_eq!(comment.lines().filter(|l| l.starts_with("```")).count() % 2, 0);
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
    let note = comment.lines().last().unwrap();
    assert!(note.starts_with("> Tables and the lines of ") && note.contains("60000 characters"), "{note}");
}

#[test]
fn one_workload_that_is_too_long_is_cut_at_a_line() {
    let lines: String = (0..4_000).map(|i| format!("    - {{name: V{i}, value: a long value that takes room}}\n")).collect();
    let config = CONFIG.replace("env: [{name: LEVEL, value: info}]}]}", "env:\n");
    let (head, _) = config.split_once("      spec: {containers").unwrap();
    let config = format!(
        "{head}      spec:\n       containers:\n       - name: agent\n         image: agent:1\n         env:\n{}",
        lines.replace("    -", "         -")
    );
    let folder = folder(&[("web.yaml", NASTY)]);
    fs::write(folder.path().join("sidecarize.yaml"), config).unwrap();
    let comment = run(folder.path(), &["diff", "--format", "markdown"]);
    let length = comment.chars().count();
    assert!((55_000..=60_000).contains(&length), "{length}");
    assert_eq!(comment.matches("``````").count(), 2);
    assert!(comment.lines().last().unwrap().starts_with("> The lines of 1 workload are cut here"));
}

#[test]
fn colours_are_for_those_who_see_them() {
    let folder = folder(&[("web.yaml", NASTY)]);
    let diff = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidecarize"));
        command.arg("diff").args(arguments).current_dir(folder.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        let output = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let plain = diff(&[], &[]);
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(diff(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "0")], &[]), plain);
    let coloured = diff(&[("CLICOLOR_FORCE", "1")], &[]);
    assert!(coloured.contains("\u{1b}[32m+  - name: agent\u{1b}[0m\n"), "{coloured}");
    let bare =
        ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[36m"].iter().fold(coloured, |text, code| text.replace(code, ""));
    assert_eq!(bare, plain);
    diff(&[("CLICOLOR_FORCE", "1")], &["-o", "changes.patch"]);
    assert_eq!(fs::read_to_string(folder.path().join("changes.patch")).unwrap(), plain);
}

#[test]
fn what_is_injected_no_more_is_said() {
    let folder = folder(&[("web.yaml", NASTY)]);
    run(folder.path(), &["inject", "-i"]);
    let current = run(folder.path(), &["diff", "--format", "markdown"]);
    assert!(current.contains("nothing changes in 1 workload") && current.contains("| already injected |"), "{current}");
    let config = CONFIG.replace("match: {}", "match: {kinds: [Job]}");
    fs::write(folder.path().join("sidecarize.yaml"), config).unwrap();
    let comment = run(folder.path(), &["diff", "--format", "markdown"]);
    assert!(comment.contains("1 of 1 workload to change") && comment.contains("| not injected any more |"), "{comment}");
    let component = run(folder.path(), &["diff", "--format", "kustomize"]);
    assert!(component.contains("- op: remove\n      path: /spec/containers/0\n"), "{component}");
}
