//! The scanner's mistakes, told by the attribute macros in the files that are wrong.
//!
//! A build script that fails takes the editor's help away with it. So [`crate::build()`] writes what it found to
//! `$OUT_DIR/sync-problems`, and our attributes for functions and types look there for the item that they stand on. Each mistake
//! has one *speaker*: an item of the file that is wrong, else of a handler in the same page. The mistakes that are left (a stray
//! file alone in its folder, a message file) are told by `sync::app!`, which every app has once.

use sync_syntax::problems::{APP, line};

use crate::diagnostic::Diagnostic;
use crate::scan::{FileName, SourceFile, Tree, page_of};

/// Who tells a mistake.
#[derive(Debug)]
pub(crate) enum Speaker {
    /// The attribute on the item of this name, in the file that is wrong.
    Item(String),
    /// `sync::app!`, which every app has.
    App,
}

/// Returns the line of one mistake in `$OUT_DIR/sync-problems`.
pub(crate) fn told(problem: &Diagnostic, speaker: &Speaker) -> String {
    match speaker {
        Speaker::Item(item) => line(&problem.file, item, problem.line.zip(problem.column), &message(problem, false)),
        Speaker::App => line(APP, APP, None, &message(problem, true)),
    }
}

/// Returns the text of `$OUT_DIR/sync-problems`: each of `problems` beside its speaker.
pub(crate) fn assign(tree: &Tree, problems: &[Diagnostic]) -> String {
    let mut text = String::new();
    for problem in problems {
        let (file, item) = speaker(tree, problem).unwrap_or((APP, APP));
        text.push_str(&line(file, item, None, &message(problem, file != problem.file)));
    }
    text
}

/// An item with an attribute of ours, in the file that is wrong or else in its page: `(file, name of the item)`.
///
/// Tests and files outside of pages do not speak: nobody knows whether the compiler ever reads them.
fn speaker<'a>(tree: &'a Tree, problem: &Diagnostic) -> Option<(&'a str, &'a str)> {
    let folder = problem.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let page = tree.pages.get(page_of(folder))?;
    let rank = |name: &FileName| match name {
        FileName::Handler(_) => Some(0),
        FileName::Misnamed(_) | FileName::Shared => Some(1),
        FileName::Test => None,
    };
    let mut files = page.files.iter().filter_map(|file| Some((rank(&file.name)?, &file.source))).collect::<Vec<_>>();
    files.extend(page.parts().map(|part| (2, part)));
    files.sort_by_key(|(rank, _)| *rank);
    let own =
        files.iter().find(|(_, file)| file.path == problem.file).and_then(|(_, file)| spokesman(file, problem.line));
    own.or_else(|| files.iter().find_map(|(_, file)| spokesman(file, None)))
}

/// The handler on `line`, else the first one, else the first type with `#[wire]`.
fn spokesman(file: &SourceFile, line: Option<usize>) -> Option<(&str, &str)> {
    let outline = file.content.outline.as_ref()?;
    let handlers = || outline.handlers.iter();
    let handler = handlers().find(|handler| Some(handler.line) == line).or_else(|| handlers().next());
    let entities = || outline.entities.iter();
    let entity = entities().find(|entity| Some(entity.line) == line).or_else(|| entities().next());
    let entity = entity.map(|entity| &entity.name);
    let item = handler.map(|handler| &handler.name).or(entity).or(outline.first_wire.as_ref())?;
    Some((&file.path, item))
}

fn message(problem: &Diagnostic, with_place: bool) -> String {
    let place = match (with_place, problem.line) {
        (false, _) => String::new(),
        (true, None) => format!("\n--> {}", problem.file),
        (true, Some(line)) => format!("\n--> {}:{line}", problem.file),
    };
    format!("{}{place}\nhelp: {}", problem.what, problem.help)
}
