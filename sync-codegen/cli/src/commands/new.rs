//! `cargo sync new`: the files of a route, and what they need to be called.

use std::process::ExitCode;

use sync_codegen::lane::{Form, Lane};
use sync_codegen::syntax::handler_file::Kind;
use sync_codegen::{Placed, place};

use crate::failure::Failure;
use crate::options::{New, RouteName};
use crate::project::Project;
use crate::route::{RouteWords, WordKind};
use crate::scaffold::place::{self as files, Changes, RouteFiles};
use crate::terminal::Terminal;

pub(super) fn run(asked: &New, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let route = RouteWords::read(&asked.route.words)?;
    let changes = match route.kind {
        WordKind::Room => room(project, &route)?,
        WordKind::Route(lane) => of_route(&asked.route, project, lane, &route)?,
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
