//! How a run that failed ends: what is printed, and the exit code.

use std::process::ExitCode;

use super::grouped::grouped;
use super::problem::{Errors, Problem};
use crate::plain::plain;

/// A run that failed, by who asked: the exit codes differ.
#[derive(Debug)]
pub enum Failure {
    /// A person or a script: 2.
    Command(anyhow::Error),
    /// A host of KRM functions: 1.
    Function(anyhow::Error),
}

impl Failure {
    /// What went wrong.
    pub fn error(&self) -> &anyhow::Error {
        match self {
            Self::Command(error) | Self::Function(error) => error,
        }
    }

    /// Prints it to standard error.
    pub fn print(&self) {
        let error = self.error();
        if let Some(Errors(all)) = error.downcast_ref::<Errors>() {
            grouped(all).iter().for_each(Problem::print);
        } else if let Some(problem) = error.downcast_ref::<Problem>() {
            problem.print();
        } else {
            eprintln!("error: {}", plain(&format!("{error:#}")));
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Command(_) => 2,
            Self::Function(_) => 1,
        })
    }
}
