//! Versions of a mutation that have no `main` any more, and what a newer one makes of what they were told.

use super::names::module_name;
use crate::scan::{HandlerName, PageFile, PageFiles};
use sync_syntax::handler_file::Kind;

/// The version of a mutation that takes what an older one was told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Successor<'p> {
    pub(crate) name: &'p HandlerName,
    pub(crate) file: &'p PageFile,
    /// What the older one was told: a type in its file.
    pub(crate) args: &'p str,
}

/// Returns the newest version whose `upgrade` takes what an older one is told, if that has no `main` itself.
pub(crate) fn successor<'p>(page: &'p PageFiles, older: &HandlerName, file: &PageFile) -> Option<Successor<'p>> {
    let outline = file.source.content.outline.as_ref()?;
    if older.kind() != Kind::Mutation || outline.main.is_some() || !outline.handlers.is_empty() {
        return None;
    }
    let module = module_name(file.source.stem());
    let takes = newer(page, older, file).filter_map(|(name, file)| {
        let upgrade = file.source.content.outline.as_ref()?.upgrade.as_ref()?;
        let (from, args) = upgrade.from_beside()?;
        (from == module && outline.declares(args)).then_some(Successor { name, file, args })
    });
    takes.max_by_key(|successor| successor.name.version)
}

/// Returns the versions that take, one after the other, what an older one is told; none if it has a handler itself.
pub(crate) fn successors<'p>(page: &'p PageFiles, older: &HandlerName, file: &PageFile) -> Vec<Successor<'p>> {
    let next = |last: &Successor<'p>| successor(page, last.name, last.file);
    std::iter::successors(successor(page, older, file), next).collect()
}

/// Returns the newer versions of a route.
pub(crate) fn newer<'p>(
    page: &'p PageFiles,
    older: &HandlerName,
    file: &PageFile,
) -> impl Iterator<Item = (&'p HandlerName, &'p PageFile)> {
    let of_route = page.handlers().filter(|(name, newer)| newer.lane == file.lane && name.name == older.name);
    of_route.filter(|(name, _)| name.version > older.version)
}
