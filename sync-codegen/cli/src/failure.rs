//! Why a command could not do what it was asked for.

use std::fmt;
use std::io;
use std::path::Path;

/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Lower case, no full stop, offending values in backticks.
    pub(crate) what: String,
    /// An instruction; none where what went wrong says it already.
    pub(crate) help: Option<String>,
    /// Whether it is about the words that were given, and nothing was tried.
    pub(crate) is_usage: bool,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None, is_usage: false }
    }

    pub(crate) fn with_help(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: Some(help.into()), is_usage: false }
    }

    /// It is about the words that were given.
    pub(crate) fn usage(self) -> Self {
        Self { is_usage: true, ..self }
    }

    /// For `map_err`: what could not be done with the file at `path`.
    pub(crate) fn file(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let what = format!("cannot {doing} `{}`", path.display());
        move |error| Self::new(format!("{what}: {error}"))
    }

    /// For `map_err`: the program `name` could not be started.
    pub(crate) fn program(name: &str, help: &str) -> impl FnOnce(io::Error) -> Self {
        let (name, help) = (name.to_owned(), help.to_owned());
        move |error| Self::with_help(format!("cannot run `{name}`: {error}"), help)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.what)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(out, "\n  = help: {help}"))
    }
}

/// Only what is written to the terminal fails like that.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Who has closed our output has read enough.
            io::ErrorKind::BrokenPipe => Self::new(""),
            _ => Self::new(format!("cannot write: {error}")),
        }
    }
}
