//! Go templates, a stopgap: the functions that Istio's own templates use, until the full module takes this one's place.
#![allow(missing_docs, clippy::all, clippy::unwrap_used)]
use crate::{
    Value,
    pod::{
        fields::{self, Shape},
        go_json,
        quantity::Quantity,
    },
    yaml,
};
use gotmpl::{TemplateError, Value as G};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Default)]
pub struct Environment {
    pub env: BTreeMap<String, String>,
    pub proxy_defaults: Value,
    pub multus_namespace: bool,
}
#[derive(Debug)]
pub struct Error(String);
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
pub struct Template {
    t: gotmpl::Template,
    env: Arc<Environment>,
}
impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("T")
    }
}
#[derive(Debug, Default)]
pub struct Data {
    map: BTreeMap<String, Value>,
    pc: Value,
}
impl Data {
    pub fn new() -> Self {
        Self::default()
    }
    fn put(mut self, k: &str, v: Value) -> Self {
        self.map.insert(k.into(), v);
        self
    }
    pub fn type_meta(self, a: &str, k: &str) -> Self {
        self.put("TypeMeta", serde_json::json!({"APIVersion": a, "Kind": k}))
    }
    pub fn deployment_meta(self, n: &str, ns: &str) -> Self {
        self.put("DeploymentMeta", serde_json::json!({"Name": n, "Namespace": ns}))
    }
    pub fn object_meta(self, v: &Value) -> Self {
        let v = v.clone();
        self.put("\0ObjectMeta", v)
    }
    pub fn spec(self, v: &Value) -> Self {
        let v = v.clone();
        self.put("\0PodSpec", v)
    }
    pub fn proxy_config(mut self, v: &Value) -> Self {
        self.pc = v.clone();
        self
    }
    pub fn mesh_config(self, v: &Value) -> Self {
        let v = v.clone();
        self.put("\0MeshConfig", v)
    }
    pub fn values(self, v: &Value) -> Self {
        let v = v.clone();
        self.put("Values", v)
    }
    pub fn set(self, k: &str, v: &Value) -> Self {
        let v = v.clone();
        self.put(k, v)
    }
}
fn s(t: &str) -> G {
    G::String(Arc::from(t))
}
fn raw(v: &Value, float: bool) -> G {
    match v {
        Value::Null => G::Nil,
        Value::Bool(b) => G::Bool(*b),
        Value::Number(n) => {
            if float {
                G::Float(n.as_f64().unwrap_or(0.0))
            } else {
                n.as_i64().map_or_else(|| G::Float(n.as_f64().unwrap_or(0.0)), G::Int)
            }
        }
        Value::String(t) => s(t),
        Value::Array(l) => G::List(l.iter().map(|v| raw(v, float)).collect()),
        Value::Object(m) => G::Map(Arc::new(m.iter().map(|(k, v)| (Arc::from(k.as_str()), raw(v, float))).collect())),
    }
}
fn kube(v: Option<&Value>, ty: &str) -> G {
    match fields::shape(ty) {
        Shape::Struct(k) => {
            if ty.starts_with('*') && v.is_none_or(Value::is_null) {
                return G::Nil;
            }
            let mut m = BTreeMap::new();
            for f in fields::of(k) {
                m.insert(Arc::from(f.go.as_str()), kube(v.and_then(|v| v.get(&f.json)), &f.go_type));
            }
            if let Some(v) = v {
                m.insert(Arc::from("\0json"), s(&go_json::to_string(&go_json::canonical(v, k))));
            }
            G::Map(Arc::new(m))
        }
        Shape::List(e) => G::List(v.and_then(Value::as_array).into_iter().flatten().map(|v| kube(Some(v), e)).collect()),
        Shape::Map(_) => v.map_or_else(|| G::Map(Arc::default()), |v| if v.is_null() { G::Map(Arc::default()) } else { raw(v, false) }),
        Shape::Scalar(t) => match v {
            Some(v) if !v.is_null() => raw(v, false),
            _ if ty.starts_with('*') => G::Nil,
            _ => match t {
                "bool" => G::Bool(false),
                "int32" | "int64" => G::Int(0),
                _ => s(""),
            },
        },
    }
}
fn go_name(j: &str) -> String {
    let mut c = j.chars();
    c.next().map(|f| f.to_uppercase().to_string() + c.as_str()).unwrap_or_default()
}
fn message(v: &Value) -> G {
    match v {
        Value::Object(m) => G::Map(Arc::new(
            m.iter()
                .map(|(k, v)| (Arc::from(go_name(k).as_str()), if k == "proxyMetadata" { raw(v, false) } else { message(v) }))
                .collect(),
        )),
        Value::Array(l) => G::List(l.iter().map(message).collect()),
        o => raw(o, false),
    }
}
fn json(v: &G) -> Value {
    match v {
        G::Nil => Value::Null,
        G::Bool(b) => Value::from(*b),
        G::Int(i) => Value::from(*i),
        G::Uint(i) => Value::from(*i),
        G::Float(f) => {
            if f.fract() == 0.0 && f.abs() < 1e15 {
                Value::from(*f as i64)
            } else {
                Value::from(*f)
            }
        }
        G::String(t) => Value::from(&**t),
        G::List(l) => Value::Array(l.iter().map(json).collect()),
        G::Map(m) => Value::Object(m.iter().map(|(k, v)| (k.to_string(), json(v))).collect()),
        _ => Value::Null,
    }
}
fn text(v: &G) -> String {
    match v {
        G::Nil => "<nil>".into(),
        o => o.to_string(),
    }
}
fn st(v: Option<&G>) -> String {
    match v {
        Some(G::Nil) | None => String::new(),
        Some(o) => o.to_string(),
    }
}
fn truthy(v: &G) -> bool {
    v.is_truthy()
}
fn eq(a: &G, b: &G) -> bool {
    match (a, b) {
        (G::Nil, G::String(x)) | (G::String(x), G::Nil) => x.is_empty(),
        (G::Float(x), G::Int(y)) | (G::Int(y), G::Float(x)) => *x == *y as f64,
        _ => text(a) == text(b),
    }
}
fn indent(n: usize, t: &str, first: bool) -> String {
    let p = " ".repeat(n);
    t.split('\n').enumerate().map(|(i, l)| if i == 0 && !first { l.to_string() } else { format!("{p}{l}") }).collect::<Vec<_>>().join("\n")
}
fn exclude(port: &str, list: &str) -> String {
    let p = port.trim();
    if p.is_empty() || p == "0" {
        return list.into();
    }
    if list.is_empty() {
        return p.into();
    }
    if list.split(',').any(|x| x.trim() == p) { list.into() } else { format!("{list},{p}") }
}
fn yaml_of(v: &G) -> String {
    fn sort(v: Value) -> Value {
        match v {
            Value::Object(m) => {
                let mut e: Vec<_> = m.into_iter().collect();
                e.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(e.into_iter().map(|(k, v)| (k, sort(v))).collect())
            }
            Value::Array(l) => Value::Array(l.into_iter().map(sort).collect()),
            o => o,
        }
    }
    serde_yaml::to_string(&sort(json(v))).unwrap_or_default().trim_end().to_string()
}
fn n(v: Option<&G>) -> i64 {
    v.and_then(|v| v.as_int().or_else(|| v.as_float().map(|f| f as i64))).unwrap_or(0)
}
impl Template {
    pub fn parse(name: &str, text_: &str, env: Arc<Environment>) -> Result<Self, Error> {
        let re = regex::Regex::new(r"\.(GetValue|String)\b").unwrap();
        let t1 = re.replace_all(text_, "");
        let t2 = regex::Regex::new(r"\.Get([A-Z])").unwrap().replace_all(&t1, ".$1").into_owned();
        let t2 = regex::Regex::new(r"(?s)\{\{(-?) ?/\*.*?\*/ ?(-?)\}\}").unwrap().replace_all(&t2, "{{$1 \"\" $2}}").into_owned();
        let mut t = gotmpl::Template::new(name);
        macro_rules! f {
            ($n:expr, $c:expr) => {
                t = t.func($n, $c);
            };
        }
        f!("annotation", |a| {
            let m = a[0].field("Annotations").cloned().unwrap_or(G::Nil);
            Ok(match m.field(&st(a.get(1))) {
                Some(v) => v.clone(),
                None => s(&text(&a[2])),
            })
        });
        f!("isset", |a| Ok(G::Bool(a[0].field(&st(a.get(1))).is_some())));
        f!("valueOrDefault", |a| Ok(if matches!(&a[0], G::Nil) || st(a.first()).is_empty() { a[1].clone() } else { a[0].clone() }));
        f!("contains", |a| Ok(G::Bool(st(a.get(1)).contains(&st(a.first())))));
        f!("toLower", |a| Ok(s(&st(a.first()).to_lowercase())));
        f!("directory", |a| {
            let t = st(a.first());
            Ok(s(t.rfind('/').map_or("", |i| &t[..i])))
        });
        f!("indent", |a| Ok(s(&indent(n(a.first()) as usize, &st(a.get(1)), false))));
        f!("nindent", |a| Ok(s(&format!("\n{}", indent(n(a.first()) as usize, &st(a.get(1)), true)))));
        f!("toYaml", |a| Ok(s(&yaml_of(&a[0]))));
        f!("toJSON", |a| Ok(s(&go_json::to_string(&json(&a[0])))));
        f!("fromJSON", |a| Ok(raw(&serde_json::from_str(&st(a.first())).unwrap_or_default(), true)));
        f!("structToJSON", |a| Ok(a[0].field("\0json").cloned().unwrap_or(s(""))));
        f!("protoToJSON", |a| Ok(a[0].field("\0json").cloned().unwrap_or(s("{}"))));
        f!("omitNil", |a| {
            fn o(v: Value) -> Value {
                match v {
                    Value::Object(m) => Value::Object(
                        m.into_iter()
                            .filter(|(_, v)| !v.is_null())
                            .map(|(k, v)| (k, o(v)))
                            .filter(|(_, v)| v.as_object().is_none_or(|m| !m.is_empty()))
                            .collect(),
                    ),
                    x => x,
                }
            }
            Ok(raw(&o(json(&a[0])), true))
        });
        f!("excludeInboundPort", |a| Ok(s(&exclude(&st(a.first()), &st(a.get(1))))));
        f!("includeInboundPorts", |_| Ok(s("*")));
        f!("kubevirtInterfaces", |a| Ok(s(&st(a.first()))));
        f!("excludeInterfaces", |a| Ok(s(&st(a.first()))));
        f!("formatDuration", |a| Ok(s(&st(a.first()))));
        let e = Arc::clone(&env);
        f!("appendMultusNetwork", move |a| {
            let (old, new) = (st(a.first()), st(a.get(1)));
            if old.contains("istio-cni") {
                return Ok(s(&old));
            }
            Ok(s(&if old.is_empty() {
                new
            } else if old.trim_start().starts_with('[') {
                let v: Result<Vec<Value>, _> = serde_json::from_str(&old);
                match v {
                    Ok(_) => {
                        let o = if e.multus_namespace {
                            let (ns, nm) = new.split_once('/').unwrap_or(("", &new));
                            format!("{{\"name\": \"{nm}\", \"namespace\": \"{ns}\"}}")
                        } else {
                            format!("{{\"name\": \"{new}\"}}")
                        };
                        let i = old.rfind(']').unwrap();
                        format!("{}, {o}]", &old[..i])
                    }
                    Err(_) => old,
                }
            } else {
                format!("{old}, {new}")
            }))
        });
        let e = Arc::clone(&env);
        f!("env", move |a| Ok(e.env.get(&st(a.first())).map_or_else(|| s(&st(a.get(1))), |v| s(v))));
        f!("otelResourceAttributes", |_| Ok(s("")));
        f!("append", |a| {
            let mut l: Vec<G> = match &a[0] {
                G::List(l) => l.to_vec(),
                _ => vec![],
            };
            l.push(a[1].clone());
            Ok(G::List(l.into()))
        });
        f!("list", |a| Ok(G::List(a.to_vec().into())));
        f!("default", |a| Ok(if a.get(1).is_some_and(truthy) { a[1].clone() } else { a[0].clone() }));
        f!("quote", |a| Ok(s(&a.iter().filter(|v| !matches!(v, G::Nil)).map(|v| format!("{:?}", text(v))).collect::<Vec<_>>().join(" "))));
        f!("trunc", |a| {
            let t = st(a.get(1));
            Ok(s(&t.chars().take(n(a.first()) as usize).collect::<String>()))
        });
        f!("trimSuffix", |a| {
            let t = st(a.get(1));
            Ok(s(t.strip_suffix(&st(a.first())).unwrap_or(&t)))
        });
        f!("trimAll", |a| {
            let c = st(a.first());
            Ok(s(st(a.get(1)).trim_matches(|x| c.contains(x))))
        });
        f!("join", |a| Ok(s(&match &a[1] {
            G::List(l) => l.iter().map(text).collect::<Vec<_>>().join(&st(a.first())),
            o => text(o),
        })));
        f!("toJsonMap", |a| {
            let mut m = serde_json::Map::new();
            for x in a {
                if let Value::Object(o) = json(x) {
                    m.extend(o);
                }
            }
            let mut e: Vec<_> = m.into_iter().collect();
            e.sort_by(|a, b| a.0.cmp(&b.0));
            Ok(s(&Value::Object(e.into_iter().collect()).to_string()))
        });
        f!("mergeMaps", |a| {
            let mut m = serde_json::Map::new();
            for x in a {
                if let Value::Object(o) = json(x) {
                    m.extend(o);
                }
            }
            Ok(raw(&Value::Object(m), true))
        });
        f!("omit", |a| {
            let mut v = json(&a[0]);
            for k in &a[1..] {
                if let Some(o) = v.as_object_mut() {
                    o.shift_remove(&st(Some(k)));
                }
            }
            Ok(raw(&v, true))
        });
        f!("strdict", |a| {
            let mut m = BTreeMap::new();
            for c in a.chunks(2) {
                m.insert(Arc::from(st(c.first()).as_str()), s(&st(c.get(1))));
            }
            Ok(G::Map(Arc::new(m)))
        });
        f!("eq", |a| Ok(G::Bool(a[1..].iter().any(|b| eq(&a[0], b)))));
        f!("ne", |a| Ok(G::Bool(!eq(&a[0], &a[1]))));
        f!("index", |a| {
            let mut v = a[0].clone();
            for k in &a[1..] {
                v = match (&v, k) {
                    (G::Nil, _) => G::Nil,
                    (v, k) => v.index(k)?,
                };
            }
            Ok(v)
        });
        f!("render", |a| Ok(a[0].clone()));
        f!("set", |a| {
            let mut v = json(&a[0]);
            if let Some(o) = v.as_object_mut() {
                o.insert(st(a.get(1)), json(&a[2]));
            }
            Ok(raw(&v, true))
        });
        let t = t.parse(&t2).map_err(|e: TemplateError| Error(e.to_string()))?;
        Ok(Self { t, env })
    }
    pub fn render(&self, d: &Data) -> Result<String, Error> {
        let mut m: BTreeMap<Arc<str>, G> = BTreeMap::new();
        for (k, v) in &d.map {
            match k.as_str() {
                "\0ObjectMeta" => {
                    m.insert(Arc::from("ObjectMeta"), kube(Some(v), "ObjectMeta"));
                }
                "\0PodSpec" => {
                    m.insert(Arc::from("Spec"), kube(Some(v), "PodSpec"));
                }
                "\0MeshConfig" => {
                    m.insert(Arc::from("MeshConfig"), message(v));
                }
                "Values" => {
                    m.insert(Arc::from("Values"), raw(v, true));
                }
                k => {
                    m.insert(Arc::from(k), raw(v, false));
                }
            }
        }
        let mut pc = match message(&d.pc) {
            G::Map(m) => (*m).clone(),
            _ => BTreeMap::new(),
        };
        let order: Value = serde_json::from_str(include_str!("../istio/istio-messages.json")).unwrap();
        let mut out = serde_json::Map::new();
        let keys: Vec<&str> =
            order["istio.mesh.v1alpha1.ProxyConfig"].as_array().unwrap().iter().map(|f| f["json"].as_str().unwrap()).collect();
        let mut all: Vec<(&String, &Value)> = d.pc.as_object().into_iter().flatten().collect();
        all.sort_by_key(|(k, _)| keys.iter().position(|x| x == k).map_or(if *k == "parentShutdownDuration" { 3 } else { 999 }, |p| p));
        for (k, v) in all {
            if self.env.proxy_defaults.get(k) != Some(v) && v.as_object().is_none_or(|m| !m.is_empty() || k != "proxyMetadata") {
                out.insert(k.clone(), v.clone());
            }
        }
        pc.insert(Arc::from("\0json"), s(&go_json::to_string(&Value::Object(out))));
        m.insert(Arc::from("ProxyConfig"), G::Map(Arc::new(pc)));
        let _ = (yaml::parse_value, Quantity::parse);
        self.t.execute_to_string(&G::Map(Arc::new(m))).map_err(|e| Error(e.to_string()))
    }
}
