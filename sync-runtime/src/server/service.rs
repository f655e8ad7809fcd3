//! The service that the process is: whoever manages it is told how it is, and may ask for the next one.

use std::path::PathBuf;
use std::process::Command;

use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use crate::config::Config;

/// Tells systemd that this process serves, and that it is the one to watch: another one may have been before. Source: sd_notify(3).
pub(super) fn tell_ready() {
    tell(&[NotifyState::Ready, NotifyState::MainPid(std::process::id())]);
}

/// Tells systemd which process it is to watch from now on: before this one ends, so that the service has one at any time.
pub(super) fn tell_successor(pid: Option<u32>) {
    if let Some(pid) = pid {
        tell(&[NotifyState::MainPid(pid)]);
    }
}

/// Tells systemd that this process ends.
pub(super) fn tell_stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    // Nobody asks for it where no systemd has started the process.
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd cannot be told how the server is");
    }
}

/// Starts the program that is in the place of this one by then, whenever SIGUSR2 asks for it, to take over; `None` where none may.
pub(super) fn replaced_when_asked(config: &Config) -> Option<JoinHandle<()>> {
    let asked = config.takeover.then(|| signal(SignalKind::user_defined2()));
    let program = program();
    match (asked?, program) {
        (Ok(asked), Ok(program)) => Some(tokio::spawn(replace(asked, program))),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%error, "SIGUSR2 starts no other server");
            None
        }
    }
}

/// Returns by what name the program was started, which may lead elsewhere by then: its own one is that of a file that is gone when it was replaced.
fn program() -> std::io::Result<PathBuf> {
    match std::env::args_os().next().map(PathBuf::from) {
        Some(name) if name.components().count() > 1 => std::path::absolute(name),
        _ => std::env::current_exe(),
    }
}

async fn replace(mut asked: tokio::signal::unix::Signal, program: PathBuf) {
    while asked.recv().await.is_some() {
        match Command::new(&program).args(std::env::args_os().skip(1)).spawn() {
            Ok(mut next) => {
                tracing::info!(pid = next.id(), "started the next server");
                // Only one that could not take over ends before this process.
                std::thread::spawn(move || match next.wait() {
                    Ok(status) => tracing::warn!(%status, "the next server has ended"),
                    Err(error) => tracing::warn!(%error, "the next server is not ours"),
                });
            }
            Err(error) => tracing::error!(program = %program.display(), %error, "the next server cannot be started"),
        }
    }
}
