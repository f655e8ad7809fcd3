//! `cargo sync dev` on an app: what it says of each save, and when.

use std::io::{BufRead, BufReader, Error, Lines, Result};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::outside::Outside;
use crate::source::Change;

/// The command line, as a process.
pub(crate) struct Dev {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
}

/// From a save on, in seconds.
pub(crate) struct Seen {
    /// Until the types are there as a preview; `None` where they do not change.
    pub(crate) preview: Option<f64>,
    /// Until they are there as the compiler has them.
    pub(crate) types: f64,
    /// Until the new server listens, and the one before has ended.
    pub(crate) live: f64,
}

impl Dev {
    /// Starts it, and waits until the app runs.
    pub(crate) fn start(app: &Outside) -> Result<Self> {
        // This program is it, too: see `main`.
        let mut process = Command::new(std::env::current_exe()?)
            .args(["sync", "dev", "--json", "--no-web"])
            .current_dir(app.folder())
            .env("CARGO", env!("CARGO"))
            .env("CARGO_TARGET_DIR", app.target())
            .env("CARGO_NET_OFFLINE", "true")
            .env("SYNC_LISTEN", "127.0.0.1:0")
            .env("RUST_LOG", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or_else(|| Error::other("no output"))?;
        let mut dev = Self { process, said: BufReader::new(output).lines() };
        dev.until_live(Instant::now())?;
        Ok(dev)
    }

    /// Saves a handler; no two values of `time` give the same text.
    pub(crate) fn save(&mut self, app: &Outside, change: Change, time: usize) -> Result<Seen> {
        let start = Instant::now();
        app.change(change, time)?;
        self.until_live(start)
    }

    fn until_live(&mut self, start: Instant) -> Result<Seen> {
        let (mut preview, mut types) = (None, 0.0);
        loop {
            let line = self.said.next().ok_or_else(|| Error::other("it has ended"))??;
            let said: Value = serde_json::from_str(&line)?;
            let after = start.elapsed().as_secs_f64();
            match said["event"].as_str() {
                Some("types") if said["isPreview"] == true => preview = Some(after),
                Some("types") => types = after,
                Some("live") => return Ok(Seen { preview, types, live: after }),
                Some("failed") => return Err(Error::other(format!("the app was not built: {line}"))),
                _ => {}
            }
        }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Asked, it ends the server, too.
        let id = i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        let _ = self.process.wait();
    }
}
