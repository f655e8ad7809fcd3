//! Builds, of which the newest counts.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::process::Process;
use super::{Event, tell};
use crate::cargo::{self, Build};
use crate::failure::Failure;
use crate::project::Project;

/// How long cargo may take to end the compilers that it has started.
const PATIENCE: Duration = Duration::from_secs(2);

/// The builds of an app.
pub(super) struct Builds {
    project: Arc<Project>,
    how: Build,
    events: Sender<Event>,
    /// How many have begun.
    number: u64,
    running: Option<Running>,
}

/// Where a build stands.
#[derive(Debug, Default)]
enum Stage {
    /// Cargo is being started.
    #[default]
    Starting,
    /// It runs.
    Running(Process),
    /// Nobody waits for it any more.
    GivenUp,
}

type Running = Arc<Mutex<Stage>>;

impl Builds {
    pub(super) fn new(project: &Project, colors: bool, events: Sender<Event>) -> Self {
        let how = Build { colors, ..Build::default() };
        Self { project: Arc::new(project.clone()), how, events, number: 0, running: None }
    }

    /// Starts one; when it ends, the loop hears of it.
    pub(super) fn start(&mut self) {
        self.number += 1;
        let (project, how, events, number) = (self.project.clone(), self.how, self.events.clone(), self.number);
        let process = Running::default();
        self.running = Some(process.clone());
        std::thread::spawn(move || {
            let built = build(&project, how, &process);
            tell(&events, Event::Built(number, built));
        });
    }

    /// Notes that the build of this number has ended; `false` if it is not the newest one, or was given up.
    pub(super) fn ends(&mut self, number: u64) -> bool {
        number == self.number && self.running.take().is_some()
    }

    /// Whether one runs.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Ends the one that runs: what it would have said is not of interest any more.
    pub(super) fn give_up(&mut self) {
        let Some(running) = self.running.take() else { return };
        let stage = std::mem::replace(&mut *lock(&running), Stage::GivenUp);
        if let Stage::Running(mut process) = stage {
            process.end(PATIENCE);
        }
    }
}

impl Drop for Builds {
    fn drop(&mut self) {
        self.give_up();
    }
}

fn build(project: &Project, how: Build, running: &Running) -> Result<cargo::Built, Failure> {
    let mut process =
        Process::start(&mut cargo::building(project, how)?).map_err(Failure::program("cargo", "install Rust"))?;
    let streams = process.child().stdout.take().zip(process.child().stderr.take());
    let (stdout, stderr) = streams.ok_or_else(|| Failure::new("cargo has no output"))?;
    {
        let mut stage = lock(running);
        if matches!(*stage, Stage::GivenUp) {
            return Err(Failure::new("given up"));
        }
        *stage = Stage::Running(process);
    }
    let mut built = cargo::read(project, stdout, stderr)?;
    let stage = std::mem::replace(&mut *lock(running), Stage::GivenUp);
    if let Stage::Running(mut process) = stage {
        // It has closed its output, so it is about to end.
        built.is_done = process.child().wait().is_ok_and(|status| status.success());
    }
    Ok(built)
}

fn lock(running: &Running) -> MutexGuard<'_, Stage> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}
