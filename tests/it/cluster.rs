//! Commands that ask a cluster, against a server of ours; `tests/cluster` has a real one.
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::api_server::{Answer, ApiServer, Asked, found};
use crate::support::folder::{entries, folder};

const INPUT: &str = include_str!("../pull/mesh/input.yaml");

/// The objects of `tests/pull/mesh`, in any order.
fn mesh() -> Vec<Value> {
    let documents = sidecarize::internals::yaml::parse(INPUT).unwrap();
    let mut objects: Vec<Value> = documents.iter().filter_map(|d| d.root.as_ref()).map(|root| root.to_value().unwrap()).collect();
    objects.reverse();
    objects.sort_by_key(|o| o["metadata"]["name"].as_str().unwrap().to_owned());
    objects
}

/// Standard output, standard error and exit code of a command that asks this server.
fn ask(server: &ApiServer, arguments: &[&str]) -> (String, String, i32) {
    run(Command::new(env!("CARGO_BIN_EXE_sidecarize")).args(arguments).env("KUBECONFIG", server.kubeconfig()))
}

fn run(command: &mut Command) -> (String, String, i32) {
    let output = command.env_remove("KUBERNETES_SERVICE_HOST").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// Without what only a cluster, or the order of reading, tells.
fn spec(text: &str) -> Value {
    sidecarize::internals::yaml::parse_value(text).unwrap()["spec"].clone()
}

#[test]
fn a_cluster_and_its_manifests_give_the_same_configuration() {
    let server = ApiServer::of(mesh());
    let (out, err, code) = ask(&server, &["pull"]);
    assert_eq!(code, 0, "{err}");
    let rendered = spec(&std::fs::read_to_string("tests/pull/mesh/output.yaml").unwrap());
    assert_eq!(spec(&out), rendered);
    let annotations = sidecarize::internals::yaml::parse_value(&out).unwrap()["metadata"]["annotations"].clone();
    assert_eq!(annotations["sidecarize.dev/source-server"], json!(server.address));
    assert_eq!(annotations["sidecarize.dev/source-context"], json!("here"));
    assert_eq!(annotations.get("sidecarize.dev/source-time"), None);
    assert!(err.contains("istiod has WHO from elsewhere"), "{err}");
    // Nothing is changed, no Secret is read, and of the ConfigMaps only those that count.
    for Asked { method, path, query, .. } in server.asked() {
        assert_eq!(method, "GET");
        assert!(!path.contains("secrets") && !path.contains("root-cert"), "{path}");
        assert!(
            path.ends_with("istio") || path.contains("/configmaps/istio-") || query.iter().any(|(k, v)| k == "limit" && v == "500"),
            "{path}"
        );
    }
    // The same state, the same bytes.
    assert_eq!(ask(&server, &["pull"]).0, out);
    let timed = ask(&server, &["pull", "--timestamp"]).0;
    assert!(timed.contains("sidecarize.dev/source-time: "), "{timed}");
}

#[test]
fn only_what_was_asked_for_is_read() {
    let server = ApiServer::of(mesh());
    let (out, err, code) = ask(&server, &["pull", "--revision", "canary", "--namespaces", "team=a"]);
    assert_eq!(code, 0, "{err}");
    let spec = spec(&out);
    assert_eq!(spec["istio"].as_array().unwrap().len(), 1);
    assert_eq!(spec["istio"][0]["revision"], "canary");
    assert_eq!(spec["namespaces"], json!([{"name": "plain", "labels": {"team": "a"}}]));
    assert!(server.asked().iter().any(|a| a.path == "/api/v1/namespaces" && a.parameter("labelSelector") == "team=a"));
    assert!(!server.asked().iter().any(|a| a.path.ends_with("/configmaps/istio")));
}

#[test]
fn lists_are_read_page_by_page_and_begun_again_where_pages_are_forgotten() {
    let mut objects = mesh();
    objects.extend((0..1200).map(|i| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("n{i:04}")}})));
    let forgotten = std::sync::atomic::AtomicBool::new(false);
    let server = ApiServer::with(move |asked| {
        let once = asked.path == "/api/v1/namespaces" && asked.parameter("continue") == "1000";
        if once && !forgotten.swap(true, std::sync::atomic::Ordering::Relaxed) {
            return Answer::no(410, "Expired", "The provided continue parameter is too old");
        }
        found(&objects, asked)
    });
    let (out, err, code) = ask(&server, &["pull"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(spec(&out)["namespaces"].as_array().unwrap().len(), 1203);
}

#[test]
fn webhooks_of_an_own_kind_are_honoured() {
    let server = ApiServer::of(mesh());
    let folder = folder("", &[]);
    let path = folder.path().join("sidecarize.yaml");
    let (_, err, code) = ask(&server, &["pull", "-o", path.to_str().unwrap()]);
    assert_eq!((code, entries(folder.path()).len()), (0, 1), "{err}");
    let pod = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: {namespace}}}\nspec: {{containers: [{{name: web, image: web:1}}]}}\n"
        )
    };
    std::fs::write(folder.path().join("pods.yaml"), format!("{}---\n{}", pod("shop"), pod("legacy"))).unwrap();
    let (out, err, code) = crate::support::command::run(folder.path(), &["explain", "pods.yaml"]);
    assert_eq!(code, 0, "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].contains("istio/canary: injected: a webhook of revision canary selects the pod"), "{out}");
    assert!(lines[1].contains("not injected") && lines[1].contains("no webhook of revision canary selects the pod"), "{out}");
}

