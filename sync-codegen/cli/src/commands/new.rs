//! `cargo sync new`: the files of a route, and what they need to be called.

use std::process::ExitCode;

use sync_codegen::lane::{Form, Lane};
use sync_codegen::{Placed, place};
use sync_syntax::handler_file::Kind;

use crate::failure::Failure;
use crate::options::{New, RouteName};
use crate::project::Project;
use crate::route::{RouteWords, WordKind};
use crate::scaffold::place::{self as files, Change, Changes, RouteFiles};
use crate::terminal::Terminal;

pub(super) fn run(asked: &New, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let route = RouteWords::read(&asked.route.words)?;
    let changes = match route.kind {
        WordKind::Room if asked.from.is_some() => {
            return Err(Failure::with_help("a rule of rooms has no versions", "leave out `--from`").usage());
        }
        WordKind::Room => room(project, &route)?,
        WordKind::Route(lane) => match asked.from {
            Some(from) => next_version(asked.route.version, from, project, lane, &route)?,
            None => of_route(&asked.route, project, lane, &route)?,
        },
    };
    let mistakes = files::carry_out(project, &changes, terminal)?;
    mistakes.iter().for_each(|problem| terminal.diagnostic(problem));
    Ok(if mistakes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn room(project: &Project, route: &RouteWords) -> Result<Changes, Failure> {
    let path = files::room_path(route);
    if project.app_dir.join(&path).exists() {
        return Err(Failure::with_help(format!("{path} is there already"), "a page has one rule; change that one"));
    }
    files::room(project, route)
}

fn of_route(asked: &RouteName, project: &Project, lane: &'static Lane, route: &RouteWords) -> Result<Changes, Failure> {
    let version = asked.version.unwrap_or(1);
    let files = RouteFiles::new(project, lane, route, version);
    let wanted = wanted(asked, lane, &files)?;
    for form in &wanted {
        if let Some(Placed::Misnamed(problem)) = place(&files.path(form)) {
            return Err(Failure::with_help(problem.what, problem.help));
        }
    }
    let mut changes = files.add(&wanted)?;
    if lane.forms.iter().any(|form| matches!(form.kind, Kind::Mutation | Kind::Replica)) {
        changes.extend(files.data()?);
    }
    if needs_rule(project, lane, route) {
        changes.extend(files::room(project, route)?);
    }
    Ok(changes)
}

/// The files of another version, as they are: what is to be otherwise is changed there, and nobody notices who knows the older one.
fn next_version(
    asked: Option<u32>,
    from: u32,
    project: &Project,
    lane: &'static Lane,
    route: &RouteWords,
) -> Result<Changes, Failure> {
    let of = |version| RouteFiles::new(project, lane, route, version);
    let old = of(from);
    let there = old.there();
    if there.is_empty() {
        let known: Vec<_> =
            (1..=100).filter(|version| !of(*version).there().is_empty()).map(|version| format!("v{version}")).collect();
        let help =
            if known.is_empty() { "leave out `--from`".to_owned() } else { format!("there is {}", known.join(", ")) };
        let (page, name) = (&route.page, &route.name);
        return Err(Failure::with_help(format!("there is no v{from} of {page}/{name}"), help));
    }
    let version = match asked {
        Some(version) => version,
        None => (from + 1..).find(|version| of(*version).there().is_empty()).unwrap_or(from + 1),
    };
    let new = of(version);
    if let Some(form) = new.there().first() {
        return Err(Failure::with_help(
            format!("{} is there already", new.path(form)),
            "leave out `--version` for the next one",
        ));
    }
    there.iter().map(|form| Ok((new.path(form), Change::Create(old.read(form)?)))).collect()
}

/// The files that are asked for: of a new route the first form, of one that is there what it has not.
fn wanted(asked: &RouteName, lane: &'static Lane, files: &RouteFiles<'_>) -> Result<Vec<&'static Form>, Failure> {
    let wanted = asked.forms(lane)?;
    let there = files.there();
    let wanted = if wanted.is_empty() { lane.forms.first().into_iter().collect() } else { wanted };
    if let Some(form) = wanted.iter().find(|form| there.contains(form)) {
        let next = asked.version.unwrap_or(1) + 1;
        let missing = lane.forms.iter().filter(|form| !there.contains(form)).filter_map(|form| form.side);
        let add = missing.map(|side| format!("`--{side}` for its other file, or ")).collect::<String>();
        let help = format!("write {add}`--version {next}` for a new version");
        return Err(Failure::with_help(format!("{} is there already", files.path(form)), help));
    }
    Ok(wanted)
}

/// A page without a rule has no rooms of its own: the first event of one brings the rule with it, and so does any state, which belongs to
/// them.
fn needs_rule(project: &Project, lane: &Lane, route: &RouteWords) -> bool {
    let folder = project.app_dir.join(route.folder());
    let is_of_rooms = lane.forms.iter().any(|form| form.kind == Kind::State);
    let has_others = || folder.join(lane.folder).read_dir().is_ok_and(|mut files| files.next().is_some());
    lane.has_rooms() && !folder.join("_room.rs").exists() && (is_of_rooms || !has_others())
}
