//! `cargo sync docs`: the routes with their types, rules and docs, as JSON or as one page.

mod page;

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use serde::Serialize;
use sync_codegen::emit::typescript::reference::{Reference, RouteReference, TypeReference, reference};
use sync_codegen::{ListedRoute, Listing};

use crate::cargo::{self, Build};
use crate::commands::list::RoomJson;
use crate::failure::Failure;
use crate::options::Docs;
use crate::project::Project;
use crate::terminal::Terminal;

/// What is said of an app: its types from the compiled app, and who may call from its files.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AppDocs<'a> {
    /// The package with the handlers.
    app: &'a str,
    routes: Vec<RouteDocs<'a>>,
    rooms: Vec<RoomJson<'a>>,
    types: &'a [TypeReference],
    error_codes: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RouteDocs<'a> {
    #[serde(flatten)]
    route: &'a RouteReference,
    /// Who may call, as it is written.
    auth: &'a str,
    /// The other arguments of its attributes, as they are written.
    options: &'a [String],
}

pub(super) fn run(asked: &Docs, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let waiting = terminal.wait_for(format!("building `{}`", project.package));
    let built = cargo::build(project, Build { colors: terminal.has_colors(), ..Build::default() })?;
    waiting.finish_and_clear();
    if !built.is_done {
        terminal.errors(&built);
        return Err(Failure::with_help("the app does not compile", "mend what the compiler says above"));
    }
    let reference = reference(&cargo::api(&built)?).map_err(|problems| {
        let lines = problems.iter().map(ToString::to_string).collect::<Vec<_>>();
        Failure::new(lines.join("\n"))
    })?;
    let listing = sync_codegen::list(&project.app_dir);
    let docs = AppDocs::of(&project.package, &reference, &listing);
    if asked.json {
        let json = serde_json::to_string_pretty(&docs).map_err(|error| Failure::new(error.to_string()))?;
        writeln!(terminal.out(), "{json}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let path = asked.output.clone().unwrap_or_else(|| project.target.join("docs.html"));
    fs::write(&path, page::of(&docs)).map_err(Failure::file("write", &path))?;
    terminal.done("wrote", path.display());
    Ok(ExitCode::SUCCESS)
}

impl<'a> AppDocs<'a> {
    fn of(app: &'a str, reference: &'a Reference, listing: &'a Listing) -> Self {
        let key = |route: &ListedRoute| {
            let version = format!("v{}", route.version);
            (route.lane.name, route.page.clone(), route.name.clone(), version)
        };
        let listed: BTreeMap<_, _> = listing.routes.iter().map(|route| (key(route), route)).collect();
        let routes = reference.routes.iter().map(|route| {
            let key = (route.lane, route.page.clone(), route.name.clone(), route.version.clone());
            let listed = listed.get(&key);
            let options = listed.map(|listed| listed.options.as_slice()).unwrap_or_default();
            RouteDocs { route, auth: listed.map_or("", |listed| &listed.auth), options }
        });
        let rooms = listing.rooms.iter().map(RoomJson::of);
        let (types, error_codes) = (reference.types.as_slice(), reference.error_codes.as_slice());
        Self { app, routes: routes.collect(), rooms: rooms.collect(), types, error_codes }
    }
}
