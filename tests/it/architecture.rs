//! Folders of `src/` import downwards only, in the order of `docs/architecture.md`: data flows one way.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The folders of the document's table, from top to bottom; those of one row stand side by side.
fn layers() -> Vec<Vec<String>> {
    let page = std::fs::read_to_string("docs/architecture.md").unwrap();
    let (_, table) = page.split_once("| folder | is |").expect("the table of folders");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect()).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The names right below the crate's root that a text of a module uses.
fn imports(text: &str) -> BTreeSet<String> {
    // Tests may look anywhere.
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code = Regex::new(r"(?m)//.*$").unwrap().replace_all(code, "").into_owned();
    let mut found = BTreeSet::new();
    for group in Regex::new(r"\b(?:crate|sidecarize)::\{([^;]*)\};").unwrap().captures_iter(&code) {
        let mut depth = 0;
        let mut top = String::new();
        for c in group[1].chars() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth == 0 {
                top.push(c);
            }
        }
        found.extend(top.split(',').map(|item| item.trim().split("::").next().unwrap_or_default().to_owned()));
    }
    let single = Regex::new(r"\b(?:crate|sidecarize)::(\w+)").unwrap();
    found.extend(single.captures_iter(&code).map(|c| c[1].to_owned()));
    found
}

#[test]
fn folders_import_only_from_those_below_them() {
    let layers = layers();
    let place = |name: &str| layers.iter().position(|layer| layer.iter().any(|folder| folder == name));
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in &files {
        let inner = file.strip_prefix("src").unwrap();
        let first = Path::new(inner.components().next().unwrap().as_os_str()).with_extension("");
        let own = first.to_str().unwrap();
        if ["lib", "main"].contains(&own) {
            continue;
        }
        seen.insert(own.to_owned());
        let Some(here) = place(own) else {
            wrong.push(format!("src/{own} is not in the table of docs/architecture.md"));
            continue;
        };
        for name in imports(&std::fs::read_to_string(file).unwrap()) {
            if name != own && place(&name).is_some_and(|there| there <= here) {
                wrong.push(format!("{}: {own} imports {name}, which is not below it", file.display()));
            }
        }
    }
    let gone: Vec<_> = layers.iter().flatten().filter(|folder| !seen.contains(*folder)).collect();
    assert!(gone.is_empty(), "in docs/architecture.md and not in src: {gone:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The table says something: the engine's folder does import others.
    assert!(imports(&std::fs::read_to_string("src/pipeline/engine.rs").unwrap()).len() > 5);
}

#[test]
fn the_function_image_has_neither_kube_nor_tls() {
    let flags = ["--no-default-features", "--features", "cli"];
    assert!(std::fs::read_to_string("Dockerfile").unwrap().contains(&format!("--locked {}", flags.join(" "))));
    let tree = |flags: &[&str]| {
        let arguments = ["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"];
        let output = std::process::Command::new(env!("CARGO")).args(arguments).args(flags).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let among = |tree: &str, name: &str| tree.lines().any(|line| line.split(' ').next() == Some(name));
    let (image, all) = (tree(&flags), tree(&[]));
    assert!(among(&image, "clap") && !image.contains("openssl"));
    for name in ["kube", "k8s-openapi", "tokio", "hyper", "rustls", "ring"] {
        assert!(among(&all, name) && !among(&image, name), "{name}");
    }
}
