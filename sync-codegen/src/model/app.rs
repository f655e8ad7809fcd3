//! What the dispatch table holds.

use std::collections::{BTreeMap, BTreeSet};

use super::module::{Module, Mounts, mount};
use super::names::{page_name, static_name};
use crate::diagnostic::Diagnostic;
use crate::scan::{FileName, HandlerName, Side, SourceFile, Tree};
use crate::syntax::handler_file;

/// An app, as far as files tell.
#[derive(Debug, Default)]
pub(crate) struct App {
    /// The pages and what is in them.
    pub(crate) root: Module,
    /// The routes without mistakes, sorted by page, name and version.
    pub(crate) routes: Vec<Route>,
    /// The rules without mistakes, sorted by page.
    pub(crate) rooms: Vec<Room>,
    /// The app's own error codes, sorted, each once.
    pub(crate) error_codes: Vec<String>,
    /// The message files, sorted by language and name.
    pub(crate) locales: Vec<Locale>,
}

/// One version of a route.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) page: String,
    pub(crate) name: String,
    pub(crate) version: u32,
    /// The name of its static in the table.
    pub(crate) static_name: String,
    pub(crate) server: Option<Handler>,
    pub(crate) client: Option<Handler>,
    pub(crate) filter: Filter,
}

/// How often the filter of a route runs for one event; the runtime's `FilterKind`, as far as it decides what an event costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    /// There is none.
    None,
    /// For each member of the room.
    ByMember,
    /// For each distinct value of its `by` in the room.
    ByGroup,
}

/// A handler's file.
#[derive(Debug)]
pub(crate) struct Handler {
    /// Relative to the app.
    pub(crate) file: String,
    /// `examples::move_v1::server`
    pub(crate) module: String,
}

/// A page's room rule.
#[derive(Debug)]
pub(crate) struct Room {
    /// `examples::_room`
    pub(crate) module: String,
}

/// A message file.
#[derive(Debug)]
pub(crate) struct Locale {
    pub(crate) language: String,
    pub(crate) file: String,
    /// Relative to the app.
    pub(crate) path: String,
}

impl App {
    /// Puts the files of `tree` into order; what `problems` names is mounted, and left out of the table.
    pub(crate) fn new(tree: &Tree, problems: &[Diagnostic]) -> Self {
        let (root, mounts) = mount(tree);
        let bad = problems.iter().map(|problem| problem.file.as_str()).collect::<BTreeSet<_>>();
        // A file with a syntax error is not known to be bad: the compiler will say what is wrong with it, and nothing else.
        let is_good = |file: &SourceFile| !bad.contains(file.path.as_str());
        let rules = tree.pages.values().filter_map(|page| page.room.as_ref()).filter(|room| is_good(room));
        let mut rooms =
            rules.filter_map(|room| Some(Room { module: mounts.get(&room.path)?.clone() })).collect::<Vec<_>>();
        rooms.sort_by(|a, b| a.module.cmp(&b.module));
        Self {
            routes: routes(tree, &mounts, is_good),
            rooms,
            error_codes: tree
                .error_codes()
                .map(|(code, ..)| code.to_owned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            locales: locales(tree, &bad),
            root,
        }
    }
}

fn routes(tree: &Tree, mounts: &Mounts, is_good: impl Fn(&SourceFile) -> bool) -> Vec<Route> {
    let mut routes = Vec::new();
    for (folder, page) in &tree.pages {
        let mut versions = BTreeMap::<(&str, u32), Vec<(&HandlerName, &SourceFile)>>::new();
        for (name, file) in &page.files {
            if let FileName::Handler(name) = name {
                versions.entry((&name.name, name.version)).or_default().push((name, file));
            }
        }
        // One bad file, and the route cannot work.
        versions.retain(|_, files| files.iter().all(|(_, file)| is_good(file)));
        for ((name, version), files) in versions {
            let file = |side: Side| files.iter().find(|(name, _)| name.side == side).map(|(_, file)| *file);
            let handler =
                |file: &SourceFile| Some(Handler { file: file.path.clone(), module: mounts.get(&file.path)?.clone() });
            let page = page_name(folder).to_owned();
            let static_name = static_name(&page, name, version);
            let (server, client) = (file(Side::Server).and_then(handler), file(Side::Client).and_then(handler));
            let filter = file(Side::Client).map_or(Filter::None, filter_of);
            routes.push(Route { page, name: name.to_owned(), version, static_name, server, client, filter });
        }
    }
    routes.sort_by(|a, b| (&a.page, &a.name, a.version).cmp(&(&b.page, &b.name, b.version)));
    number_equal_statics(&mut routes);
    routes
}

fn filter_of(file: &SourceFile) -> Filter {
    let handlers = file.content.outline.iter().flat_map(|outline| &outline.handlers);
    if handlers.filter(|handler| handler.name == "main").any(handler_file::Handler::is_by_group) {
        Filter::ByGroup
    } else {
        Filter::ByMember
    }
}

/// `a/b` with `c` and `a` with `b_c` have one static name; the later ones get a number.
fn number_equal_statics(routes: &mut [Route]) {
    let mut taken = BTreeSet::new();
    for route in routes {
        let plain = route.static_name.clone();
        let mut number = 2;
        while !taken.insert(route.static_name.clone()) {
            route.static_name = format!("{plain}_{number}");
            number += 1;
        }
    }
}

fn locales(tree: &Tree, bad: &BTreeSet<&str>) -> Vec<Locale> {
    let good = tree.locales.iter().filter(|locale| !bad.contains(locale.path.as_str()));
    good.map(|locale| Locale { language: locale.folder.clone(), file: locale.file.clone(), path: locale.path.clone() })
        .collect()
}
