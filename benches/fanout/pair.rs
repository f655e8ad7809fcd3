//! The servers of an entrant and the generator that belongs to them.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use harness::{pin, resident_bytes};

use crate::bus::Redis;
use crate::control::{Answer, Crowd, Load, Order, Outcome, Started, hear, tell};
use crate::entrants::Server;
use crate::figures::Memory;
use crate::matrix::Setting;

/// The core of the servers; the generators have the next one.
const SERVER_CORE: usize = 0;

/// The earlier build that is measured beside this one.
pub(crate) static BEFORE: OnceLock<PathBuf> = OnceLock::new();

/// Processes that end with this value.
pub(crate) struct Pair {
    /// Live as long as the generator needs them.
    _servers: Vec<Process>,
    generator: Process,
    /// Where several servers meet.
    bus: Option<Redis>,
    members_of_room: u64,
    /// How long one delivery took in the last load, in seconds; `None` before the first.
    pub(crate) pace: Option<f64>,
}

impl Pair {
    /// Starts all and connects all members; returns also what the connections cost.
    pub(crate) fn start(server: Server, name: &str, setting: Setting) -> io::Result<(Self, Memory)> {
        let Setting { members, rooms, threads, servers } = setting;
        pin(SERVER_CORE..SERVER_CORE + threads)?;
        let bus = if server.count() > 1 { Some(Redis::start()?) } else { None };
        let url = bus.as_ref().map(Redis::url);
        let serve = |_| Process::serve(server, members, threads, url.as_deref());
        let (servers_started, started) = (0..server.count()).map(serve).collect::<io::Result<(Vec<_>, Vec<_>)>>()?;
        let mut generator = Process::start(Command::new(std::env::current_exe()?).arg("generate"))?;
        let pids = servers_started.iter().map(|server: &Process| server.child.id()).collect::<Vec<_>>();
        let before = settled_memory(&pids)?;
        let sleeps = servers > 1 && threads > 1;
        let crowd = Crowd { servers: started, pids: pids.clone(), members, rooms, sleeps };
        let answer = generator.ask(&Order::Connect(crowd))?;
        let Answer::Connected { cpu } = answer else { return Err(broken(answer)) };
        let bytes = settled_memory(&pids)?.saturating_sub(before) as f64 / members as f64;
        let connect = cpu.as_secs_f64() * 1e3 / members as f64;
        Ok((
            Self { _servers: servers_started, generator, bus, members_of_room: (members / rooms) as u64, pace: None },
            Memory { setting, entrant: name.to_owned(), bytes, connect },
        ))
    }

    /// Sends the requests.
    pub(crate) fn run(&mut self, load: &Load) -> io::Result<Outcome> {
        let before = self.bus.as_mut().map(Redis::reading).transpose()?;
        let mut outcome = match self.generator.ask(&Order::Load(load.clone()))? {
            Answer::Done(outcome) => outcome,
            answer => return Err(broken(answer)),
        };
        self.pace = Some(1.0 / outcome.per_second());
        if let (Some(bus), Some(before)) = (&mut self.bus, before) {
            outcome.bus = Some(Box::new(bus.since(&before, outcome.checked / self.members_of_room)?));
        }
        Ok(outcome)
    }
}

/// Returns the folder of the peers that are not Rust.
pub(crate) fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fanout/peers")
}

fn command(server: Server, members: usize, threads: usize, bus: Option<&str>) -> io::Result<Command> {
    if let Server::Two(kind) = server {
        let mut command = command(*kind, members, (threads / 2).max(1), bus)?;
        command.envs(bus.map(|url| ("SYNC_BUS", url)));
        return Ok(command);
    }
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
        Server::Two(_) => return Err(io::Error::other("two of two")),
        Server::Bun(script) => (peers().join("node_modules/bun/bin/bun.exe"), script, "publish"),
    };
    if !peers().join("node_modules").exists() {
        return Err(io::Error::other("the peers are not installed: `scripts/bench fanout` does it"));
    }
    let mut command = Command::new(program);
    command.current_dir(peers()).args([script, kind]).env("NODE_ENV", "production");
    Ok(command)
}

/// Reads how much memory processes have once that does not change any more.
fn settled_memory(pids: &[u32]) -> io::Result<u64> {
    let read = || pids.iter().map(|pid| resident_bytes(*pid)).sum::<io::Result<u64>>();
    let mut last = read()?;
    for _ in 0..10 {
        std::thread::sleep(Duration::from_millis(100));
        let now = read()?;
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
    pub(crate) fn serve(
        server: Server,
        members: usize,
        threads: usize,
        bus: Option<&str>,
    ) -> io::Result<(Self, Started)> {
        pin(SERVER_CORE..SERVER_CORE + threads)?;
        let process = Self::start(&mut command(server, members, threads, bus)?);
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
