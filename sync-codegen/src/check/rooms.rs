//! Routes that name rooms.

use std::collections::BTreeSet;

use sync_schema::nearest;

use crate::diagnostic::Diagnostic;
use crate::scan::{PageFiles, Tree};
use sync_syntax::arguments::RoomKind;
use sync_syntax::handler_file::Kind;

/// Routes that can be sent to rooms which no rule opens; none where a rule cannot be read, since that is said already and it may be the one.
pub(super) fn unknown_kinds(tree: &Tree) -> Vec<Diagnostic> {
    let rooms = tree.pages.values().filter_map(|page| page.room.as_ref());
    let outlines = rooms.map(|file| file.content.outline.as_ref());
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
