//! The command `kube-inject` from start to finish: one Deployment, 2,000 and 20,000 of them. With `ISTIOCTL=path/to/istioctl` the
//! reference does the same in the same run, and the ratio is printed; without it, pods a second.
//!
//! The configuration is that of the newest golden cases where `SIDECARIZE_GOLDENS` names their folder, else the example's.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sidecarize::internals::yaml;
use support::deployments_up_to;

/// How often each run is measured; the fastest counts, for other programs only slow it down.
const RUNS: usize = 5;

/// Injector config, mesh config and values.
struct Configuration {
    injector: PathBuf,
    mesh: PathBuf,
    values: PathBuf,
}

impl Configuration {
    fn of_goldens(goldens: &Path) -> Self {
        let minors = goldens.join("istio");
        let number = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().trim_start_matches("1.").parse().unwrap_or(0_u32);
        let newest = folders(&minors).into_iter().max_by_key(number).unwrap();
        let folder = folders(&newest.join("_configs")).into_iter().min().unwrap();
        Self { injector: folder.join("config.yaml"), mesh: folder.join("mesh.yaml"), values: folder.join("values.json") }
    }

    /// What the example's `SidecarInjector` holds, as files.
    fn of_the_example(folder: &Path) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/istio/sidecarize.yaml");
        let config = yaml::parse_value(&std::fs::read_to_string(path).unwrap()).unwrap();
        let part = |pointer: &str, name: &str| {
            let value = config.pointer(pointer).unwrap();
            let file = folder.join(name);
            std::fs::write(&file, value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap();
            file
        };
        Self {
            injector: part("/spec/istio/0/injector/inline/config", "config.yaml"),
            mesh: part("/spec/istio/0/mesh/inline", "mesh.yaml"),
            values: part("/spec/istio/0/injector/inline/values", "values.json"),
        }
    }

    /// The fastest of several runs over a file.
    fn time(&self, program: &Path, manifests: &Path) -> Duration {
        let run = || {
            let mut command = Command::new(program);
            command.args(["kube-inject", "--revision", "default", "-f"]).arg(manifests).arg("--injectConfigFile").arg(&self.injector);
            command.arg("--meshConfigFile").arg(&self.mesh).arg("--valuesFile").arg(&self.values).stdout(Stdio::null());
            let start = Instant::now();
            assert!(command.status().unwrap().success(), "{} failed", program.display());
            start.elapsed()
        };
        (0..RUNS).map(|_| run()).min().unwrap()
    }
}

fn folders(of: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(of).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect()
}

fn main() {
    // `cargo test` runs benches too, to see that they build.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let configuration = match std::env::var_os("SIDECARIZE_GOLDENS") {
        Some(goldens) => Configuration::of_goldens(Path::new(&goldens)),
        None => Configuration::of_the_example(folder.path()),
    };
    let ours = Path::new(env!("CARGO_BIN_EXE_sidecarize"));
    let reference = std::env::var_os("ISTIOCTL").map(PathBuf::from);
    for count in [1, 2_000, 20_000] {
        let manifests = folder.path().join(format!("{count}.yaml"));
        std::fs::write(&manifests, deployments_up_to(count)).unwrap();
        let time = configuration.time(ours, &manifests);
        let each = time.as_secs_f64() * 1e6 / f64::from(count);
        println!("{count:>6} Deployments: {time:>10.1?}, {each:>8.1} µs each, {:>8.0} a second", 1e6 / each);
        if let Some(reference) = reference.as_deref().filter(|_| count <= 2_000) {
            let theirs = configuration.time(reference, &manifests);
            println!(
                "                     {theirs:>10.1?} by {}: {:.0} times",
                reference.display(),
                theirs.as_secs_f64() / time.as_secs_f64()
            );
        }
    }
}
