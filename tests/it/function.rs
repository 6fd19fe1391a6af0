//! Every folder of `tests/function` is a case: `input.yaml` goes to the function's standard input; `output.yaml` (or nothing
//! where the input is no ResourceList), `stderr.txt` and the exit code in `exit.txt` must come out. Then the output goes in
//! again: a second run changes no item.
//!
//! `UPDATE=1 cargo test --test it function` writes what came out; read the difference before you commit it.
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn run(input: &str) -> (String, String, i32) {
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_sidecarize")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// The items of a list as they are written, without results.
fn items(text: &str) -> &str {
    text.split("\nresults:\n").next().unwrap_or(text)
}

#[test]
fn the_function_answers_as_expected() {
    let cases = crate::support::folder::fixtures("function");
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = String::new();
    for case in &cases {
        let input = std::fs::read_to_string(case.join("input.yaml")).unwrap();
        let (output, stderr, code) = run(&input);
        let name = case.file_name().unwrap().to_string_lossy();
        for (file, actual) in [("output.yaml", &output), ("stderr.txt", &stderr), ("exit.txt", &format!("{code}\n"))] {
            let path = case.join(file);
            if update {
                if actual.is_empty() { drop(std::fs::remove_file(&path)) } else { std::fs::write(&path, actual).unwrap() }
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            if *actual != expected {
                let diff = similar::TextDiff::from_lines(&expected, actual).unified_diff().header("expected", "actual").to_string();
                writeln!(failures, "== {name}/{file}\n{diff}").unwrap();
            }
        }
        if code != 0 {
            let unchanged = output.is_empty() || items(&output) == items(&input) || items(&output).trim_end() == input.trim_end();
            if !unchanged {
                writeln!(failures, "== {name}: the items of a failed run have changed").unwrap();
            }
        } else {
            let (again, _, _) = run(&output);
            if items(&again) != items(&output) {
                writeln!(failures, "== {name}: a second run changes the items").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
