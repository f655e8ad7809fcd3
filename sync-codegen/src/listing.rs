//! What there is in an app, for those who read lists: its routes and rooms, as far as files tell, and what a file is by its place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::lane::{self, Form, Lane};
use crate::model::{Successor, mount, page_name, successors};
use crate::scan::{
    self, FileName, HandlerName, PageFile, PageFiles, SourceFile, Tree, name_rule, page_of, suggested_name,
};
use sync_syntax::handler_file::{Handler, Kind};

/// Routes and rooms, sorted.
#[derive(Debug, Default)]
pub struct Listing {
    /// The routes whose files have no mistake, by lane, page, name and version.
    pub routes: Vec<ListedRoute>,
    /// The rules of rooms whose files have no mistake, by page.
    pub rooms: Vec<ListedRoom>,
    /// The rules of scopes whose files have no mistake, by page.
    pub scopes: Vec<ListedRoom>,
    /// What lives in the scopes of each page, if its file has no mistake: the page, the file, and the names of its types.
    pub entities: Vec<(String, String, Vec<String>)>,
    /// Below which path of modules each file of a page is mounted, inside of the module of all routes: `chess::move_v1::server`.
    pub modules: BTreeMap<String, String>,
    /// The app's own error codes, sorted.
    pub error_codes: BTreeSet<String>,
    /// The file of each use of one of these, and the code, sorted.
    pub codes: BTreeSet<(String, String)>,
}

/// One version of a route.
#[derive(Debug)]
pub struct ListedRoute {
    /// The lane that it belongs to.
    pub lane: &'static Lane,
    /// The page: `test/nestedTest`, or `root`.
    pub page: String,
    /// The name inside the page.
    pub name: String,
    /// 1 for `v1`.
    pub version: u32,
    /// Its files, in the order of the lane's forms; at least one.
    pub files: Vec<ListedFile>,
    /// Where it has no handler: what is known of it by the newer version that answers for it.
    pub older: Option<ListedOlder>,
    /// Who may call, as it is written: `login`, `public`, or an expression.
    pub auth: String,
    /// To which rooms it can be sent, as it is written, quotes and all; `None` for any.
    pub room: Option<String>,
    /// The other arguments of its attributes, as they are written but for spaces: `volatile`, `timeout=5`.
    pub options: Vec<String>,
    /// The doc comment of the first of its files.
    pub docs: String,
}

/// What a version without a handler takes, and answers.
#[derive(Debug)]
pub struct ListedOlder {
    /// The file with the type that it is told, and the name of that.
    pub told: (String, String),
    /// The file with the function that makes its answer, if that is not `{}`.
    pub answer: Option<String>,
    /// The same of what a member gets for itself.
    pub own: Option<String>,
}

/// A file of a route.
#[derive(Debug)]
pub struct ListedFile {
    /// Relative to the app, with forward slashes.
    pub path: String,
    /// The attribute on its `main`.
    pub kind: Kind,
}

/// The rule of a page's rooms, or of its scopes.
#[derive(Debug)]
pub struct ListedRoom {
    /// The page.
    pub page: String,
    /// Which names it opens: `chess-{game_id}`.
    pub pattern: String,
    /// Relative to the app, with forward slashes.
    pub path: String,
    /// Who may ask to join, as it is written.
    pub auth: String,
    /// The other arguments of its attribute, as they are written but for spaces.
    pub options: Vec<String>,
    /// Its doc comment.
    pub docs: String,
}

/// What a Rust file is by its place and its name alone.
#[derive(Debug)]
pub enum Placed {
    /// A file of a route.
    Handler {
        /// The lane in whose folder it lies.
        lane: &'static Lane,
        /// Which of the route's files it is.
        form: &'static Form,
        /// The folder of the page, below `src/`; `` for that of `src` itself.
        folder: String,
        /// The name of the route.
        name: String,
        /// 1 for `v1`.
        version: u32,
    },
    /// The rule of the rooms of the page in this folder below `src/`.
    Room {
        /// The folder of the page.
        folder: String,
    },
    /// It lies where handlers lie, and its name says something else.
    Misnamed(Diagnostic),
}

