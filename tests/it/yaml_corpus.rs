//! Every YAML file of the project parses, and comes back byte for byte when nothing is edited. Where `SIDECARIZE_GOLDENS`
//! names the golden cases, the inputs of those are changed into what is expected of them.
use std::path::{Path, PathBuf};

use sidecarize::internals::{edit, yaml};

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|e| e.unwrap().path()) {
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn files_come_back_as_they_were() {
    let mut files = Vec::new();
    for folder in ["examples", "functions", "tests"] {
        yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() >= 70, "only {} files", files.len());
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        // Files that are no YAML are there on purpose: templates, and inputs that must be refused.
        let Ok(documents) = yaml::parse(&source) else { continue };
        assert_eq!(documents.iter().map(|d| &source[d.span.clone()]).collect::<String>(), source, "{}", file.display());
        for root in documents.iter().filter_map(|d| d.root.as_ref()) {
            assert_eq!(edit::apply(&source, root, &[]).unwrap(), source, "{}", file.display());
        }
    }
}

#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn golden_inputs_become_what_is_expected() {
    let goldens = crate::cases::goldens();
    let mut files = Vec::new();
    yaml_files(&goldens, &mut files);
    let (mut pairs, mut failures) = (0, Vec::new());
    for file in files.iter().filter(|f| f.ends_with("input.yaml")) {
        let (Ok(input), Ok(expected)) = (std::fs::read_to_string(file), std::fs::read_to_string(file.with_file_name("expected.yaml")))
        else {
            continue;
        };
        let (Ok(before), Ok(after)) = (yaml::parse(&input), yaml::parse(&expected)) else { continue };
        let roots = |d: &[yaml::Document<'_>]| d.iter().filter_map(|d| d.root.as_ref().and_then(|r| r.to_value().ok())).collect::<Vec<_>>();
        let (b, a) = (roots(&before), roots(&after));
        let nodes: Vec<_> = before.iter().filter_map(|d| d.root.as_ref()).collect();
        if b.len() != a.len() || b.len() != nodes.len() {
            continue;
        }
        pairs += 1;
        let changes =
            nodes.iter().zip(b.iter().zip(&a)).map(|(node, (b, a))| edit::changes(&input, node, &edit::diff(b, a.clone())).unwrap());
        let text = edit::splice(&input, &changes.flatten().collect::<Vec<_>>());
        match yaml::parse(&text) {
            Ok(documents) if roots(&documents) == a => {}
            Ok(_) => failures.push(format!("{}: another value", file.display())),
            Err(e) => failures.push(format!("{}: {e}", file.display())),
        }
    }
    assert!(pairs > 0, "no pairs");
    assert!(failures.is_empty(), "{} of {pairs}:\n{}", failures.len(), failures.join("\n"));
}
