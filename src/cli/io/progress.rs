//! A progress bar on standard error, for a person at a terminal, where the work takes over a second.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::verbosity::Verbosity;

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the bar moves while nothing is done.
const TICK: Duration = Duration::from_millis(200);
/// What is shown where nobody knows how much is to come.
#[cfg(feature = "cluster")]
const ENDLESS: &str = "{spinner} {msg}, {elapsed}";
const TEMPLATE: &str = "{wide_bar} {pos}/{len} files, {msg} workloads, {elapsed}";

/// Counts files and workloads, and shows them once that is worth it. Dropped, it leaves nothing on the terminal.
#[derive(Debug, Default)]
pub struct Progress {
    shown: Option<Shown>,
    workloads: AtomicUsize,
}

#[derive(Debug)]
struct Shown {
    bar: ProgressBar,
    /// Closed, it ends the wait for the first sight.
    _done: Sender<()>,
}

impl Progress {
    /// For this many files. Nothing is ever shown where standard error is no terminal, or the user wants quiet.
    pub fn of(files: usize, verbosity: Verbosity) -> Self {
        Self::shown(verbosity, u64::try_from(files).ok(), TEMPLATE, "0")
    }

    /// For work that only tells what it does.
    #[cfg(feature = "cluster")]
    pub fn endless(verbosity: Verbosity) -> Self {
        Self::shown(verbosity, None, ENDLESS, "")
    }

    fn shown(verbosity: Verbosity, length: Option<u64>, template: &str, message: &'static str) -> Self {
        if verbosity.quiet || !std::io::stderr().is_terminal() {
            return Self::default();
        }
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden()).with_message(message);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let (done, waits) = channel::<()>();
        let late = bar.clone();
        std::thread::spawn(move || {
            if waits.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                late.set_draw_target(ProgressDrawTarget::stderr());
                late.enable_steady_tick(TICK);
            }
        });
        Self { shown: Some(Shown { bar, _done: done }), workloads: AtomicUsize::new(0) }
    }

    /// What is done now.
    #[cfg(feature = "cluster")]
    pub fn tell(&self, what: impl FnOnce() -> String) {
        if let Some(Shown { bar, .. }) = &self.shown {
            bar.set_message(what());
        }
    }

    /// One more file is through, with this many workloads.
    pub fn advance(&self, workloads: usize) {
        let all = self.workloads.fetch_add(workloads, Ordering::Relaxed) + workloads;
        if let Some(Shown { bar, .. }) = &self.shown {
            bar.set_message(all.to_string());
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Shown { bar, .. }) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
