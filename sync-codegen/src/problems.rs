//! The scanner's mistakes, told by the attribute macros in the files that are wrong.
//!
//! A build script that fails takes the editor's help away with it. So [`crate::build()`] writes what it found to
//! `$OUT_DIR/sync-problems`, and our attributes for functions and types look there for the item that they stand on. Each mistake
//! has one *speaker*: an item of the file that is wrong, else of a handler in the same page. The mistakes that are left (a stray
//! file alone in its folder, a message file) are told by `sync::app!`, which every app has once.

use std::path::{Component, Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::scan::{FileName, SourceFile, Tree, page_of};

/// The file in `$OUT_DIR`: one mistake a line, `<file> TAB <item> TAB <message>`.
pub(crate) const FILE_NAME: &str = "sync-problems";
/// Stands for the file and the item of a mistake that `sync::app!` tells.
const APP: &str = "app!";

/// Returns the messages that the attribute on `item` in `file` has to show, sorted.
///
/// `file` is the path as the compiler knows it, `item` the name of the function or type that the attribute stands on. Each
/// message ends in its help. Outside a crate with a build script, or if nothing is wrong, there are none.
#[must_use]
pub fn for_item(file: &Path, item: &str) -> Vec<String> {
    let app_dir = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    in_file(&read(), app_dir.as_deref(), &file).filter(|problem| problem.item == item).map(Problem::message).collect()
}

/// Returns the messages that `sync::app!` has to show, sorted.
#[must_use]
pub fn for_app() -> Vec<String> {
    parse(&read()).filter(|problem| problem.file == APP).map(Problem::message).collect()
}

/// Returns the text of `$OUT_DIR/sync-problems`: each of `problems` beside its speaker.
pub(crate) fn assign(tree: &Tree, problems: &[Diagnostic]) -> String {
    let mut text = String::new();
    for problem in problems {
        let (file, item) = speaker(tree, problem).unwrap_or((APP, APP));
        let message = escape(&message(problem, file != problem.file));
        text.push_str(&format!("{file}\t{item}\t{message}\n"));
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

/// A line of the file.
struct Problem<'a> {
    file: &'a str,
    item: &'a str,
    message: &'a str,
}

impl Problem<'_> {
    fn message(self) -> String {
        unescape(self.message)
    }
}

fn read() -> String {
    let path = std::env::var_os("OUT_DIR").map(|out_dir| Path::new(&out_dir).join(FILE_NAME));
    path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
}

fn parse(text: &str) -> impl Iterator<Item = Problem<'_>> {
    text.lines().filter_map(|line| {
        let mut columns = line.splitn(3, '\t');
        Some(Problem { file: columns.next()?, item: columns.next()?, message: columns.next()? })
    })
}

fn in_file<'a>(text: &'a str, app_dir: Option<&Path>, file: &Path) -> impl Iterator<Item = Problem<'a>> {
    let file = plain(file);
    let inside = app_dir.and_then(|app_dir| file.strip_prefix(plain(app_dir)).ok()).map(Path::to_owned);
    parse(text).filter(move |problem| match &inside {
        Some(inside) => inside == Path::new(problem.file),
        // Behind a link the file and the app's folder have no common beginning.
        None => file.ends_with(problem.file),
    })
}

/// Without `.` and `..`, which a `#[path]` can leave in the compiler's paths.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

fn escape(message: &str) -> String {
    message.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescape(message: &str) -> String {
    let mut text = String::new();
    let mut letters = message.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => text.push(if letters.next() == Some('n') { '\n' } else { '\\' }),
            (letter, false) => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Problem, escape, in_file};

    fn check(file: &str, expected: &[&str]) {
        let text = format!("src/chess/_sync/move_v1.rs\tmain\t{}\n", escape("no side\nhelp: rename a\\b"));
        let problems = in_file(&text, Some(Path::new("/home/ada/app")), Path::new(file));
        assert_eq!(problems.map(Problem::message).collect::<Vec<_>>(), expected, "{file}");
    }

    #[test]
    fn a_file_finds_its_own_messages_only() {
        let message = ["no side\nhelp: rename a\\b"];
        check("/home/ada/app/src/chess/_sync/move_v1.rs", &message);
        check("/home/ada/app/src/./chess/../chess/_sync/move_v1.rs", &message);
        check("/private/home/ada/app/src/chess/_sync/move_v1.rs", &message);
        check("/home/ada/app/src/src/chess/_sync/move_v1.rs", &[]);
        check("/home/ada/app/src/chess/_sync/move_server_v1.rs", &[]);
    }
}
