//! The Redis on which several servers meet, and what it has to do for them.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use harness::ProcessCpu;
use serde::{Deserialize, Serialize};

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a bus did for some requests.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// How many requests.
    pub(crate) requests: u64,
    pub(crate) cpu: Duration,
    /// What it read, and what it wrote.
    pub(crate) read: u64,
    pub(crate) written: u64,
    /// How often each of its commands ran; those that a script calls are counted, too.
    pub(crate) commands: BTreeMap<String, u64>,
    /// How many connections hear what is published in a room.
    pub(crate) listeners: u64,
}

/// A Redis of its own, which keeps nothing on disk, and ends with this value.
pub(crate) struct Redis {
    child: Child,
    port: u16,
    connection: BufReader<TcpStream>,
}

/// What it had done by some moment.
pub(crate) struct Reading {
    cpu: ProcessCpu,
    counts: BTreeMap<String, u64>,
    /// How long its answer was: the next one counts it.
    answer: u64,
}

impl Redis {
    /// Starts one at a port that nobody has.
    pub(crate) fn start() -> io::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let start = Instant::now();
        loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
                Ok(connection) => return Ok(Self { child, port, connection: BufReader::new(connection) }),
                Err(error) if start.elapsed() > PATIENCE => {
                    child.kill()?;
                    child.wait()?;
                    return Err(error);
                }
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Where servers find it.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Reads what it has done, once it does nothing.
    pub(crate) fn reading(&mut self) -> io::Result<Reading> {
        let cpu = ProcessCpu::settled(self.child.id())?;
        let text = self.ask("INFO stats commandstats")?;
        Ok(Reading { cpu, counts: counts(&text), answer: text.len() as u64 })
    }

    /// Returns what it has done since, for so many requests.
    pub(crate) fn since(&mut self, before: &Reading, requests: u64) -> io::Result<Traffic> {
        let Reading { cpu, counts, .. } = self.reading()?;
        let since = |name: &str| counts.get(name).copied().unwrap_or_default() - before.counts.get(name).unwrap_or(&0);
        let commands = counts.keys().filter_map(|name| Some((name.strip_prefix("cmdstat_")?, since(name))));
        let commands = commands.filter(|(name, count)| *count > 0 && *name != "info");
        Ok(Traffic {
            requests,
            cpu: cpu.since(&before.cpu),
            read: since("total_net_input_bytes"),
            written: since("total_net_output_bytes").saturating_sub(before.answer),
            commands: commands.map(|(name, count)| (name.to_owned(), count)).collect(),
            listeners: self.listeners()?,
        })
    }

    /// Counts who hears the first room.
    fn listeners(&mut self) -> io::Result<u64> {
        let room = harness::protocol::room(0);
        let channels = self.ask("PUBSUB CHANNELS")?;
        let Some(channel) = channels.lines().find(|line| line.contains(&room)) else { return Ok(0) };
        let answer = self.ask(&format!("PUBSUB NUMSUB {channel}"))?;
        Ok(answer.lines().last().and_then(|line| line.trim_start_matches(':').parse().ok()).unwrap_or_default())
    }

    /// Returns the answer to a command as it came.
    fn ask(&mut self, command: &str) -> io::Result<String> {
        self.connection.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
        let mut text = String::new();
        self.read_reply(&mut text)?;
        Ok(text)
    }

    fn read_reply(&mut self, text: &mut String) -> io::Result<()> {
        let start = text.len();
        self.connection.read_line(text)?;
        let head = text[start..].trim_end().to_owned();
        let count = || head[1..].parse::<u64>().unwrap_or_default();
        match head.as_bytes().first() {
            Some(b'$') => {
                self.connection.by_ref().take(count() + 2).read_to_string(text)?;
            }
            Some(b'*') => {
                for _ in 0..count() {
                    self.read_reply(text)?;
                }
            }
            Some(b':') => {}
            _ => return Err(io::Error::other(format!("the Redis says `{head}`"))),
        }
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

/// Reads the numbers of an `INFO`; of what is said about a command, how often it was called.
fn counts(info: &str) -> BTreeMap<String, u64> {
    let read = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let value = value.strip_prefix("calls=").unwrap_or(value);
        Some((name.to_owned(), value.split(',').next()?.trim().parse().ok()?))
    };
    info.lines().filter_map(read).collect()
}
