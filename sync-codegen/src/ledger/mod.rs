//! What was released: the contract of each page as it was promised, and whether the app still keeps it.
//!
//! `cargo sync release` writes `src/<page>/_ledger.txt`, which is committed. A page without that file has promised nothing. Types are
//! known by their JSON, so a ledger says nothing of how files, modules and types are called inside of the app.

mod judge;
mod page;
mod place;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use sync_schema::{Api, Breaks, Change, ChangeKind, Day, FRAMEWORK_CODES};

use crate::diagnostic::Diagnostic;
use crate::output;
use crate::scan;

pub(crate) use judge::of_source;
pub use judge::{is_broken, judge, located};
pub use page::{Page, pages};

/// The file in the folder of a page.
pub const FILE: &str = "_ledger.txt";

/// A build with this variable judges no ledger: `cargo sync release` says itself what is broken, and by whose leave.
pub const OFF: &str = "SYNC_LEDGER_OFF";

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

    /// Returns the last days that were announced, by routes.
    #[must_use]
    pub fn retiring(&self) -> BTreeMap<String, Day> {
        let routes = self.pages.iter().flat_map(|page| &page.api.routes);
        routes.filter_map(|route| Some((route.id(), route.retires?))).collect()
    }

    /// Writes what is promised from now on, and takes files away that promise nothing any more.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write(&self, app_dir: &Path, pages: &[(String, String)]) -> io::Result<()> {
        for file in self.stale(pages) {
            let path = app_dir.join(&file);
            match pages.iter().find(|(page, _)| *page == file) {
                Some((_, text)) => {
                    output::replace(&path, text, None)?;
                    // A build reads it, and has to see that it has changed.
                    output::set_modified(&path, SystemTime::now());
                }
                None => std::fs::remove_file(&path)?,
            }
        }
        Ok(())
    }

    /// Returns the files that are not what `pages` say, sorted.
    #[must_use]
    pub fn stale(&self, pages: &[(String, String)]) -> Vec<String> {
        let is_same = |text: &str, known: &str| text.lines().eq(known.lines());
        let known = |file: &str| self.pages.iter().find(|page| page.file == file);
        let changed = pages.iter().filter(|(file, text)| !known(file).is_some_and(|page| is_same(text, &page.text)));
        let gone = self.pages.iter().filter(|page| !pages.iter().any(|(file, _)| *file == page.file));
        let mut stale: Vec<String> =
            changed.map(|(file, _)| file.clone()).chain(gone.map(|page| page.file.clone())).collect();
        stale.sort();
        stale
    }

    /// Returns what `api` has otherwise than what was released.
    #[must_use]
    pub fn changes(&self, api: &Api) -> Vec<Change> {
        let released: Vec<&Api> = self.pages.iter().map(|page| &page.api).collect();
        // The codes of the framework are not the app's to promise.
        let is_own = |code: &&String| !FRAMEWORK_CODES.iter().any(|(known, _)| known == code);
        let promised = |code: &&String| released.iter().any(|page| page.error_codes.contains(*code));
        let error_codes = api.error_codes.iter().filter(|code| is_own(code) || promised(code)).cloned().collect();
        let mut changes = sync_schema::compare_all(&released, &Api { error_codes, ..api.clone() });
        let (retiring, today) = (self.retiring(), today());
        for change in &mut changes {
            end(change, &retiring, today);
        }
        changes
    }
}

/// Returns the day, in UTC.
#[must_use]
pub fn today() -> Day {
    chrono::Utc::now().date_naive()
}

/// A version whose last day has passed breaks no promise.
fn end(change: &mut Change, retiring: &BTreeMap<String, Day>, today: Day) {
    let days: Option<Vec<_>> = change.origins.iter().map(|origin| retiring.get(origin)).collect();
    let Some(last) = days.and_then(|days| days.into_iter().max().copied()).filter(|day| today > *day) else { return };
    if change.breaks.iter().any(|breaks| *breaks != Breaks::NewClients) {
        change.breaks.clear();
        change.help.clear();
        change.what = match change.kind {
            ChangeKind::RouteRemoved => format!("it is gone, after it has retired on {last}"),
            _ => format!("{}; it has retired after {last}", change.what),
        };
    }
}