/// Returns the routes and rooms of the app in `app_dir` that have no mistakes, see [`crate::check`] for the others.
#[must_use]
pub fn list(app_dir: &Path) -> Listing {
    of_tree(&scan::scan(app_dir))
}

/// As [`list`], of an app whose files were read.
pub(crate) fn of_tree(tree: &Tree) -> Listing {
    let problems = check::check(tree);
    let bad = problems.iter().map(|problem| problem.file.as_str()).collect::<BTreeSet<_>>();
    let is_good = |file: &SourceFile| !bad.contains(file.path.as_str());
    let mut listing = Listing {
        modules: mount(tree).1,
        error_codes: tree.error_codes().map(|(code, ..)| code.to_owned()).collect(),
        codes: tree.error_codes().map(|(code, path, _)| (path.to_owned(), code.to_owned())).collect(),
        ..Listing::default()
    };
    for (folder, page) in &tree.pages {
        let rule = |part: Option<&SourceFile>| {
            part.filter(|file| is_good(file)).and_then(|file| room(page_name(folder), file))
        };
        listing.rooms.extend(rule(page.room.as_ref()));
        listing.scopes.extend(rule(page.scope.as_ref()));
        if let Some(file) = page.entity.as_ref().filter(|file| is_good(file))
            && let Some(outline) = &file.content.outline
        {
            let names = outline.entities.iter().map(|entity| entity.name.clone());
            listing.entities.push((page_name(folder).to_owned(), file.path.clone(), names.collect()));
        }
        for lane in lane::LANES {
            listing.routes.extend(routes(lane, page_name(folder), page, is_good));
        }
    }
    let key = |route: &ListedRoute| (route.lane.place(), route.page.clone(), route.name.clone(), route.version);
    listing.routes.sort_by_key(key);
    listing.rooms.sort_by(|a, b| a.page.cmp(&b.page));
    listing.scopes.sort_by(|a, b| a.page.cmp(&b.page));
    listing
}

fn routes(
    lane: &'static Lane,
    page: &str,
    files: &PageFiles,
    is_good: impl Fn(&SourceFile) -> bool,
) -> Vec<ListedRoute> {
    let mut versions = BTreeMap::<(&str, u32), Vec<(&HandlerName, &PageFile)>>::new();
    for (name, file) in files.handlers().filter(|(_, file)| file.lane == lane) {
        versions.entry((&name.name, name.version)).or_default().push((name, file));
    }
    versions.retain(|_, files| files.iter().all(|(_, file)| is_good(&file.source)));
    versions.into_iter().map(|((name, version), here)| route(lane, page, (name, version), &here, files)).collect()
}

fn route(
    lane: &'static Lane,
    page: &str,
    (name, version): (&str, u32),
    files: &[(&HandlerName, &PageFile)],
    all: &PageFiles,
) -> ListedRoute {
    let there: Vec<_> = lane
        .forms
        .iter()
        .filter_map(|form| files.iter().find(|(name, _)| name.form == form))
        .map(|(name, file)| (name.kind(), &file.source))
        .collect();
    let newer = files.first().map(|(name, file)| successors(all, name, file)).unwrap_or_default();
    let sources = there.iter().map(|(_, file)| *file).chain(newer.last().map(|last| &last.file.source));
    let name_of = lane.forms.first().map_or("main", |form| form.function);
    let mains: Vec<&Handler> = sources.filter_map(|file| function(file, name_of)).collect();
    let said = |key: &str| mains.iter().find_map(|main| main.written(key)).map(str::to_owned);
    let is_other = |argument: &&String| !["auth=", "room="].iter().any(|key| argument.starts_with(key));
    ListedRoute {
        lane,
        page: page.to_owned(),
        name: name.to_owned(),
        version,
        files: there.iter().map(|(kind, file)| ListedFile { path: file.path.clone(), kind: *kind }).collect(),
        older: newer.first().map(|first| older(all, first)),
        auth: said("auth").unwrap_or_else(|| "login".to_owned()),
        room: said("room"),
        options: mains.iter().flat_map(|main| main.written.iter().filter(is_other)).cloned().collect(),
        docs: mains.first().map(|main| main.docs.clone()).unwrap_or_default(),
    }
}

