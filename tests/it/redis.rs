//! A Redis in the hands of a test.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use sync::Secret;
use tempfile::TempDir;

/// A Redis of a test's own, on a free port, that keeps what it has in a folder.
pub(crate) struct Redis {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Redis {
    /// Starts one; `None` where there is no `redis-server`, which must be there where `SYNC_TEST_REDIS` says so.
    pub(crate) fn new() -> Option<Self> {
        let found = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
        match found {
            Ok(_) => {}
            Err(error) if std::env::var_os("SYNC_TEST_REDIS").is_none() => {
                eprintln!("skipped: there is no `redis-server` ({error})");
                return None;
            }
            Err(error) => panic!("`redis-server` cannot be started: {error}"),
        }
        let mut redis = Self { folder: tempfile::tempdir().expect("a folder"), port: 0, child: None };
        // Whoever takes a free port before the Redis does makes it end at once.
        for _ in 0..10 {
            redis.port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
            if redis.start() {
                return Some(redis);
            }
        }
        panic!("no Redis has started");
    }

    /// Starts it, and returns whether it takes connections.
    pub(crate) fn start(&mut self) -> bool {
        let port = self.port.to_string();
        let arguments = ["--port", &port, "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "always"];
        let mut command = Command::new("redis-server");
        let child = command.args(arguments).current_dir(self.folder.path()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("a Redis");
        let said = BufReader::new(child.stdout.take().expect("its output")).lines();
        let is_ready = said.map_while(Result::ok).any(|line| line.contains("eady to accept connections"));
        self.child = Some(child);
        is_ready
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().and_then(|()| child.wait()).expect("it is ours");
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let child = self.child.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([signal, &child]).status().expect("a shell").success());
    }

    /// Has it do something, and returns what it says.
    pub(crate) fn command(&self, command: &[&str]) -> String {
        let port = self.port.to_string();
        let done = Command::new("redis-cli").args(["-p", &port, "-e"]).args(command).output();
        let done = done.expect("`redis-cli` comes with Redis");
        assert!(done.status.success(), "{command:?}");
        String::from_utf8(done.stdout).expect("a text")
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Makes it a replica of another one, and returns when it has all that is there.
    pub(crate) fn follow(&self, primary: &Self) {
        self.command(&["REPLICAOF", "127.0.0.1", &primary.port.to_string()]);
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !self.command(&["INFO", "replication"]).contains("master_link_status:up") {
            assert!(std::time::Instant::now() < until, "it does not follow");
        }
    }

    /// Returns its address.
    pub(crate) fn url(&self) -> Secret {
        Secret::new(format!("redis://127.0.0.1:{}/0", self.port))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().and_then(|()| child.wait()).expect("it is ours");
        }
    }
}
