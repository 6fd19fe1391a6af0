//! As kustomize calls a legacy exec plugin; the real kustomize does so in tests/hosts.
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy_plugin").join(name)
}

/// Runs the plugin with a configuration and the words of its `argsOneLiner`.
fn run(config: &Path, words: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidecarize"));
    command.arg(config).args(words).env("KUSTOMIZE_PLUGIN_CONFIG_ROOT", fixture(""));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A run that fails early reads none of it.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

/// Checks that the plugin fails with these words on standard error and nothing on standard output.
fn fails(output: &Output, says: &str) {
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(says), "{stderr}");
}

#[test]
fn documents_come_back_injected_with_their_ids() {
    let input = std::fs::read_to_string(fixture("input.yaml")).unwrap();
    let output = run(&fixture("sidecarize.yaml"), &["--namespace", "shop"], &input);
    let sidecar = "      - name: log-agent\n        image: example.com/log-agent:1.4.2\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{input}{sidecar}"));
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn an_empty_input_gives_an_empty_output() {
    let output = run(&fixture("sidecarize.yaml"), &[], "");
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty());
}

#[test]
fn what_is_wrong_stands_on_standard_error() {
    let input = std::fs::read_to_string(fixture("input.yaml")).unwrap();
    fails(
        &run(&fixture("sidecarize.yaml"), &["--naemspace", "shop"], &input),
        "argsOneLiner or argsFromFile: unexpected argument '--naemspace'",
    );
    fails(&run(&fixture("sidecarize.yaml"), &[], &input), "a-web");
    fails(&run(&fixture("input.yaml"), &[], &input), "one document is expected");
    fails(&run(&fixture("absent.yaml"), &[], &input), "absent.yaml");
    fails(&run(&fixture("sidecarize.yaml"), &[], "a: ["), "stdin:1:");
}

#[test]
fn files_that_the_configuration_names_are_those_of_the_kustomization() {
    let elsewhere = tempfile::tempdir().unwrap();
    let config = elsewhere.path().join("kust-plugin-config-1");
    let spec = "apiVersion: sidecarize.dev/v1alpha1\nkind: SidecarInjector\nspec: {istio: [{injector: {file: injector.yaml}, mesh: {inline: {}}}]}\n";
    std::fs::write(&config, spec).unwrap();
    fails(&run(&config, &[], ""), &fixture("injector.yaml").display().to_string());
}

#[cfg(unix)]
#[test]
fn install_puts_the_program_where_kustomize_looks() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let plugin = home.path().join("kustomize/plugin/sidecarize.dev/v1alpha1/sidecarinjector/SidecarInjector");
    let install = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidecarize"));
        command.args(["plugin", "install"]).args(words).env_remove("KUSTOMIZE_PLUGIN_HOME").env("XDG_CONFIG_HOME", home.path());
        command.output().unwrap()
    };
    for words in [&[][..], &[], &["--link"], &["--link"], &[]] {
        let output = install(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(&*plugin.to_string_lossy()));
        assert_eq!(plugin.metadata().unwrap().permissions().mode() & 0o111, 0o111);
    }
    assert_eq!(std::fs::read_dir(plugin.parent().unwrap()).unwrap().count(), 1, "nothing else is left there");
    let nowhere = install(&["--home", "/dev/null/plugins"]);
    assert_eq!(nowhere.status.code(), Some(2));
}
