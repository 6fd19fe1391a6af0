//! What comes back is to the byte what stood there, however oddly that was written; and lines of a record never say more than that.
use serde_json::json;
use sidecarize::internals::config::{Config, Sources};
use sidecarize::internals::pipeline::{Engine, Host, Pipeline, remove};
use sidecarize::internals::read::{Layout, Manifests};

fn engine() -> Engine {
    let pod = "metadata:\n  labels: {log: a}\n  annotations: {log: b}\nspec:\n  initContainers:\n  - {name: first, image: i}\n  containers:\n  - {name: log, image: l}\n  volumes:\n  - {name: logs, emptyDir: {}}\n";
    let config = json!({
        "apiVersion": "sidecarize.dev/v1alpha1",
        "kind": "SidecarInjector",
        "spec": {"record": true, "defaultNamespace": "default", "sidecars": [{"name": "log", "match": {}, "template": pod}]},
    });
    Engine::new(Config::load(&config, &Sources::among([])).unwrap()).unwrap()
}

/// An injector of Istio's that does nothing but ask a sidecar in the place of the containers whether these are well.
fn istio() -> Engine {
    let sidecar = "spec:\n  initContainers:\n  - {name: istio-init, image: i}\n  containers:\n  - {name: istio-proxy, image: p, args: [proxy, sidecar]}\n";
    let injector = json!({
        "config": json!({"policy": "enabled", "defaultTemplates": ["sidecar"], "templates": {"sidecar": sidecar}}).to_string(),
        "values": json!({"sidecarInjectorWebhook": {"rewriteAppHTTPProbe": true}, "global": {"proxy": {"statusPort": 15020}}}).to_string(),
    });
    let namespace = json!({"name": "default", "labels": {"istio-injection": "enabled"}});
    let config = json!({
        "apiVersion": "sidecarize.dev/v1alpha1",
        "kind": "SidecarInjector",
        "spec": {
            "record": true,
            "webhook": "absent",
            "defaultNamespace": "default",
            "namespaces": [namespace],
            "istio": [{"version": "1.30", "nativeSidecars": false, "injector": {"inline": injector}, "mesh": {"inline": "{}"}}],
        },
    });
    Engine::new(Config::load(&config, &Sources::among([])).unwrap()).unwrap()
}

fn inject(engine: &Engine, text: &str) -> String {
    let manifests = Manifests::parse(text, Layout::Stream).unwrap();
    let values = manifests.values().unwrap();
    let mut pipeline = Pipeline::new(engine, Host::committing());
    pipeline.learn(&values);
    let rendered = pipeline.run(&manifests, values).unwrap();
    let errors: Vec<_> = rendered.objects.iter().flat_map(|o| &o.outcome.errors).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    rendered.text
}

/// The text without injections, or what forbids that.
fn removed(text: &str) -> Result<String, String> {
    let manifests = Manifests::parse(text, Layout::Stream).unwrap();
    let removal = remove(&manifests, &manifests.values().unwrap(), false).unwrap();
    assert!(!removal.errors.is_empty() || removal.warnings.is_empty(), "{:?}", removal.warnings);
    removal.errors.first().map_or(Ok(removal.text), |e| Err(e.finding.message.clone()))
}

/// Ways to write what an injection adds to, where the user has nothing or little there.
const ANNOTATIONS: [&str; 6] = [
    "",
    "\n      annotations:",
    "\n      annotations: # none",
    "\n      annotations:\n        {}",
    "\n      annotations:\n        # none yet\n        {} # really",
    "\n      annotations: {a: b, # c\n        d: \"e\" }",
];
const VOLUMES: [&str; 6] = [
    "",
    "\n      volumes: # none",
    "\n      volumes:\n        []",
    "\n      volumes: [ ]  # none",
    "\n      volumes: &v [ {name: x, emptyDir: {}} ]",
    "\n      # above\n      volumes:\n      # own\n      -   name: x # y\n          emptyDir:\n            {}\n      # below",
];
const FIRST: [&str; 5] = [
    "",
    "\n      initContainers: ~",
    "\n      initContainers:\n      - {image: a, name: b}   # c",
    "\n      initContainers: [\n        # c\n        {image: a, name: b},\n      ]",
    "\n      initContainers:\n\n      - name: b\n\n        image: &i a # c\n",
];
const HEADS: [&str; 4] = ["\n  name: w", "\n  name: w\n  annotations:", " {name: w} # m", "\n  annotations:\n    # n\n    {}\n  name: w"];

fn texts() -> impl Iterator<Item = String> {
    let all = ANNOTATIONS.iter().flat_map(|a| VOLUMES.iter().map(move |v| (a, v)));
    let all = all.flat_map(|(a, v)| FIRST.iter().map(move |f| (a, v, f))).zip(HEADS.iter().cycle()).map(|((a, v, f), h)| (a, v, f, h));
    all.map(|(annotations, volumes, first, head)| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:{head}\nspec:\n  template:\n    metadata: # t\n      labels:   {{ app: w }}{annotations}\n    spec:{first}\n      containers: # all\n      - name: 'w'\n        image: w # i\n        args: &a [ x,\n          y ]{volumes}\n"
        )
    })
}

