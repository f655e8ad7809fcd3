//! A mistake in an app: where it is, what is wrong, and what would fix it.
//!
//! It knows neither how mistakes are found nor where they are shown; the terminal, the editor and the command line print the same text.

use std::fmt;

/// One mistake. Sorted by file, line and text, so that a list of them never depends on the order of discovery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, relative to the app's folder, with forward slashes.
    pub file: String,
    /// The line, counted from 1; `None` where the mistake is the file as a whole or its name.
    pub line: Option<usize>,
    /// What is wrong: lower case, no full stop, offending values in backticks.
    pub what: String,
    /// What to do about it: an instruction.
    pub help: String,
}

impl Diagnostic {
    /// A mistake of the file as a whole.
    pub fn new(file: impl Into<String>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, what: what.into(), help: help.into() }
    }

    /// The same mistake, on `line`, counted from 1.
    #[must_use]
    pub fn at_line(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The mistake on one line, as cargo shows what a build script says.
    pub(crate) fn one_line(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{} ({}{line}): {}", self.what, self.file, self.help)
    }
}

/// Three lines, as the compiler prints its own; no newline at the end.
///
/// ```
/// use sync_codegen::Diagnostic;
///
/// let mistake = Diagnostic::new("src/chess/_sync/move_v1.rs", "file name does not say which side it is", "rename it").at_line(3);
/// assert_eq!(
///     mistake.to_string(),
///     "error: file name does not say which side it is\n  --> src/chess/_sync/move_v1.rs:3\n  = help: rename it"
/// );
/// ```
impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}\n  --> {}", self.what, self.file)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        write!(out, "\n  = help: {}", self.help)
    }
}
