//! A server and the generator that belongs to it.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use harness::{pin, resident_bytes};

use crate::control::{Answer, Crowd, Load, Order, Outcome, Started, hear, tell};
use crate::entrants::Server;
use crate::figures::Memory;
use crate::matrix::Setting;

/// The core of the servers; the generators have the next one.
const SERVER_CORE: usize = 0;

/// The earlier build that is measured beside this one.
pub(crate) static BEFORE: OnceLock<PathBuf> = OnceLock::new();

/// Two processes that end with this value.
pub(crate) struct Pair {
    /// Lives as long as the generator needs it.
    _server: Process,
    generator: Process,
    /// How long one delivery took in the last load, in seconds; `None` before the first.
    pub(crate) pace: Option<f64>,
}

impl Pair {
    /// Starts both and connects all members; returns also what the connections cost.
    pub(crate) fn start(server: Server, name: &str, setting: Setting) -> io::Result<(Self, Memory)> {
        let Setting { members, rooms, threads } = setting;
        let (server, started) = Process::serve(server, members, threads)?;
        let mut generator = Process::start(Command::new(std::env::current_exe()?).arg("generate"))?;
        let pid = server.child.id();
        let before = settled_memory(pid)?;
        let crowd = Crowd { server: started, pid, members, rooms };
        let answer = generator.ask(&Order::Connect(crowd))?;
        let Answer::Connected { cpu } = answer else { return Err(broken(answer)) };
        let bytes = settled_memory(pid)?.saturating_sub(before) as f64 / members as f64;
        let connect = cpu.as_secs_f64() * 1e3 / members as f64;
        Ok((
            Self { _server: server, generator, pace: None },
            Memory { setting, entrant: name.to_owned(), bytes, connect },
        ))
    }

    /// Sends the requests.
    pub(crate) fn run(&mut self, load: &Load) -> io::Result<Outcome> {
        match self.generator.ask(&Order::Load(load.clone()))? {
            Answer::Done(outcome) => {
                self.pace = Some(1.0 / outcome.per_second());
                Ok(outcome)
            }
            answer => Err(broken(answer)),
        }
    }
}

/// Returns the folder of the peers that are not Rust.
pub(crate) fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fanout/peers")
}

fn command(server: Server, members: usize, threads: usize) -> io::Result<Command> {
    let (program, script, kind) = match server {
        Server::Rust(kind) | Server::Before(kind) => {
            let program = match server {
                Server::Before(_) => {
                    BEFORE.get().cloned().ok_or_else(|| io::Error::other("`--before` names no build"))?
                }
                _ => std::env::current_exe()?,
            };
            let mut command = Command::new(program);
            command.args(["serve", kind, &members.to_string()]).env("TOKIO_WORKER_THREADS", threads.to_string());
            return Ok(command);
        }
        Server::Node(script, kind) => (PathBuf::from("node"), script, kind),
        Server::Bun(script) => (peers().join("node_modules/bun/bin/bun.exe"), script, "publish"),
    };
    if !peers().join("node_modules").exists() {
        return Err(io::Error::other("the peers are not installed: `scripts/bench fanout` does it"));
    }
    let mut command = Command::new(program);
    command.current_dir(peers()).args([script, kind]).env("NODE_ENV", "production");
    Ok(command)
}

/// Reads how much memory a process has once that does not change any more.
fn settled_memory(pid: u32) -> io::Result<u64> {
    let mut last = resident_bytes(pid)?;
    for _ in 0..10 {
        std::thread::sleep(Duration::from_millis(100));
        let now = resident_bytes(pid)?;
        if now.abs_diff(last) < 64 * 1024 {
            return Ok(now);
        }
        last = now;
    }
    Ok(last)
}

/// A child that is spoken with, and that ends with this value.
pub(crate) struct Process {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a server on as many cores as it has threads, and waits until it listens. Whatever is started next has another core.
    pub(crate) fn serve(server: Server, members: usize, threads: usize) -> io::Result<(Self, Started)> {
        pin(SERVER_CORE..SERVER_CORE + threads)?;
        let process = Self::start(&mut command(server, members, threads)?);
        pin(SERVER_CORE + 1..SERVER_CORE + 2)?;
        let mut process = process?;
        let started = process.hear()?;
        Ok((process, started))
    }

    fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let answers = child.stdout.take().ok_or_else(|| io::Error::other("a child without output"))?;
        Ok(Self { child, answers: BufReader::new(answers) })
    }

    fn ask(&mut self, order: &Order) -> io::Result<Answer> {
        let orders = self.child.stdin.as_mut().ok_or_else(|| io::Error::other("a child without input"))?;
        tell(orders, order)?;
        self.hear()
    }

    fn hear<T: serde::de::DeserializeOwned>(&mut self) -> io::Result<T> {
        hear(&mut self.answers)?.ok_or_else(|| io::Error::other("a child ended"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

fn broken(answer: Answer) -> io::Error {
    match answer {
        Answer::Failed(why) => io::Error::other(why),
        Answer::Connected { .. } | Answer::Done(_) => io::Error::other("an answer to another question"),
    }
}
