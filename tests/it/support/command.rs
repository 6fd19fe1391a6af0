//! The program as people run it.

use std::path::Path;
use std::process::Command;

/// A configuration with one sidecar, for every workload.
pub const AGENT: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  sidecars:
  - name: agent
    match: {}
    pod: {spec: {containers: [{name: agent, image: agent:1}]}}
";

/// Standard output, standard error and exit code of a command that runs in a folder.
pub fn run(folder: impl AsRef<Path>, arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_sidecarize")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}
