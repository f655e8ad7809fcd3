//! The parts of a page beside the folders of its lanes: the rule of its rooms, the rule of its scopes, and what lives in these.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::lane;
use crate::model::page_name;
use crate::scan::{ENTITY, HandlerName, PARTS, PageFiles, ROOM, SCOPE, SourceFile, Tree};
use sync_syntax::handler_file::{Handler, Kind};

/// A file with one rule.
struct RuleFile {
    kind: Kind,
    name: &'static str,
    of: fn(&PageFiles) -> Option<&SourceFile>,
    /// What is missing without the attribute: `opens no rooms`.
    without: &'static str,
    /// What the function looks like, with `…` for the name of the page.
    shape: &'static str,
    /// What a page has one of.
    rule: &'static str,
}

const RULES: [RuleFile; 2] = [
    RuleFile {
        kind: Kind::Room,
        name: ROOM,
        of: |page| page.room.as_ref(),
        without: "so it opens no rooms",
        shape: "`#[sync::room(\"…-{id}\")]` above `pub async fn join(ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError>`",
        rule: "room rule",
    },
    RuleFile {
        kind: Kind::Scope,
        name: SCOPE,
        of: |page| page.scope.as_ref(),
        without: "so nobody may read or write anything",
        shape: "`#[sync::scope(\"…-{id}\")]` above `pub async fn access(ctx: RoomCtx<'_>, id: &str) -> Result<Access, SyncError>`",
        rule: "rule of its scopes",
    },
];

/// Files for a rule without one, or with more than one.
pub(super) fn missing_rules(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for file in RULES {
        let RuleFile { kind, name, without, shape, rule, .. } = file;
        for (folder, source) in file.all(tree) {
            let Some(outline) = &source.content.outline else { continue };
            let mut rules = outline.handlers.iter().filter(|handler| handler.kind == kind);
            // A handler of a route in here is told by `misplaced`.
            if rules.next().is_none() && outline.handlers.is_empty() && !outline.has_misplaced_attribute {
                let what = format!("`{name}` has no `#[sync::{}]`, {without}", kind.word());
                let page = page_name(folder).rsplit('/').next().unwrap_or_default();
                problems.push(Diagnostic::new(&source.path, what, format!("put {}", shape.replace('…', page))));
            }
            problems.extend(rules.map(|another| {
                let what = format!("a page has one {rule}, and `{}` is another", another.name);
                let help = format!("move it to a page of its own: src/<page>/{name}");
                Diagnostic::new(&source.path, what, help).at_line(another.line)
            }));
        }
    }
    problems
}

/// Parts of a page in the folder of a lane, and handlers inside of parts that are not theirs.
pub(super) fn misplaced(tree: &Tree) -> Vec<Diagnostic> {
    let in_lanes = tree.pages.values().flat_map(|page| &page.files);
    let misplaced = in_lanes.filter(|file| PARTS.contains(&file.source.file_name()));
    let mut problems = misplaced
        .map(|file| {
            let (folder, path, name) = (file.lane.folder, &file.source.path, file.source.file_name());
            let part = RULES.iter().find(|rule| rule.name == name).map_or("file of entities", |rule| rule.rule);
            let part = if part == "rule of its scopes" { "rule of scopes" } else { part };
            let what = format!("a page's {part} lies beside its `{folder}` folder, not in it");
            Diagnostic::new(path, what, format!("move it to {}", path.replace(&format!("/{folder}/"), "/")))
        })
        .collect::<Vec<_>>();
    for source in tree.pages.values().flat_map(PageFiles::parts) {
        let name = source.file_name();
        let own = RULES.iter().find(|rule| rule.name == name);
        let handlers = source.content.outline.iter().flat_map(|outline| &outline.handlers);
        for handler in handlers.filter(|handler| own.is_none_or(|own| own.kind != handler.kind)) {
            let what = format!("`#[{}]` in {} `{name}`", handler.attribute, article(name));
            let place = match (lane::of_kind(handler.kind), RULES.iter().find(|rule| rule.kind == handler.kind)) {
                (Some((lane, form)), _) => format!("/{}/{}", lane.folder, form.file_name("<name>", 1)),
                (None, rule) => format!("/{}", rule.map_or(ROOM, |rule| rule.name)),
            };
            let to = format!("move it to {}", source.path.replace(&format!("/{name}"), &place));
            let help =
                own.map_or_else(|| to.clone(), |own| format!("write `#[sync::{}(\"…\")]`, or {to}", own.kind.word()));
            problems.push(Diagnostic::new(&source.path, what, help).at_line(handler.line));
        }
    }
    problems
}