fn older(page: &PageFiles, by: &Successor<'_>) -> ListedOlder {
    let downgrade = |is_own| by.downgrades_in(page, is_own).map(|file| file.source.path.clone());
    let told = (by.told_in.1.source.path.clone(), by.args.to_owned());
    ListedOlder { told, answer: downgrade(false), own: downgrade(true) }
}

fn room(page: &str, file: &SourceFile) -> Option<ListedRoom> {
    let handlers = &file.content.outline.as_ref()?.handlers;
    let (rule, pattern) = handlers.iter().find_map(|handler| Some((handler, handler.rule_pattern()?.to_string())))?;
    // What comes first is the pattern.
    let options = rule.written.iter().skip(1).filter(|argument| !argument.starts_with("auth="));
    Some(ListedRoom {
        page: page.to_owned(),
        pattern,
        path: file.path.clone(),
        auth: rule.written("auth").unwrap_or("login").to_owned(),
        options: options.cloned().collect(),
        docs: rule.docs.clone(),
    })
}

fn function<'f>(file: &'f SourceFile, name: &str) -> Option<&'f Handler> {
    file.content.outline.as_ref()?.handlers.iter().find(|handler| handler.name == name)
}

/// Returns what is wrong with the name of a page, and what would be right: `chess`, `test/nestedTest`, or `root`.
#[must_use]
pub fn page_mistake(page: &str) -> Option<Diagnostic> {
    let wrong = page.split('/').find_map(|segment| Some((segment, name_rule(segment)?)));
    let is_lane = page.split('/').find(|segment| lane::in_folder(segment).is_some());
    if let Some(folder) = is_lane {
        return Some(Diagnostic::new(page, format!("`{folder}` is the folder of a lane, not a page"), "leave it out"));
    }
    wrong.map(|(segment, (what, help))| {
        let help = help.unwrap_or_else(|| format!("choose another name, for example {}", suggested_name(segment)));
        Diagnostic::new(page, format!("the page {what}"), help)
    })
}

/// Returns what the file at `path` is by its place and its name: `None` for one that is neither of a route nor the rule of a room, nor lies
/// where handlers lie. `path` is relative to the app, with forward slashes.
///
/// ```
/// use sync_codegen::{Placed, place};
///
/// assert!(matches!(place("src/chess/_sync/move_server_v1.rs"), Some(Placed::Handler { name, .. }) if name == "move"));
/// assert!(matches!(place("src/chess/_sync/move_sever_v1.rs"), Some(Placed::Misnamed(_))));
/// assert!(place("src/chess/board.rs").is_none());
/// ```
#[must_use]
pub fn place(path: &str) -> Option<Placed> {
    let inside = path.strip_prefix("src/")?;
    let (folder, file) = inside.rsplit_once('/').unwrap_or(("", inside));
    if !file.ends_with(".rs") {
        return None;
    }
    let page = page_of(path.rsplit_once('/')?.0).to_owned();
    let Some(lane) = lane::in_folder(folder.rsplit('/').next().unwrap_or_default()) else {
        return (file == scan::ROOM).then_some(Placed::Room { folder: page });
    };
    match FileName::parse(lane, file) {
        FileName::Handler(HandlerName { name, version, form }) => {
            Some(Placed::Handler { lane, form, folder: page, name, version })
        }
        FileName::Misnamed(misnamed) => Some(Placed::Misnamed(Diagnostic::new(path, misnamed.what, misnamed.help))),
        FileName::Shared | FileName::Test => None,
    }
}
