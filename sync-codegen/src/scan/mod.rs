//! Walks an app's `src/` and `locales/`, and puts every file into its place.
//!
//! A file is opened once and parsed once. What is wrong with it, if anything, is for `check` to say.

mod file_name;
mod locale;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

pub(crate) use file_name::{FileName, HandlerName, Misnamed, name_rule, suggested_name};
pub(crate) use locale::LocaleFile;

use crate::lane::{self, Form, Lane};
use sync_syntax::handler_file::HandlerFile;

/// The file with a page's room rule.
pub(crate) const ROOM: &str = "_room.rs";
/// The file with the rule of a page's scopes.
pub(crate) const SCOPE: &str = "_scope.rs";
/// The file with what lives in a page's scopes.
pub(crate) const ENTITY: &str = "_entity.rs";
/// The files of a page that lie beside the folders of its lanes.
pub(crate) const PARTS: [&str; 3] = [ROOM, SCOPE, ENTITY];
/// What the generator itself writes into `src/`.
pub(crate) const MODULE_TREE: &str = "sync.generated.rs";

/// An app's files, each in its place, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The pages, by their path below `src/`; `` is the root page.
    pub(crate) pages: BTreeMap<String, PageFiles>,
    /// Rust files outside of pages.
    pub(crate) bystanders: Vec<SourceFile>,
    /// Message files.
    pub(crate) locales: Vec<LocaleFile>,
    /// What cannot be a part of a page although it lies where a part would.
    pub(crate) strays: Vec<Stray>,
}

/// The files of one page.
#[derive(Debug, Default)]
pub(crate) struct PageFiles {
    /// The Rust files in the folders of lanes, sorted by path.
    pub(crate) files: Vec<PageFile>,
    /// `_room.rs`.
    pub(crate) room: Option<SourceFile>,
    /// `_scope.rs`.
    pub(crate) scope: Option<SourceFile>,
    /// `_entity.rs`.
    pub(crate) entity: Option<SourceFile>,
}

impl PageFiles {
    /// Returns the files of lanes, then those beside the folders of lanes.
    pub(crate) fn source_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().map(|file| &file.source).chain(self.parts())
    }

    /// Returns the files beside the folders of lanes.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &SourceFile> {
        [&self.room, &self.scope, &self.entity].into_iter().flatten()
    }

    /// Returns the paths of the files of lanes, then of those beside the folders.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.source_files().map(|file| file.path.as_str())
    }

    /// Returns the files of `lane`.
    pub(crate) fn of_lane(&self, lane: &Lane) -> impl Iterator<Item = &PageFile> {
        self.files.iter().filter(move |file| file.lane == lane)
    }

    /// Returns the well-named handlers of all lanes.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (&HandlerName, &PageFile)> {
        self.files.iter().filter_map(|file| match &file.name {
            FileName::Handler(name) => Some((name, file)),
            _ => None,
        })
    }
}

/// A Rust file in the folder of a lane.
#[derive(Debug)]
pub(crate) struct PageFile {
    pub(crate) lane: &'static Lane,
    pub(crate) name: FileName,
    pub(crate) source: SourceFile,
}

impl PageFile {
    /// Returns where the file would lie as one of another lane: `src/chess/_api/find_v1.rs`.
    pub(crate) fn in_lane(&self, lane: &Lane, form: &Form, name: &HandlerName) -> String {
        let page = lane::page_folder(folder_of(&self.source.path));
        // The side that a name has in one lane is a part of the name in another.
        let side = form.side.and_then(|side| name.name.strip_suffix(side)?.strip_suffix('_'));
        let route = side.filter(|name| !name.is_empty()).unwrap_or(&name.name);
        format!("{page}/{}/{}", lane.folder, form.file_name(route, name.version))
    }
}

/// A Rust file.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the app, with forward slashes.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) content: HandlerFile,
}

impl SourceFile {
    /// Returns the name of the file.
    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the name of the file without `.rs`.
    pub(crate) fn stem(&self) -> &str {
        let name = self.file_name();
        name.strip_suffix(".rs").unwrap_or(name)
    }
}

/// Something in a page's place that is no part of a page.
#[derive(Debug)]
pub(crate) struct Stray {
    /// Relative to the app, with forward slashes; other bytes than UTF-8 replaced.
    pub(crate) path: String,
    pub(crate) reason: StrayReason,
}

/// Why a [`Stray`] is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StrayReason {
    /// A folder inside of that of a lane.
    Folder,
    /// Not a Rust file.
    NotRust,
    /// The name of the file, or of a folder above it, is not UTF-8.
    NotUtf8,
    /// It could not be read, or a link leads nowhere.
    Unreadable,
}

/// Reads the app in `app_dir`.
pub(crate) fn scan(app_dir: &Path) -> Tree {
    let mut tree = Tree::default();
    let walk = WalkDir::new(app_dir.join("src")).follow_links(true).sort_by_file_name();
    let mut entries = walk.into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) if entry.depth() == 0 => {}
            Ok(entry) if is_ignored(entry.file_name()) || is_generated(&entry) => skip(&mut entries, &entry),
            Ok(entry) => {
                if tree.add(app_dir, &entry) == Walk::Skip {
                    skip(&mut entries, &entry);
                }
            }
            // A link that leads to a folder above itself: that folder is walked anyway.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => tree.add_unreadable(app_dir, error.path().unwrap_or(app_dir)),
        }
    }
    tree.locales = locale::scan(app_dir);
    tree
}

#[derive(PartialEq, Eq)]
enum Walk {
    Enter,
    Skip,
}

