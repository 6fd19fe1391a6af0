//! The command line: parse, run, print the error, exit code.

mod cli;

use std::process::ExitCode;

/// Manifests are many small texts: the C library's allocator takes a third of the time of a run.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let run = match crate::cli::legacy_plugin::detect() {
        Some(invocation) => crate::cli::legacy_plugin::run(invocation),
        None => crate::cli::Cli::from_command_line().run(),
    };
    match run {
        Ok(code) => code,
        Err(failure) if is_broken_pipe(failure.error()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            failure.exit_code()
        }
    }
}

/// Whether the reader of our output went away: `sidecarize … | head` is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|e| e.downcast_ref::<std::io::Error>()).any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
