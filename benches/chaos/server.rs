//! The server, as a process that can be killed.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use harness::{OwnProcess, print};
use sync::Config;

/// What makes this program the server.
pub(crate) const SERVE: &str = "serve-chaos";

/// A server that runs; it is killed when this is dropped: nothing of it goes on, and it says nothing to anybody.
pub(crate) struct Server {
    #[expect(dead_code, reason = "it is there to be killed")]
    process: OwnProcess,
    pub(crate) port: u16,
}

impl Server {
    /// Starts it on a port, or on a free one for 0, over the files that one before it has left.
    pub(crate) fn start(port: u16, data: &Path) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg(SERVE).arg(port.to_string()).arg(data).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("an output")?).lines();
        let port = lines.next().ok_or("the server does not start")??.parse()?;
        Ok(Self { process: process.into(), port })
    }
}

/// Serves until the process is ended, and prints on which port.
pub(crate) fn serve(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [port, data] = arguments else { return Err("expected a port and a folder".into()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let listen = format!("127.0.0.1:{port}");
        let variables = [
            ("SYNC_LISTEN", listen.as_str()),
            ("SYNC_DATA", data),
            ("SYNC_ENV", "development"),
            ("SYNC_LIMITS", "off"),
            // Who is cut off without a word is noticed soon.
            ("SYNC_PING_INTERVAL_MS", "1000"),
            ("SYNC_PING_TIMEOUT_MS", "3000"),
            // Nobody misses more than is kept: whoever is told of a gap is told so for another reason.
            ("SYNC_HISTORY_EVENTS", "100000"),
            ("SYNC_HISTORY_BYTES", "100000000"),
        ];
        let config = Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
        let running = chaos_app::server().start(&chaos_app::routes::TABLE, config).await?;
        print(&running.address().port().to_string());
        std::future::pending().await
    })
}
