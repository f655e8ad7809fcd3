//! Names of files and folders, each by itself.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::lane::{self, page_folder};
use crate::scan::{
    FileName, HandlerName, Misnamed, PageFile, PageFiles, Stray, StrayReason, Tree, name_rule, suggested_name,
};

/// Things in the folder of a lane that are no Rust files.
pub(super) fn strays(tree: &Tree) -> Vec<Diagnostic> {
    tree.strays.iter().map(stray).collect()
}

fn stray(stray: &Stray) -> Diagnostic {
    let Stray { path, reason } = stray;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let page = page_folder(folder);
    let lane = folder.rsplit('/').next().unwrap_or_default();
    let (what, help) = match reason {
        StrayReason::Folder => (
            format!("a folder inside `{lane}` is not read: `{name}`"),
            format!("move its files to {folder}, or make it a page of its own: {page}/{name}/{lane}"),
        ),
        StrayReason::NotRust => (
            format!("only Rust files belong in a `{lane}` folder, not `{name}`"),
            format!("move it out of {folder}, for example to {page}"),
        ),
        StrayReason::NotUtf8 => {
            ("the name is not UTF-8".to_owned(), "rename it with the letters A–Z, a–z, 0–9 and `_`".to_owned())
        }
        StrayReason::Unreadable => (
            "the file cannot be read, or is a link that leads nowhere".to_owned(),
            "restore it, or remove it".to_owned(),
        ),
    };
    Diagnostic::new(path, what, help)
}

/// Files in the folder of a lane that are neither handler nor shared module nor test.
pub(super) fn misnamed_files(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for page in tree.pages.values() {
        for file in &page.files {
            if let FileName::Misnamed(misnamed) = &file.name {
                problems.push(Diagnostic::new(&file.source.path, &misnamed.what, help(misnamed, file, page)));
            }
        }
    }
    problems
}

/// The file may be one of another lane, and the name that was meant may be taken already.
fn help(misnamed: &Misnamed, file: &PageFile, page: &PageFiles) -> String {
    if let Some(elsewhere) = elsewhere(file) {
        return format!("move it to {elsewhere}; here, {}", misnamed.help);
    }
    let Some(meant) = &misnamed.meant else { return misnamed.help.clone() };
    let beside = page.handlers().filter(|(handler, other)| other.lane == file.lane && handler.form == meant.form);
    let same_name = beside.filter(|(handler, _)| handler.name == meant.name);
    let taken = same_name.map(|(handler, _)| handler.version).collect::<BTreeSet<_>>();
    match taken.last() {
        Some(newest) if taken.contains(&meant.version) => {
            let next = HandlerName { version: newest.saturating_add(1), ..meant.clone() };
            format!("{} exists already: rename this one to {}, or remove it", meant.file_name(), next.file_name())
        }
        _ => misnamed.help.clone(),
    }
}

/// Where a file belongs whose `main` has the attribute of another lane, and whose name is right there.
fn elsewhere(file: &PageFile) -> Option<String> {
    let handlers = &file.source.content.outline.as_ref()?.handlers;
    let (lane, form) = handlers
        .iter()
        .find_map(|handler| lane::of_kind(handler.kind).filter(|(_, form)| form.function == handler.name))
        .filter(|(lane, _)| *lane != file.lane)?;
    match FileName::parse(lane, file.source.file_name()) {
        FileName::Handler(name) if name.form == form => Some(file.in_lane(lane, form, &name)),
        _ => None,
    }
}

/// Folders of pages whose name cannot be part of a route.
pub(super) fn misnamed_pages(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (folder, page) in &tree.pages {
        for segment in folder.split('/').filter(|segment| !segment.is_empty()) {
            if let Some((what, help)) = name_rule(segment) {
                let help =
                    help.unwrap_or_else(|| format!("rename the folder, for example to {}", suggested_name(segment)));
                let what = format!("the page folder {what}");
                problems.extend(page.paths().map(|path| Diagnostic::new(path, &what, &help)).take(1));
            }
        }
    }
    problems
}
