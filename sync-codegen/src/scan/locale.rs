//! Message files: which languages there are, and which messages each file defines.

use std::path::Path;

use fluent_syntax::ast::Entry;
use sync_schema::language_tag;
use walkdir::WalkDir;

use super::{is_ignored, relative};

/// One `locales/<language>/<file>.ftl`.
#[derive(Debug)]
pub(crate) struct LocaleFile {
    /// The name of the folder: `en`, `pt-BR`.
    pub(crate) folder: String,
    /// The language that the folder is named after, in the one form that all its spellings have; `None` if it is no language.
    pub(crate) language: Option<String>,
    /// The name of the file: `app.ftl`.
    pub(crate) file: String,
    /// Relative to the app, with forward slashes.
    pub(crate) path: String,
    /// The messages that have a text, with their lines, in the order of the file.
    pub(crate) messages: Vec<(String, usize)>,
    /// What Fluent cannot read.
    pub(crate) errors: Vec<SyntaxError>,
}

/// A place that Fluent cannot read.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) line: usize,
    pub(crate) what: String,
}

/// Reads all message files of the app in `app_dir`, sorted by language and file.
pub(crate) fn scan(app_dir: &Path) -> Vec<LocaleFile> {
    let walk = WalkDir::new(app_dir.join("locales")).min_depth(2).max_depth(2).follow_links(true).sort_by_file_name();
    let files = walk.into_iter().filter_map(Result::ok);
    let is_message_file = |path: &Path| path.extension().is_some_and(|ending| ending == "ftl") && path.is_file();
    let files = files.filter(|entry| is_message_file(entry.path()) && !is_ignored(entry.file_name()));
    files.filter_map(|entry| read(app_dir, entry.path())).collect()
}

fn read(app_dir: &Path, path: &Path) -> Option<LocaleFile> {
    let folder = path.parent()?.file_name()?.to_str()?.to_owned();
    let mut locale = LocaleFile {
        language: language_tag(&folder),
        folder,
        file: path.file_name()?.to_str()?.to_owned(),
        path: relative(app_dir, path),
        messages: Vec::new(),
        errors: Vec::new(),
    };
    match std::fs::read_to_string(path) {
        // The mark with which some editors begin a file; Fluent would take it for the beginning of a message's id.
        Ok(source) => locale.parse(source.strip_prefix('\u{feff}').unwrap_or(&source)),
        Err(error) => locale.errors.push(SyntaxError { line: 1, what: error.to_string() }),
    }
    Some(locale)
}

impl LocaleFile {
    fn parse(&mut self, source: &str) {
        let (resource, errors) = match fluent_syntax::parser::parse(source) {
            Ok(resource) => (resource, Vec::new()),
            Err((resource, errors)) => (resource, errors),
        };
        let mut lines = source.lines().enumerate();
        for entry in resource.body {
            if let Entry::Message(message) = entry
                && message.value.is_some()
            {
                let begins = |line: &str| line.split('=').next().is_some_and(|id| id.trim_end() == message.id.name);
                let line = lines.find(|(_, line)| begins(line)).map_or(1, |(line, _)| line + 1);
                self.messages.push((message.id.name.to_owned(), line));
            }
        }
        let errors = errors.into_iter();
        self.errors.extend(
            errors.map(|error| SyntaxError { line: line_of(source, error.pos.start), what: error.kind.to_string() }),
        );
    }
}

fn line_of(source: &str, offset: usize) -> usize {
    source.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
