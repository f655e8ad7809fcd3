//! A program that runs beside us, and all that it starts: ended together.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// How often it is looked whether a process has ended.
const LOOK: Duration = Duration::from_millis(5);

/// A running program.
#[derive(Debug)]
pub(super) struct Process(Child);

/// What a process is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// Come to an end.
    End,
    /// Read your files anew.
    ReadAnew,
}

impl Process {
    /// Starts `command` as the first process of a group of its own: Ctrl-C reaches us alone, and we end the others in our order.
    pub(super) fn start(command: &mut Command) -> std::io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.spawn().map(Self)
    }

    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Asks the program itself, without what it has started.
    pub(super) fn ask(&self, request: Request) -> bool {
        signal(&self.0, request, false)
    }

    /// Asks it and all that it has started to end, and makes it after `patience`; returns how it ended, or `None` if it had to be made.
    pub(super) fn end(&mut self, patience: Duration) -> Option<ExitStatus> {
        let ended = self.ended_within(patience);
        // What it has started may still be there, and is nobody's then.
        kill(&mut self.0);
        ended
    }

    /// Returns how it has ended, if it has.
    pub(super) fn status(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().ok().flatten()
    }

    fn ended_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + patience;
        let ended = self.status();
        if ended.is_some() || !signal(&self.0, Request::End, true) {
            return ended;
        }
        while Instant::now() < until {
            if let Some(status) = self.status() {
                return Some(status);
            }
            std::thread::sleep(LOOK);
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end(Duration::from_millis(500));
    }
}

#[cfg(unix)]
fn signal(child: &Child, request: Request, with_group: bool) -> bool {
    use rustix::process::{Pid, Signal, kill_process, kill_process_group};

    let Some(pid) = Pid::from_raw(child.id().cast_signed()) else { return false };
    let signal = match request {
        Request::End => Signal::TERM,
        Request::ReadAnew => Signal::HUP,
    };
    if with_group { kill_process_group(pid, signal) } else { kill_process(pid, signal) }.is_ok()
}

#[cfg(not(unix))]
fn signal(_: &Child, _: Request, _: bool) -> bool {
    false
}

fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
