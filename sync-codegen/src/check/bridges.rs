//! Versions without a `main`, for which a newer one answers: what stands beside its `main`, which the attribute does not see.

use crate::diagnostic::Diagnostic;
use crate::model::{Successor, newer, of_version, outline, successor};
use crate::scan::{HandlerName, PageFile, PageFiles, Tree};
use sync_syntax::handler_file::{Beside, Kind, Outline};

/// How else a route can do without `main` that has a newer version.
pub(super) fn or_upgrade(page: &PageFiles, name: &HandlerName, file: &PageFile) -> String {
    let input = match name.kind() {
        Kind::Mutation => "Args",
        Kind::Request => "Input",
        Kind::Server | Kind::Client => "ClientInput",
        _ => return String::new(),
    };
    let newer = newer(page, name, file).max_by_key(|(newer, _)| (newer.version, newer.kind() == Kind::Server));
    newer.map_or_else(String::new, |(_, newer)| {
        let (older, has_upgrade) = (path_of(name, file), outline(newer).is_some_and(|newer| newer.upgrade.is_some()));
        let newer = &newer.source.path;
        if has_upgrade {
            return format!(", or `upgrade(old: {older}::{input})` in {newer}: the path says which version it takes");
        }
        format!(", or `pub fn upgrade(old: {older}::{input}) -> {input}` to {newer}")
    })
}

/// How a newer version names the file of an older one: `super::v1::server`, `super::create_v1`.
fn path_of(name: &HandlerName, file: &PageFile) -> String {
    match name.form.side {
        Some(side) => format!("super::v{}::{side}", name.version),
        None => format!("super::{}", file.source.stem()),
    }
}

/// An `upgrade` by which what an older version is told cannot be taken.
pub(super) fn upgrades(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (page, (name, file)) in tree.handlers() {
        let Some(newer) = successor(page, name, file) else { continue };
        let Some(outline) = outline(newer.file) else { continue };
        let Some(upgrade) = &outline.upgrade else { continue };
        let taken = taken(page, newer, outline);
        let wrong = taken.as_deref().filter(|taken| !outline.has_aliases && last(&upgrade.returns) != last(taken));
        let (what, help) = if let Some(mistake) = not_callable("upgrade", upgrade) {
            mistake
        } else if let Some(taken) = wrong {
            let what = format!("`upgrade` returns what this version is told, a `{taken}`");
            let older = path_of(newer.told_in.0, newer.told_in.1);
            (what, format!("write `pub fn upgrade(old: {older}::{}) -> {taken}`", newer.args))
        } else {
            continue;
        };
        problems.push(Diagnostic::new(&newer.file.source.path, what, help).at_line(upgrade.line));
    }
    problems
}

/// A function that cannot be called between two versions.
fn not_callable(name: &str, function: &Beside) -> Option<(String, String)> {
    if function.is_async {
        let help = match name {
            "upgrade" => {
                "write `pub fn upgrade`; what has to wait is done by `main`, or by the `prepare` of a mutation"
            }
            _ => "write `pub fn downgrade`; what has to wait is done by `main`",
        };
        Some((format!("`{name}` waits for nothing"), help.to_owned()))
    } else if !function.is_public {
        let what = format!("`{name}` is private, and is called from outside of this file");
        Some((what, format!("write `pub fn {name}`")))
    } else {
        None
    }
}

/// Returns the type that a version is told: what its `main` takes, or else the `upgrade` of a newer one.
fn taken(page: &PageFiles, of: Successor<'_>, outline: &Outline) -> Option<String> {
    let place = if of.name.kind() == Kind::Mutation { 2 } else { 1 };
    match &outline.main {
        Some(main) => Some(main.parameters.get(place)?.trim_start_matches('&').to_owned()),
        None => successor(page, of.name, of.file).map(|next| next.args.to_owned()),
    }
}

/// A `downgrade` by which an older version cannot be answered.
pub(super) fn downgrades(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (page, (name, file)) in tree.handlers() {
        let Some(first) = successor(page, name, file) else { continue };
        if let Some(stream) = ["ServerStream", "ClientStream"].into_iter().find(|stream| declares(file, stream)) {
            let what = format!(
                "`{stream}` is streamed by this version, and a newer one that answers for it streams nothing to its callers"
            );
            let help = "keep its `main`, or remove the type where nobody listens to it any more";
            problems.push(Diagnostic::new(&file.source.path, what, help));
        }
        let newer = of_version(page, first.name, first.file).find(|(newer, _)| newer.kind() == name.kind());
        let newer = newer.map(|(_, newer)| newer);
        problems.extend(forgotten((name, file), newer, first.name.version));
        let downgrade = newer.and_then(|newer| Some((newer, outline(newer)?.downgrade.as_ref()?)));
        if let Some((newer, downgrade)) = downgrade {
            let mistake = not_callable("downgrade", downgrade).or_else(|| not_borrowing(downgrade));
            problems.extend(
                mistake.map(|(what, help)| Diagnostic::new(&newer.source.path, what, help).at_line(downgrade.line)),
            );
        }
    }
    problems
}

/// Nobody makes of a newer output what an older version answers. `newer` is the same file of the version `by`, if that has one.
fn forgotten((name, file): (&HandlerName, &PageFile), newer: Option<&PageFile>, by: u32) -> Option<Diagnostic> {
    let output = match name.kind() {
        Kind::Server => "ServerOutput",
        Kind::Client => "ClientOutput",
        Kind::Request => "Output",
        _ => return None,
    };
    let has = newer.is_some_and(|newer| outline(newer).is_none_or(|outline| outline.downgrade.is_some()));
    if !declares(file, output) || has {
        return None;
    }
    let older = path_of(name, file);
    let what =
        format!("v{} answers with a `{output}`, and nothing makes one of what this version answers", name.version);
    let help = format!("add `pub fn downgrade(output: &{output}) -> {older}::{output}`");
    match newer {
        Some(newer) => Some(Diagnostic::new(&newer.source.path, what, help)),
        None => {
            let what = format!("`{output}` is nothing that v{by} could answer with");
            Some(Diagnostic::new(&file.source.path, what, "remove it, or keep `main`"))
        }
    }
}

/// What it takes is shared with those who listen to the newer version.
fn not_borrowing(downgrade: &Beside) -> Option<(String, String)> {
    match &downgrade.parameters[..] {
        [output] if output.starts_with('&') => None,
        [output] => {
            let what = "`downgrade` is lent an output, which others are told, too".to_owned();
            Some((what, format!("write `pub fn downgrade(output: &{output}) -> {}`", downgrade.returns)))
        }
        parameters => {
            let what = format!("`downgrade` takes an output and nothing else, not {} parameters", parameters.len());
            Some((what, "write `pub fn downgrade(output: &…) -> …`".to_owned()))
        }
    }
}

fn declares(file: &PageFile, name: &str) -> bool {
    outline(file).is_some_and(|outline| outline.declares(name))
}

/// The name of a type, however its path begins.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}
