//! What a mutation may have beside `main`: the attribute, which stands on that, does not see it.

use crate::diagnostic::Diagnostic;
use crate::model::{Successor, newer, successor};
use crate::scan::{HandlerName, PageFile, PageFiles, Tree};
use sync_syntax::handler_file::{Beside, Kind, Outline};

/// How else a mutation can do without `main` that has a newer version.
pub(super) fn or_upgrade(page: &PageFiles, name: &HandlerName, file: &PageFile) -> String {
    if name.kind() != Kind::Mutation {
        return String::new();
    }
    let newer = newer(page, name, file).max_by_key(|(newer, _)| newer.version);
    newer.map_or_else(String::new, |(_, newer)| {
        let (newer, older) = (&newer.source.path, file.source.stem());
        format!(", or `pub fn upgrade(old: super::{older}::Args) -> Args` to {newer}")
    })
}

/// An `upgrade` by which what an older version is told cannot be taken.
pub(super) fn upgrades(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (page, (name, file)) in tree.handlers() {
        let Some(newer) = successor(page, name, file) else { continue };
        let Some(outline) = &newer.file.source.content.outline else { continue };
        let Some(upgrade) = &outline.upgrade else { continue };
        let taken = taken(page, newer, outline);
        let wrong = taken.as_deref().filter(|taken| !outline.has_aliases && last(&upgrade.returns) != last(taken));
        let (what, help) = if upgrade.is_async {
            let help = "write `pub fn upgrade`; what has to wait goes into `prepare`";
            ("`upgrade` waits for nothing".to_owned(), help.to_owned())
        } else if !upgrade.is_public {
            let what = "`upgrade` is private, and is called from outside of this file";
            (what.to_owned(), "write `pub fn upgrade`".to_owned())
        } else if let Some(taken) = wrong {
            let (what, older) =
                (format!("`upgrade` returns what this version is told, a `{taken}`"), file.source.stem());
            (what, format!("write `pub fn upgrade(old: super::{older}::{}) -> {taken}`", newer.args))
        } else {
            continue;
        };
        problems.push(Diagnostic::new(&newer.file.source.path, what, help).at_line(upgrade.line));
    }
    problems
}

/// Returns the type that a version is told: what its `main` takes, or else the `upgrade` of a newer one.
fn taken(page: &PageFiles, of: Successor<'_>, outline: &Outline) -> Option<String> {
    match &outline.main {
        Some(main) => Some(main.parameters.get(2)?.trim_start_matches('&').to_owned()),
        None => successor(page, of.name, of.file).map(|next| next.args.to_owned()),
    }
}

/// The name of a type, however its path begins.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}

/// A `prepare` that cannot be called with the context and the arguments, and awaited for others.
pub(super) fn prepares(tree: &Tree) -> Vec<Diagnostic> {
    let of_mutations = tree.handlers().filter(|(_, (name, _))| name.kind() == Kind::Mutation);
    let wrong = of_mutations.filter_map(|(_, (_, file))| {
        let prepare = file.source.content.outline.as_ref()?.prepare.as_ref()?;
        let help = "write `pub async fn prepare(ctx: Ctx<'_>, args: Args) -> Result<Args, SyncError>`";
        Some(Diagnostic::new(&file.source.path, wrong_prepare(prepare)?, help).at_line(prepare.line))
    });
    wrong.collect()
}

/// Types may have other names; what is told is what no name can make right.
fn wrong_prepare(prepare: &Beside) -> Option<String> {
    let Beside { is_async, parameters, returns, .. } = prepare;
    let [_, args] = &parameters[..] else {
        let count = parameters.len();
        return Some(format!("`prepare` takes the context and the arguments, not {count} parameters"));
    };
    if args.starts_with('&') {
        return Some("`prepare` is given the arguments, and borrows nothing".to_owned());
    }
    if !is_async && returns != "impl" {
        return Some("`prepare` is awaited, and is not `async`".to_owned());
    }
    let is_plain = returns.is_empty() || returns == "()" || returns == args;
    is_plain.then(|| "`prepare` returns a `Result`: the arguments, or why they are refused".to_owned())
}
