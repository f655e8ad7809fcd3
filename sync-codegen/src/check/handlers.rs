//! What a handler file has to hold: one function with the attribute of its side, `main` for the most part.

use crate::check::bridges::or_upgrade;
use crate::diagnostic::Diagnostic;
use crate::lane;
use crate::model::successor;
use crate::scan::{FileName, HandlerName, PARTS, PageFile, ROOM, SCOPE, Tree};
use sync_syntax::handler_file::{Handler, Kind, Outline};

/// Files without a function that has an attribute.
pub(super) fn missing_handlers(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    // An attribute that stands on a type says so itself.
    let is_empty = |outline: &Outline| outline.handlers.is_empty() && !outline.has_misplaced_attribute;
    for (page, (name, page_file)) in tree.handlers() {
        let file = &page_file.source;
        let Some(outline) = file.content.outline.as_ref().filter(|outline| is_empty(outline)) else { continue };
        if successor(page, name, page_file).is_some() {
            continue;
        }
        if name.kind().is_on_impl() {
            problems.push(match outline.state_line {
                Some(line) => {
                    let help = "put `#[sync::state(room = \"…\")]` above it, with the pattern of a page's `_room.rs`";
                    let what = "this `impl` has no attribute, so the state does not exist";
                    Diagnostic::new(&file.path, what, help).at_line(line)
                }
                None => {
                    let help = format!("add `{}`", name.form.example);
                    Diagnostic::new(&file.path, "the file has no state", help)
                }
            });
            continue;
        }
        let attribute = format!("#[sync::{}]", name.kind().word());
        let function = name.form.function;
        problems.push(match outline.function(function).map(|function| function.line) {
            Some(line) => {
                let is_route = page_file.lane.api.is_some();
                let without = if is_route { "the route does not exist" } else { "nobody asks it" };
                let what = format!("`{function}` has no attribute, so {without}");
                Diagnostic::new(&file.path, what, format!("put `{attribute}` above it")).at_line(line)
            }
            None => {
                let help = format!("add `{}`{}", name.form.example, or_upgrade(page, name, page_file));
                Diagnostic::new(&file.path, format!("the file has no `{function}`"), help)
            }
        });
    }
    problems
}

/// A second state in one file; a second function `main` is the compiler's to tell.
pub(super) fn further_states(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (_, file, outline) in routes(tree) {
        let further = outline.handlers.iter().filter(|handler| handler.kind.is_on_impl()).skip(1);
        problems.extend(further.map(|handler| {
            let help = "move it to a file of its own: a room may have any number of states";
            let what = "a file has one state, and this is another";
            Diagnostic::new(&file.source.path, what, help).at_line(handler.line)
        }));
    }
    problems
}

/// Handlers that are not called as that of their file is.
pub(super) fn handlers_of_another_name(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (name, file, outline) in routes(tree) {
        let function = name.form.function;
        let is_another = |handler: &&Handler| handler.name != function && !is_of_another_lane(name, handler);
        for handler in outline.handlers.iter().filter(is_another) {
            let (what, help) = if outline.function(function).is_none() {
                (format!("the handler is called `{}`", handler.name), format!("call it `{function}`"))
            } else {
                let what = format!(
                    "`#[{}]` stands on `{}`, and the handler of a file is `{function}`",
                    handler.attribute, handler.name
                );
                (what, format!("put it above `{function}`, or move `{}` to a file of its own", handler.name))
            };
            problems.push(Diagnostic::new(&file.source.path, what, help).at_line(handler.line));
        }
    }
    problems
}

/// `#[sync::server]` in a client file and the other way round.
pub(super) fn handlers_on_the_wrong_side(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (name, file, outline) in routes(tree) {
        let wrong = outline.handlers.iter().filter(|handler| handler.kind != name.kind());
        let wrong = wrong.filter(|handler| handler.name == name.form.function || is_of_another_lane(name, handler));
        problems.extend(wrong.map(|handler| wrong_side(name, file, handler)));
    }
    problems
}

/// Whether a handler would be right in a file of its own kind, where functions have another name.
fn is_of_another_lane(name: &HandlerName, handler: &Handler) -> bool {
    let own = lane::of_kind(handler.kind).filter(|(_, form)| *form != name.form);
    own.is_some_and(|(_, form)| form.function == handler.name)
}

fn wrong_side(name: &HandlerName, file: &PageFile, handler: &Handler) -> Diagnostic {
    let word = name.kind().word();
    let what = format!("`#[{}]` in a {word} file", handler.attribute);
    let mut help = format!("write `#[sync::{word}]`");
    match lane::of_kind(handler.kind) {
        Some((lane, form)) if lane == file.lane => {
            help = format!("{help}, or rename the file to {}", name.beside(form).file_name());
        }
        Some((lane, form)) => help = format!("{help}, or move the file to {}", file.in_lane(lane, form, name)),
        None => {}
    }
    Diagnostic::new(&file.source.path, what, help).at_line(handler.line)
}

/// Handlers in shared modules, in tests and outside of lanes: nobody could call them.
pub(super) fn handlers_outside_of_routes(tree: &Tree) -> Vec<Diagnostic> {
    let in_pages = tree.pages.values().flat_map(|page| &page.files);
    // A part of the page in there is told by `parts::misplaced`.
    let shared = in_pages
        .filter(|file| matches!(file.name, FileName::Shared | FileName::Test))
        .filter(|file| !PARTS.contains(&file.source.file_name()))
        .map(|file| &file.source);
    let mut problems = Vec::new();
    for file in shared.chain(&tree.bystanders) {
        for handler in file.content.outline.iter().flat_map(|outline| &outline.handlers) {
            let (place, path) = place(handler.kind);
            let what = format!("`#[{}]` in a file that is no {place}", handler.attribute);
            let help = format!("move it to src/<page>/{path}");
            problems.push(Diagnostic::new(&file.path, what, help).at_line(handler.line));
        }
    }
    problems
}

/// What a file with such an attribute is, and where one lies in a page.
fn place(kind: Kind) -> (&'static str, String) {
    match lane::of_kind(kind) {
        Some((lane, form)) if lane.api.is_none() => {
            ("replica", format!("{}/{}", lane.folder, form.file_name("<name>", 1)))
        }
        Some((lane, form)) => ("route", format!("{}/{}", lane.folder, form.file_name("<name>", 1))),
        None if kind == Kind::Scope => ("page's `_scope.rs`", SCOPE.to_owned()),
        None => ("page's `_room.rs`", ROOM.to_owned()),
    }
}

/// The well-named handler files that `syn` could read.
fn routes(tree: &Tree) -> impl Iterator<Item = (&HandlerName, &PageFile, &Outline)> {
    tree.handlers().filter_map(|(_, (name, file))| Some((name, file, file.source.content.outline.as_ref()?)))
}
