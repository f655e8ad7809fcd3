//! The server, as a process of its own.

use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bench_app::Session;
use harness::{OwnProcess, ProcessCpu, open_files, pin, print, protocol};
use sync::Config;

/// What makes this program the server.
pub(crate) const SERVE: &str = "serve-storm";

/// Nobody is pinged while something is measured.
const PING_INTERVAL_MS: &str = "3600000";
/// How long the server may take to notice that connections are gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs; it ends when this is dropped.
pub(crate) struct Server {
    process: OwnProcess,
    pub(crate) port: u16,
    /// The sessions of the members, by their numbers.
    pub(crate) tokens: Vec<String>,
}

impl Server {
    /// Starts it on core 0, for so many members; this thread, and those that it starts, are on core 1 from now on.
    pub(crate) fn start(members: usize) -> Result<Self, Box<dyn Error>> {
        pin(0..1)?;
        let mut command = Command::new(std::env::current_exe()?);
        let process = command.args([SERVE, &members.to_string()]).stdout(Stdio::piped()).spawn();
        pin(1..2)?;
        let mut process = process?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("an output")?).lines();
        let port = lines.next().ok_or("a port")??.parse()?;
        let tokens = lines.take(members).collect::<Result<_, _>>()?;
        Ok(Self { process: process.into(), port, tokens })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn cpu(&self) -> io::Result<ProcessCpu> {
        ProcessCpu::read(self.pid())
    }

    /// Waits until it has no more than so many files open, and nothing to do.
    pub(crate) fn settled(&self, files: usize) -> io::Result<()> {
        let start = Instant::now();
        while open_files(self.pid())? > files {
            if start.elapsed() > PATIENCE {
                return Err(io::Error::other("the server does not notice that connections are gone"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut last = self.cpu()?;
        loop {
            std::thread::sleep(Duration::from_millis(50));
            let now = self.cpu()?;
            if now.since(&last) < Duration::from_millis(1) {
                return Ok(());
            }
            last = now;
        }
    }
}

/// Serves until the process is ended, and prints where, and the tokens of the members.
pub(crate) fn serve(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let members = arguments.first().ok_or("a number of members")?.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let variables = [
            ("SYNC_LISTEN", "127.0.0.1:0"),
            ("SYNC_ENV", "development"),
            ("SYNC_LIMITS", "off"),
            // All come from one address, where elsewhere each has its own: as many as from all addresses may be about to log in.
            ("SYNC_ADDRESS_UNIDENTIFIED", "4096"),
            ("SYNC_PING_INTERVAL_MS", PING_INTERVAL_MS),
            ("SYNC_PING_TIMEOUT_MS", PING_INTERVAL_MS),
        ];
        let config = Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
        let running = bench_app::server().start(&bench_app::routes::TABLE, config).await?;
        print(&running.address().port().to_string());
        for member in 0..members {
            let session = Session { user_id: protocol::user(member), seat: u32::try_from(member)?, active: true };
            print(running.handle().sessions().create(session).await?.as_str());
        }
        std::future::pending().await
    })
}
