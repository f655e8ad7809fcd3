//! The app's server: one process after the other on one socket. The next one takes over from the one that runs, with all connections; where it cannot, it
//! starts when that has ended, and nobody who connects in between is turned away.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant, SystemTime};

use super::process::{Process, Request};
use super::{Event, tell};
use crate::failure::Failure;
use crate::lines::lines;
use crate::project::Project;
use crate::terminal::Terminal;

/// Where a server listens that nothing else is said of.
const LISTEN: &str = "127.0.0.1:3000";
/// How long a server may take to send what is still to be sent; a handler that runs on does not keep its successor waiting.
const STOPPING: Duration = Duration::from_millis(1500);

/// How long a process may take to end that has closed its output.
const ENDING: Duration = Duration::from_millis(500);

/// The server, running or not.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    root: PathBuf,
    events: Sender<Event>,
    /// How many were started.
    number: u64,
    program: Option<(PathBuf, Option<SystemTime>)>,
    running: Option<Numbered>,
    /// The one that runs has said so.
    is_listening: bool,
    /// The one that is about to take over from it.
    coming: Option<Numbered>,
}

/// A server, and which of all that were started.
struct Numbered {
    number: u64,
    process: Process,
}

/// What a server that has ended leaves to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// To be told how: what was saved last does not run.
    Failed(String),
    /// To be [started anew](Server::start_anew): it could not take over from the one that runs.
    Refused,
}

/// How a server ends that cannot take over: sysexits.h calls it EX_TEMPFAIL.
const CANNOT_TAKE_OVER: i32 = 75;

/// How a server has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    NotRunning,
    Orderly,
    Unwilling,
}

impl Server {
    /// Takes the address on which all of them listen.
    pub(super) fn new(project: &Project, events: Sender<Event>) -> Result<Self, Failure> {
        let wanted = configured(&project.root)?;
        let listener = TcpListener::bind(&*wanted).map_err(|error| {
            let help = "end what listens there, or choose another address: `SYNC_LISTEN=127.0.0.1:3001 cargo sync dev`";
            Failure::with_help(format!("cannot listen on {wanted}: {error}"), help)
        })?;
        let address = listener.local_addr().map_err(|error| Failure::new(error.to_string()))?;
        let root = project.root.clone();
        let (number, program, running, coming) = (0, None, None, None);
        Ok(Self { listener, address, root, events, number, program, running, is_listening: false, coming })
    }

    /// Returns where a browser reaches it.
    pub(super) fn url(&self) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// Whether it is one of those that run, or are about to, and not stopped by us.
    pub(super) fn is_current(&self, number: u64) -> bool {
        self.running.iter().chain(&self.coming).any(|known| known.number == number)
    }

    /// Whether any runs.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Notes that the one of this number listens: if it has taken over, the one before has nothing left to do.
    pub(super) fn listens(&mut self, number: u64) {
        if let Some(coming) = self.coming.take_if(|coming| coming.number == number) {
            self.running = Some(coming);
        }
        self.is_listening |= self.running.as_ref().is_some_and(|running| running.number == number);
    }

    /// Has the next program run even if it is the one that runs.
    pub(super) fn forget_program(&mut self) {
        if let Some((_, made)) = &mut self.program {
            *made = None;
        }
    }

    /// Says that the configuration names another address than the one on which all servers listen.
    pub(super) fn note_other_address(&self, terminal: &mut Terminal) {
        let is_other = configured(&self.root).ok().and_then(|wanted| wanted.parse::<SocketAddr>().ok());
        if let Some(other) = is_other.filter(|other| other.port() != 0 && *other != self.address) {
            terminal.note(format!("`listen` is {other} now: start `cargo sync dev` anew to listen there"));
        }
    }

    /// Runs `program` in place of what runs, and returns its number; `None` if it is the same one.
    pub(super) fn replace(&mut self, program: &Path) -> Result<Option<u64>, Failure> {
        let made = program.metadata().and_then(|metadata| metadata.modified()).ok();
        let program = (program.to_owned(), made);
        if self.running.is_some() && self.program.as_ref() == Some(&program) {
            return Ok(None);
        }
        self.program = Some(program);
        self.change()?;
        Ok(Some(self.number))
    }

    /// Runs the same program again, if there is one, and returns its number.
    pub(super) fn restart(&mut self) -> Result<Option<u64>, Failure> {
        self.change()?;
        Ok(self.is_current(self.number).then_some(self.number))
    }

    /// Runs the same program again when what runs has ended, and returns its number.
    pub(super) fn start_anew(&mut self) -> Result<u64, Failure> {
        self.stop();
        self.running = self.start()?;
        Ok(self.number)
    }

    /// Has the next one take over from what runs, or start in its place.
    fn change(&mut self) -> Result<(), Failure> {
        let has_ended = self.running.as_mut().is_some_and(|running| running.process.status().is_some());
        if has_ended && let Some(coming) = self.coming.take() {
            // It has taken over, and has not said so yet.
            (self.running, self.is_listening) = (Some(coming), true);
        }
        // Before another one looks for what runs.
        drop(self.coming.take());
        if self.is_listening() && takes_over(&self.root) {
            self.coming = self.start()?;
        } else {
            self.stop();
            self.running = self.start()?;
        }
        Ok(())
    }

    /// Returns the number of the one that was started last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the one that runs listens.
    pub(super) fn is_listening(&self) -> bool {
        self.running.is_some() && self.is_listening
    }

