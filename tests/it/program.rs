//! The test app as a program of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

/// The program, in a folder without a `sync.toml`.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program());
    prepare(&mut command, variables);
    command
}

/// A shell that does what `script` says, where `$0` is the program.
pub(crate) fn shell(script: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(program());
    prepare(&mut command, variables);
    command
}

fn program() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    let program: PathBuf = this.ancestors().nth(2).expect("a profile").join("examples/test_app_server");
    assert!(program.exists(), "`cargo build -p sync-tests --examples` makes {}", program.display());
    program
}

fn prepare(command: &mut Command, variables: &[(&str, &str)]) {
    // What is said to the tests is not said to the program.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SYNC_")) {
        command.env_remove(name);
    }
    command.current_dir(std::env::temp_dir()).env("SYNC_LISTEN", "127.0.0.1:0").env_remove("RUST_LOG");
    command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
}

/// The program while it runs; a test that fails leaves none behind. Its log is read all the time, since a program whose log nobody reads
/// stands still as soon as the pipe is full.
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    log: Option<JoinHandle<String>>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has mostly ended.
        self.child.kill().unwrap_or_default();
        self.child.wait().map_or_else(drop, drop);
    }
}

impl Program {
    /// Starts it, and waits until it listens.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        Self::run(command(variables))
    }

    /// Runs a command that is the program sooner or later.
    pub(crate) fn run(mut command: Command) -> Self {
        let mut child = command.spawn().expect("it runs");
        let log = child.stderr.take().expect("a log");
        let log = std::thread::spawn(move || std::io::read_to_string(log).expect("a text"));
        let output = child.stdout.take().expect("an output");
        let line = BufReader::new(output).lines().next().expect("it listens").expect("a text");
        let address = line.strip_prefix("listening on http://").expect("an address");
        Self { child, address: address.parse().expect("an address"), log: Some(log) }
    }

    /// Returns where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets no file become larger than so many bytes.
    pub(crate) fn bound_files(&self, bytes: &str) {
        let (pid, size) = (self.child.id().to_string(), format!("--fsize={bytes}:"));
        assert!(Command::new("prlimit").args(["--pid", &pid, &size]).status().expect("prlimit runs").success());
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill runs").success());
    }

    /// Lets it run no more, as a machine that sleeps; it may be killed all the same.
    pub(crate) fn stand_still(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("it is ours");
    }

    /// Waits until it has ended by itself, and returns whether that was in order, and its log.
    pub(crate) fn ended(mut self) -> (bool, String) {
        let status = self.child.wait().expect("it is ours");
        (status.success(), self.log.take().expect("it is read").join().expect("a log"))
    }

    /// Stops it, and returns its log.
    pub(crate) fn stop(mut self) -> String {
        self.signal("-TERM");
        self.log.take().expect("it is read").join().expect("a log")
    }
}
