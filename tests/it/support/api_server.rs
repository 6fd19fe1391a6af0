//! An API server as far as reads and dry runs of pods go: over plain HTTP on loopback, from a list of objects.
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
}

impl Asked {
    pub fn parameter(&self, key: &str) -> &str {
        self.query.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v)
    }
}

/// An answer.
pub enum Answer {
    Json(u16, Value),
    /// The connection ends before an answer.
    Gone,
    /// It ends in the middle of one.
    Broken,
    /// Nothing comes.
    Silence,
}

impl Answer {
    pub fn no(code: u16, reason: &str, message: &str) -> Self {
        Self::Json(
            code,
            json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code}),
        )
    }
}

pub struct ApiServer {
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// With the kubeconfig.
    folder: tempfile::TempDir,
}

impl ApiServer {
    /// A server with these objects.
    pub fn of(objects: Vec<Value>) -> Self {
        Self::with(move |asked| found(&objects, asked))
    }

    /// A server that answers so.
    pub fn with(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
            "clusters": [{"name": "here", "cluster": {"server": address}}],
            "users": [{"name": "me", "user": {"token": "abc"}}],
        });
        std::fs::write(folder.path().join("kubeconfig"), config.to_string()).unwrap();
        Self { address, asked, folder }
    }

    pub fn kubeconfig(&self) -> std::path::PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// What was asked until now.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Answer) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    while let Some(asked) = read(&mut reader) {
        log.lock().unwrap().push(asked.clone());
        match answer(&asked) {
            Answer::Json(code, value) => {
                let body = value.to_string();
                let head = format!("HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
                if out.write_all(head.as_bytes()).and_then(|()| out.write_all(body.as_bytes())).is_err() {
                    return;
                }
            }
            Answer::Gone => return,
            Answer::Broken => {
                let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"kind\":");
                return;
            }
            Answer::Silence => std::thread::sleep(Duration::from_secs(60)),
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let decoded = |text: &str| text.replace("%3D", "=").replace("%2C", ",").replace("%2F", "/").replace('+', " ");
    let query = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), decoded(v))).collect();
    Some(Asked { method, path: path.to_owned(), query, body: serde_json::from_slice(&body).unwrap_or_default() })
}

/// What a server with these objects answers: an object, or a page of a list.
pub fn found(objects: &[Value], asked: &Asked) -> Answer {
    let parts: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
    let (_, rest) = parts.split_at(if parts[0] == "api" { 2 } else { 3 });
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        rest => (None, rest),
    };
    let text = |o: &Value, key: &str| o["metadata"][key].as_str().unwrap_or_default().to_owned();
    let is_kind = |o: &&Value| o["kind"].as_str().unwrap().to_lowercase() + "s" == rest[0];
    let here = |o: &&Value| namespace.is_none_or(|n| text(o, "namespace") == n);
    if let [_, name] = rest {
        return match objects.iter().filter(is_kind).filter(here).find(|o| text(o, "name") == *name) {
            Some(object) => Answer::Json(200, object.clone()),
            None => Answer::no(404, "NotFound", &format!("{} {name:?} not found", rest[0])),
        };
    }
    let selected = |o: &&Value| match asked.parameter("labelSelector").split_once('=') {
        Some((key, value)) => o["metadata"]["labels"][key] == value,
        None => true,
    };
    let all: Vec<&Value> = objects.iter().filter(is_kind).filter(here).filter(selected).collect();
    let start: usize = asked.parameter("continue").parse().unwrap_or(0);
    let limit: usize = asked.parameter("limit").parse().unwrap();
    let page: Vec<Value> = all.iter().skip(start).take(limit).map(|o| without_kind((*o).clone())).collect();
    let next = if start + limit < all.len() { (start + limit).to_string() } else { String::new() };
    Answer::Json(200, json!({"kind": "List", "metadata": {"continue": next}, "items": page}))
}

/// The items of a list do not say what they are.
fn without_kind(mut object: Value) -> Value {
    let map = object.as_object_mut().unwrap();
    map.remove("kind");
    map.remove("apiVersion");
    object
}
