//! An app outside of this repository, its builds and its server.

use std::io::{BufRead, BufReader, Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use harness::children_cpu;

use crate::source::{self, Change};

/// How often the types are looked at while a build runs.
const LOOK: Duration = Duration::from_millis(5);

/// A workspace in a folder of its own, with the folder in which cargo builds it.
///
/// That one stays from run to run, so that the packages from the registry are compiled once.
pub(crate) struct Outside {
    folder: tempfile::TempDir,
    target: PathBuf,
}

/// One save, in seconds.
pub(crate) struct Save {
    pub(crate) build: Cost,
    /// From the start of the build until the types are current; `None` when they do not change.
    pub(crate) types_wall: Option<f64>,
    /// From the start of the server's process until it prints that it listens.
    pub(crate) start: Cost,
}

/// Seconds of a process and of all that it started.
pub(crate) struct Cost {
    pub(crate) cpu: f64,
    pub(crate) wall: f64,
}

/// The new name of the field that gets one.
fn field(change: Change, time: usize) -> Option<String> {
    (change == Change::Type).then(|| format!("value_{time}"))
}

impl Outside {
    /// Writes an app with so many routes.
    pub(crate) fn new(routes: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let app = Self { folder, target: Path::new(env!("CARGO_TARGET_TMPDIR")).join("save") };
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"));
        app.write(Path::new("Cargo.toml"), &source::workspace(repository))?;
        std::fs::copy(repository.join("Cargo.lock"), app.path("Cargo.lock"))?;
        for (path, text) in source::files(routes) {
            app.write(&path, &text)?;
        }
        Ok(app)
    }

    /// Returns where it is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns where cargo builds it.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Saves a handler; no two values of `time` give the same text.
    pub(crate) fn change(&self, change: Change, time: usize) -> Result<()> {
        if change == Change::Nothing {
            return Ok(());
        }
        let field = field(change, time);
        let (path, text) = source::changed(field.as_deref().unwrap_or("new_value"), time + 2);
        self.write(&path, &text)
    }

    /// Saves a handler, builds, and starts the server; no two values of `time` give the same text.
    pub(crate) fn save(&self, change: Change, time: usize) -> Result<Save> {
        let field = field(change, time);
        self.change(change, time)?;
        let expected = field.map(|_| format!("value{time}"));
        let (build, types_wall) = self.build(expected.as_deref())?;
        Ok(Save { build, types_wall, start: self.start()? })
    }

    fn build(&self, expected: Option<&str>) -> Result<(Cost, Option<f64>)> {
        let built = AtomicBool::new(false);
        let start = Instant::now();
        std::thread::scope(|scope| {
            let types = scope.spawn(|| self.see(expected?, start, &built));
            let before = children_cpu();
            let status = self.cargo().status();
            built.store(true, Ordering::Relaxed);
            let cost = Cost { cpu: (children_cpu() - before).as_secs_f64(), wall: start.elapsed().as_secs_f64() };
            let types_wall = types.join().unwrap_or_default();
            if !status?.success() || types_wall.is_some() != expected.is_some() {
                return Err(Error::other("the app was not built"));
            }
            Ok((cost, types_wall))
        })
    }

    /// Waits until the types hold the word `expected`; gives up once the build has ended without it.
    fn see(&self, expected: &str, start: Instant, built: &AtomicBool) -> Option<f64> {
        loop {
            let was_built = built.load(Ordering::Relaxed);
            let types = std::fs::read_to_string(self.path("apiTypes.generated.ts")).unwrap_or_default();
            if types.contains(&format!(" {expected}:")) {
                return Some(start.elapsed().as_secs_f64());
            }
            if was_built {
                return None;
            }
            std::thread::sleep(LOOK);
        }
    }

    fn start(&self) -> Result<Cost> {
        let before = children_cpu();
        let start = Instant::now();
        let mut server = Command::new(self.target.join("debug/saved-server"))
            .current_dir(self.folder.path())
            .env("SYNC_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()?;
        let output = server.stdout.take().map(BufReader::new);
        let first_line = output.and_then(|output| output.lines().next()).transpose()?.unwrap_or_default();
        let wall = start.elapsed().as_secs_f64();
        server.kill()?;
        server.wait()?;
        if !first_line.starts_with("listening on ") {
            return Err(Error::other(format!("the server printed `{first_line}`")));
        }
        Ok(Cost { cpu: (children_cpu() - before).as_secs_f64(), wall })
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--offline"]).current_dir(self.folder.path());
        cargo.env("CARGO_TARGET_DIR", &self.target).env_remove("SYNC_CHECK").stdin(Stdio::null());
        cargo
    }

    fn write(&self, inside: &Path, text: &str) -> Result<()> {
        let path = self.folder.path().join(inside);
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, text)
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }
}