#[test]
fn a_cluster_that_moved_away_from_its_file_is_told() {
    let server = ApiServer::of(mesh());
    let folder = folder("", &[]);
    let path = folder.path().join("sidecarize.yaml");
    let path = path.to_str().unwrap();
    assert_eq!(ask(&server, &["pull", "-o", path]).2, 0);
    let check = |server: &ApiServer| ask(server, &["pull", "-q", "--check", path]);
    assert_eq!(check(&server), (String::new(), String::new(), 0));
    // What its author wrote into it is no drift.
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, text.replacen("  # webhook: coexist\n", "  webhook: bypass\n", 1)).unwrap();
    assert_eq!(check(&server).2, 0);
    let mut moved = mesh();
    moved.retain(|o| o["metadata"]["name"] != "legacy");
    let (out, err, code) = check(&ApiServer::of(moved));
    assert_eq!((err.as_str(), code), ("", 1));
    assert!(out.contains("\n-  - name: legacy\n"), "{out}");
}

#[test]
fn kube_inject_without_files_reads_the_cluster() {
    let server = ApiServer::of(mesh());
    let folder =
        folder("", &[("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web:1}]}\n")]);
    let path = folder.path().join("pod.yaml");
    let (out, err, code) = ask(&server, &["kube-inject", "-f", path.to_str().unwrap(), "--revision", "canary", "--context", "here"]);
    assert_eq!((err.as_str(), code), ("", 0));
    assert!(out.contains("image: example.com/istio/proxyv2:1.31.0"), "{out}");
    let paths: Vec<String> = server.asked().into_iter().map(|a| a.path).collect();
    let map = |name| format!("/api/v1/namespaces/istio-system/configmaps/{name}");
    assert_eq!(paths, [map("istio-sidecar-injector-canary"), map("istio-canary")]);
    let (out, err, code) = ask(&server, &["kube-inject", "-f", path.to_str().unwrap(), "-i", "nowhere"]);
    assert_eq!((out.as_str(), code), ("", 2));
    assert!(err.contains("get ConfigMap istio-sidecar-injector of namespace nowhere: 404") && err.contains(&server.address), "{err}");
}

