//! The servers, as processes of their own: each prints one line, `{port, paths}`, when it listens.

use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use harness::{OwnProcess, ProcessCpu, pin, print};
use serde::Deserialize;
use sync::Config;

/// What makes this program our server.
pub(crate) const SERVE: &str = "serve-state";

/// Nobody is pinged while something is measured.
const PING_INTERVAL_MS: &str = "3600000";

/// Who serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ours,
    /// ws for Node: the whole value to everybody.
    Broadcast,
    Colyseus,
}

/// A server that runs; it ends when this is dropped.
pub(crate) struct Server {
    process: OwnProcess,
    pub(crate) kind: Kind,
    pub(crate) port: u16,
    /// Where each member connects, of a peer.
    pub(crate) paths: Vec<String>,
}

/// What a server says when it listens.
#[derive(Deserialize)]
struct Started {
    port: u16,
    paths: Vec<String>,
}

impl Server {
    /// Starts one on core 0; this thread is on core 1 from now on. A peer has a value of so many kilobytes, for so many members.
    pub(crate) fn start(kind: Kind, kilobytes: usize, members: usize) -> Result<Self, Box<dyn Error>> {
        let mut command = command(kind, kilobytes, members)?;
        pin(0..1)?;
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        pin(1..2)?;
        let mut process = process?;
        let first = BufReader::new(process.stdout.take().ok_or("an output")?).lines().next();
        let Started { port, paths } = serde_json::from_str(&first.ok_or("the server did not start")??)?;
        Ok(Self { process: process.into(), kind, port, paths })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Reads the CPU time that it has taken, once it does nothing.
    pub(crate) fn cpu(&self) -> io::Result<ProcessCpu> {
        ProcessCpu::settled(self.pid())
    }
}

fn command(kind: Kind, kilobytes: usize, members: usize) -> io::Result<Command> {
    let script = match kind {
        Kind::Ours => {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg(SERVE);
            return Ok(command);
        }
        Kind::Broadcast => "broadcast.mjs",
        Kind::Colyseus => "colyseus.mjs",
    };
    if !peers().join("node_modules").exists() {
        return Err(io::Error::other("the peers are not installed: `scripts/bench state` does it"));
    }
    let mut command = Command::new("node");
    command.current_dir(peers()).env("NODE_ENV", "production");
    command.args([script.to_owned(), kilobytes.to_string(), members.to_string()]);
    Ok(command)
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("state/peers")
}

/// Serves until the process is ended.
pub(crate) fn serve(_: &[String]) -> Result<(), Box<dyn Error>> {
    let data = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let running = state_app::server().start(&state_app::routes::TABLE, config(data.path())?).await?;
        print(&format!(r#"{{"port":{},"paths":[]}}"#, running.address().port()));
        std::future::pending().await
    })
}

/// Without limits, and with files in a folder of its own.
pub(crate) fn config(data: &Path) -> Result<Config, sync::ConfigError> {
    let data = data.to_string_lossy();
    let variables = [
        ("SYNC_LISTEN", "127.0.0.1:0"),
        ("SYNC_ENV", "development"),
        ("SYNC_LIMITS", "off"),
        ("SYNC_DATA", &data),
        // All come from one address, where elsewhere each has its own: as many as from all addresses may be about to log in.
        ("SYNC_ADDRESS_UNIDENTIFIED", "4096"),
        ("SYNC_PING_INTERVAL_MS", PING_INTERVAL_MS),
        ("SYNC_PING_TIMEOUT_MS", PING_INTERVAL_MS),
    ];
    Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))
}
