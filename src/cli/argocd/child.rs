//! Programs that render for us: their output, their own words when they fail, and their end when ours comes.

use std::io::{Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};

/// How long a program may clear up before it is killed. Argo CD kills us five seconds after it asked us to end.
const GRACE: Duration = Duration::from_secs(2);
/// How often is looked whether a program that closed its output has ended.
const PAUSE: Duration = Duration::from_millis(2);

/// What happens while a program runs.
enum Event {
    /// One of its outputs is read to its end.
    Closed,
    /// We are asked to end.
    Signal(i32),
}

type Running = Arc<Mutex<Option<Sender<Event>>>>;

/// The programs that a run starts, one after the other. From the first on, a signal that ends us ends the running one, too.
pub struct Children {
    running: Running,
}

impl Children {
    /// Starts to listen for signals.
    ///
    /// # Errors
    ///
    /// When the system does not allow it.
    pub fn new() -> anyhow::Result<Self> {
        let running = Running::default();
        listen(Arc::clone(&running)).context("signals")?;
        Ok(Self { running })
    }

    /// Runs a program, which gets this text on standard input, and gives what it prints.
    ///
    /// # Errors
    ///
    /// When it is not there, fails or prints no text, with what it says; when we are asked to end meanwhile.
    pub fn run(&self, mut command: Command, name: &str, input: Option<&str>) -> anyhow::Result<String> {
        let (sender, events) = channel();
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        // The lock is held until the program runs, so that no signal comes between.
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let spawned = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                anyhow!("{} is not on the PATH, and the application needs it", command.get_program().to_string_lossy())
            }
            _ => anyhow!("{name}: {error}"),
        })?;
        *running = Some(sender.clone());
        drop(running);
        if let (Some(mut pipe), Some(text)) = (child.stdin.take(), input.map(str::to_owned)) {
            // A program that does not read all of it says so itself, or needs no more.
            thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
        }
        let output = child.stdout.take().map(|pipe| reader(pipe, sender.clone()));
        let errors = child.stderr.take().map(|pipe| reader(pipe, sender));
        let ended = wait(&mut child, &events);
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let status = match ended.with_context(|| name.to_owned())? {
            Ended::Itself(status) => status,
            Ended::BySignal(signal) => {
                bail!("ended by signal {signal} while {name} was running; raise the plugin's timeout if that was too soon")
            }
        };
        let read = |thread: Option<thread::JoinHandle<std::io::Result<Vec<u8>>>>| {
            thread.and_then(|t| t.join().ok()).transpose().map(Option::unwrap_or_default).with_context(|| name.to_owned())
        };
        let (output, errors) = (read(output)?, read(errors)?);
        if !status.success() {
            let words = String::from_utf8_lossy(&errors);
            let words = words.trim().strip_prefix("Error: ").unwrap_or(words.trim());
            bail!("{name} failed ({status}): {words}");
        }
        String::from_utf8(output).map_err(|_| anyhow!("{name} printed what is not UTF-8 text"))
    }
}

/// How a program ended.
enum Ended {
    Itself(ExitStatus),
    BySignal(i32),
}

/// Waits for the end of a program, or brings it about when we are asked to end.
fn wait(child: &mut Child, events: &Receiver<Event>) -> std::io::Result<Ended> {
    let mut open = 2;
    loop {
        if open == 0
            && let Some(status) = child.try_wait()?
        {
            return Ok(Ended::Itself(status));
        }
        let event = if open == 0 { events.recv_timeout(PAUSE) } else { events.recv().map_err(|_| RecvTimeoutError::Disconnected) };
        match event {
            Ok(Event::Closed) => open -= 1,
            Ok(Event::Signal(signal)) => {
                end(child)?;
                return Ok(Ended::BySignal(signal));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => open = 0,
        }
    }
}

/// Asks a program to end, and kills it when it does not.
fn end(child: &mut Child) -> std::io::Result<()> {
    terminate(child);
    let deadline = Instant::now() + GRACE;
    while child.try_wait()?.is_none() {
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            break;
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Reads an output to its end on a thread of its own, so that a program that fills both is never stuck.
fn reader(mut pipe: impl Read + Send + 'static, events: Sender<Event>) -> thread::JoinHandle<std::io::Result<Vec<u8>>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = pipe.read_to_end(&mut bytes);
        // Nobody listens any more when we were asked to end.
        drop(events.send(Event::Closed));
        result.map(|_| bytes)
    })
}

/// Hands every signal that ends a program to who waits for a child; without one, ends at once: nothing was printed yet.
#[cfg(unix)]
fn listen(running: Running) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            match running.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                Some(waiting) => drop(waiting.send(Event::Signal(signal))),
                None => std::process::exit(128 + signal),
            }
        }
    });
    Ok(())
}

#[cfg(unix)]
fn terminate(child: &Child) {
    // It may have ended meanwhile; who waits for it sees that.
    let _ended = rustix::process::kill_process(rustix::process::Pid::from_child(child), rustix::process::Signal::TERM);
}

#[cfg(not(unix))]
fn listen(_running: Running) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn terminate(_child: &Child) {}
