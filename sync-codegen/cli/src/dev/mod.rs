//! `cargo sync dev`: build, run, and do so again whenever a file is saved, with browsers that stay where they are.
//!
//! One loop ([`Dev::run`]) hears of everything that happens: files that were saved ([`watch`]), a build that came to its end ([`build`]), a server
//! that listens or has ended ([`server`]), the page's own server ([`web`]). What is going on is told to the terminal, and in a file to the
//! page ([`status`]). While a build fails, the last good server runs on, and the types are those that it was built with.

mod build;
mod known;
mod lock;
mod process;
mod routes;
mod server;
mod status;
mod types;
mod watch;
mod web;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

use notify::RecommendedWatcher;

use crate::cargo::{self, Built};
use crate::failure::Failure;
use crate::options;
use crate::project::Project;
use crate::terminal::Terminal;

use build::Builds;
use known::Known;
use routes::RouteKeeper;
use server::{Ended, Ending, Server};
use status::{Problem, Status};
use types::Types;
use web::Web;

/// Something that has happened.
#[derive(Debug)]
enum Event {
    /// From this moment on, something was saved, made, moved or removed at these paths.
    Changed(Instant, BTreeSet<PathBuf>),
    /// The build of this number has ended.
    Built(u64, Result<Built, Failure>),
    /// The server of this number listens.
    Listening(u64),
    /// It has closed its output: it ends.
    Silent(u64),
    /// The page's server listens there.
    Page(String),
    /// The page's server has ended.
    PageEnded,
    /// The user has had enough.
    Stop,
}

/// Everything that runs.
struct Dev<'p> {
    project: &'p Project,
    events: Sender<Event>,
    watching: RecommendedWatcher,
    builds: Builds,
    server: Server,
    routes: RouteKeeper<'p>,
    known: Known,
    types: Types,
    status: Status,
    /// When the files were saved of which the newest build is.
    saved: Instant,
    /// The server that is to run what was saved then, until it listens.
    awaited: Option<u64>,
    /// The languages that the server was built with.
    languages: BTreeSet<PathBuf>,
}

/// Runs until the user stops it.
pub(crate) fn run(asked: &options::Dev, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let (events, heard) = channel();
    let stopping = events.clone();
    ctrlc::set_handler(move || tell(&stopping, Event::Stop))
        .map_err(|error| Failure::new(format!("cannot hear of Ctrl-C: {error}")))?;
    // Before anything is touched that another one uses.
    let _alone = lock::take(project)?;
    let server = Server::new(project, events.clone())?;
    let status = Status::new(project, asked.json)?;
    status.server(terminal, &server.url());
    let web = match project.web().filter(|_| !asked.no_web) {
        Some(folder) => Some(Web::start(folder, project, &server.url(), &status, terminal, &events)?),
        None => None,
    };
    let mut dev = Dev {
        project,
        watching: watch::start(project, events.clone())?,
        builds: Builds::new(project, terminal.has_colors(), events.clone()),
        events,
        server,
        routes: RouteKeeper::new(project),
        known: Known::default(),
        types: Types::of_last_build(project),
        status,
        saved: Instant::now(),
        awaited: None,
        languages: BTreeSet::new(),
    };
    dev.known.note(&watch::files(project));
    dev.rebuild(terminal);
    let code = dev.run(&heard, terminal);
    drop(web);
    Ok(code)
}

