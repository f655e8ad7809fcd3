//! The process around a server: its log, its configuration, its signals.

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::clock::Seldom;
use crate::config::{Config, ConfigError, LogFormat};
use crate::error::chain;
use crate::route::{App, Table};
use crate::server::backups::{self, CommandError};
use crate::server::builder::{Server, StartError};
use crate::server::handle::Handle;
use crate::server::replication::{self, Verb};
#[cfg(unix)]
use crate::server::service;
use crate::transport::raise_file_limit;

/// How the process ends where another server goes on that was to be taken over from: EX_TEMPFAIL of sysexits.h.
const CANNOT_TAKE_OVER: u8 = 75;

/// Runs a server until SIGINT or SIGTERM, or until another one has taken over, or what its arguments ask for; what `sync::app!` makes `serve()` of.
pub fn serve<A: App>(server: Server<A>, table: &'static Table<A>) -> ExitCode {
    let command = match Command::read(std::env::args_os()) {
        Ok(command) => command,
        Err(usage) => {
            writeln!(std::io::stderr(), "{usage}").unwrap_or_default();
            return ExitCode::from(2);
        }
    };
    let settings = Settings::find();
    let log = settings.log_format();
    start_log(log);
    raise_file_limit();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, log),
    };
    let code = runtime.block_on(async {
        if let Some(command) = command {
            return match settings.read() {
                Ok(config) => command.run(table, &config).await.unwrap_or_else(|error| fail(&error, log)),
                Err(error) => fail(&error, log),
            };
        }
        let mut reading = None;
        let started = match settings.read() {
            Ok(config) => {
                reading = told_of_messages(&config);
                server.start(table, config).await
            }
            Err(error) => Err(error.into()),
        };
        match started {
            Ok(running) => {
                // Heard from now on: who reads where the server listens may stop it.
                let stopped = signalled();
                survive_full_files();
                let reading =
                    reading.map(|told| tokio::spawn(read_messages_anew(told, running.handle().clone(), table)));
                #[cfg(unix)]
                let replacing = service::replaced_when_asked(running.handle().config());
                announce(running.address());
                running.until(stopped).await;
                reading.iter().for_each(tokio::task::JoinHandle::abort);
                #[cfg(unix)]
                replacing.iter().for_each(tokio::task::JoinHandle::abort);
                ExitCode::SUCCESS
            }
            Err(error @ StartError::Takeover(_)) => {
                fail(&error, log);
                ExitCode::from(CANNOT_TAKE_OVER)
            }
            Err(error) => fail(&error, log),
        }
    });
    // A handler that blocks its thread does not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

/// Makes a file that must not become larger an error to whoever writes it, and not the end of the process.
#[cfg(unix)]
fn survive_full_files() {
    // SIGXFSZ has this number wherever Rust runs. A signal that was listened to once does not end the process any more.
    const SIGXFSZ: i32 = 25;
    let listened = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(SIGXFSZ));
    if let Err(error) = listened {
        tracing::warn!(%error, "a file that must not become larger would end the process");
    }
}

#[cfg(not(unix))]
fn survive_full_files() {}

/// What a server is asked for that is not to serve.
enum Command {
    Help(String),
    Backup(PathBuf),
    Restore(PathBuf),
    Replication(Verb),
}

impl Command {
    /// Reads the arguments of the process, the first of which is its name; `None` where it is to serve. The error is how it would be right.
    fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Option<Self>, String> {
        let program = arguments.next().map(PathBuf::from);
        let program =
            program.as_deref().and_then(Path::file_name).map_or_else(|| "server".into(), OsStr::to_string_lossy);
        let usage = format!(
            "usage: {program}                 serves, as `sync.toml` and the SYNC_… variables say\n       \
             {program} backup FOLDER   writes the stored values of states into a new file there, also while a server runs\n       \
             {program} restore FILE    brings them back from such a file, while no server runs\n       \
             {program} replication init    makes in the database what its rows are read by\n       \
             {program} replication status  says what there is, and what is missing\n       \
             {program} replication drop    takes it away again"
        );
        let Some(word) = arguments.next() else { return Ok(None) };
        let operand = arguments.next().map(PathBuf::from);
        let wrong = |what: String| Err(format!("error: {what}\n{usage}"));
        match (word.to_str(), operand, arguments.next()) {
            (Some("--help" | "-h" | "help"), None, None) => Ok(Some(Self::Help(usage))),
            (Some("backup"), Some(folder), None) => Ok(Some(Self::Backup(folder))),
            (Some("restore"), Some(file), None) => Ok(Some(Self::Restore(file))),
            (Some("replication"), verb, None) => match verb.as_deref().and_then(Path::to_str).and_then(Verb::read) {
                Some(verb) => Ok(Some(Self::Replication(verb))),
                None => wrong("`replication` needs one of `init`, `status` and `drop`".to_owned()),
            },
            (Some("backup"), None, _) => wrong("`backup` needs a folder".to_owned()),
            (Some("restore"), None, _) => wrong("`restore` needs a file that `backup` has written".to_owned()),
            (Some("backup" | "restore" | "replication"), Some(_), Some(more)) => {
                wrong(format!("`{}` is one argument too many", more.to_string_lossy()))
            }
            _ => wrong(format!("`{}` is no command", word.to_string_lossy())),
        }
    }