#[test]
fn removing_gives_back_the_bytes_of_odd_texts() {
    let engine = engine();
    let mut wrong = Vec::new();
    for text in texts() {
        let injected = inject(&engine, &text);
        assert!(injected.contains("name: logs") || injected.contains("\"logs\""), "{injected}");
        assert_eq!(inject(&engine, &injected), injected, "twice is once");
        let back = removed(&injected).unwrap();
        if back != text {
            wrong.push(format!("{text}\n=== came back as\n{back}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Probes that an injection points at its sidecar, and what it takes their place of.
const PROBES: [&str; 6] = [
    "
        livenessProbe:
          # no http endpoint
          tcpSocket: # tcp!
            port: db   # named
          initialDelaySeconds: 5
",
    "
        livenessProbe: {tcpSocket: {port: 5432}, periodSeconds: 3} # flow
        readinessProbe:
          periodSeconds:   3
          grpc: {port: 9000,
            service: x} # g
          # end
        # after
",
    "
        readinessProbe:
          httpGet: &h # anchor
            path:   \"/x\"  # p
            port: 5432
            httpHeaders:
            - name: A # a
              value: 'b'
        livenessProbe:
          httpGet: *h
          timeoutSeconds: 2
",
    "
        startupProbe:
          failureThreshold: 3

          # gap
          httpGet:

            port: 5432 # q
            scheme: HTTPS

          periodSeconds: 1
        lifecycle:
          preStop: # l
            httpGet: { path: /bye, port: db } # f
          postStart:
            exec: {command: [a]}
",
    "
        readinessProbe:
          tcpSocket:
            port: 1
          # end of probe
        resources: {}
",
    "
        livenessProbe: { grpc: { port: 1 } }
        readinessProbe:
          grpc:
            port: 2
            service: # none
          initialDelaySeconds:
",
];
const METADATA: [&str; 6] = [
    "labels: {app: w}",
    "annotations: # none yet\n      labels: {app: w}",
    "annotations: null # x\n      labels: {app: w}",
    "annotations:\n        {} # e\n      labels: # l\n        app: w",
    "annotations:\n        prometheus.io/scrape: \"true\"   # s\n        prometheus.io/port: '80'\n        # t\n        prometheus.io/path: /m",
    "creationTimestamp: null\n      annotations:\n        # only a comment",
];

#[test]
fn removing_gives_back_the_bytes_of_probes() {
    let engine = istio();
    let mut wrong = Vec::new();
    for (probes, metadata) in PROBES.iter().flat_map(|p| METADATA.iter().map(move |m| (p, m))) {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: w\n  annotations: # none\nspec:\n  template:\n    metadata:\n      {metadata}\n    spec:\n      initContainers: # none\n      securityContext:\n        {{}}\n      containers:\n      -   name: w # n\n          image: w{}",
            probes.replace('\n', "\n  ").trim_end_matches(' '),
        );
        let crlf = text.replace('\n', "\r\n");
        for text in [
            text.clone(),
            text.trim_end().to_owned(),
            format!("# top\n---\n{text}---\n# rest\n"),
            crlf.trim_end().to_owned(),
            format!("# top\n---\n{crlf}"),
            format!("# top\r\n{text}"),
            crlf,
        ] {
            let injected = inject(&engine, &text);
            assert!(injected.contains("/app-health/w/"), "{injected}");
            if inject(&engine, &injected) != injected {
                wrong.push(format!("twice is not once\n{injected}"));
            }
            let back = removed(&injected).unwrap();
            if back != text {
                wrong.push(format!("{text:?}\n=== came back as\n{back:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn lines_are_found_again_below_lines_that_somebody_added() {
    let engine = engine();
    let text = texts().find(|t| t.contains("volumes:\n        []")).unwrap();
    let grow = |t: &str| t.replacen("  template:\n", "  replicas: 3\n  paused: true\n  template:\n", 1);
    assert_eq!(removed(&grow(&inject(&engine, &text))).unwrap(), grow(&text));
}

#[test]
fn lines_of_a_record_that_say_something_else_are_refused() {
    let engine = engine();
    let text = texts().find(|t| t.contains("volumes:\n        []")).unwrap();
    let injected = inject(&engine, &text);
    let forge = |from: &str, to: &str| {
        let forged = injected.replacen(from, to, 1);
        assert_ne!(forged, injected, "{injected}");
        removed(&forged)
    };
    let lines = "\"        []\"";
    for (to, why) in [
        ("\"        [{name: host, hostPath: {path: /}}]\"", "read as something else"),
        ("\"        []\",\"      hostNetwork: true\"", "read as something else"),
        ("\"        []\",\"---\",\"kind: ClusterRoleBinding\"", "read as something else"),
        ("\"        []\\n---\\nkind: ClusterRoleBinding\"", "more than one"),
        ("\"        [] #\\u2028\"", "more than one"),
    ] {
        let error = forge(lines, to).unwrap_err();
        assert!(error.contains(why), "{to}: {error}");
    }
}
