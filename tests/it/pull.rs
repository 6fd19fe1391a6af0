//! Every folder of `tests/pull` is a case: `input.yaml` goes to `pull -f -`; `output.yaml`, `stderr.txt` and the exit code in
//! `exit.txt` must come out, and what comes out is a configuration.
//!
//! `UPDATE=1 cargo test --test it pull` writes what came out; read the difference before you commit it.
use std::io::Write as _;
use std::process::{Command, Stdio};

use sidecarize::internals::config::{Config, Sources};

#[test]
fn manifests_of_istiod_become_one_configuration() {
    let cases = crate::support::folder::fixtures("pull");
    assert!(cases.len() >= 2, "only {} cases", cases.len());
    for case in cases {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sidecarize"))
            .args(["pull", "-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&std::fs::read(case.join("input.yaml")).unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr, code) = (text(output.stdout), text(output.stderr), output.status.code().unwrap());
        for (file, actual) in [("output.yaml", &stdout), ("stderr.txt", &stderr), ("exit.txt", &format!("{code}\n"))] {
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(case.join(file), actual).unwrap();
            }
            assert_eq!(*actual, std::fs::read_to_string(case.join(file)).unwrap(), "{}/{file}", case.display());
        }
        if code == 0 {
            Config::load(&sidecarize::internals::yaml::parse_value(&stdout).unwrap(), &Sources::among([])).unwrap();
        }
    }
}
