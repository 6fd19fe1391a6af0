//! The program.

use std::process::ExitCode;

/// Manifests are many small texts: the C library's allocator takes a third of the time of a run.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sidecarize::cli::main()
}
