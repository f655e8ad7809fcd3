//! What was released: the contract of each page as it was promised, and whether the app still keeps it.
//!
//! `cargo sync release` writes `src/<page>/_ledger.txt`, which is committed. A page without that file has promised nothing. Types are
//! known by their JSON, so a ledger says nothing of how files, modules and types are called inside of the app.

mod judge;
mod page;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use sync_schema::{Api, Breaks, Change, ChangeKind, Day, FRAMEWORK_CODES};

use crate::output;

pub(crate) use judge::of_source;
pub use judge::{is_broken, judge, located};
pub use page::pages;

pub use crate::released::{FILE, Ledger, Page};

/// A build with this variable judges no ledger: `cargo sync release` says itself what is broken, and by whose leave.
pub const OFF: &str = "SYNC_LEDGER_OFF";

impl Ledger {
    /// Writes what is promised from now on, and takes files away that promise nothing any more.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write(&self, app_dir: &Path, pages: &[Page]) -> io::Result<()> {
        for file in self.stale(pages) {
            let path = app_dir.join(&file);
            match page_of(pages, &file) {
                Some(page) => {
                    output::replace(&path, &page.text, None)?;
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
    pub fn stale(&self, pages: &[Page]) -> Vec<String> {
        let is_same = |old: &Page, new: &Page| old.text.lines().eq(new.text.lines());
        self.differing(pages, is_same)
    }

    /// Returns those of the stale files that promise something else: where types have other names and nothing more has changed, nobody notices.
    #[must_use]
    pub fn unpromised(&self, pages: &[Page]) -> Vec<String> {
        let is_promised = |old: &Page, new: &Page| {
            sync_schema::compare(&old.api, &new.api).is_empty() && sync_schema::compare(&new.api, &old.api).is_empty()
        };
        self.differing(pages, is_promised)
    }

    /// The files, sorted, that are here or in `pages` alone, or are not the same in both.
    fn differing(&self, pages: &[Page], is_same: impl Fn(&Page, &Page) -> bool) -> Vec<String> {
        let files: BTreeSet<&String> = self.pages.iter().chain(pages).map(|page| &page.file).collect();
        let differs = |file: &&String| match (page_of(&self.pages, file), page_of(pages, file)) {
            (Some(old), Some(new)) => !is_same(old, new),
            _ => true,
        };
        files.into_iter().filter(differs).cloned().collect()
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

fn page_of<'p>(pages: &'p [Page], file: &str) -> Option<&'p Page> {
    pages.iter().find(|page| page.file == file)
}

/// Returns the day, in UTC.
#[must_use]
pub fn today() -> Day {
    chrono::Utc::now().date_naive()
}

/// A version whose last day has passed breaks no promise to who calls it; what it has stored is still read, by it or by a newer one.
fn end(change: &mut Change, retiring: &BTreeMap<String, Day>, today: Day) {
    let days: Option<Vec<_>> = change.origins.iter().map(|origin| retiring.get(origin)).collect();
    let Some(last) = days.and_then(|days| days.into_iter().max().copied()).filter(|day| today > *day) else { return };
    change.breaks.retain(|breaks| *breaks != Breaks::OldClients);
    if !change.is_breaking() {
        change.help.clear();
        change.what = match change.kind {
            ChangeKind::RouteRemoved => format!("it is gone, after it has retired on {last}"),
            _ => format!("{}; it has retired after {last}", change.what),
        };
    }
}