/// What the server does wrong, and what the message names beside its address.
#[test]
fn what_a_cluster_does_not_answer_is_named() {
    let forbidden = |plural: &'static str| {
        move |asked: &Asked| match asked.path.ends_with(plural) {
            true => Answer::no(403, "Forbidden", &format!("{plural} is forbidden: User \"me\" cannot list resource \"{plural}\"")),
            false => found(&mesh(), asked),
        }
    };
    let on_nodes =
        |answer: fn() -> Answer| move |asked: &Asked| if asked.path.ends_with("nodes") { answer() } else { found(&mesh(), asked) };
    let mut big = mesh();
    let injector = big.iter_mut().find(|o| o["kind"] == "ConfigMap" && o["metadata"]["name"] == "istio-sidecar-injector").unwrap();
    injector["data"]["more"] = json!("x".repeat(10 << 20));
    let mut twice = mesh();
    let mut tag = twice.iter().find(|o| o["metadata"]["name"] == "istio-revision-tag-stable").unwrap().clone();
    tag["metadata"] = json!({"name": "istio-revision-tag-other", "labels": {"istio.io/rev": "canary", "istio.io/tag": "stable"}});
    twice.push(tag);
    let mut elsewhere = mesh();
    elsewhere.retain(|o| o["metadata"]["namespace"] != "istio-system" && o["metadata"]["name"].as_str().unwrap().ends_with("-other"));
    let servers: Vec<(&str, ApiServer, &[&str])> = vec![
        (
            "an expired token",
            ApiServer::with(|_| Answer::no(401, "Unauthorized", "Unauthorized")),
            &["cannot list configmaps of namespace istio-system: 401: Unauthorized", "log in again"],
        ),
        (
            "a forbidden verb",
            ApiServer::with(forbidden("nodes")),
            &["cannot list nodes: 403", "User \"me\"", "--allow-missing (kubernetesVersion is left open"],
        ),
        (
            "a forbidden ConfigMap",
            ApiServer::with(forbidden("configmaps")),
            &["cannot list configmaps of namespace istio-system: 403", "the role that the README has"],
        ),
        ("a server that goes", ApiServer::with(on_nodes(|| Answer::Gone)), &["cannot list nodes:", "is it running"]),
        (
            "a server that goes in the middle",
            ApiServer::with(on_nodes(|| Answer::Broken)),
            &["cannot list nodes: the answer broke off", "run again"],
        ),
        (
            "a server that says nothing",
            ApiServer::with(on_nodes(|| Answer::Silence)),
            &["cannot list nodes: no answer within 2 s", "--timeout"],
        ),
        (
            "what is no API server",
            ApiServer::with(|_| Answer::Json(200, json!("hello"))),
            &["cannot list configmaps", "is this the API server of a cluster?"],
        ),
        (
            "a big ConfigMap",
            ApiServer::of(big),
            &["cannot get ConfigMap istio-sidecar-injector of namespace istio-system", "more than 4 MiB"],
        ),
        (
            "a tag of two revisions",
            ApiServer::of(twice),
            &["both take the pods of revision or tag stable", "istio-revision-tag-other", "take one of them out"],
        ),
        ("a mesh in another namespace", ApiServer::of(elsewhere), &["cannot get ConfigMap istio-sidecar-injector", "give -i other-system"]),
    ];
    let folder = folder("", &[]);
    let output = folder.path().join("out.yaml");
    for (what, server, expected) in &servers {
        let started = Instant::now();
        let (out, err, code) = ask(server, &["pull", "-q", "--timeout", "2s", "-o", output.to_str().unwrap()]);
        assert_eq!((out.as_str(), code), ("", 2), "{what}: {err}");
        assert!(expected.iter().all(|part| err.contains(part)) && err.contains(&server.address), "{what}: {err}");
        assert!(started.elapsed() < Duration::from_secs(10), "{what}");
        assert!(!output.exists(), "{what}");
    }
}