impl Dev<'_> {
    fn run(&mut self, heard: &Receiver<Event>, terminal: &mut Terminal) -> ExitCode {
        while let Some(event) = self.next(heard, terminal) {
            match event {
                Event::Changed(since, paths) => self.changed(since, &paths, terminal),
                Event::Built(number, built) => self.built(number, built, terminal),
                Event::Listening(number) => self.listens(number, terminal),
                Event::Silent(number) if self.server.is_current(number) => self.server_ended(number, terminal),
                Event::Silent(_) => {}
                Event::Page(url) => self.status.page(terminal, &url),
                Event::PageEnded => terminal.note("the page's server has ended"),
                Event::Stop => break,
            }
            // Or the text of every file that was ever read would be kept, for its lines and columns.
            proc_macro2::extra::invalidate_current_thread_spans();
        }
        self.builds.give_up();
        self.restore_types(terminal);
        if self.server.stop() == Ending::Unwilling {
            terminal.note("the server did not stop by itself");
        }
        self.status.end();
        ExitCode::SUCCESS
    }

    /// Waits for something to happen; meanwhile, what was removed for long enough is taken for removed.
    fn next(&mut self, heard: &Receiver<Event>, terminal: &mut Terminal) -> Option<Event> {
        while let Some(patience) = self.routes.patience() {
            match heard.recv_timeout(patience) {
                Ok(event) => return Some(event),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    let written = self.routes.settle(terminal);
                    self.known.note(&written);
                    if !written.is_empty() {
                        self.saved = Instant::now();
                        self.rebuild(terminal);
                    }
                }
            }
        }
        heard.recv().ok()
    }

    fn changed(&mut self, since: Instant, paths: &BTreeSet<PathBuf>, terminal: &mut Terminal) {
        self.watch_new_folders(paths, terminal);
        let files = self.known.news(paths);
        if files.is_empty() {
            if self.status.is_failing() && is_reason_to_try_again(paths) {
                self.saved = since;
                self.rebuild(terminal);
            }
            return;
        }
        let written = self.routes.changed(&files, terminal);
        self.known.note(&written);
        let is_configuration = |file: &PathBuf| *file == self.project.root.join("sync.toml");
        if files.iter().any(is_configuration) {
            self.server.forget_program();
            self.server.note_other_address(terminal);
        }
        let are_messages = files.iter().all(|file| file.extension().is_some_and(|ending| ending == "ftl"));
        if are_messages && self.take_messages(terminal) {
            return;
        }
        if files.iter().any(|file| file.file_name().is_some_and(|name| name == "Cargo.toml"))
            && self.project.is_another_now()
        {
            terminal
                .note("what the app consists of is another now: start `cargo sync dev` anew to have all of it watched");
        }
        self.saved = since;
        if files.iter().all(is_configuration) && !self.builds.is_running() && !self.status.is_failing() {
            match self.server.restart() {
                Ok(number) => self.awaited = number,
                Err(failure) => self.fail(vec![Problem::of_failure(&failure)], terminal),
            }
        } else {
            self.rebuild(terminal);
        }
    }

    /// What is made after the start has to be watched, too.
    fn watch_new_folders(&mut self, paths: &BTreeSet<PathBuf>, terminal: &mut Terminal) {
        if self.project.watched().iter().any(|folder| paths.contains(folder)) {
            match watch::start(self.project, self.events.clone()) {
                Ok(watching) => self.watching = watching,
                Err(failure) => terminal.failure(&failure),
            }
        }
    }

    /// Has the server take its sentences anew; `false` if there is more to do than that.
    fn take_messages(&mut self, terminal: &mut Terminal) -> bool {
        let has_mistakes = || !sync_codegen::mistakes(&self.project.app_dir).is_empty();
        // The next server has been compiled with the sentences as they were, or is being so.
        let is_changing = self.builds.is_running() || self.awaited.is_some();
        if is_changing || self.status.is_failing() || self.languages != languages(self.project) || has_mistakes() {
            return false;
        }
        let is_taken = self.server.read_messages_anew();
        if is_taken {
            self.status.messages(terminal);
        }
        is_taken
    }

    /// Builds what is saved now, unless the files by themselves have mistakes: the compiler would say the same, and later.
    fn rebuild(&mut self, terminal: &mut Terminal) {
        self.builds.give_up();
        self.awaited = None;
        let mistakes = match sync_codegen::write_module_tree(&self.project.app_dir) {
            Ok(generated) => generated.problems,
            Err(error) => {
                let failure = Failure::new(format!("cannot write src/sync.generated.rs: {error}"));
                return self.fail(vec![Problem::of_failure(&failure)], terminal);
            }
        };
        if !mistakes.is_empty() {
            return self.fail(mistakes.iter().map(Problem::of_app).collect(), terminal);
        }
        self.status.building(terminal);
        // The compiler has one core to itself meanwhile, and this is done long before it.
        self.builds.start();
        match self.types.preview(self.project) {
            Ok(true) => self.status.types(terminal, self.saved.elapsed(), true),
            Ok(false) => {}
            Err(error) => terminal.note(format!("cannot write a preview of the types: {error}")),
        }
    }

    fn built(&mut self, number: u64, built: Result<Built, Failure>, terminal: &mut Terminal) {
        if !self.builds.ends(number) {
            return;
        }
        match built {
            Err(failure) => self.fail(vec![Problem::of_failure(&failure)], terminal),
            Ok(built) if built.is_done => self.done(&built, terminal),
            Ok(built) => self.fail(Problem::of_build(&built), terminal),
        }
    }

    fn done(&mut self, built: &Built, terminal: &mut Terminal) {
        self.status.warnings(terminal, built);
        if let Err(error) = cargo::api(built).map(|api| self.types.compiled(self.project, api)) {
            terminal.failure(&error);
        }
        self.status.types(terminal, self.saved.elapsed(), false);
        self.languages = languages(self.project);
        let Some(program) = &built.program else {
            let failure = Failure::new("cargo has built no server");
            return self.fail(vec![Problem::of_failure(&failure)], terminal);
        };
        match self.server.replace(program) {
            Ok(Some(number)) => self.awaited = Some(number),
            // Nothing that the server consists of has changed.
            Ok(None) if self.server.is_listening() => self.status.live(terminal, self.saved.elapsed()),
            Ok(None) => self.awaited = Some(self.server.number()),
            Err(failure) => self.fail(vec![Problem::of_failure(&failure)], terminal),
        }
    }

    /// A server that came up is what was saved last, unless something was saved since.
    fn listens(&mut self, number: u64, terminal: &mut Terminal) {
        self.server.listens(number);
        if self.awaited == Some(number) {
            self.awaited = None;
            self.status.live(terminal, self.saved.elapsed());
        }
    }

    fn server_ended(&mut self, number: u64, terminal: &mut Terminal) {
        let failure = match self.server.ended(number) {
            None => return,
            Some(Ended::Failed(how)) => {
                Failure::with_help(format!("the server has ended: {how}"), "what it said stands above")
            }
            Some(Ended::Refused) => match self.server.start_anew() {
                Ok(number) => return self.awaited = Some(number),
                Err(failure) => failure,
            },
        };
        self.fail(vec![Problem::of_failure(&failure)], terminal);
    }

    /// What was saved last does not run.
    fn fail(&mut self, problems: Vec<Problem>, terminal: &mut Terminal) {
        self.restore_types(terminal);
        self.status.failed(terminal, &problems, self.server.is_running());
    }

    fn restore_types(&mut self, terminal: &mut Terminal) {
        if let Err(error) = self.types.restore(self.project) {
            terminal.note(format!("cannot write the types: {error}"));
        }
    }
}

/// Whether something was saved as it was, or something is gone that is no file of ours: either may be what was wrong.
fn is_reason_to_try_again(paths: &BTreeSet<PathBuf>) -> bool {
    let is_hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    paths.iter().any(|path| watch::matters(path) || !(path.exists() || is_hidden(path)))
}

/// The folders with message files.
fn languages(project: &Project) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(project.app_dir.join("locales")).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    folders.filter(|folder| !watch::files_in(Path::new(folder)).is_empty()).collect()
}

/// Sends what happens to the loop; where that is gone, nobody wants to know.
fn tell(events: &Sender<Event>, event: Event) {
    let _ = events.send(event);
}
