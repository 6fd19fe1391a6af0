//! Files that kustomizations name as patches or other parts are no workloads, and two files with one workload are said.
use std::fs;

use crate::support::command::{AGENT, run};

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: web:1}]}}}
";

#[test]
fn what_a_kustomization_patches_with_is_left_aside() {
    let kinds = [
        "patches: [{path: part.yaml}]",
        "patches: [{path: ./part.yaml, target: {kind: Deployment}}]",
        "patches: [part.yaml]",
        "patchesStrategicMerge: [part.yaml]",
        "patchesStrategicMerge:\n- part.yaml\n- |\n  kind: Deployment\n  metadata: {name: web}\n",
        "patchesJson6902: [{path: part.yaml, target: {kind: Deployment, name: web}}]",
        "replacements: [{path: part.yaml}]",
        "configurations: [part.yaml]",
        "crds: [part.yaml]",
        "openapi: {path: part.yaml}",
        "configMapGenerator: [{name: x, files: [web.yaml=part.yaml]}]",
        "secretGenerator: [{name: x, files: [part.yaml]}]",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: part.yaml}]",
    ];
    for kind in kinds {
        for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
            let kustomization = format!("{kind}\n");
            let files = [("app/base/web.yaml", WEB), ("app/prod/part.yaml", WEB), (&*format!("app/prod/{name}"), &*kustomization)];
            let folder = crate::support::folder::folder(AGENT, &files);
            let (_, stderr, code) = run(&folder, &["inject", "app", "-i"]);
            assert_eq!(code, 0, "{stderr}");
            let note =
                format!("note: app/prod/part.yaml is a patch or another part of app/prod/{name}, no object of its own, and left aside");
            assert!(stderr.contains(&note) && stderr.contains("kustomize build app/prod | sidecarize inject -"), "{kind}: {stderr}");
            assert_eq!(fs::read_to_string(folder.path().join("app/prod/part.yaml")).unwrap(), WEB);
            assert!(fs::read_to_string(folder.path().join("app/base/web.yaml")).unwrap().contains("agent"));
            // Named by itself, as a hook does.
            for arguments in
                [vec!["inject", "--check", "app/prod/part.yaml"], vec!["explain", "app/prod/part.yaml"], vec!["diff", "app/prod"]]
            {
                let (stdout, stderr, code) = run(&folder, &arguments);
                assert_eq!((stdout.as_str(), code), ("", 0), "{stderr}");
                assert!(stderr.contains("is a patch or another part of"), "{stderr}");
            }
        }
    }
}

#[test]
fn resources_are_what_they_are() {
    let kustomization = "resources: [web.yaml]\npatches: [{path: web.yaml}, {path: ../other/part.yaml}]\n";
    let folder = crate::support::folder::folder(
        AGENT,
        &[("app/web.yaml", WEB), ("other/part.yaml", WEB), ("app/kustomization.yaml", kustomization)],
    );
    let (stdout, stderr, _) = run(&folder, &["inject", "app"]);
    assert!(stdout.contains("agent") && !stderr.contains("left aside"), "{stderr}");
    let (stdout, stderr, _) = run(&folder, &["inject", "."]);
    assert_eq!(stdout.matches("agent:1").count(), 1, "{stdout}{stderr}");
}

#[test]
fn a_kustomization_above_that_cannot_be_read_is_an_error() {
    let folder =
        crate::support::folder::folder(AGENT, &[(".git/HEAD", ""), ("app/sub/web.yaml", WEB), ("app/kustomization.yaml", "a: [\n")]);
    let (stdout, stderr, code) = run(&folder, &["inject", "app/sub/web.yaml"]);
    assert!(stdout.is_empty() && code == 2 && stderr.contains("app/kustomization.yaml:"), "{stderr}");
}

#[test]
fn two_files_with_one_workload_are_said() {
    let old = WEB.replace("apps/v1", "apps/v1beta1");
    let warned = |files: &[(&str, &str)]| {
        let folder = crate::support::folder::folder(AGENT, files);
        let (_, stderr, code) = run(&folder, &["inject", "app"]);
        assert_eq!(code, 0, "{stderr}");
        stderr.contains("app/b.yaml:1:1: warning: Deployment web is in app/a.yaml:1 too")
            || stderr.contains("app/sub/b.yaml:1:1: warning: Deployment web is in app/a.yaml:1 too")
    };
    assert!(warned(&[("app/a.yaml", WEB), ("app/b.yaml", &old)]));
    assert!(warned(&[("app/a.yaml", WEB), ("app/sub/b.yaml", WEB)]));
    assert!(!warned(&[("app/a.yaml", WEB), ("app/sub/b.yaml", WEB), ("app/sub/kustomization.yaml", "resources: [b.yaml]\n")]));
    assert!(!warned(&[("app/prod/a.yaml", WEB), ("app/test/b.yaml", WEB)]));
    assert!(!warned(&[("app/a.yaml", WEB), ("app/b.yaml", &WEB.replace("name: web}", "name: web, namespace: shop}"))]));
}
