//! The server, as a process of its own.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use bench_app::Session;
use harness::{print, resident_bytes};
use sync::Config;

/// What makes this program the server.
pub(crate) const SERVE: &str = "serve-flooded";
/// How many users it knows.
pub(crate) const USERS: usize = 10;

/// A server that runs; it ends when this is dropped.
pub(crate) struct Child {
    process: std::process::Child,
    pub(crate) address: SocketAddr,
    pub(crate) tokens: Vec<String>,
}

impl Child {
    pub(crate) fn start(limits: &str) -> Result<Self, Box<dyn Error>> {
        let mut process =
            Command::new(std::env::current_exe()?).args([SERVE, limits]).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("an output")?).lines();
        let address = lines.next().ok_or("an address")??.parse()?;
        let tokens = lines.take(USERS).collect::<Result<_, _>>()?;
        Ok(Self { process, address, tokens })
    }

    pub(crate) fn resident(&self) -> std::io::Result<u64> {
        resident_bytes(self.process.id())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).map(drop).unwrap_or_default();
    }
}

/// Serves until the process is ended, and prints where, and the tokens of the users.
pub(crate) fn serve(has_limits: bool) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        // In production this machine has limits like any other address; without limits, it has to be development.
        let environment = if has_limits { "production" } else { "development" };
        let limits = if has_limits { "on" } else { "off" };
        let variables = [("SYNC_LISTEN", "127.0.0.1:0"), ("SYNC_ENV", environment), ("SYNC_LIMITS", limits)];
        let config = Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
        let running = bench_app::server().start(&bench_app::routes::TABLE, config).await?;
        print(&running.address().to_string());
        for seat in 0..u32::try_from(USERS)? {
            let session = Session { user_id: format!("user-{seat}"), seat, active: true };
            print(running.handle().sessions().create(session).await?.as_str());
        }
        std::future::pending().await
    })
}
