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
    /// The column in that line, counted from 1; `None` where the mistake is the line as a whole.
    pub column: Option<usize>,
    /// What is wrong: lower case, no full stop, offending values in backticks.
    pub what: String,
    /// What to do about it: an instruction.
    pub help: String,
}

impl Diagnostic {
    /// A mistake of the file as a whole.
    pub fn new(file: impl Into<String>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, column: None, what: what.into(), help: help.into() }
    }

    /// The same mistake, on `line`, counted from 1.
    #[must_use]
    pub fn at_line(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The same mistake, at a token: line and column, both counted from 1.
    #[must_use]
    pub fn at(self, line: usize, column: usize) -> Self {
        Self { line: Some(line), column: Some(column), ..self }
    }

    /// The file, with line and column as far as they are known: `src/chess/_sync/move_server_v1.rs:9:5`.
    #[must_use]
    pub fn place(&self) -> String {
        let numbers = [self.line, self.column].into_iter().flatten().map(|number| format!(":{number}"));
        std::iter::once(self.file.clone()).chain(numbers).collect()
    }

    /// The mistake on one line, as cargo shows what a build script says.
    pub(crate) fn one_line(&self) -> String {
        format!("{} ({}): {}", self.what, self.place(), self.help)
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
        write!(out, "error: {}\n  --> {}\n  = help: {}", self.what, self.place(), self.help)
    }
}
