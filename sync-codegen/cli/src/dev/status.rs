//! How it stands: for the terminal, for programs (`--json`), and for the page, which reads it from a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use sync_codegen::Diagnostic;

use crate::cargo::Built;
use crate::failure::Failure;
use crate::project::Project;
use crate::terminal::{BOLD, DONE, FAINT, Terminal, WRONG, shown};

/// Tells everybody.
pub(super) struct Status {
    /// What the page reads.
    file: PathBuf,
    /// The working folder of paths that the compiler tells.
    root: PathBuf,
    json: bool,
    /// The warnings that were told.
    told: BTreeSet<String>,
    /// Whether the last build has failed.
    is_failing: bool,
}

/// Something that keeps the newest files from being what runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    /// What is wrong, in one line.
    pub(super) what: String,
    /// Where: relative to the app, or to the workspace.
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
    /// All that is said of it, without colours.
    pub(super) text: String,
    /// The same, as a terminal shows it.
    #[serde(skip)]
    shown: String,
}

/// What the page reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    state: &'static str,
    problems: &'a [Problem],
    /// A server runs, of the newest files or of those before.
    is_running: bool,
    /// Where the files of problems are.
    root: &'a Path,
}

/// One line of `--json`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Server { url: &'a str },
    Page { url: &'a str },
    Building,
    Types { after_ms: u128, is_preview: bool },
    Live { after_ms: u128 },
    Messages,
    Failed { problems: &'a [Problem] },
}

impl Problem {
    /// A mistake of the app's files.
    pub(super) fn of_app(problem: &Diagnostic) -> Self {
        let Diagnostic { file, line, column, what, .. } = problem;
        let text = problem.to_string();
        Self { what: what.clone(), file: Some(file.clone()), line: *line, column: *column, text, shown: shown(problem) }
    }

    /// What went wrong with us, or with what we run.
    pub(super) fn of_failure(failure: &Failure) -> Self {
        let text = format!("error: {failure}");
        let shown = format!("{WRONG}error{WRONG:#}: {failure}");
        Self { what: failure.what.clone(), file: None, line: None, column: None, text, shown }
    }

    /// The errors of a build.
    pub(super) fn of_build(built: &Built) -> Vec<Self> {
        let errors = built.messages.iter().filter(|message| message.is_error());
        let of_compiler = errors.map(|message| {
            let place = message.place();
            let shown = message.rendered.as_deref().unwrap_or(&message.message).trim_end().to_owned();
            Self {
                what: message.message.clone(),
                file: place.map(|place| place.file_name.clone()),
                line: place.map(|place| place.line_start),
                column: place.map(|place| place.column_start),
                text: anstream::adapter::strip_str(&shown).to_string(),
                shown,
            }
        });
        let problems: Vec<_> = of_compiler.collect();
        if !problems.is_empty() {
            return problems;
        }
        let rest = built.rest.join("\n");
        let what = rest.lines().next().unwrap_or("the build has failed").trim_start_matches("error: ").to_owned();
        vec![Self { what, file: None, line: None, column: None, text: rest.clone(), shown: rest }]
    }
}

impl Status {
    pub(super) fn new(project: &Project, json: bool) -> Result<Self, Failure> {
        let file = project.target.join(format!("sync-dev-{}.json", project.package));
        fs::create_dir_all(&project.target).map_err(Failure::file("make", &project.target))?;
        let status = Self { file, root: project.root.clone(), json, told: BTreeSet::new(), is_failing: false };
        status.write("building", &[], false);
        Ok(status)
    }

    /// Returns the file that the page reads.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn server(&self, terminal: &mut Terminal, url: &str) {
        self.say(terminal, &Line::Server { url }, format_args!("   {FAINT}server{FAINT:#} {url}"));
    }

    pub(super) fn page(&self, terminal: &mut Terminal, url: &str) {
        self.say(terminal, &Line::Page { url }, format_args!("     {FAINT}page{FAINT:#} {BOLD}{url}{BOLD:#}"));
    }

    pub(super) fn building(&self, terminal: &mut Terminal) {
        self.write("building", &[], true);
        self.say(terminal, &Line::Building, format_args!(" {FAINT}building{FAINT:#}"));
    }

    /// The types are what the app has been compiled to, or what can be read of it.
    pub(super) fn types(&self, terminal: &mut Terminal, after: Duration, is_preview: bool) {
        let line = Line::Types { after_ms: after.as_millis(), is_preview };
        if self.json {
            self.say(terminal, &line, format_args!(""));
        } else if is_preview {
            let seconds = after.as_secs_f64();
            self.say(terminal, &line, format_args!("    {FAINT}types{FAINT:#} {FAINT}after {seconds:.1} s{FAINT:#}"));
        }
    }

    pub(super) fn live(&mut self, terminal: &mut Terminal, after: Duration) {
        self.is_failing = false;
        self.write("live", &[], true);
        let seconds = after.as_secs_f64();
        let line = Line::Live { after_ms: after.as_millis() };
        self.say(terminal, &line, format_args!("     {DONE}live{DONE:#} {FAINT}after {seconds:.1} s{FAINT:#}"));
    }

    pub(super) fn messages(&self, terminal: &mut Terminal) {
        self.say(terminal, &Line::Messages, format_args!("     {DONE}live{DONE:#} {FAINT}messages{FAINT:#}"));
    }

    /// Whether the newest files are not what runs, because of a mistake.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing
    }

    /// `is_running` says whether there is a server all the same, of what was saved before.
    pub(super) fn failed(&mut self, terminal: &mut Terminal, problems: &[Problem], is_running: bool) {
        self.is_failing = true;
        self.write("failed", problems, is_running);
        let shown: String = problems.iter().map(|problem| format!("{}\n", problem.shown)).collect();
        let count = if problems.len() == 1 { "1 problem".into() } else { format!("{} problems", problems.len()) };
        let rest = if is_running { "what ran before runs on" } else { "nothing runs" };
        self.say(
            terminal,
            &Line::Failed { problems },
            format_args!("{shown}   {WRONG}failed{WRONG:#} {count}; {rest}"),
        );
    }

    /// Tells what the compiler warns of, each once as long as it does: a line that has moved is no other warning.
    pub(super) fn warnings(&mut self, terminal: &mut Terminal, built: &Built) {
        let of_compiler = built.messages.iter().filter_map(|message| {
            let file = message.place().map(|place| place.file_name.as_str()).unwrap_or_default();
            Some((format!("{file}: {}", message.message), message.rendered.as_deref()?))
        });
        let of_scripts = built.rest.iter().filter(|line| line.starts_with("warning: "));
        let all: BTreeMap<_, _> = of_compiler.chain(of_scripts.map(|line| (line.clone(), line.as_str()))).collect();
        for (known, text) in &all {
            if !self.told.contains(known) && !self.json {
                terminal.note(text.trim_end());
            }
        }
        self.told = all.into_keys().collect();
    }

    /// Nobody builds any more: a page that is still open has nothing to show.
    pub(super) fn end(&self) {
        let _ = fs::remove_file(&self.file);
    }

    fn say(&self, terminal: &mut Terminal, line: &Line<'_>, shown: std::fmt::Arguments<'_>) {
        if self.json {
            let json = serde_json::to_string(line).unwrap_or_default();
            let out = terminal.out();
            let _ = writeln!(out, "{json}").and_then(|()| out.flush());
        } else {
            terminal.note(shown);
        }
    }

    /// Whole or not at all: the page may read it at any time.
    fn write(&self, state: &'static str, problems: &[Problem], is_running: bool) {
        let page = Page { state, problems, is_running, root: &self.root };
        let draft = self.file.with_extension("json.tmp");
        let written = serde_json::to_vec(&page).map_err(std::io::Error::from).and_then(|json| fs::write(&draft, json));
        // A page that shows nothing is no reason to stop building.
        let _ = written.and_then(|()| fs::rename(&draft, &self.file));
    }
}
