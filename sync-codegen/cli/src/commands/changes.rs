//! What a change is called, for people and for programs; `release` and `diff` print it.

use serde::Serialize;
use sync_codegen::Diagnostic;
use sync_schema::Change;

use crate::failure::Failure;
use crate::terminal::{BOLD, DONE, FAINT, PLACE, Terminal, WRONG};

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Json<'a> {
    /// How many of them break somebody.
    breaking: usize,
    changes: Vec<ChangeJson<'a>>,
    /// What could not be read without a compiler.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unread: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeJson<'a> {
    kind: String,
    is_breaking: bool,
    breaks: Vec<&'static str>,
    of: &'a [String],
    path: &'a str,
    what: &'a str,
    help: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

impl<'a> ChangeJson<'a> {
    fn of((change, place): &'a Located<'_>) -> Self {
        Self {
            kind: change.kind.word(),
            is_breaking: change.is_breaking(),
            breaks: change.breaks.iter().map(|breaks| breaks.word()).collect(),
            of: &change.origins,
            path: &change.path,
            what: &change.what,
            help: &change.help,
            file: Some(place.file.as_str()).filter(|file| !file.is_empty()),
            line: place.line,
            column: place.column,
        }
    }
}

/// A change, and where it is in the source.
pub(super) type Located<'a> = (&'a Change, Diagnostic);

/// Prints changes as one JSON object.
pub(super) fn json(changes: &[Located<'_>], unread: &[String], terminal: &mut Terminal) -> Result<(), Failure> {
    let changes: Vec<_> = changes.iter().map(ChangeJson::of).collect();
    let json = Json { breaking: changes.iter().filter(|change| change.is_breaking).count(), changes, unread };
    let json = serde_json::to_string_pretty(&json).map_err(|error| Failure::new(error.to_string()))?;
    writeln!(terminal.out(), "{json}")?;
    Ok(())
}

/// Prints each change on two lines: what it is of, what has changed, and where.
pub(super) fn for_people(changes: &[Located<'_>], terminal: &mut Terminal) -> Result<(), Failure> {
    for (change, place) in changes {
        let (verdict, style) = match (change.is_breaking(), change.breaks.is_empty()) {
            (true, _) => ("breaks", WRONG),
            (false, false) => ("ahead", PLACE),
            (false, true) => ("fits", DONE),
        };
        let path = if change.path.is_empty() { String::new() } else { format!(" {}", change.path) };
        let (subject, what) = (change.subject(), &change.what);
        writeln!(terminal.out(), "{style}{verdict:>7}{style:#} {BOLD}{subject}{BOLD:#}{path}: {what}")?;
        let place = if place.file.is_empty() { String::new() } else { format!("{} ", place.place()) };
        let help = if change.help.is_empty() { String::new() } else { format!("help: {}", change.help) };
        let below = format!("{place}{help}");
        if !below.is_empty() {
            writeln!(terminal.out(), "        {FAINT}{}{FAINT:#}", below.trim_end())?;
        }
    }
    Ok(())
}

/// Prints each change as a command of a GitHub workflow, which annotates the line.
pub(super) fn for_github(changes: &[Located<'_>], prefix: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    for (change, place) in changes {
        let level = if change.is_breaking() { "error" } else { "notice" };
        let mut properties = vec![format!("title={}", property(&change.kind.word()))];
        if !place.file.is_empty() {
            properties.push(format!("file={}", property(&format!("{prefix}{}", place.file))));
            properties.extend(place.line.map(|line| format!("line={line}")));
            properties.extend(place.column.map(|column| format!("col={column}")));
        }
        let breaks = if change.breaks.is_empty() { String::new() } else { format!(" breaks {}", change.broken()) };
        let path = if change.path.is_empty() { String::new() } else { format!(" at `{}`", change.path) };
        let help = if change.help.is_empty() { String::new() } else { format!("; {}", change.help) };
        let message = format!("{}{breaks}{path}: {}{help}", change.subject(), change.what);
        writeln!(terminal.out(), "::{level} {}::{}", properties.join(","), data(&message))?;
    }
    Ok(())
}

/// Source: the toolkit of GitHub's actions escapes these in what a command says.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
