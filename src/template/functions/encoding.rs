//! Sprig's encodings, checksums and paths.

use gotmpl::Value as Go;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::arguments::{Function, string, text};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("b32enc", |a| Ok(string(base32(text(a, 0).as_bytes())))),
    ("b32dec", |a| Ok(string(base32_decoded(&text(a, 0)).unwrap_or_else(|at| format!("illegal base32 data at input byte {at}"))))),
    ("sha1sum", |a| Ok(string(hex(&Sha1::digest(text(a, 0)))))),
    ("sha256sum", |a| Ok(string(hex(&Sha256::digest(text(a, 0)))))),
    ("sha512sum", |a| Ok(string(hex(&Sha512::digest(text(a, 0)))))),
    ("adler32sum", |a| Ok(string(adler32(text(a, 0).as_bytes()).to_string()))),
    ("base", |a| Ok(string(base(&text(a, 0))))),
    ("osBase", |a| Ok(string(base(&text(a, 0))))),
    ("dir", |a| Ok(string(folder(&text(a, 0))))),
    ("osDir", |a| Ok(string(folder(&text(a, 0))))),
    ("clean", |a| Ok(string(clean(&text(a, 0))))),
    ("osClean", |a| Ok(string(clean(&text(a, 0))))),
    ("isAbs", |a| Ok(Go::Bool(text(a, 0).starts_with('/')))),
    ("ext", |a| Ok(string(extension(&text(a, 0))))),
    ("osExt", |a| Ok(string(extension(&text(a, 0))))),
    ("osIsAbs", |a| Ok(Go::Bool(text(a, 0).starts_with('/')))),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(5) {
        let bits = (0..5).fold(0_u64, |bits, i| bits << 8 | u64::from(group.get(i).copied().unwrap_or(0)));
        let letters = (group.len() * 8).div_ceil(5);
        for i in 0..8 {
            let at = usize::try_from(bits >> (35 - 5 * i) & 31).unwrap_or(0);
            out.push(if i < letters { BASE32.get(at).map_or('=', |b| char::from(*b)) } else { '=' });
        }
    }
    out
}

/// The text, or where it stops being base32.
fn base32_decoded(text: &str) -> std::result::Result<String, usize> {
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for (at, letter) in text.trim_end_matches('=').bytes().enumerate() {
        let value = BASE32.iter().position(|b| *b == letter).ok_or(at)?;
        bits = (bits << 5 | u32::try_from(value).unwrap_or(0)) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap_or(0));
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

/// A path's shortest equal, as Go's `path.Clean` has it.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|p| !matches!(*p, "" | ".")) {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            ("..", None) if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, rest) => format!("/{rest}"),
        (false, rest) if rest.is_empty() => ".".to_owned(),
        (false, rest) => rest,
    }
}

fn base(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".".to_owned(),
        "" => "/".to_owned(),
        rest => rest.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

fn folder(path: &str) -> String {
    clean(path.rfind('/').and_then(|end| path.get(..=end)).unwrap_or_default())
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').and_then(|i| name.get(i..)).unwrap_or_default().to_owned()
}
