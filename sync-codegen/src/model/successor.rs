//! Versions that have no `main` any more, and what a newer one makes of what they were told.

use super::names::module_name;
use crate::lane::Named;
use crate::scan::{HandlerName, PageFile, PageFiles};
use sync_syntax::handler_file::{Beside, Kind, Outline};

/// The version of a route that takes what an older one was told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Successor<'p> {
    pub(crate) name: &'p HandlerName,
    /// The file with its `upgrade`.
    pub(crate) file: &'p PageFile,
    /// What the older one was told: a type in this file of it.
    pub(crate) args: &'p str,
    pub(crate) told_in: (&'p HandlerName, &'p PageFile),
}

impl<'p> Successor<'p> {
    /// Returns the file whose `downgrade` makes what an older version answers, or else what a member of that gets for itself.
    pub(crate) fn downgrades_in(self, page: &'p PageFiles, is_own: bool) -> Option<&'p PageFile> {
        let mut files = of_version(page, self.name, self.file);
        let (_, file) = files.find(|(name, _)| (name.kind() == Kind::Client) == is_own)?;
        outline(file)?.downgrade.is_some().then_some(file)
    }
}

/// Returns the newest version whose `upgrade` takes what an older one is told, if that has no `main` itself.
pub(crate) fn successor<'p>(page: &'p PageFiles, older: &HandlerName, file: &PageFile) -> Option<Successor<'p>> {
    if !matches!(file.lane.table.named, Named::Event | Named::Request | Named::Mutation) {
        return None;
    }
    let here: Vec<_> = of_version(page, older, file).collect();
    let is_frozen = |outline: &Outline| outline.main.is_none() && outline.handlers.is_empty();
    if !here.iter().all(|(_, file)| outline(file).is_some_and(is_frozen)) {
        return None;
    }
    let takes = newer(page, older, file).filter_map(|(name, file)| {
        let upgrade = outline(file)?.upgrade.as_ref()?;
        let Told { side, args, .. } = told(upgrade, &older.name).filter(|told| told.version == older.version)?;
        let is_there = |(of, file): &&(&HandlerName, &PageFile)| {
            let is_side = side.is_none_or(|side| of.form.side == Some(side));
            is_side && outline(file).is_some_and(|outline| outline.declares(args))
        };
        let told_in = here.iter().find(is_there)?;
        Some(Successor { name, file, args, told_in: *told_in })
    });
    takes.max_by_key(|successor| (successor.name.version, successor.name.form.kind == Kind::Server))
}

/// Returns the versions that take, one after the other, what an older one is told; none if it has a handler itself.
pub(crate) fn successors<'p>(page: &'p PageFiles, older: &HandlerName, file: &PageFile) -> Vec<Successor<'p>> {
    let next = |last: &Successor<'p>| successor(page, last.name, last.file);
    std::iter::successors(successor(page, older, file), next).collect()
}

/// Returns the newer versions of a route, file by file.
pub(crate) fn newer<'p>(
    page: &'p PageFiles,
    older: &HandlerName,
    file: &PageFile,
) -> impl Iterator<Item = (&'p HandlerName, &'p PageFile)> {
    let of_route = page.handlers().filter(|(name, newer)| newer.lane == file.lane && name.name == older.name);
    of_route.filter(|(name, _)| name.version > older.version)
}

/// Returns the files of one version of a route.
pub(crate) fn of_version<'p>(
    page: &'p PageFiles,
    of: &HandlerName,
    file: &PageFile,
) -> impl Iterator<Item = (&'p HandlerName, &'p PageFile)> {
    let of_lane = page.handlers().filter(|(_, other)| other.lane == file.lane);
    of_lane.filter(|(name, _)| (&name.name, name.version) == (&of.name, of.version))
}

/// What an `upgrade` takes: a type of an older version.
struct Told<'u> {
    version: u32,
    /// Which file of it, where the path says so.
    side: Option<&'u str>,
    args: &'u str,
}

/// Reads the path of the one parameter: `super::v1::server::ClientInput`, `super::create_v1::Args`, or shorter where the file imports some of it.
fn told<'u>(upgrade: &'u Beside, name: &str) -> Option<Told<'u>> {
    let [parameter] = &upgrade.parameters[..] else { return None };
    let (path, args) = parameter.rsplit_once("::")?;
    let segments: Vec<&str> = path.split("::").collect();
    let version_of = |segment: &&str| {
        let number: u32 = segment.rsplit_once('v')?.1.parse().ok()?;
        let is_it = **segment == format!("v{number}") || **segment == module_name(&format!("{name}_v{number}"));
        is_it.then_some(number)
    };
    let (place, version) =
        segments.iter().enumerate().rev().find_map(|(place, segment)| Some((place, version_of(segment)?)))?;
    Some(Told { version, side: segments.get(place + 1).copied(), args })
}

/// What stands in a file, where it can be read.
pub(crate) fn outline(file: &PageFile) -> Option<&Outline> {
    file.source.content.outline.as_ref()
}
