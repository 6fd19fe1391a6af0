//! The `sidecarize` command: parse, run, print the error, exit.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
