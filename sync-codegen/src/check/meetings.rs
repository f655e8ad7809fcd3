//! Names that are different on disk and the same in a module tree, in a URL or on a file system that knows no case.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::lane::{LANES, Lane};
use crate::model::{folded, folded_module, page_name};
use crate::scan::{FileName, HandlerName, PARTS, PageFile, PageFiles, SourceFile, Tree};

/// Two folders that are one page: `my-page` and `my_page`, `Chess` and `chess`, `src/root` and `src` itself.
pub(super) fn pages_meet(tree: &Tree) -> Vec<Diagnostic> {
    let mut folders = BTreeMap::<String, String>::new();
    let mut problems = Vec::new();
    for (folder, page) in pages(tree) {
        let mut path = String::new();
        let mut key = String::new();
        for segment in page_name(folder).split('/') {
            path = if folder.is_empty() { String::new() } else { format!("{path}/{segment}") };
            key = format!("{key}/{}", folded_module(segment));
            let first = folders.entry(key.clone()).or_insert_with(|| path.clone());
            if *first != path {
                let what =
                    format!("the folders `src{first}` and `src{path}` are one page: {}", difference(first, &path));
                let help = format!("rename one of the folders, or move the files of `src{path}` to `src{first}`");
                problems.extend(page.paths().map(|file| Diagnostic::new(file, &what, &help)).take(1));
                break;
            }
        }
    }
    problems
}

fn difference(first: &str, second: &str) -> &'static str {
    if first.is_empty() || second.is_empty() {
        "the page of `src` itself is called `root`"
    } else if first.eq_ignore_ascii_case(second) {
        "they differ only in case"
    } else {
        "they have the same name as Rust modules"
    }
}

/// Two names of routes of one lane in one page that only case, or `-` against `_`, tells apart.
pub(super) fn routes_meet(tree: &Tree) -> Vec<Diagnostic> {
    let pages = || pages(tree).map(|(_, page)| page);
    LANES.iter().flat_map(|lane| pages().flat_map(|page| routes_of_page_meet(lane, page))).collect()
}

fn routes_of_page_meet(lane: &Lane, page: &PageFiles) -> Vec<Diagnostic> {
    let mut names = BTreeMap::<String, BTreeMap<&str, Vec<(&HandlerName, &SourceFile)>>>::new();
    for (handler, file) in page.handlers().filter(|(_, file)| file.lane == lane) {
        let spellings = names.entry(folded(&handler.name)).or_default();
        spellings.entry(&handler.name).or_default().push((handler, &file.source));
    }
    let mut problems = Vec::new();
    for spellings in names.values().filter(|spellings| spellings.len() > 1) {
        // The spelling of the server files is taken for the right one.
        let servers = |files: &[(&HandlerName, &SourceFile)]| {
            files.iter().filter(|(handler, _)| lane.forms.first() == Some(handler.form)).count()
        };
        let right =
            spellings.iter().max_by_key(|(name, files)| (servers(files), files.len(), **name)).map(|(name, _)| *name);
        let Some(right) = right else { continue };
        for (name, files) in spellings.iter().filter(|(name, _)| **name != right) {
            problems.extend(files.iter().map(|(handler, file)| names_meet(name, right, handler, file)));
        }
    }
    problems
}

fn names_meet(name: &str, right: &str, handler: &HandlerName, file: &SourceFile) -> Diagnostic {
    let what = if name.eq_ignore_ascii_case(right) {
        format!("the routes `{name}` and `{right}` differ only in case")
    } else {
        format!("the routes `{name}` and `{right}` have the same name as Rust modules")
    };
    let better = HandlerName { name: right.to_owned(), ..handler.clone() };
    Diagnostic::new(&file.path, what, format!("rename it to {}, or give the route another name", better.file_name()))
}

/// Two files, or a file and a folder, that are one Rust module.
pub(super) fn modules_meet(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (folder, page) in pages(tree) {
        let own = LANES.iter().copied().filter(|lane| lane.has_own_module);
        let of_lanes = own.clone().filter_map(|lane| {
            let first = page.of_lane(lane).next()?;
            let owner = format!("the folder `{}`", first.source.path.rsplit_once('/').map_or("", |(folder, _)| folder));
            Some((lane.folder.to_owned(), &first.source, owner))
        });
        let parts = page.parts().map(|file| (file.stem().to_owned(), file, format!("`{}`", file.path)));
        let files = modules(page.files.iter().filter(|file| !file.lane.has_own_module));
        problems.extend(meet(inner_pages(tree, folder), of_lanes.chain(parts).chain(files)));
        problems.extend(own.flat_map(|lane| meet(BTreeMap::new(), modules(page.of_lane(lane)))));
    }
    problems
}

/// Modules side by side with their files and whose they are, `owners` being there already: two files of one route share a module.
fn meet<'f>(
    mut owners: BTreeMap<String, String>,
    modules: impl Iterator<Item = (String, &'f SourceFile, String)>,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (module, file, owner) in modules {
        let first = owners.entry(folded_module(&module)).or_insert_with(|| owner.clone());
        if *first != owner {
            let what = format!("`{module}` is the name of two modules: this one and {first}");
            problems.push(Diagnostic::new(&file.path, what, "give one of them another name"));
        }
    }
    problems
}

/// The modules of files that are mounted side by side.
///
/// Two routes that meet are told by `routes_meet`, a part of the page among them by `parts::misplaced`.
fn modules<'f>(files: impl Iterator<Item = &'f PageFile>) -> impl Iterator<Item = (String, &'f SourceFile, String)> {
    files.filter_map(|PageFile { name, source, .. }| match name {
        FileName::Handler(handler) => {
            Some((format!("{}_v{}", handler.name, handler.version), source, "a route".to_owned()))
        }
        FileName::Shared if PARTS.contains(&source.file_name()) => None,
        FileName::Shared | FileName::Test => Some((source.stem().to_owned(), source, format!("`{}`", source.path))),
        FileName::Misnamed(_) => None,
    })
}

/// The pages one level below `folder`, by module name.
fn inner_pages(tree: &Tree, folder: &str) -> BTreeMap<String, String> {
    // The pages in `src/` lie beside the root page's module, not in it.
    let below = pages(tree).filter_map(|(other, _)| other.strip_prefix(folder)?.strip_prefix('/'));
    let segments = below.filter_map(|below| below.split('/').next()).filter(|_| !folder.is_empty());
    segments.map(|segment| (folded_module(segment), format!("the page folder `src/{folder}/{segment}`"))).collect()
}

fn pages(tree: &Tree) -> impl Iterator<Item = (&str, &PageFiles)> {
    tree.pages.iter().map(|(folder, page)| (folder.as_str(), page)).filter(|(_, page)| page.paths().next().is_some())
}
