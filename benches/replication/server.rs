//! The server, as a process of its own.

use std::alloc::System;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Lines, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use cap::Cap;
use harness::{OwnProcess, print};
use serde_json::Value;
use sync::__private::rest_scopes;
use sync::Config;
use tokio::sync::mpsc;

use crate::database::lsn;

/// What makes this program the server.
pub(crate) const SERVE: &str = "serve-replication";
/// Nobody is pinged while something is measured.
const PING_INTERVAL_MS: &str = "3600000";
/// How long it takes until what clients have shown is stored.
pub(crate) const STORED: Duration = Duration::from_secs(11);

/// Counts what is allocated and not freed: of what is resident, some is kept by the allocator.
#[global_allocator]
static ALLOCATED: Cap<System> = Cap::new(System, usize::MAX);

/// A server that runs; it ends when this is dropped.
pub(crate) struct Server {
    process: OwnProcess,
    pub(crate) port: u16,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        Self::with(&[])
    }

    /// Starts one that reads the rows of a database into a folder.
    pub(crate) fn reading(data: &Path, url: &str) -> Result<Self, Box<dyn Error>> {
        Self::with(&[data.to_str().ok_or("a folder whose name is text")?, url])
    }

    fn with(arguments: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg(SERVE).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut answers = BufReader::new(process.stdout.take().ok_or("an output")?).lines();
        let port = answers.next().ok_or("the server did not start")??.parse()?;
        let questions = process.stdin.take().ok_or("an input")?;
        Ok(Self { process: process.into(), port, questions, answers })
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Says how its reader stands.
    pub(crate) fn report(&self) -> Result<Value, Box<dyn Error>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        write!(
            stream,
            "GET /_sync/replication HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("an answer")?;
        Ok(serde_json::from_str(body)?)
    }

    /// Says up to where all is stored.
    pub(crate) fn stored(&self) -> Result<u64, Box<dyn Error>> {
        lsn(self.report()?["position"].as_str().unwrap_or("0/0"))
    }

    /// Has all of its scopes rest, and asks it how many do, and how many bytes it has allocated and not freed then.
    pub(crate) fn rest(&mut self) -> Result<(u64, f64), Box<dyn Error>> {
        writeln!(self.questions)?;
        let answer = self.answers.next().ok_or("the server has ended")??;
        let (resting, bytes) = answer.split_once(' ').ok_or("two numbers")?;
        Ok((resting.parse()?, bytes.parse()?))
    }
}

/// Serves until standard input ends, in the folder and with the rows of the database that the arguments name, if they do; prints the port, and then for each line how many scopes rest and how many bytes are allocated.
pub(crate) fn serve(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let own = tempfile::tempdir()?;
    let (data, url) = match arguments {
        [data, url] => (Path::new(data), Some(&**url)),
        _ => (own.path(), None),
    };
    let (asking, mut asked) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        io::stdin().lines().map_while(Result::ok).try_for_each(|_| asking.send(())).unwrap_or_default();
        std::process::exit(0);
    });
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let running = state_app::server().start(&state_app::routes::TABLE, config(data, url)?).await?;
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
fn config(data: &Path, url: Option<&str>) -> Result<Config, sync::ConfigError> {
    let data = data.to_string_lossy();
    let variables = [
        ("SYNC_LISTEN", "127.0.0.1:0"),
        ("SYNC_ENV", "development"),
        ("SYNC_LIMITS", "off"),
        ("SYNC_DATA", &data),
        ("SYNC_ADDRESS_UNIDENTIFIED", "4096"),
        ("SYNC_PING_INTERVAL_MS", PING_INTERVAL_MS),
        ("SYNC_PING_TIMEOUT_MS", PING_INTERVAL_MS),
        ("SYNC_REPLICATION_LOG", "file"),
    ];
    let all = variables.into_iter().chain(url.map(|url| ("DATABASE_URL", url)));
    Config::read("", all.map(|(name, value)| (name.to_owned(), value.to_owned())))
}
