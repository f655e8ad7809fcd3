//! A Postgres in the hands of a test.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sync::Secret;
use tempfile::TempDir;

/// Debian keeps the programs out of the `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A Postgres of a test's own, on a free port, that keeps what it has in a folder.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    /// Starts one; `None` where there is none on this machine, which must be there where `SYNC_TEST_POSTGRES` says so.
    pub(crate) fn new() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("SYNC_TEST_POSTGRES").is_none(), "there is no Postgres: `make setup` installs it");
            eprintln!("skipped: there is no Postgres");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let mut postgres = Self { programs, folder, port: 0, child: None };
        if is_root() {
            let folder = postgres.folder.path();
            assert!(Command::new("chown").arg("postgres").arg(folder).status().expect("a program").success());
        }
        postgres.make();
        // Whoever takes a free port before the Postgres does makes it end at once.
        for _ in 0..10 {
            postgres.port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
            if postgres.start() {
                return Some(postgres);
            }
        }
        panic!("no Postgres has started");
    }

    /// Makes its folder, as a copy of the one that was made first: making one takes longer than what most tests do with it. All are of one cluster, as a
    /// database says it.
    fn make(&self) {
        let version = self.program("postgres").arg("--version").output().expect("a program").stdout;
        let version = String::from_utf8(version).expect("a text");
        let first = Path::new(env!("CARGO_TARGET_TMPDIR")).join(version.trim());
        if first.exists() {
            return copy(&first, &self.data());
        }
        let options = ["-U", "sync", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8", "-D"];
        let made = self.program("initdb").args(options).arg(self.data()).stdout(Stdio::null()).status();
        assert!(made.expect("a program").success(), "the folder cannot be made");
        // Only what is whole has the name; one of those that make it at the same time is enough.
        let whole = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        copy(&self.data(), &whole.path().join("data"));
        let kept = std::fs::rename(whole.path().join("data"), &first);
        assert!(kept.is_ok() || first.exists(), "{kept:?}");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// It refuses to be run by root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        command.current_dir(self.folder.path());
        command
    }

    /// Starts it, and returns whether it takes connections.
    fn start(&mut self) -> bool {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        let folder = self.folder.path().to_str().expect("a text");
        for setting in [
            "listen_addresses=127.0.0.1",
            // What was written outlives the program by the system, which no test ends; and no test waits for the disk.
            "fsync=off",
            &format!("unix_socket_directories={folder}"),
            "max_connections=60",
            "wal_level=logical",
            "max_replication_slots=20",
            "max_wal_senders=20",
        ] {
            command.args(["-c", setting]);
        }
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a Postgres");
        let mut said = BufReader::new(child.stderr.take().expect("its output")).lines().map_while(Result::ok);
        let is_ready = said.any(|line| line.contains("ready to accept connections"));
        if !is_ready {
            child.wait().expect("it is ours");
            return false;
        }
        // It would wait where nobody reads what it says.
        std::thread::spawn(move || said.for_each(drop));
        self.child = Some(child);
        true
    }

    /// Starts it again: what is left of the one before may take a moment to end.
    pub(crate) fn start_again(&mut self) {
        assert!((0..100).any(|_| self.start()), "it does not start again");
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().and_then(|()| child.wait()).expect("it is ours");
    }

    /// Ends it in good order: all that was written is in its folder.
    pub(crate) fn stop(&mut self) {
        let stopped = self.program("pg_ctl").arg("-D").arg(self.data()).args(["-m", "fast", "-w", "stop"]).output();
        assert!(stopped.expect("a program").status.success(), "it does not stop");
        self.child.take().expect("it runs").wait().expect("it is ours");
    }

    /// Brings back what it has in its folder as a backup is: it goes on from there in a timeline of its own.
    pub(crate) fn restore(&mut self) {
        self.stop();
        let write = |name: &str, text: &str| {
            let path = self.data().join(name);
            std::fs::write(&path, text).expect("it is ours");
            // It is not the one that runs the database who has written it.
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o666)).expect("it is ours");
        };
        write("recovery.signal", "");
        write("postgresql.auto.conf", "restore_command = 'false'\n");
        self.start_again();
    }

    /// Keeps its folder as it is, while it does not run; what is kept already takes its place again.
    pub(crate) fn keep_or_bring_back(&self) {
        let (data, kept) = (self.data(), self.folder.path().join("kept"));
        let (from, to) = if kept.exists() { (&kept, &data) } else { (&data, &kept) };
        if to.exists() {
            std::fs::remove_dir_all(to).expect("it is ours");
        }
        copy(from, to);
    }

    /// Returns its address.
    pub(crate) fn url(&self) -> Secret {
        Secret::new(url(self.port))
    }

    /// Returns the port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A `psql` that runs what it is written, one statement after the other, and says nothing.
    pub(crate) fn psql(&self) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", &url(self.port)]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().and_then(|()| child.wait()).expect("it is ours");
        }
    }
}

/// Copies a folder, whoever owns what is in it.
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().expect("a program").success());
}

/// The address of one that listens on a port, or of what leads there.
pub(crate) fn url(port: u16) -> String {
    format!("postgres://sync@127.0.0.1:{port}/postgres")
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Finds the folder with the programs: that of the newest version, or one on the `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let number = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).filter_map(|folder| Some((number(&folder)?, folder))).max();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let of_path = std::env::split_paths(&path).collect::<Vec<_>>();
    let folders = newest.map(|(_, folder)| folder.join("bin")).into_iter().chain(of_path);
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}
