//! Tells the tests whether there are golden cases: those that need them are reported as ignored without them.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(goldens)");
    println!("cargo::rerun-if-env-changed=SIDECARIZE_GOLDENS");
    if std::env::var_os("SIDECARIZE_GOLDENS").is_some() {
        println!("cargo::rustc-cfg=goldens");
    }
}