    fn start(&mut self) -> Result<Option<Numbered>, Failure> {
        let Some((program, _)) = &self.program else { return Ok(None) };
        self.number += 1;
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdout(Stdio::piped());
        command.env("SYNC_LISTEN", self.address.to_string());
        if takes_over(&self.root) {
            command.env("SYNC_TAKEOVER", "on");
        }
        if std::env::var_os("SYNC_HISTORY").is_none() {
            // Rooms go on in the next one, whatever becomes of this one.
            command.env("SYNC_HISTORY", "durable");
        }
        // We wait as long as it may take.
        command.env("SYNC_SHUTDOWN_TIMEOUT_MS", stopping().as_millis().to_string());
        hand_down(&mut command, &self.listener)?;
        let what = format!("cannot run `{}`", program.display());
        let mut process = Process::start(&mut command).map_err(|error| Failure::new(format!("{what}: {error}")))?;
        if let Some(output) = process.child().stdout.take() {
            let (events, number) = (self.events.clone(), self.number);
            std::thread::spawn(move || listen_to(output, number, &events));
        }
        Ok(Some(Numbered { number: self.number, process }))
    }

    /// Has it take the sentences of errors from their files; `false` if it has to be built for that.
    pub(super) fn read_messages_anew(&self) -> bool {
        // One that does not listen yet would not hear it, or end by it.
        self.is_listening && self.running.as_ref().is_some_and(|running| running.process.ask(Request::ReadAnew))
    }

    /// Ends it.
    pub(super) fn stop(&mut self) -> Ending {
        drop(self.coming.take());
        self.is_listening = false;
        match self.running.take() {
            None => Ending::NotRunning,
            Some(Numbered { mut process, .. }) => match process.end(stopping() + Duration::from_secs(1)) {
                Some(_) => Ending::Orderly,
                None => Ending::Unwilling,
            },
        }
    }

    /// Notes that the one of this number has ended by itself, and returns what is to be done about it; `None` if it has only closed its output, or has
    /// handed over.
    pub(super) fn ended(&mut self, number: u64) -> Option<Ended> {
        let is_it = |known: &Option<Numbered>| known.as_ref().is_some_and(|known| known.number == number);
        let is_coming = is_it(&self.coming);
        let known = if is_coming { &mut self.coming } else { &mut self.running };
        let until = Instant::now() + ENDING;
        let status = loop {
            match known.as_mut()?.process.status() {
                Some(status) => break status,
                None if Instant::now() > until => return None,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        *known = None;
        match (is_coming, &self.coming) {
            (true, _) if status.code() == Some(CANNOT_TAKE_OVER) => Some(Ended::Refused),
            (true, _) => Some(Ended::Failed(status.to_string())),
            // The next one has what it had, or says itself why not.
            (false, Some(_)) => None,
            (false, None) => {
                self.is_listening = false;
                Some(Ended::Failed(status.to_string()))
            }
        }
    }
}

/// How long a server may take to stop, which a user may say otherwise for all of them.
fn stopping() -> Duration {
    let said = std::env::var("SYNC_SHUTDOWN_TIMEOUT_MS").ok().and_then(|said| said.parse().ok());
    said.map_or(STOPPING, Duration::from_millis)
}

/// The address in the environment or in `sync.toml`.
fn configured(root: &Path) -> Result<String, Failure> {
    if let Ok(address) = std::env::var("SYNC_LISTEN") {
        return Ok(address);
    }
    Ok(file(root)?.get("listen").and_then(toml::Value::as_str).unwrap_or(LISTEN).to_owned())
}

/// Whether a server takes over from the one before it, unless the environment or `sync.toml` says that none does.
fn takes_over(root: &Path) -> bool {
    let is_off = |said: &str| ["off", "false"].contains(&said);
    match (std::env::var("SYNC_TAKEOVER"), file(root).ok().as_ref().and_then(|file| file.get("takeover"))) {
        (Ok(said), _) => !is_off(&said),
        (_, Some(said)) => said.as_bool() != Some(false) && !said.as_str().is_some_and(is_off),
        _ => true,
    }
}

/// What `sync.toml` says, if there is one; what is wrong with it, the server says.
fn file(root: &Path) -> Result<toml::Table, Failure> {
    let path = root.join("sync.toml");
    match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(toml::Table::new()),
        read => Ok(read.map_err(Failure::file("read", &path))?.parse().unwrap_or_default()),
    }
}

/// Makes the listening socket the standard input of `command`.
#[cfg(unix)]
fn hand_down(command: &mut Command, listener: &TcpListener) -> Result<(), Failure> {
    let copy = listener.try_clone().map_err(|error| Failure::new(format!("cannot hand the socket down: {error}")))?;
    command.stdin(Stdio::from(std::os::fd::OwnedFd::from(copy))).env("SYNC_INHERIT_LISTENER", "on");
    Ok(())
}

#[cfg(not(unix))]
fn hand_down(_: &mut Command, _: &TcpListener) -> Result<(), Failure> {
    Err(Failure::new("`cargo sync dev` needs a system on which sockets can be handed down, such as Linux or macOS"))
}

fn listen_to(output: impl std::io::Read, number: u64, events: &Sender<Event>) {
    for line in lines(output) {
        if line.starts_with("listening on ") {
            tell(events, Event::Listening(number));
        } else {
            // What an app prints is its own; nobody may be there to read it.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
    tell(events, Event::Silent(number));
}
