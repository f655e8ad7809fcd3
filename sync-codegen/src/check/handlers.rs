//! What a handler file has to hold: one function `main` with the attribute of its side.

use crate::diagnostic::Diagnostic;
use crate::scan::{FileName, HandlerName, Side, SourceFile, Tree};
use crate::syntax::handler_file::{Handler, Kind, Outline};

/// Files without a function that has an attribute.
pub(super) fn missing_handlers(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    // An attribute that stands on a type says so itself.
    let is_empty = |outline: &Outline| outline.handlers.is_empty() && !outline.has_handler_on_a_type;
    for (name, file, outline) in routes(tree).filter(|(.., outline)| is_empty(outline)) {
        let attribute = format!("#[sync::{}]", name.side.word());
        problems.push(match outline.main_line {
            Some(line) => {
                let what = "`main` has no attribute, so the route does not exist";
                Diagnostic::new(&file.path, what, format!("put `{attribute}` above it")).at_line(line)
            }
            None => Diagnostic::new(&file.path, "the file has no `main`", format!("add `{}`", example(name.side))),
        });
    }
    problems
}

fn example(side: Side) -> &'static str {
    match side {
        Side::Server => "#[sync::server] pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError>",
        Side::Client => "#[sync::client] pub fn main(member: Member<'_>) -> bool",
    }
}

/// Handlers that are not called `main`.
pub(super) fn handlers_of_another_name(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (_, file, outline) in routes(tree) {
        for handler in outline.handlers.iter().filter(|handler| handler.name != "main") {
            let (what, help) = if outline.main_line.is_none() {
                (format!("the handler is called `{}`", handler.name), "call it `main`".to_owned())
            } else {
                let what = format!(
                    "`#[{}]` stands on `{}`, and the handler of a file is `main`",
                    handler.attribute, handler.name
                );
                (what, format!("put it above `main`, or move `{}` to a file of its own", handler.name))
            };
            problems.push(Diagnostic::new(&file.path, what, help).at_line(handler.line));
        }
    }
    problems
}

/// `#[sync::server]` in a client file and the other way round.
pub(super) fn handlers_on_the_wrong_side(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (name, file, outline) in routes(tree) {
        let wrong = outline.handlers.iter().filter(|handler| handler.name == "main" && handler.kind != kind(name.side));
        problems.extend(wrong.map(|handler| wrong_side(name, file, handler)));
    }
    problems
}

fn wrong_side(name: &HandlerName, file: &SourceFile, handler: &Handler) -> Diagnostic {
    let what = format!("`#[{}]` in a {} file", handler.attribute, name.side.word());
    let mut help = format!("write `#[sync::{}]`", name.side.word());
    let other = match handler.kind {
        Kind::Server => Some(Side::Server),
        Kind::Client => Some(Side::Client),
        Kind::Room => None,
    };
    if let Some(side) = other {
        let better = HandlerName { side, ..name.clone() };
        help = format!("{help}, or rename the file to {}", better.file_name());
    }
    Diagnostic::new(&file.path, what, help).at_line(handler.line)
}

/// Handlers in shared modules, in tests and outside of `_sync`: nobody could call them.
pub(super) fn handlers_outside_of_routes(tree: &Tree) -> Vec<Diagnostic> {
    let in_pages = tree.pages.values().flat_map(|page| &page.files);
    // A room rule in `_sync` is told by `rooms::misplaced_rules`.
    let shared = in_pages
        .filter(|(name, file)| matches!(name, FileName::Shared | FileName::Test) && file.stem() != "_room")
        .map(|(_, file)| file);
    let mut problems = Vec::new();
    for file in shared.chain(&tree.bystanders) {
        for handler in file.content.outline.iter().flat_map(|outline| &outline.handlers) {
            let what = format!("`#[{}]` in a file that is no {}", handler.attribute, place(handler.kind));
            let help = match handler.kind {
                Kind::Room => "move it to src/<page>/_room.rs".to_owned(),
                kind => format!("move it to src/<page>/_sync/<name>_{}_v1.rs", kind.word()),
            };
            problems.push(Diagnostic::new(&file.path, what, help).at_line(handler.line));
        }
    }
    problems
}

fn place(kind: Kind) -> &'static str {
    match kind {
        Kind::Server | Kind::Client => "route",
        Kind::Room => "page's `_room.rs`",
    }
}

fn kind(side: Side) -> Kind {
    match side {
        Side::Server => Kind::Server,
        Side::Client => Kind::Client,
    }
}

/// The well-named handler files that `syn` could read.
fn routes(tree: &Tree) -> impl Iterator<Item = (&HandlerName, &SourceFile, &Outline)> {
    tree.pages.values().flat_map(|page| &page.files).filter_map(|(name, file)| match name {
        FileName::Handler(name) => Some((name, file, file.content.outline.as_ref()?)),
        _ => None,
    })
}
