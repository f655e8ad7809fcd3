//! What the dispatch table holds.

use std::collections::{BTreeMap, BTreeSet};

use super::module::{Module, Mounts, mount};
use super::names::{page_name, static_name};
use super::successor::successors;
use crate::diagnostic::Diagnostic;
use crate::lane::{LANES, Lane};
use crate::scan::{HandlerName, PageFile, PageFiles, SourceFile, Tree};
use sync_schema::Day;
use sync_syntax::arguments::RoomKind;
use sync_syntax::handler_file::{self, Kind};

/// An app, as far as files tell.
#[derive(Debug, Default)]
pub(crate) struct App {
    /// The pages and what is in them.
    pub(crate) root: Module,
    /// The routes without mistakes of each lane.
    pub(crate) lanes: Vec<LaneRoutes>,
    /// The rules without mistakes, sorted by page.
    pub(crate) rooms: Vec<Room>,
    /// The rules of scopes without mistakes, sorted by page.
    pub(crate) scopes: Vec<Room>,
    /// What lives in scopes, sorted by page.
    pub(crate) entities: Vec<Entity>,
    /// The app's own error codes, sorted, each once.
    pub(crate) error_codes: Vec<String>,
    /// They and those of the framework that the app uses, sorted, each with the names of what its sentence may ask for; once for each use
    /// that gives something else.
    pub(crate) error_parameters: BTreeSet<(String, BTreeSet<String>)>,
    /// The fingerprints of contracts that were released and hold.
    pub(crate) released: Vec<String>,
    /// The message files, sorted by language and name.
    pub(crate) locales: Vec<Locale>,
}

/// The routes of one lane.
#[derive(Debug)]
pub(crate) struct LaneRoutes {
    pub(crate) lane: &'static Lane,
    /// Sorted by page, name and version.
    pub(crate) routes: Vec<Route>,
}

/// One version of a route.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) page: String,
    pub(crate) name: String,
    pub(crate) version: u32,
    /// The name of its static in the table.
    pub(crate) static_name: String,
    /// The runtime's type for a route with these files.
    pub(crate) entry: &'static str,
    /// Its files, in the order of the lane's forms.
    pub(crate) handlers: Vec<Handler>,
    /// What makes of what it is told what its handler takes, which is a newer version's.
    pub(crate) upgraded: Option<Upgraded>,
    /// What a newer version that answers for it does, where it has no handler of its own: in the lanes that answer with an output.
    pub(crate) bridged: Option<Bridged>,
    pub(crate) filter: Filter,
    pub(crate) receivers: Receivers,
    /// The last day on which it is answered, if one was announced.
    pub(crate) retires: Option<Day>,
}

impl Route {
    /// Returns whether a newer version answers for it.
    pub(crate) fn is_older(&self) -> bool {
        self.upgraded.is_some() || self.bridged.is_some()
    }
}

/// A version of a mutation without a `main` of its own.
#[derive(Debug)]
pub(crate) struct Upgraded {
    /// The handler of the newest version: `todos::_mutation::create_v2::__Mutation`.
    pub(crate) handler: String,
    /// That version.
    pub(crate) version: u32,
    /// What it is told: `todos::_mutation::create_v1::Args`.
    pub(crate) args: String,
    /// The functions that are called with that, each with what the one before has returned: `todos::_mutation::create_v2::upgrade`.
    pub(crate) by: Vec<String>,
}

/// A version of an event or of a request without a `main` of its own.
#[derive(Debug)]
pub(crate) struct Bridged {
    /// The version that answers for it.
    pub(crate) by: u32,
    /// The functions that are called with what it is told, each with what the one before has returned: `examples::move_v2::server::upgrade`.
    pub(crate) upgrades: Vec<String>,
    /// Those that are called with what is answered, likewise; none where the answer of the older version is `{}`.
    pub(crate) downgrades: Vec<String>,
    /// The same of what the filter makes for a member.
    pub(crate) downgrades_own: Vec<String>,
}

/// To whom a route can be sent.
#[derive(Debug, Clone)]
pub(crate) enum Receivers {
    /// To any room that its caller is in.
    AnyRoom,
    /// To the rooms of the rule in this module.
    RoomsOf(String),
    /// To everybody who is connected.
    Everyone,
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
    /// `examples::move_v1::server::__Server`
    pub(crate) handler: String,
    /// The attribute on it.
    pub(crate) kind: Kind,
}

/// What lives in the scopes of a page.
#[derive(Debug)]
pub(crate) struct Entity {
    /// `todos::_entity::Todo`
    pub(crate) path: String,
    /// The page.
    pub(crate) page: String,
    /// Relative to the app.
    pub(crate) file: String,
}