fn article(file: &str) -> &'static str {
    if file == ENTITY { "an" } else { "a" }
}

/// A name belongs to the rule with the longest literal beginning; two equal ones would leave it to chance.
pub(super) fn equal_beginnings(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for file in RULES {
        let mut beginnings = BTreeMap::<String, &str>::new();
        for (_, source) in file.all(tree) {
            let handlers = source.content.outline.iter().flat_map(|outline| &outline.handlers);
            for (beginning, handler) in handlers.filter(|handler| handler.kind == file.kind).filter_map(beginning) {
                match beginnings.get(&beginning) {
                    None => drop(beginnings.insert(beginning, &source.path)),
                    // Two in one file are told by `missing_rules`.
                    Some(first) if *first == source.path => {}
                    Some(first) => {
                        let what = if beginning.is_empty() {
                            format!("this pattern and the one in {first} both begin with a parameter")
                        } else {
                            format!("this pattern and the one in {first} both begin with `{beginning}`")
                        };
                        let help = "let each pattern begin with a text of its own";
                        problems.push(Diagnostic::new(&source.path, what, help).at_line(handler.line));
                    }
                }
            }
        }
    }
    problems
}

fn beginning(handler: &Handler) -> Option<(String, &Handler)> {
    Some((handler.rule_pattern()?.literal_beginning().to_owned(), handler))
}

/// Mutations and entities of a page without scopes, files of entities without one, and entities that have one name on the wire.
pub(super) fn entities(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut names = BTreeMap::<String, (&str, &str)>::new();
    for (folder, page) in &tree.pages {
        problems.extend(without_scope(page_name(folder), page));
        let Some(source) = &page.entity else { continue };
        let Some(outline) = &source.content.outline else { continue };
        if outline.entities.is_empty() {
            let what = "`_entity.rs` has no `#[sync::entity]`, so nothing lives in the scopes of this page";
            let help = "put `#[sync::entity]` above a struct, and `#[key]` above its field with the key";
            problems.push(Diagnostic::new(&source.path, what, help));
        }
        for entity in &outline.entities {
            let name = entity.wire_name();
            match names.get(&name) {
                None => drop(names.insert(name, (&source.path, &entity.name))),
                Some((file, other)) => {
                    let what = format!("`{}` is called `{name}`, as `{other}` of {file} is", entity.name);
                    let help = "give one of them another name: an app has one entity of each name";
                    problems.push(Diagnostic::new(&source.path, what, help).at_line(entity.line));
                }
            }
        }
    }
    let others = tree
        .pages
        .values()
        .flat_map(|page| page.files.iter().map(|file| &file.source).chain(&page.room).chain(&page.scope));
    for source in others.chain(&tree.bystanders) {
        for entity in source.content.outline.iter().flat_map(|outline| &outline.entities) {
            let help = "move it to src/<page>/_entity.rs";
            let what = format!("`{}` is an entity in a file that is no `_entity.rs`", entity.name);
            problems.push(Diagnostic::new(&source.path, what, help).at_line(entity.line));
        }
    }
    problems
}

fn without_scope(page: &str, files: &PageFiles) -> Vec<Diagnostic> {
    if files.scope.is_some() {
        return Vec::new();
    }
    let is_of_data = |name: &HandlerName| matches!(name.kind(), Kind::Mutation | Kind::Replica);
    let handlers = files.handlers().filter(|(name, _)| is_of_data(name)).map(|(_, file)| &file.source);
    let folder = if page == "root" { "src".to_owned() } else { format!("src/{page}") };
    let tell = |source: &SourceFile| {
        let name = page.rsplit('/').next().unwrap_or_default();
        let what = "the page has no `_scope.rs`, which says whose data this is and who may change it";
        let help = format!(
            "add {folder}/_scope.rs: `#[sync::scope(\"{name}-{{id}}\")] pub async fn access(ctx: RoomCtx<'_>, id: &str) -> Result<Access, SyncError>`"
        );
        Diagnostic::new(&source.path, what, help)
    };
    handlers.chain(&files.entity).take(1).map(tell).collect()
}

impl RuleFile {
    fn all<'t>(&self, tree: &'t Tree) -> impl Iterator<Item = (&'t str, &'t SourceFile)> {
        let of = self.of;
        tree.pages.iter().filter_map(move |(folder, page)| Some((folder.as_str(), of(page)?)))
    }
}
