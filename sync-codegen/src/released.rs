//! What was released, as it stands in the files of an app.

use std::collections::BTreeMap;
use std::path::Path;

use sync_schema::{Api, Day, ReadError};

use crate::diagnostic::Diagnostic;
use crate::scan;

/// The file in the folder of a page.
pub const FILE: &str = "_ledger.txt";

/// What an app has released.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The pages that have released something, by their files.
    pub pages: Vec<Page>,
}

impl Ledger {
    /// Reads what the app in `app_dir` has released; nothing is what most have.
    ///
    /// # Errors
    ///
    /// What cannot be read, by file and line.
    pub fn read(app_dir: &Path) -> Result<Self, Vec<Diagnostic>> {
        let (mut pages, mut problems) = (Vec::new(), Vec::new());
        for file in scan::called(app_dir, FILE) {
            match Page::read(app_dir, &file) {
                Ok(page) => pages.push(page),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(Self { pages }) } else { Err(problems) }
    }

    /// Returns the fingerprints of the contracts that were released and hold, the newest last.
    #[must_use]
    pub fn contracts(&self) -> Vec<String> {
        self.pages.iter().flat_map(|page| page.api.released.iter().cloned()).collect()
    }

    /// Returns the last days that were announced, by routes.
    #[must_use]
    pub fn retiring(&self) -> BTreeMap<String, Day> {
        let routes = self.pages.iter().flat_map(|page| &page.api.routes);
        routes.filter_map(|route| Some((route.id(), route.retires?))).collect()
    }
}

/// What a page has released.
#[derive(Debug)]
pub struct Page {
    /// Its file, relative to the app, with forward slashes.
    pub file: String,
    /// The contract: the routes of the page, names of its rooms and scopes, what lives in these, and the codes that its files answer with. That of
    /// the page `root` has the session and what else the whole app shares.
    pub api: Api,
    /// The text of the file.
    pub text: String,
}

impl Page {
    fn read(app_dir: &Path, file: &str) -> Result<Self, Diagnostic> {
        let help = "take the file back from version control; `cargo sync release` writes it";
        let problem = |what: String| Diagnostic::new(file, what, help);
        let text = std::fs::read_to_string(app_dir.join(file))
            .map_err(|error| problem(format!("it cannot be read: {error}")))?;
        Self::of(file, text)
            .map_err(|error| problem(format!("it is no ledger: expected {}", error.expected)).at_line(error.line))
    }

    /// Reads the text of a file.
    pub(crate) fn of(file: &str, text: String) -> Result<Self, ReadError> {
        Ok(Self { file: file.to_owned(), api: text.parse()?, text })
    }

    /// Returns the line on which something is said to be, counted from 1.
    #[must_use]
    pub fn line_of(&self, origin: &str) -> Option<usize> {
        let is_it = |line: &str| {
            line.replace('"', "") == origin
                || line.strip_prefix(origin).is_some_and(|rest| rest.starts_with([':', ' ']))
        };
        self.text.lines().position(is_it).map(|index| index + 1)
    }
}