#[test]
fn a_cluster_that_is_none_is_named() {
    let server = ApiServer::of(Vec::new());
    let nobody = json!({
        "current-context": "gone",
        "contexts": [{"name": "gone", "context": {"cluster": "gone"}}, {"name": "slow", "context": {"cluster": "gone", "user": "slow"}}],
        "clusters": [{"name": "gone", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "slow", "user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", "exec sleep 60 2> /dev/null"]}}}],
    });
    let folder = folder("", &[("kubeconfig", &nobody.to_string()), ("broken", "a: [")]);
    let at = |file: &str| folder.path().join(file).to_str().unwrap().to_owned();
    let cases: [(&[&str], &[&str]); 6] = [
        (&["--kubeconfig", &at("nowhere")], &["nowhere: cannot read the kubeconfig: there is none", "--kubeconfig"]),
        (&["--kubeconfig", &at("broken")], &["broken: cannot read the kubeconfig", "is it a kubeconfig?"]),
        (&["--kubeconfig", &at("kubeconfig"), "--context", "other"], &["has no context \"other\"", "gone, slow"]),
        (&["--kubeconfig", &at("kubeconfig")], &["http://127.0.0.1:1: cannot list configmaps", "refused", "is it running"]),
        (&["--kubeconfig", &at("kubeconfig"), "--context", "slow", "--timeout", "1"], &["gave no credentials within 1 s", "--timeout"]),
        (&["--context", "nowhere"], &["has no context \"nowhere\"", "here"]),
    ];
    for (arguments, expected) in cases {
        let started = Instant::now();
        let (out, err, code) = ask(&server, &[&["pull"], arguments].concat());
        assert_eq!((out.as_str(), code), ("", 2), "{err}");
        assert!(expected.iter().all(|part| err.contains(part)), "{err}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn what_an_account_may_not_read_can_be_left_out() {
    let server = ApiServer::with(|asked| match asked.path.as_str() {
        path if path.contains("/configmaps") => found(&mesh(), asked),
        path => Answer::no(403, "Forbidden", &format!("{path} is forbidden")),
    });
    let (out, err, code) = ask(&server, &["pull", "--allow-missing"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(err.lines().count(), 5, "{err}");
    assert!(
        err.contains("warning: ") && err.contains("cannot list namespaces: 403") && err.contains("nothing is known of namespaces"),
        "{err}"
    );
    let spec = spec(&out);
    assert_eq!(spec["istio"].as_array().unwrap().len(), 2);
    assert_eq!(spec["istio"][0].get("webhooks"), None);
}

/// A cluster whose webhook injects what `image` names, unless the pod's label opts out, and that adds a field to every pod.
fn injecting(image: &'static str) -> ApiServer {
    ApiServer::with(move |asked| {
        if asked.method == "GET" {
            return Answer::Json(200, json!({"kind": "Namespace", "metadata": {"name": "shop", "labels": {}}}));
        }
        assert_eq!((asked.method.as_str(), asked.parameter("dryRun")), ("POST", "All"));
        let mut pod = asked.body.clone();
        match pod["metadata"]["namespace"].as_str().unwrap() {
            "gone" => return Answer::no(404, "NotFound", "namespaces \"gone\" not found"),
            "guarded" => return Answer::no(403, "Forbidden", "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\""),
            _ => {}
        }
        pod["metadata"]["uid"] = json!(format!("{:p}", &pod));
        pod["spec"]["dnsPolicy"] = json!("ClusterFirst");
        if pod["metadata"]["labels"]["sidecar.istio.io/inject"] != "false" {
            pod["spec"]["containers"].as_array_mut().unwrap().push(json!({"name": "agent", "image": image}));
        }
        Answer::Json(201, pod)
    })
}

#[test]
fn a_cluster_proves_what_is_injected() {
    let pod = |name: &str, namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, labels: {{app: web}}}}\nspec: {{containers: [{{name: web, image: web:1}}]}}\n"
        )
    };
    let folder = folder(
        crate::support::command::AGENT,
        &[("pod.yaml", &pod("web", "shop")), ("gone.yaml", &pod("web", "gone")), ("guarded.yaml", &pod("web", "guarded"))],
    );
    let verify = |server: &ApiServer, file: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidecarize"));
        run(command.args(["verify", file]).args(more).current_dir(folder.path()).env("KUBECONFIG", server.kubeconfig()))
    };
    assert_eq!(
        verify(&injecting("agent:1"), "pod.yaml", &[]),
        ("same     Pod shop/web (pod.yaml:1)\n1 pod: 1 same\n".to_owned(), String::new(), 0)
    );
    let (out, err, code) = verify(&injecting("agent:2"), "pod.yaml", &[]);
    assert_eq!((err.as_str(), code), ("", 1));
    assert!(out.starts_with("differs  Pod shop/web (pod.yaml:1)\n1 pod: 1 differs\n--- a/pod.yaml\n+++ b/pod.yaml\n"), "{out}");
    let changes: Vec<&str> = out.lines().filter(|l| l.starts_with("-  ") || l.starts_with("+  ")).collect();
    assert_eq!(changes, ["-    image: agent:2", "+    image: agent:1"], "{out}");
    let (out, _, code) = verify(&injecting("agent:1"), "guarded.yaml", &["--format", "json"]);
    let rows: Value = serde_json::from_str(&out).unwrap();
    let row = &rows["pods"][0];
    assert_eq!((row["verdict"].as_str(), row["refused"].as_str(), code), (Some("refused"), Some("both"), 1), "{out}");
    assert_eq!(row["by"], "Pod Security (restricted:latest)");
    assert!(row["reason"].as_str().unwrap().contains("violates PodSecurity"), "{out}");
    let (out, _, code) = verify(&injecting("agent:1"), "gone.yaml", &[]);
    assert!(out.contains("namespaces \"gone\" not found") && out.contains("--as-namespace") && code == 2, "{out}");
    assert_eq!(verify(&injecting("agent:1"), "gone.yaml", &["--as-namespace", "shop"]).2, 0);
    let nobody = ApiServer::with(|_| Answer::no(403, "Forbidden", "pods is forbidden: User \"me\" cannot create resource \"pods\""));
    let (out, err, code) = verify(&nobody, "pod.yaml", &[]);
    assert_eq!((out.as_str(), code), ("", 2));
    assert!(err.contains("cannot create (dry run) Pod web of namespace shop: 403") && err.contains("create pods"), "{err}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_pull_leaves_nothing() {
    let server = ApiServer::with(|asked| if asked.path.ends_with("nodes") { Answer::Silence } else { found(&mesh(), asked) });
    let folder = folder("", &[]);
    let before = entries(folder.path());
    let mut pull = Command::new(env!("CARGO_BIN_EXE_sidecarize"))
        .args(["pull", "-q", "-o", "out.yaml"])
        .current_dir(folder.path())
        .env("KUBECONFIG", server.kubeconfig())
        .spawn()
        .unwrap();
    while !server.asked().iter().any(|a| a.path.ends_with("nodes")) {
        assert_eq!(pull.try_wait().unwrap(), None);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &pull.id().to_string()]).status().unwrap().success());
    assert!(!pull.wait().unwrap().success());
    assert_eq!(entries(folder.path()), before);
}
