//! `cargo sync release`: what the app can be called with is a promise from now on.
//!
//! The app is compiled, since only then its types are known. What was released before has to hold; what breaks on purpose is named.

use std::process::ExitCode;

use sync_codegen::ledger::{self, Ledger};
use sync_schema::{Api, Change};

use super::changes;
use crate::cargo::{self, Build};
use crate::failure::Failure;
use crate::options::Release;
use crate::project::Project;
use crate::terminal::Terminal;

pub(super) fn run(asked: &Release, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let released = read(project, terminal)?;
    unknown(asked, &released)?;
    let api = compiled(project, terminal)?;
    let changes = released.changes(&api);
    let broken: Vec<Change> =
        changes.iter().filter(|change| change.is_breaking() && !is_accepted(change, asked)).cloned().collect();
    if !broken.is_empty() {
        let problems = ledger::located(&broken, &project.app_dir, &api, &released);
        problems.iter().for_each(|problem| terminal.diagnostic(problem));
        let accept = accepting(&broken);
        let help =
            format!("go on as each of them says; or, where nobody relies on it any more, `cargo sync release{accept}`");
        return Err(Failure::with_help("what was released does not hold any more", help));
    }
    let pages = ledger::pages(&api, &sync_codegen::list(&project.app_dir), &released);
    let stale = released.stale(&pages);
    if asked.json {
        changes::json(&located(&changes, project, &api, &released), &[], terminal)?;
    } else if !released.pages.is_empty() {
        changes::for_people(&located(&changes, project, &api, &released), terminal)?;
    }
    if stale.is_empty() {
        terminal.done("released", format!("`{}`: everything is promised already", project.package));
        return Ok(ExitCode::SUCCESS);
    }
    if asked.check {
        stale.iter().for_each(|file| terminal.note(format!("{file} would be written")));
        return Ok(ExitCode::FAILURE);
    }
    released
        .write(&project.app_dir, &pages)
        .map_err(|error| Failure::new(format!("cannot write the ledger: {error}")))?;
    stale.iter().for_each(|file| terminal.done("released", file));
    Ok(ExitCode::SUCCESS)
}

/// Reads what was released; what cannot be read is told.
pub(super) fn read(project: &Project, terminal: &mut Terminal) -> Result<Ledger, Failure> {
    Ledger::read(&project.app_dir).map_err(|problems| {
        problems.iter().for_each(|problem| terminal.diagnostic(problem));
        Failure::new("the ledger cannot be read")
    })
}

/// Compiles the app, and returns what it can be called with.
pub(super) fn compiled(project: &Project, terminal: &mut Terminal) -> Result<Api, Failure> {
    let waiting = terminal.wait_for(format!("building `{}`", project.package));
    // What is broken, we say ourselves. Where nothing is, a build is as every other: those after it do not do all of it again.
    let no_ledger = ledger::is_broken(&project.app_dir);
    let how = Build { no_ledger, colors: terminal.has_colors(), ..Build::default() };
    let mut built = cargo::build(project, how)?;
    if !built.is_done && !no_ledger {
        built = cargo::build(project, Build { no_ledger: true, ..how })?;
    }
    waiting.finish_and_clear();
    if !built.is_done {
        terminal.errors(&built);
        return Err(Failure::with_help("the app does not compile", "mend what the compiler says above"));
    }
    cargo::api(&built)
}

/// Changes beside their places.
pub(super) fn located<'a>(
    changes: &'a [Change],
    project: &Project,
    api: &Api,
    released: &Ledger,
) -> Vec<changes::Located<'a>> {
    changes.iter().zip(ledger::located(changes, &project.app_dir, api, released)).collect()
}

/// Whether everything that a change is of may break.
fn is_accepted(change: &Change, asked: &Release) -> bool {
    change.origins.iter().all(|origin| asked.accept.iter().any(|accepted| is_it(origin, accepted)))
}

/// `event chess/move v1` is also `chess/move/v1`.
fn is_it(origin: &str, named: &str) -> bool {
    let words: Vec<_> = origin.split(' ').collect();
    origin == named || (words.len() == 3 && named == format!("{}/{}", words[1], words[2]))
}

/// What is to be accepted has to be something that was released.
fn unknown(asked: &Release, released: &Ledger) -> Result<(), Failure> {
    let mut known: Vec<String> = Vec::new();
    for part in released.pages.iter().map(|page| &page.api) {
        known.extend(part.routes.iter().map(sync_schema::RouteTypes::id));
        known.extend(part.entities.iter().map(|entity| format!("entity {}", entity.name)));
        known.extend(part.error_codes.iter().map(|code| format!("error {code}")));
        known.extend(part.rooms.iter().map(|room| format!("rooms {room}")));
        known.extend(part.scopes.iter().map(|scope| format!("scopes {scope}")));
        known.extend(
            part.presence.iter().flat_map(|presence| presence.rooms.iter().map(|room| format!("presence in {room}"))),
        );
    }
    let declared = released.pages.iter().flat_map(|page| page.api.declarations());
    known.extend(declared.map(|(_, declaration)| format!("foreign {}", declaration.name)));
    known.extend(["session", "public", "presence"].map(str::to_owned));
    known.sort();
    known.dedup();
    for named in &asked.accept {
        let meant: Vec<_> = known.iter().filter(|origin| is_it(origin, named)).collect();
        if meant.len() > 1 && !meant.contains(&named) {
            let help = format!(
                "name one of them: {}",
                meant.iter().map(|origin| format!("`{origin}`")).collect::<Vec<_>>().join(", ")
            );
            return Err(Failure::with_help(format!("`{named}` is in several lanes"), help).usage());
        }
    }
    match asked.accept.iter().find(|named| !known.iter().any(|origin| is_it(origin, named))) {
        None => Ok(()),
        Some(named) => {
            let help = "name it as `cargo sync diff` does: `--accept chess/move/v1`, `--accept session`, `--accept \"error chess-full\"`";
            Err(Failure::with_help(format!("nothing that was released is called `{named}`"), help).usage())
        }
    }
}

fn accepting(broken: &[Change]) -> String {
    let mut origins: Vec<&String> = broken.iter().flat_map(|change| &change.origins).collect();
    origins.sort();
    origins.dedup();
    let named = origins.into_iter().map(|origin| match origin.split(' ').collect::<Vec<_>>().as_slice() {
        [_, path, version] if path.contains('/') => format!(" --accept {path}/{version}"),
        [word] => format!(" --accept {word}"),
        _ => format!(" --accept \"{origin}\""),
    });
    named.collect()
}