/// Returns the files below `src/` of this name, relative to the app, with forward slashes, sorted.
pub(crate) fn called(app_dir: &Path, name: &str) -> Vec<String> {
    let walk = WalkDir::new(app_dir.join("src")).follow_links(true).sort_by_file_name();
    let entries = walk.into_iter().filter_entry(|entry| !is_ignored(entry.file_name())).flatten();
    let named = entries.filter(|entry| entry.file_name() == name && entry.file_type().is_file());
    named.map(|entry| relative(app_dir, entry.path())).collect()
}

impl Tree {
    /// Returns the well-named handlers of all lanes, and their pages.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (&PageFiles, (&HandlerName, &PageFile))> {
        self.pages.values().flat_map(|page| page.handlers().map(move |handler| (page, handler)))
    }

    /// Returns all Rust files.
    pub(crate) fn source_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.pages.values().flat_map(PageFiles::source_files).chain(&self.bystanders)
    }

    /// Returns the error codes in all files but tests: `(code, path, line)`.
    pub(crate) fn error_codes(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        let files = self.source_files().filter(|file| !file.stem().ends_with("_test"));
        files.flat_map(|file| {
            file.content.error_codes.iter().map(|used| (used.code.as_str(), file.path.as_str(), used.line))
        })
    }

    /// Returns the error codes in all files but tests, each with the names of what its sentence may ask for there.
    pub(crate) fn error_parameters(&self) -> impl Iterator<Item = (&str, &[String])> {
        let files = self.source_files().filter(|file| !file.stem().ends_with("_test"));
        files.flat_map(|file| {
            file.content.error_codes.iter().map(|used| (used.code.as_str(), used.parameters.as_slice()))
        })
    }

    fn add(&mut self, app_dir: &Path, entry: &DirEntry) -> Walk {
        let path = relative(app_dir, entry.path());
        let lane = lane_around(entry.path());
        let is_folder = entry.file_type().is_dir();
        let is_utf8 = entry.path().strip_prefix(app_dir).is_ok_and(|path| path.to_str().is_some());
        match (lane, is_folder) {
            (Some(_), true) => {
                self.add_stray(path, StrayReason::Folder);
                Walk::Skip
            }
            (None, true) => {
                if lane_called(entry.file_name()).is_some() && is_utf8 {
                    self.pages.entry(page_of(&path).to_owned()).or_default();
                }
                Walk::Enter
            }
            (_, false) => {
                self.add_file(entry, path, lane, is_utf8);
                Walk::Enter
            }
        }
    }

    fn add_file(&mut self, entry: &DirEntry, path: String, lane: Option<&'static Lane>, is_utf8: bool) {
        let part = PARTS.into_iter().find(|part| lane.is_none() && entry.file_name() == *part);
        let is_rust = entry.path().extension() == Some(OsStr::new("rs"));
        if !is_utf8 {
            if lane.is_some() || part.is_some() {
                self.add_stray(path, StrayReason::NotUtf8);
            }
        } else if lane.is_some() && !is_rust {
            self.add_stray(path, StrayReason::NotRust);
        } else if let Some(lane) = lane {
            let name = FileName::parse(lane, &entry.file_name().to_string_lossy());
            let page = page_of(folder_of(&path)).to_owned();
            let source = SourceFile { content: HandlerFile::read(entry.path()), path };
            self.pages.entry(page).or_default().files.push(PageFile { lane, name, source });
        } else if let Some(part) = part {
            let page = page_of(folder_of(&path)).to_owned();
            let file = SourceFile { content: HandlerFile::read(entry.path()), path };
            let page = self.pages.entry(page).or_default();
            let place = match part {
                SCOPE => &mut page.scope,
                ENTITY => &mut page.entity,
                _ => &mut page.room,
            };
            *place = Some(file);
        } else if is_rust && let Ok(source) = std::fs::read_to_string(entry.path()) {
            self.bystanders.push(SourceFile { path, content: HandlerFile::parse_bystander(&source) });
        }
    }

    fn add_unreadable(&mut self, app_dir: &Path, path: &Path) {
        let is_ours = |name: &OsStr| lane_called(name).is_some() || PARTS.iter().any(|part| name == *part);
        let belongs_to_us = lane_around(path).is_some() || path.file_name().is_some_and(is_ours);
        if belongs_to_us && !path.file_name().is_some_and(is_ignored) {
            self.add_stray(relative(app_dir, path), StrayReason::Unreadable);
        }
    }

    fn add_stray(&mut self, path: String, reason: StrayReason) {
        self.strays.push(Stray { path, reason });
    }
}

/// The lane whose folder `path` lies in.
fn lane_around(path: &Path) -> Option<&'static Lane> {
    path.parent().and_then(Path::file_name).and_then(lane_called)
}

fn lane_called(folder: &OsStr) -> Option<&'static Lane> {
    folder.to_str().and_then(lane::in_folder)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the page of the folder `folder`, which may be that of a lane: `chess` of `src/chess/_sync` and of `src/chess`, `` of `src`.
pub(crate) fn page_of(folder: &str) -> &str {
    let folder = lane::page_folder(folder);
    folder.strip_prefix("src").unwrap_or(folder).trim_start_matches('/')
}

/// What editors, versioning and operating systems leave lying around, and what a front end installs.
fn is_ignored(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let is_backup = name.ends_with('~') || name.starts_with('#') && name.ends_with('#');
    is_backup || name.starts_with('.') || matches!(&*name, "node_modules" | "Thumbs.db" | "desktop.ini")
}

fn is_generated(entry: &DirEntry) -> bool {
    entry.depth() == 1 && entry.file_name() == MODULE_TREE
}

fn skip(entries: &mut walkdir::IntoIter, entry: &DirEntry) {
    if entry.file_type().is_dir() {
        entries.skip_current_dir();
    }
}

pub(crate) fn relative(app_dir: &Path, path: &Path) -> String {
    let path = path.strip_prefix(app_dir).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
