//! The server, as a process of its own.

use std::alloc::System;
use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Lines, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::thread::spawn;

use bench_app::Session;
use cap::Cap;
use harness::{OwnProcess, ProcessCpu, print};
use sync::Config;

/// What makes this program the server.
pub(crate) const SERVE: &str = "serve";
/// How many users have a session.
const USERS: u32 = 400;

/// Counts what is allocated and not freed: of what is resident, some is kept by the allocator.
#[global_allocator]
static ALLOCATED: Cap<System> = Cap::new(System, usize::MAX);

/// A server that runs; it ends when this is dropped.
pub(crate) struct Server {
    process: OwnProcess,
    pub(crate) port: u16,
    tokens: Vec<String>,
    /// What is asked, and answered.
    talk: Mutex<(ChildStdin, Lines<BufReader<ChildStdout>>)>,
}

impl Server {
    /// Starts one with some settings otherwise than usual, each as `NAME=value`.
    pub(crate) fn start(settings: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg(SERVE).args(settings).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("an output")?).lines();
        let port = lines.next().ok_or("the server did not start")??.parse()?;
        let tokens = lines.by_ref().take(USERS as usize).collect::<Result<_, _>>()?;
        let talk = Mutex::new((process.stdin.take().ok_or("an input")?, lines));
        Ok(Self { process: process.into(), port, tokens, talk })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Returns the token of a user; there are a few hundred, and many clients are of the same one.
    pub(crate) fn token(&self, number: u64) -> &str {
        &self.tokens[number as usize % self.tokens.len()]
    }

    /// Reads the CPU time that it has taken.
    pub(crate) fn cpu(&self) -> io::Result<ProcessCpu> {
        ProcessCpu::read(self.pid())
    }

    /// Asks it how many bytes it has allocated and not freed.
    pub(crate) fn allocated(&self) -> Result<f64, Box<dyn Error>> {
        let mut talk = self.talk.lock().map_err(|_| "another thread has panicked")?;
        let (questions, answers) = &mut *talk;
        writeln!(questions)?;
        Ok(answers.next().ok_or("the server has ended")??.parse()?)
    }

    /// Asks it for those of its metrics that have no labels.
    pub(crate) fn metrics(&self) -> io::Result<HashMap<String, f64>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let metric = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.trim().parse().ok()?))
        };
        Ok(answer.lines().filter_map(metric).collect())
    }
}

/// Serves until standard input ends; prints the port and the tokens, and then for each line how many bytes are allocated.
pub(crate) fn serve(settings: &[String]) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let running = bench_app::server().start(&bench_app::routes::TABLE, config(settings)?).await?;
        print(&running.address().port().to_string());
        for seat in 0..USERS {
            let session = Session { user_id: format!("user-{seat}"), seat, active: true };
            print(running.handle().sessions().create(session).await?.as_str());
        }
        answer();
        std::future::pending().await
    })
}

/// In production this machine has limits like any other address.
fn config(settings: &[String]) -> Result<Config, sync::ConfigError> {
    let usual =
        [("SYNC_LISTEN".to_owned(), "127.0.0.1:0".to_owned()), ("SYNC_ENV".to_owned(), "production".to_owned())];
    let others = settings.iter().filter_map(|setting| setting.split_once('='));
    let others = others.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Config::read("", usual.into_iter().chain(others))
}

fn answer() {
    spawn(|| {
        io::stdin().lines().map_while(Result::ok).for_each(|_| print(&ALLOCATED.allocated().to_string()));
        std::process::exit(0);
    });
}