/// The rule of a page's rooms, or of its scopes.
#[derive(Debug)]
pub(crate) struct Room {
    /// `examples::_room`
    pub(crate) module: String,
    /// Relative to the app.
    pub(crate) file: String,
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
    ///
    /// `retiring` are the last days that were announced, by routes as a contract names them; `released` the contracts that hold.
    pub(crate) fn new(
        tree: &Tree,
        problems: &[Diagnostic],
        retiring: &BTreeMap<String, Day>,
        released: Vec<String>,
    ) -> Self {
        let (root, mounts) = mount(tree);
        let bad = problems.iter().map(|problem| problem.file.as_str()).collect::<BTreeSet<_>>();
        // A file with a syntax error is not known to be bad: the compiler will say what is wrong with it, and nothing else.
        let is_good = |file: &SourceFile| !bad.contains(file.path.as_str());
        let rules = |part: fn(&PageFiles) -> Option<&SourceFile>| {
            let rules = tree.pages.values().filter_map(part).filter(|rule| is_good(rule));
            let mut rules = rules
                .filter_map(|rule| Some(Room { module: mounts.get(&rule.path)?.clone(), file: rule.path.clone() }))
                .collect::<Vec<_>>();
            rules.sort_by(|a, b| a.module.cmp(&b.module));
            rules
        };
        let (rooms, scopes) = (rules(|page| page.room.as_ref()), rules(|page| page.scope.as_ref()));
        Self {
            lanes: lanes(tree, &mounts, is_good, retiring),
            rooms,
            scopes,
            entities: entities(tree, &mounts, is_good),
            error_parameters: tree
                .error_parameters()
                .map(|(code, parameters)| (code.to_owned(), parameters.iter().cloned().collect()))
                .collect(),
            error_codes: tree
                .error_codes()
                .map(|(code, ..)| code.to_owned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            released,
            locales: locales(tree, &bad),
            root,
        }
    }
}

fn entities(tree: &Tree, mounts: &Mounts, is_good: impl Fn(&SourceFile) -> bool) -> Vec<Entity> {
    let mut entities = Vec::new();
    for (folder, page) in &tree.pages {
        // Without its scopes, nobody could reach them.
        let (Some(file), Some(_)) = (page.entity.as_ref().filter(|file| is_good(file)), &page.scope) else { continue };
        let (Some(outline), Some(module)) = (&file.content.outline, mounts.get(&file.path)) else { continue };
        entities.extend(outline.entities.iter().map(|entity| Entity {
            path: format!("{module}::{}", entity.name),
            page: page_name(folder).to_owned(),
            file: file.path.clone(),
        }));
    }
    entities
}

fn lanes(
    tree: &Tree,
    mounts: &Mounts,
    is_good: impl Fn(&SourceFile) -> bool,
    retiring: &BTreeMap<String, Day>,
) -> Vec<LaneRoutes> {
    let rules = rules(tree, mounts);
    let of_lane = |lane: &&'static Lane| LaneRoutes { lane, routes: routes(lane, tree, mounts, &rules, &is_good) };
    let mut lanes = LANES.iter().map(of_lane).collect::<Vec<_>>();
    number_equal_statics(lanes.iter_mut().flat_map(|lane| &mut lane.routes));
    for LaneRoutes { lane, routes } in &mut lanes {
        let Some(api) = &lane.api else { continue };
        for route in routes {
            let Route { page, name, version, .. } = &*route;
            route.retires = retiring.get(&format!("{} {page}/{name} v{version}", api.name.word())).copied();
        }
    }
    lanes
}

fn routes(
    lane: &Lane,
    tree: &Tree,
    mounts: &Mounts,
    rules: &Rules,
    is_good: impl Fn(&SourceFile) -> bool,
) -> Vec<Route> {
    let mut routes = Vec::new();
    for (folder, page) in &tree.pages {
        let mut versions = BTreeMap::<(&str, u32), Vec<(&HandlerName, &PageFile)>>::new();
        for (name, file) in page.handlers().filter(|(_, file)| file.lane == lane) {
            versions.entry((&name.name, name.version)).or_default().push((name, file));
        }
        // One bad file, and the route cannot work.
        versions.retain(|_, files| files.iter().all(|(_, file)| is_good(&file.source)));
        for ((name, version), files) in versions {
            let plain = files.iter().map(|(name, file)| (*name, &file.source)).collect::<Vec<_>>();
            let Some(mut route) = route(lane, page_name(folder), (name, version), &plain, mounts, rules) else {
                continue;
            };
            let is_there = files.iter().all(|older| upgrade(&mut route, page, *older, mounts, &is_good).is_some());
            routes.extend(is_there.then_some(route));
        }
    }
    routes.sort_by(|a, b| (&a.page, &a.name, a.version).cmp(&(&b.page, &b.name, b.version)));
    // One whose newest is bad cannot be answered either.
    let newest: BTreeMap<_, _> = routes
        .iter()
        .filter(|route| !route.is_older())
        .map(|route| ((route.page.clone(), route.name.clone(), route.version), (route.filter, route.receivers.clone())))
        .collect();
    routes.retain_mut(|route| {
        let Some(by) = route.bridged.as_ref().map(|bridged| bridged.by) else { return true };
        let Some((filter, receivers)) = newest.get(&(route.page.clone(), route.name.clone(), by)) else { return false };
        (route.filter, route.receivers) = (*filter, receivers.clone());
        true
    });
    routes
}

fn route(
    lane: &Lane,
    page: &str,
    (name, version): (&str, u32),
    files: &[(&HandlerName, &SourceFile)],
    mounts: &Mounts,
    rules: &Rules,
) -> Option<Route> {
    let file = |kind: Kind| files.iter().find(|(name, _)| name.kind() == kind).map(|(_, file)| *file);
    let there = lane.forms.iter().filter_map(|form| Some((form, file(form.kind)?))).collect::<Vec<_>>();
    let kinds = there.iter().map(|(form, _)| form.kind).collect::<Vec<_>>();
    let (_, entry) = lane.table.entries.iter().find(|(files, _)| *files == kinds)?;
    // A request may have the name of an event: it is `CHESS_API_FIND_V1` beside `CHESS_FIND_V1`.
    let place = format!("{page}{}", if lane.has_own_module { lane.folder } else { "" });
    let handlers = there.iter().map(|(form, file)| {
        let module = mounts.get(&file.path)?;
        Some(Handler { file: file.path.clone(), handler: format!("{module}::{}", form.handler), kind: form.kind })
    });
    Some(Route {
        page: page.to_owned(),
        name: name.to_owned(),
        version,
        static_name: static_name(&place, name, version),
        entry,
        handlers: handlers.collect::<Option<_>>()?,
        upgraded: None,
        bridged: None,
        filter: file(Kind::Client).map_or(Filter::None, filter_of),
        receivers: there.iter().find_map(|(_, file)| receivers(main_of(file)?, rules)).unwrap_or(Receivers::AnyRoom),
        retires: None,
    })
}

/// Has the handler of a newer version answer a route whose file has none; `None` where that is bad, too.
fn upgrade(
    route: &mut Route,
    page: &PageFiles,
    (name, file): (&HandlerName, &PageFile),
    mounts: &Mounts,
    is_good: impl Fn(&SourceFile) -> bool,
) -> Option<()> {
    let newer = successors(page, name, file);
    let (Some(first), Some(last)) = (newer.first(), newer.last()) else { return Some(()) };
    let modules = newer.iter().map(|newer| mounts.get(&newer.file.source.path).filter(|_| is_good(&newer.file.source)));
    let modules = modules.collect::<Option<Vec<_>>>()?;
    let upgrades: Vec<_> = modules.iter().map(|module| format!("{module}::upgrade")).collect();
    if name.kind() == Kind::Mutation {
        let handler = format!("{}::{}", modules.last()?, last.name.form.handler);
        let args = format!("{}::{}", mounts.get(&first.told_in.1.source.path)?, first.args);
        route.upgraded = Some(Upgraded { handler, version: last.name.version, args, by: upgrades });
        return Some(());
    }
    let downgrades = |is_own: bool| {
        // The newest comes first.
        let found = newer
            .iter()
            .rev()
            .map_while(|of| Some(format!("{}::downgrade", mounts.get(&of.downgrades_in(page, is_own)?.source.path)?)));
        let found = found.collect::<Vec<_>>();
        if found.len() == newer.len() { found } else { Vec::new() }
    };
    route.bridged = Some(Bridged {
        by: last.name.version,
        upgrades,
        downgrades: downgrades(false),
        downgrades_own: downgrades(true),
    });
    Some(())
}

/// Returns to whom a handler says that its route is sent, if it does.
fn receivers(handler: &handler_file::Handler, rules: &Rules) -> Option<Receivers> {
    match handler.room_kind()? {
        RoomKind::Everyone(_) => Some(Receivers::Everyone),
        RoomKind::Rule(pattern, _) => rules.get(&pattern.to_string()).cloned().map(Receivers::RoomsOf),
    }
}

/// The modules of the rules, by their patterns.
type Rules = BTreeMap<String, String>;

fn rules(tree: &Tree, mounts: &Mounts) -> Rules {
    let files = tree.pages.values().filter_map(|page| page.room.as_ref());
    let handlers = files.flat_map(|file| {
        file.content.outline.iter().flat_map(move |outline| outline.handlers.iter().map(move |handler| (file, handler)))
    });
    handlers
        .filter_map(|(file, handler)| Some((handler.rule_pattern()?.to_string(), mounts.get(&file.path)?.clone())))
        .collect()
}

fn main_of(file: &SourceFile) -> Option<&handler_file::Handler> {
    file.content.outline.as_ref()?.handlers.iter().find(|handler| handler.name == "main")
}

fn filter_of(file: &SourceFile) -> Filter {
    if main_of(file).is_some_and(handler_file::Handler::is_by_group) { Filter::ByGroup } else { Filter::ByMember }
}

/// `a/b` with `c` and `a` with `b_c` have one static name; the later ones get a number.
fn number_equal_statics<'r>(routes: impl Iterator<Item = &'r mut Route>) {
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