    async fn run<A: App>(self, table: &'static Table<A>, config: &Config) -> Result<ExitCode, CommandError> {
        let mut out = std::io::stdout();
        let mut tell = |line: String| writeln!(out, "{line}").unwrap_or_default();
        match self {
            Self::Replication(verb) => return replication::run(verb, table, config, tell).await,
            Self::Help(usage) => tell(usage),
            Self::Backup(folder) => {
                let backup = backups::back_up_beside(table, config, &folder).await?;
                tell(format!("{} values in {}", backup.values, backup.file.display()));
            }
            Self::Restore(file) => {
                let restored = backups::restore(table, config, &file).await?;
                tell(format!("{} values brought back, {} taken away", restored.values, restored.removed));
                tell(format!("what was there before is in {}", restored.before.file.display()));
                backups::warn_of_unreadable(&restored.before);
                for (state, count) in restored.left_out {
                    tell(format!("{count} values of `{state}` left out: this app stores no such state"));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn start_log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // A line that cannot be written is lost. Said on stderr, as it would be by default, that panics where that is what cannot be written.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    // A log that is there already belongs to whoever runs us.
    match format {
        LogFormat::Text => {
            log.try_init().unwrap_or_default();
            log_few_panics(std::panic::take_hook());
        }
        LogFormat::Json => {
            log.json().try_init().unwrap_or_default();
            log_few_panics(Box::new(log_panic));
        }
    }
}

/// Has `hook` say of panics what it says, and no more than that of a few in a second: whoever has found how to make the app panic does not
/// fill a disk with it.
fn log_few_panics(hook: Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Send + Sync>) {
    static PANICS: Seldom = Seldom::at_most(20);
    std::panic::set_hook(Box::new(move |panic| {
        if let Some(times) = PANICS.happened() {
            hook(panic);
            if times > 1 {
                tracing::error!(more = times - 1, "panics of which nothing was said");
            }
        }
    }));
}

/// Says of a panic what the standard hook says in several lines, which would be no JSON.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    let thread = std::thread::current();
    tracing::error!(location, thread = thread.name(), panic = panic.payload_as_str(), "panicked");
}

/// The file and the variables, not read yet.
struct Settings {
    toml: Result<String, ConfigError>,
    variables: Vec<(String, String)>,
}

impl Settings {
    fn find() -> Self {
        let toml = match std::fs::read_to_string("sync.toml") {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            read => read.map_err(|error| ConfigError::Syntax(error.to_string())),
        };
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self { toml, variables: std::env::vars_os().filter_map(text).collect() }
    }

    /// Reads them. What is warned about needs a log, whose form they say: so they are read once before there is one.
    fn read(&self) -> Result<Config, ConfigError> {
        Config::read(self.toml.as_ref().map_err(Clone::clone)?, self.variables.iter().cloned())
    }

    fn log_format(&self) -> LogFormat {
        // Of settings that are wrong, the next reading says what is: in words, unless it is clear that a program is to read them.
        let json = ("SYNC_LOG".to_owned(), "json".to_owned());
        let or_else = if self.variables.contains(&json) { LogFormat::Json } else { LogFormat::Text };
        self.read().map_or(or_else, |config| config.log)
    }
}

/// Hears SIGHUP from before there is a server, which it would end: where whoever has handed the socket down says by it that sentences have
/// changed. Any other server ends with its terminal.
#[cfg(unix)]
fn told_of_messages(config: &Config) -> Option<tokio::signal::unix::Signal> {
    use tokio::signal::unix::{SignalKind, signal};

    config.inherit_listener.then(|| signal(SignalKind::hangup()).ok()).flatten()
}

/// Takes the sentences of errors from the files that the app was built from, whenever it is told that they have changed.
#[cfg(unix)]
async fn read_messages_anew<A: App>(
    mut told: tokio::signal::unix::Signal,
    handle: Handle<A>,
    table: &'static Table<A>,
) {
    let folder = Path::new(table.manifest_dir).join("locales");
    while told.recv().await.is_some() {
        match handle.dispatcher().catalog().read_anew(&folder) {
            Ok(()) => tracing::info!("messages read anew"),
            Err(error) => tracing::error!(%error, "messages could not be read anew, those before are used on"),
        }
    }
}

/// Nobody is told elsewhere.
#[cfg(not(unix))]
fn told_of_messages(_: &Config) -> Option<std::convert::Infallible> {
    None
}

#[cfg(not(unix))]
async fn read_messages_anew<A: App>(told: std::convert::Infallible, _: Handle<A>, _: &'static Table<A>) {
    match told {}
}

fn announce(address: SocketAddr) {
    #[cfg(unix)]
    service::tell_ready();
    // Programs that start us read this line; one that has closed our output does not want it.
    writeln!(std::io::stdout(), "listening on http://{address}").unwrap_or_default();
}

/// Listens for SIGINT and SIGTERM, and returns what waits for them.
fn signalled() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let [interrupted, terminated] = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
            let heard = signal(kind);
            async move {
                match heard {
                    Ok(mut heard) => drop(heard.recv().await),
                    Err(error) => {
                        tracing::warn!(%error, ?kind, "a signal cannot be heard");
                        std::future::pending().await
                    }
                }
            }
        })
    };
    #[cfg(not(unix))]
    let (interrupted, terminated) =
        (async { tokio::signal::ctrl_c().await.unwrap_or_default() }, std::future::pending());
    async move {
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
        #[cfg(unix)]
        service::tell_stopping();
    }
}

fn fail(error: &(dyn std::error::Error + 'static), log: LogFormat) -> ExitCode {
    let message = chain(error);
    match log {
        LogFormat::Text => writeln!(std::io::stderr(), "error: {message}").unwrap_or_default(),
        LogFormat::Json => tracing::error!(error = message, "not started"),
    }
    ExitCode::FAILURE
}
