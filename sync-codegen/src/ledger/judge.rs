//! What breaks a promise, at the token that does, and how to go on.

use std::path::Path;

use sync_schema::{Api, Change, RouteTypes};

use super::place::{Place, place};
use super::{Ledger, Page};
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::listing::{self, Listing, list};
use crate::preview;
use crate::problems::{self, Speaker};
use crate::scan::{Tree, scan};
use sync_syntax::handler_file::HandlerFile;

/// Returns how `api`, which the app in `app_dir` was compiled to, breaks what it has released, sorted; nothing where it has released nothing.
///
/// What is in a ledger and cannot be read is a mistake, too.
#[must_use]
pub fn judge(app_dir: &Path, api: &Api) -> Vec<Diagnostic> {
    let ledger = match Ledger::read(app_dir) {
        Ok(ledger) if ledger.pages.is_empty() => return Vec::new(),
        Ok(ledger) => ledger,
        Err(problems) => return problems,
    };
    let mut problems = located(&breaking(&ledger, api), app_dir, api, &ledger);
    problems.sort();
    problems
}

/// Returns what the source of the app in `app_dir` breaks, as far as source alone tells, for the attributes to tell: lines of the file that they read.
///
/// The compiled app is judged once more ([`judge`]). What is found here stands at its token, in the terminal and in the editor.
pub(crate) fn of_source(app_dir: &Path, tree: &Tree, released: &Result<Ledger, Vec<Diagnostic>>) -> String {
    let ledger = match released {
        Ok(ledger) if ledger.pages.is_empty() => return String::new(),
        Ok(ledger) => ledger,
        Err(problems) => return problems.iter().map(|problem| problems::told(problem, &Speaker::App)).collect(),
    };
    // What is half written is not there for those who read lists; the compiler says what is wrong with it.
    if tree.source_files().any(|file| file.content.outline.is_none()) || !check::check(tree).is_empty() {
        return String::new();
    }
    let listing = listing::of_tree(tree);
    // What the library is called is no part of what is promised.
    let api = preview::of_tree(app_dir, "app", tree, &listing, &ledger.retiring()).api;
    let breaking = breaking(ledger, &api);
    if breaking.is_empty() {
        return String::new();
    }
    let mut told: Vec<_> = breaking.iter().map(|change| told(change, app_dir, &api, &ledger.pages, &listing)).collect();
    told.sort_by(|(a, _), (b, _)| a.cmp(b));
    told.iter().map(|(problem, speaker)| problems::told(problem, speaker)).collect()
}

/// Returns whether the source of the app in `app_dir` breaks what it has released, as far as source alone tells: it does not compile then.
#[must_use]
pub fn is_broken(app_dir: &Path) -> bool {
    !of_source(app_dir, &scan(app_dir), &Ledger::read(app_dir)).is_empty()
}

fn breaking(ledger: &Ledger, api: &Api) -> Vec<Change> {
    ledger.changes(api).into_iter().filter(Change::is_breaking).collect()
}

/// Returns each of these changes as a mistake at its token in the source of the app in `app_dir`.
#[must_use]
pub fn located(changes: &[Change], app_dir: &Path, api: &Api, ledger: &Ledger) -> Vec<Diagnostic> {
    if changes.is_empty() {
        return Vec::new();
    }
    let listing = list(app_dir);
    changes.iter().map(|change| told(change, app_dir, api, &ledger.pages, &listing).0).collect()
}

/// Says what a change breaks, where it is, and how to go on; and who can say so.
fn told(change: &Change, app_dir: &Path, api: &Api, pages: &[Page], listing: &Listing) -> (Diagnostic, Speaker) {
    let problem = Diagnostic::new(String::new(), sentence(change), help(change, api));
    if let Some(Place { file, name, line, column }) =
        change.at.as_ref().and_then(|spot| place(app_dir, &api.library, &listing.modules, spot))
    {
        return (Diagnostic { file, ..problem }.at(line, column), Speaker::Item(name));
    }
    let origin = change.origins.first().map(String::as_str).unwrap_or_default();
    // A type of another crate, or something about the whole route: the handler says what it takes.
    if let Some(file) = api.routes.iter().find(|route| route.id() == origin).and_then(|route| route.sources.first()) {
        let problem = Diagnostic { file: file.clone(), ..problem };
        let outline = HandlerFile::read(&app_dir.join(file)).outline;
        return match outline.and_then(|outline| outline.handlers.into_iter().next()) {
            Some(handler) => (problem.at_line(handler.line), Speaker::Item(handler.name)),
            None => (problem, Speaker::App),
        };
    }
    // What is gone stands where it was promised.
    let promised = pages.iter().find_map(|page| Some((&page.file, page.line_of(origin)?)));
    let problem = match promised {
        Some((file, line)) => Diagnostic { file: file.clone(), ..problem }.at_line(line),
        // What is new and no type has no place.
        None => problem,
    };
    (problem, Speaker::App)
}

/// `event chess/move v1 is released, and this breaks old clients: …`
fn sentence(change: &Change) -> String {
    let be = if change.origins.len() > 1 { "are" } else { "is" };
    let path = if change.path.is_empty() { String::new() } else { format!(" at `{}`", change.path) };
    format!("{} {be} released, and this breaks {}{path}: {}", change.subject(), change.broken(), change.what)
}

/// What to do instead, or the version that may be otherwise.
fn help(change: &Change, api: &Api) -> String {
    let route = change.origins.first().and_then(|origin| api.routes.iter().find(|route| route.id() == *origin));
    let next = route.map(|route| {
        let (lane, path, next) =
            (route.lane.word(), format!("{}/{}", route.page, route.name), next_version(route, api));
        format!("make a v{next} beside it: `cargo sync new {lane} {path} --from {}`", route.version)
    });
    let parts = [Some(change.help.clone()).filter(|help| !help.is_empty()), next];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; or ")
}

fn next_version(route: &RouteTypes, api: &Api) -> u32 {
    let is_it = |other: &&RouteTypes| (other.lane, &other.page, &other.name) == (route.lane, &route.page, &route.name);
    let numbers =
        api.routes.iter().filter(is_it).filter_map(|other| other.version.trim_start_matches('v').parse().ok());
    1 + numbers.max().unwrap_or(0)
}
