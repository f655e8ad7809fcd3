//! The server, which takes over from the one before it.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use harness::print;
use sync::Config;

/// What makes this program the server.
pub(crate) const SERVE: &str = "serve-swap";

/// A server that runs.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

/// A server that has been started, and does not listen yet.
pub(crate) struct Starting {
    process: Child,
    line: JoinHandle<Option<String>>,
}

impl Server {
    /// Starts one over these files, and waits until it listens.
    pub(crate) fn start(data: &Path) -> Result<Self, Box<dyn Error>> {
        Self::begin(data)?.started()
    }

    /// Starts one: where another runs over the same files, it takes over.
    pub(crate) fn begin(data: &Path) -> Result<Starting, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg(SERVE).arg(data).stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or("an output")?;
        let line = std::thread::spawn(move || BufReader::new(output).lines().next()?.ok());
        Ok(Starting { process, line })
    }

    /// Returns whether it has ended.
    pub(crate) fn has_ended(&mut self) -> std::io::Result<bool> {
        Ok(self.process.try_wait()?.is_some())
    }
}

impl Starting {
    /// Returns whether it listens, or has ended.
    pub(crate) fn listens(&self) -> bool {
        self.line.is_finished()
    }

    /// Waits until it listens.
    pub(crate) fn started(self) -> Result<Server, Box<dyn Error>> {
        let line = self.line.join().map_err(|_| "its output cannot be read")?.ok_or("the server does not start")?;
        Ok(Server { process: self.process, port: line.parse()? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The last one does not end by itself.
        self.process.kill().unwrap_or_default();
        drop(self.process.wait());
    }
}

/// Serves until another one has taken over, and prints on which port.
pub(crate) fn serve(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [data] = arguments else { return Err("expected a folder".into()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let variables = [
            ("SYNC_LISTEN", "127.0.0.1:0"),
            ("SYNC_DATA", data),
            ("SYNC_ENV", "development"),
            ("SYNC_LIMITS", "off"),
            ("SYNC_TAKEOVER", "on"),
        ];
        let config = Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
        let running = chaos_app::server().start(&chaos_app::routes::TABLE, config).await?;
        print(&running.address().port().to_string());
        running.until(std::future::pending()).await;
        Ok(())
    })
}
