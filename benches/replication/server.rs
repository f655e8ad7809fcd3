//! The server, as a process of its own.

use std::alloc::System;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use cap::Cap;
use harness::{OwnProcess, print};
use sync::__private::rest_scopes;
use sync::Config;
use tokio::sync::mpsc;

/// What makes this program the server.
pub(crate) const SERVE: &str = "serve-replication";
/// Nobody is pinged while something is measured.
const PING_INTERVAL_MS: &str = "3600000";
/// How long it takes until what clients have shown is stored.
const STORED: Duration = Duration::from_secs(11);

/// Counts what is allocated and not freed: of what is resident, some is kept by the allocator.
#[global_allocator]
static ALLOCATED: Cap<System> = Cap::new(System, usize::MAX);

/// A server that runs; it ends when this is dropped.
pub(crate) struct Server {
    #[expect(dead_code, reason = "it is ended when it is dropped")]
    process: OwnProcess,
    pub(crate) port: u16,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg(SERVE).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut answers = BufReader::new(process.stdout.take().ok_or("an output")?).lines();
        let port = answers.next().ok_or("the server did not start")??.parse()?;
        let questions = process.stdin.take().ok_or("an input")?;
        Ok(Self { process: process.into(), port, questions, answers })
    }

    /// Has all of its scopes rest, and asks it how many do, and how many bytes it has allocated and not freed then.
    pub(crate) fn rest(&mut self) -> Result<(u64, f64), Box<dyn Error>> {
        writeln!(self.questions)?;
        let answer = self.answers.next().ok_or("the server has ended")??;
        let (resting, bytes) = answer.split_once(' ').ok_or("two numbers")?;
        Ok((resting.parse()?, bytes.parse()?))
    }
}

/// Serves until standard input ends; prints the port, and then for each line how many scopes rest and how many bytes are allocated.
pub(crate) fn serve(_: &[String]) -> Result<(), Box<dyn Error>> {
    let data = tempfile::tempdir()?;
    let (asking, mut asked) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        io::stdin().lines().map_while(Result::ok).try_for_each(|_| asking.send(())).unwrap_or_default();
        std::process::exit(0);
    });
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(async {
        let running = state_app::server().start(&state_app::routes::TABLE, config(data.path())?).await?;
        print(&running.address().port().to_string());
        while asked.recv().await.is_some() {
            let resting = rest_scopes(running.handle(), Duration::ZERO).await;
            tokio::time::sleep(STORED).await;
            print(&format!("{resting} {}", ALLOCATED.allocated()));
        }
        Ok(())
    })
}

/// Without limits, and with files in a folder of its own.
fn config(data: &Path) -> Result<Config, sync::ConfigError> {
    let data = data.to_string_lossy();
    let variables = [
        ("SYNC_LISTEN", "127.0.0.1:0"),
        ("SYNC_ENV", "development"),
        ("SYNC_LIMITS", "off"),
        ("SYNC_DATA", &data),
        ("SYNC_ADDRESS_UNIDENTIFIED", "4096"),
        ("SYNC_PING_INTERVAL_MS", PING_INTERVAL_MS),
        ("SYNC_PING_TIMEOUT_MS", PING_INTERVAL_MS),
    ];
    Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))
}
