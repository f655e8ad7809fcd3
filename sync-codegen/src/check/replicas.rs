//! Tables of a database and the files that say which scopes their rows belong to.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::scan::{HandlerName, PageFile, PageFiles, Tree};
use sync_syntax::handler_file::Kind;

/// Entities with a table whose rows nobody places: nothing of them would ever be seen.
pub(super) fn tables(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for page in tree.pages.values() {
        let Some(source) = &page.entity else { continue };
        let entities = source.content.outline.iter().flat_map(|outline| &outline.entities);
        for entity in entities.filter(|entity| entity.has_table) {
            let mut placed = replicas(page).filter_map(|(_, file)| row(file));
            // A file that cannot be read may be the one.
            let is_unknown = replicas(page).any(|(_, file)| file.source.content.outline.is_none());
            if is_unknown || placed.any(|row| row == entity.name) {
                continue;
            }
            let what = format!("`{}` is a table, and nothing says which scopes its rows belong to", entity.name);
            let folder = source.path.rsplit_once('/').map_or("src", |(folder, _)| folder);
            let help = format!(
                "add {folder}/_replica/{}_v1.rs: `#[sync::replica] pub fn scopes(row: &{}) -> impl IntoIterator<Item = Scope>`",
                entity.wire_name(),
                entity.name
            );
            problems.push(Diagnostic::new(&source.path, what, help).at_line(entity.line));
        }
    }
    problems
}

/// Several files that place the rows of one entity: a row would be in scopes that nobody can tell the reason of.
pub(super) fn repeated(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for page in tree.pages.values() {
        let mut of_rows = BTreeMap::<&str, Vec<(&HandlerName, &PageFile)>>::new();
        for (name, file) in replicas(page) {
            if let Some(row) = row(file) {
                of_rows.entry(row).or_default().push((name, file));
            }
        }
        for (row, mut files) in of_rows {
            files.sort_by_key(|(name, _)| name.version);
            let Some((newest, file)) = files.pop() else { continue };
            let newest = (newest, &file.source.path);
            problems.extend(files.into_iter().map(|(name, file)| {
                let what = format!("the rows of `{row}` are placed by {}", newest.1);
                let help = match name.name == newest.0.name {
                    true => "remove this one: there is one copy of the rows, which is made anew for a new version",
                    false => "remove one of the two files",
                };
                Diagnostic::new(&file.source.path, what, help)
            }));
        }
    }
    problems
}

fn replicas(page: &PageFiles) -> impl Iterator<Item = (&HandlerName, &PageFile)> {
    page.handlers().filter(|(name, _)| name.kind() == Kind::Replica)
}

/// The name of the type that the function of a replica is told: `Todo` of `row: &super::Todo`.
fn row(file: &PageFile) -> Option<&str> {
    let outline = file.source.content.outline.as_ref()?;
    let scopes = outline.scopes.as_ref().filter(|_| outline.handlers.iter().any(|one| one.kind == Kind::Replica))?;
    scopes.parameters.first()?.trim_start_matches('&').rsplit("::").next()
}
