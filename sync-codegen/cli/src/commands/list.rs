//! `cargo sync list`: the routes and rooms of an app, as its files have them.

use std::process::ExitCode;

use serde::Serialize;
use sync_codegen::{ListedRoom, ListedRoute, Listing};

use crate::failure::Failure;
use crate::options::List;
use crate::project::Project;
use crate::terminal::{BOLD, FAINT, Terminal};

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Json<'a> {
    routes: Vec<RouteJson<'a>>,
    rooms: Vec<RoomJson<'a>>,
}

#[derive(Debug, Serialize)]
struct RouteJson<'a> {
    lane: &'static str,
    page: &'a str,
    name: &'a str,
    version: String,
    auth: &'a str,
    room: Option<&'a str>,
    options: &'a [String],
    docs: &'a str,
    files: Vec<&'a str>,
}

/// A rule of rooms, as the reference of an app has it, too.
#[derive(Debug, Serialize)]
pub(super) struct RoomJson<'a> {
    pub(super) page: &'a str,
    pub(super) pattern: &'a str,
    pub(super) auth: &'a str,
    pub(super) options: &'a [String],
    pub(super) docs: &'a str,
    file: &'a str,
}

impl<'a> RoomJson<'a> {
    pub(super) fn of(room: &'a ListedRoom) -> Self {
        let ListedRoom { page, pattern, path, auth, options, docs } = room;
        Self { page, pattern, auth, options, docs, file: path }
    }
}

pub(super) fn run(asked: &List, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let listing = sync_codegen::list(&project.app_dir);
    if asked.json {
        writeln!(terminal.out(), "{}", json(&listing)?)?;
    } else {
        routes(&listing.routes, terminal)?;
        rooms(&listing.rooms, terminal)?;
    }
    let mistakes = sync_codegen::mistakes(&project.app_dir).len();
    if mistakes > 0 {
        let what = if mistakes == 1 { "1 mistake leaves".into() } else { format!("{mistakes} mistakes leave") };
        terminal.note(format!("{what} files out of this list: `cargo sync check` tells them"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the list as JSON.
pub(super) fn json(listing: &Listing) -> Result<String, Failure> {
    let routes = listing.routes.iter().map(|route| RouteJson {
        lane: route.lane.name,
        page: &route.page,
        name: &route.name,
        version: format!("v{}", route.version),
        auth: &route.auth,
        room: route.room.as_deref(),
        options: &route.options,
        docs: &route.docs,
        files: route.files.iter().map(|file| file.path.as_str()).collect(),
    });
    let rooms = listing.rooms.iter().map(RoomJson::of);
    let json = Json { routes: routes.collect(), rooms: rooms.collect() };
    serde_json::to_string_pretty(&json).map_err(|error| Failure::new(error.to_string()))
}

fn routes(routes: &[ListedRoute], terminal: &mut Terminal) -> Result<(), Failure> {
    let rows = routes.iter().map(|route| {
        let files: Vec<_> = route.files.iter().map(|file| file.kind.word()).collect();
        let room = route.room.as_ref().map(|room| format!("room={room}"));
        let said = room.into_iter().chain(route.options.iter().cloned()).collect::<Vec<_>>().join(", ");
        let path = format!("{}/{}", route.page, route.name);
        [route.lane.name.to_owned(), path, format!("v{}", route.version), files.join("+"), route.auth.clone(), said]
    });
    table(["lane", "route", "", "runs", "auth", ""], rows.collect(), terminal)
}

fn rooms(rooms: &[ListedRoom], terminal: &mut Terminal) -> Result<(), Failure> {
    if rooms.is_empty() {
        return Ok(());
    }
    writeln!(terminal.out())?;
    let rows =
        rooms.iter().map(|room| [room.page.clone(), room.pattern.clone(), room.auth.clone(), room.options.join(", ")]);
    table(["page", "rooms", "auth", ""], rows.collect(), terminal)
}

/// Writes columns as wide as what is in them.
fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>, terminal: &mut Terminal) -> Result<(), Failure> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].len()]).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(terminal.out(), "{FAINT}{}{FAINT:#}", line(head))?;
    for row in &rows {
        writeln!(terminal.out(), "{BOLD}{}{BOLD:#}", line(std::array::from_fn(|column| row[column].as_str())))?;
    }
    Ok(())
}
