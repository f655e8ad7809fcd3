//! A filter and the server file beside it.
//!
//! A client file that stands alone declares its own `ClientInput`; one beside a server file takes its types from there. A file
//! with a syntax error exists all the same.

use sync_schema::nearest;

use crate::diagnostic::Diagnostic;
use crate::lane;
use crate::model::folded;
use crate::scan::{HandlerName, PageFiles, SourceFile, Tree};
use sync_syntax::arguments::SAID_ONCE;
use sync_syntax::handler_file::{Handler, Kind, Outline};

/// Filters that expect what a server file gives them, without a server file.
pub(super) fn filters_without_a_server(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for page in tree.pages.values() {
        for (name, file, outline, handler) in filters(page) {
            let expects_server = outline.uses_server || handler.parameters > 2;
            if expects_server && !has_server(page, name) {
                let what = format!("there is no `{}` beside this filter", server_beside(name));
                problems.push(
                    Diagnostic::new(&file.path, what, missing_server_help(page, name, handler)).at_line(handler.line),
                );
            }
        }
    }
    problems
}

fn missing_server_help(page: &PageFiles, client: &HandlerName, handler: &Handler) -> String {
    let add = server_beside(client);
    let servers = || servers(page);
    if let Some(newest) = servers().filter(|server| server.name == client.name).max_by_key(|server| server.version) {
        let rename = HandlerName { version: newest.version, ..client.clone() }.file_name();
        return format!("the newest server version is v{}: rename this file to {rename}, or add {add}", newest.version);
    }
    let near = nearest(
        &client.name,
        servers().filter(|server| server.version == client.version).map(|server| server.name.as_str()),
    );
    if let Some(near) = near {
        let rename = HandlerName { name: near.to_owned(), ..client.clone() }.file_name();
        return format!("did you mean `{rename}`? Otherwise add {add}");
    }
    let first = if handler.is_by_group() { "group" } else { "member" };
    format!("add {add}, or let `main` take `({first}, input)` with a `ClientInput` of this file")
}

/// Filters that behave as if they stood alone, beside a server file.
pub(super) fn filters_unlike_their_server(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for page in tree.pages.values() {
        for (name, file, outline, handler) in filters(page).filter(|(name, ..)| has_server(page, name)) {
            let server = server_beside(name);
            problems.extend(own_types(file, outline, handler, &server));
            problems.extend(own_arguments(file, handler, &server));
        }
    }
    problems
}

fn own_types(file: &SourceFile, outline: &Outline, handler: &Handler, server: &str) -> Option<Diagnostic> {
    let (what, help) = if outline.declares("ClientInput") {
        (
            format!("the input of this route is declared in `{server}`, and here once more"),
            "remove `ClientInput` here and write `use super::server::ClientInput;`".to_owned(),
        )
    } else if handler.parameters == 2 && !outline.uses_server {
        let first = if handler.is_by_group() { "group: &Group" } else { "member: Member<'_>" };
        (
            format!("this filter does not take the types of `{server}` beside it"),
            format!(
                "write `use super::server::{{ClientInput, ServerOutput}};` and \
                 `main({first}, input: &ClientInput, output: &ServerOutput)`"
            ),
        )
    } else {
        return None;
    };
    Some(Diagnostic::new(&file.path, what, help).at_line(handler.line))
}

/// Who may call, and what becomes of the event, is said once, in the server file.
fn own_arguments(file: &SourceFile, handler: &Handler, server: &str) -> Option<Diagnostic> {
    let given = SAID_ONCE.iter().filter(|key| handler.written(key).is_some());
    let names = given.map(|name| format!("`{name}`")).collect::<Vec<_>>();
    if names.is_empty() {
        return None;
    }
    let (names, belong) = (names.join(", "), if names.len() == 1 { "belongs" } else { "belong" });
    let what = format!("{names} {belong} in the server file of this route");
    Some(Diagnostic::new(&file.path, what, format!("move {names} to {server}")).at_line(handler.line))
}

/// The client files with a readable `main`.
fn filters(page: &PageFiles) -> impl Iterator<Item = (&HandlerName, &SourceFile, &Outline, &Handler)> {
    page.handlers().filter(|(name, _)| name.kind() == Kind::Client).filter_map(|(name, file)| {
        let outline = file.source.content.outline.as_ref()?;
        let main = outline.handlers.iter().find(|handler| handler.name == "main")?;
        Some((name, &file.source, outline, main))
    })
}

/// Whether somebody wrote the server file of `client`, under a name that is at least almost right: one mistake, one message.
fn has_server(page: &PageFiles, client: &HandlerName) -> bool {
    servers(page).any(|server| server.version == client.version && folded(&server.name) == folded(&client.name))
}

fn servers(page: &PageFiles) -> impl Iterator<Item = &HandlerName> {
    page.files.iter().filter_map(|file| file.name.intended()).filter(|name| name.kind() == Kind::Server)
}

/// The name of the server file that belongs to `client`.
fn server_beside(client: &HandlerName) -> String {
    lane::of_kind(Kind::Server).map(|(_, form)| client.beside(form).file_name()).unwrap_or_default()
}
