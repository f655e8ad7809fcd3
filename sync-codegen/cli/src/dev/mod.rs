//! `cargo sync dev`: build, run, and do so again whenever a file is saved, with browsers that stay where they are.
//!
//! One loop ([`Dev::run`]) hears of everything that happens: files that were saved ([`watch`]), a build that came to its end ([`build`]), a server
//! that listens or has ended ([`server`]), the page's own server ([`web`]). What is going on is told to the terminal, and in a file to the
//! page ([`status`]). While a build fails, the last good server runs on, and the types are those that it was built with.

mod build;
mod known;
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
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use crate::cargo::{self, Built};
use crate::failure::Failure;
use crate::options;
use crate::project::Project;
use crate::terminal::Terminal;

use build::Builds;
use known::Known;
use routes::RouteKeeper;
use server::{Ending, Server};
use status::{Problem, Status};
use types::Types;
use web::Web;

/// Something that has happened.
#[derive(Debug)]
enum Event {
    /// These files were saved, made, moved or removed.
    Changed(BTreeSet<PathBuf>),
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
    builds: Builds,
    server: Server,
    routes: RouteKeeper<'p>,
    known: Known,
    types: Types,
    status: Status,
    /// When the files were saved of which the newest build is.
    saved: Instant,
}

/// Runs until the user stops it.
pub(crate) fn run(asked: &options::Dev, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let (events, heard) = channel();
    let stopping = events.clone();
    ctrlc::set_handler(move || drop(stopping.send(Event::Stop)))
        .map_err(|error| Failure::new(format!("cannot hear of Ctrl-C: {error}")))?;
    let status = Status::new(project, asked.json)?;
    let server = Server::new(project, events.clone())?;
    status.server(terminal, &server.url());
    let web = match project.web().filter(|_| !asked.no_web) {
        Some(folder) => Some(Web::start(folder, project, &server.url(), &status, terminal, &events)?),
        None => None,
    };
    let _watching = watch::start(project, events.clone())?;
    let mut dev = Dev {
        project,
        builds: Builds::new(project, terminal.has_colors(), events),
        server,
        routes: RouteKeeper::new(project),
        known: Known::default(),
        types: Types::default(),
        status,
        saved: Instant::now(),
    };
    dev.known.note(&watch::files(project));
    dev.rebuild(terminal);
    let code = dev.run(&heard, terminal);
    drop(web);
    Ok(code)
}

impl Dev<'_> {
    fn run(&mut self, heard: &Receiver<Event>, terminal: &mut Terminal) -> ExitCode {
        for event in heard {
            match event {
                Event::Changed(files) => self.changed(&files, terminal),
                Event::Built(number, built) => self.built(number, built, terminal),
                Event::Listening(number) if self.server.is_current(number) => {
                    self.status.live(terminal, self.saved.elapsed());
                }
                Event::Silent(number) if self.server.is_current(number) => self.server_ended(terminal),
                Event::Listening(_) | Event::Silent(_) => {}
                Event::Page(url) => self.status.page(terminal, &url),
                Event::PageEnded => terminal.note("the page's server has ended"),
                Event::Stop => break,
            }
        }
        self.builds.give_up();
        match self.server.stop() {
            Ending::Unwilling => terminal.note("the server did not stop by itself"),
            Ending::NotRunning | Ending::Orderly => {}
        }
        self.status.end();
        ExitCode::SUCCESS
    }

    fn changed(&mut self, files: &BTreeSet<PathBuf>, terminal: &mut Terminal) {
        let files = &self.known.news(files);
        if files.is_empty() {
            return;
        }
        self.saved = Instant::now();
        let written = self.routes.changed(files, terminal);
        self.known.note(&written);
        let is_message = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "ftl");
        if files.iter().all(is_message) && self.server.read_messages_anew() {
            self.status.messages(terminal);
        } else if files.iter().all(|file| self.is_configuration(file)) {
            self.server.restart();
        } else {
            self.rebuild(terminal);
        }
    }

    fn is_configuration(&self, file: &Path) -> bool {
        file == self.project.root.join("sync.toml")
    }

    /// Builds what is saved now, unless the files by themselves have mistakes: the compiler would say the same, and later.
    fn rebuild(&mut self, terminal: &mut Terminal) {
        self.builds.give_up();
        let mistakes = match sync_codegen::write_module_tree(&self.project.app_dir) {
            Ok(generated) => generated.problems,
            Err(error) => {
                let failure = Failure::new(format!("cannot write src/sync.generated.rs: {error}"));
                return self.status.failed(terminal, vec![Problem::of_failure(&failure)]);
            }
        };
        if mistakes.is_empty() {
            self.status.building(terminal);
            // The compiler has one core to itself meanwhile, and this is done long before it.
            self.builds.start();
            self.preview(terminal);
        } else {
            self.status.failed(terminal, mistakes.iter().map(Problem::of_app).collect());
        }
    }

    fn preview(&mut self, terminal: &mut Terminal) {
        match self.types.preview(self.project) {
            Ok(true) => self.status.types(terminal, self.saved.elapsed(), true),
            Ok(false) => {}
            Err(error) => terminal.note(format!("cannot write a preview of the types: {error}")),
        }
    }

    fn built(&mut self, number: u64, built: Result<Built, Failure>, terminal: &mut Terminal) {
        if !self.builds.is_current(number) {
            return;
        }
        match built {
            Err(failure) => self.status.failed(terminal, vec![Problem::of_failure(&failure)]),
            Ok(built) if built.is_done => self.done(&built, terminal),
            Ok(built) => {
                if let Err(error) = self.types.restore(self.project) {
                    terminal.note(format!("cannot write the types: {error}"));
                }
                self.status.failed(terminal, Problem::of_build(&built));
            }
        }
    }

    fn done(&mut self, built: &Built, terminal: &mut Terminal) {
        self.status.warnings(terminal, built);
        self.types.compiled(cargo::api(built).ok());
        self.status.types(terminal, self.saved.elapsed(), false);
        let Some(program) = &built.program else {
            let failure = Failure::new("cargo has built no server");
            return self.status.failed(terminal, vec![Problem::of_failure(&failure)]);
        };
        match self.server.replace(program) {
            Ok(true) => {}
            // Nothing that the server consists of has changed.
            Ok(false) => self.status.live(terminal, self.saved.elapsed()),
            Err(failure) => self.status.failed(terminal, vec![Problem::of_failure(&failure)]),
        }
    }

    fn server_ended(&mut self, terminal: &mut Terminal) {
        let how = self.server.ended();
        let failure = Failure::with_help(format!("the server has ended: {how}"), "what it said stands above");
        self.status.failed(terminal, vec![Problem::of_failure(&failure)]);
    }
}

/// Sends what happens to the loop; where that is gone, nobody wants to know.
fn tell(events: &Sender<Event>, event: Event) {
    let _ = events.send(event);
}
