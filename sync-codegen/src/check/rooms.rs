//! Room rules: one in each `_room.rs`, no two for the same names.

use std::collections::{BTreeMap, BTreeSet};

use sync_schema::nearest;

use crate::diagnostic::Diagnostic;
use crate::lane;
use crate::model::page_name;
use crate::scan::{PageFiles, SourceFile, Tree};
use crate::syntax::arguments::RoomKind;
use crate::syntax::handler_file::{Handler, Kind};

/// `_room.rs` files without a rule, or with more than one.
pub(super) fn missing_rules(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (folder, file) in rooms(tree) {
        let Some(outline) = &file.content.outline else { continue };
        let mut rules = outline.handlers.iter().filter(|handler| handler.kind == Kind::Room);
        // A handler of a route in here is told by `misplaced_rules`.
        if rules.next().is_none() && outline.handlers.is_empty() && !outline.has_misplaced_attribute {
            let what = "`_room.rs` has no `#[sync::room]`, so it opens no rooms";
            let name = page_name(folder).rsplit('/').next().unwrap_or_default();
            let help = format!(
                "put `#[sync::room(\"{name}-{{id}}\")]` above `pub async fn join(ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError>`"
            );
            problems.push(Diagnostic::new(&file.path, what, help));
        }
        problems.extend(rules.map(|rule| {
            let what = format!("a page has one room rule, and `{}` is another", rule.name);
            Diagnostic::new(&file.path, what, "move it to a page of its own: src/<page>/_room.rs").at_line(rule.line)
        }));
    }
    problems
}

/// `_room.rs` in the folder of a lane, and handlers of routes inside of `_room.rs`.
pub(super) fn misplaced_rules(tree: &Tree) -> Vec<Diagnostic> {
    let in_lanes = tree.pages.values().flat_map(|page| &page.files);
    let misplaced = in_lanes.filter(|file| file.source.stem() == "_room");
    let mut problems = misplaced
        .map(|file| {
            let (folder, path) = (file.lane.folder, &file.source.path);
            let what = format!("a page's room rule lies beside its `{folder}` folder, not in it");
            Diagnostic::new(
                path,
                what,
                format!("move it to {}", path.replace(&format!("/{folder}/_room.rs"), "/_room.rs")),
            )
        })
        .collect::<Vec<_>>();
    for (_, file) in rooms(tree) {
        let handlers = file.content.outline.iter().flat_map(|outline| &outline.handlers);
        problems.extend(handlers.filter_map(|handler| {
            let (lane, form) = lane::of_kind(handler.kind)?;
            let what = format!("`#[{}]` in a `_room.rs`", handler.attribute);
            let place = format!("/{}/{}", lane.folder, form.file_name("<name>", 1));
            let help =
                format!("write `#[sync::room(\"…\")]`, or move it to {}", file.path.replace("/_room.rs", &place));
            Some(Diagnostic::new(&file.path, what, help).at_line(handler.line))
        }));
    }
    problems
}

/// A room belongs to the rule with the longest literal beginning; two equal ones would leave it to chance.
pub(super) fn equal_beginnings(tree: &Tree) -> Vec<Diagnostic> {
    let mut beginnings = BTreeMap::<String, &str>::new();
    let mut problems = Vec::new();
    for (_, file) in rooms(tree) {
        for (beginning, handler) in
            file.content.outline.iter().flat_map(|outline| outline.handlers.iter().filter_map(beginning))
        {
            match beginnings.get(&beginning) {
                None => drop(beginnings.insert(beginning, &file.path)),
                // Two in one file are told by `missing_rules`.
                Some(first) if *first == file.path => {}
                Some(first) => {
                    let what = if beginning.is_empty() {
                        format!("this pattern and the one in {first} both begin with a parameter")
                    } else {
                        format!("this pattern and the one in {first} both begin with `{beginning}`")
                    };
                    problems.push(
                        Diagnostic::new(&file.path, what, "let each pattern begin with a text of its own")
                            .at_line(handler.line),
                    );
                }
            }
        }
    }
    problems
}

/// Routes that can be sent to rooms which no rule opens; none where a rule cannot be read, since that is said already and it may be the one.
pub(super) fn unknown_kinds(tree: &Tree) -> Vec<Diagnostic> {
    let outlines = rooms(tree).map(|(_, file)| file.content.outline.as_ref());
    let Some(outlines) = outlines.collect::<Option<Vec<_>>>() else { return Vec::new() };
    let rules = outlines.into_iter().flat_map(|outline| &outline.handlers).filter(|handler| handler.kind == Kind::Room);
    let patterns = rules.map(|rule| rule.rule_pattern().map(ToString::to_string));
    let Some(known) = patterns.collect::<Option<BTreeSet<_>>>() else { return Vec::new() };
    let files = tree.pages.values().flat_map(PageFiles::handlers).map(|(_, file)| &file.source);
    let mut problems = Vec::new();
    for file in files {
        for handler in file.content.outline.iter().flat_map(|outline| &outline.handlers) {
            let Some(RoomKind::Rule(kind, _)) = handler.room_kind() else { continue };
            let kind = kind.to_string();
            if known.contains(&kind) {
                continue;
            }
            let help = match nearest(&kind, known.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write the pattern of a rule, or `#[sync::room({kind:?})]` in the page's `_room.rs`"),
            };
            let what = format!("no rule opens rooms of the kind `{kind}`");
            problems.push(Diagnostic::new(&file.path, what, help).at_line(handler.line));
        }
    }
    problems
}

fn beginning(handler: &Handler) -> Option<(String, &Handler)> {
    Some((handler.rule_pattern()?.literal_beginning().to_owned(), handler))
}

fn rooms(tree: &Tree) -> impl Iterator<Item = (&str, &SourceFile)> {
    tree.pages.iter().filter_map(|(folder, page)| Some((folder.as_str(), page.room.as_ref()?)))
}
