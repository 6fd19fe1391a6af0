//! Short texts that would take long or much memory, at every place where text comes in: each is read, or refused by a clear error, at once.
use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Far more than any of them takes, even where a debug build runs among many.
const AT_MOST: Duration = Duration::from_secs(20);

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Texts, and what they are refused for, if they are.
fn bombs() -> Vec<(&'static str, String, Option<&'static str>)> {
    let laughs = lines(9, |i| format!("a{}: &a{} [{}]\n", i + 1, i + 1, vec![format!("*a{i}"); 10].join(",")));
    let doubled = lines(40, |i| format!("a{}: &a{} {{p: *a{i}, q: *a{i}}}\n", i + 1, i + 1));
    let wide = lines(2000, |i| format!("k{i}: 1, "));
    let merged = lines(60, |i| format!("a{}: &a{} {{<<: [*a{i}, *a{i}], x{i}: 1}}\n", i + 1, i + 1));
    let mut steps = String::new();
    (0..3000).for_each(|i| writeln!(steps, "{}a:", "  ".repeat(i)).unwrap());
    vec![
        ("aliases of lists", format!("a0: &a0 [x, x]\n{laughs}"), Some("aliases make more than")),
        ("aliases of maps", format!("a0: &a0 {{x: 1}}\n{doubled}"), Some("aliases make more than")),
        ("one large merge, often", format!("a: &a {{{wide}}}\nb:\n{}", "- <<: *a\n".repeat(3000)), Some("aliases make more than")),
        ("merges of merges", format!("a0: &a0 {{x: 1}}\n{merged}"), Some("aliases make more than")),
        ("a long list of merges", format!("a: &a {{x: 1}}\nb:\n  <<: [{}]\n", vec!["*a"; 100_000].join(",")), None),
        ("open brackets", format!("a: {}", "[".repeat(100_000)), Some("nested deeper than")),
        ("brackets", format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000)), Some("nested deeper than")),
        ("open braces", format!("a: {}", "{a: ".repeat(100_000)), Some("nested deeper than")),
        ("dashes", "- ".repeat(100_000) + "x", Some("nested deeper than")),
        ("question marks", "? ".repeat(100_000), Some("nested deeper than")),
        ("indentation", steps, Some("nested deeper than")),
        ("a long key", "k".repeat(1 << 20) + ": 1\n", Some("mapping values")),
        ("many keys", lines(100_000, |i| format!("k{i}: 1\n")), None),
        ("one line of JSON", json!({"a": "x".repeat(1 << 20), "b": vec![1; 100_000]}).to_string(), None),
        ("many anchors", lines(50_000, |i| format!("a{i}: &a{i} 1\n")), None),
        ("odd lines", format!("a:\n  b: \"{}\"\n", "\nx".repeat(200_000)), None),
        ("odd brackets", format!("a:\n  b: [{}]\n", "x,\n".repeat(100_000)), None),
        ("quotes that do not end", format!("a:\n{}", "  b: 'x\n".repeat(50_000)), Some("quoted scalar")),
        ("a long number", format!("a: 0x{}\n", "f".repeat(1 << 20)), None),
        ("documents", "---\na: 1\n".repeat(50_000), None),
    ]
}

const ISTIO: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: mesh}
spec:
  webhook: absent
  defaultNamespace: shop
  namespaces: [{name: shop, labels: {istio-injection: enabled}}]
  istio:
  - version: '1.30'
    injector: {inline: CONFIG, values: {}}
    mesh: {inline: MESH}
";

fn config(part: &str, text: &str) -> String {
    let template = "spec: {containers: [{name: istio-proxy, image: p, env: [{name: A, value: \"{{ .ProxyConfig.ConfigPath }}\"}]}]}";
    let sound = json!({"policy": "enabled", "defaultTemplates": ["sidecar"], "templates": {"sidecar": template}}).to_string();
    let text_or = |name: &str, sound: &str| Value::from(if part == name { text } else { sound });
    let injector = json!({"config": text_or("injector", &sound), "values": text_or("values", "{}")});
    let mesh = text_or("mesh", "{}");
    ISTIO.replace("{inline: CONFIG, values: {}}", &json!({"inline": injector}).to_string()).replace("MESH", &mesh.to_string())
}

fn pod(annotations: &Value) -> String {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop", "annotations": annotations},
           "spec": {"containers": [{"name": "a", "image": "b"}]}})
    .to_string()
}

/// What the run says on standard error.
fn run(what: &str, config: &str, manifest: &str) -> String {
    let folder = crate::support::folder::folder(config, &[("a.yaml", manifest)]);
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_sidecarize")).args(["inject", "a.yaml"]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 2)), "{what}: {:?} {said}", output.status);
    assert!(output.status.success() || output.stdout.is_empty(), "{what}: an error, and something is printed");
    assert!(start.elapsed() < AT_MOST, "{what}: {:?}", start.elapsed());
    said
}

#[test]
fn manifests_are_read_or_refused_at_once() {
    let config = config("", "");
    assert_eq!(run("nothing", &config, &pod(&json!({}))), "");
    for (what, text, why) in bombs() {
        let said = run(what, &config, &text);
        assert!(why.is_none_or(|why| said.contains(why)), "{what}: {said}");
        assert!(why.is_some() || !said.contains("error"), "{what}: {said}");
    }
}

#[test]
fn configurations_are_read_or_refused_at_once() {
    let pod = pod(&json!({}));
    for (what, text, why) in bombs() {
        let said = run(what, &text, &pod);
        assert!(why.is_none_or(|why| said.contains(why)), "{what}: {said}");
        for part in ["injector", "values", "mesh"] {
            run(&format!("{what} as {part}"), &config(part, &text), &pod);
        }
    }
}

#[test]
fn annotations_are_read_or_refused_at_once() {
    let config = config("", "");
    for (what, text, _) in bombs() {
        for key in ["proxy.istio.io/config", "proxy.istio.io/overrides", "sidecar.istio.io/userVolume", "sidecar.istio.io/status"] {
            run(&format!("{what} as {key}"), &config, &pod(&json!({key: text})));
        }
        run(what, &config, &pod(&json!({"inject.istio.io/templates": text, "sidecarize.dev/record": text})));
    }
    let many = pod(&json!({"inject.istio.io/templates": vec!["sidecar"; 100_000].join(",")}));
    let said = run("many templates", &config, &many);
    assert!(said.contains("a cluster takes 262144 on one object"), "{said}");
}
