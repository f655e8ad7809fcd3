//! What the build script has found wrong, for the attributes to tell in the files that are wrong.
//!
//! It is one line for each mistake in `$OUT_DIR/sync-problems`: the file, the item whose attribute tells it, the token if there is one, and the message.

use std::path::{Component, Path, PathBuf};

/// The file in `$OUT_DIR`: one mistake a line, `<file> TAB <item> TAB <line>:<column> TAB <message>`; the third is empty where the item as a whole is meant.
pub const FILE_NAME: &str = "sync-problems";
/// Stands for the file and the item of a mistake that `sync::app!` tells.
pub const APP: &str = "app!";

/// A mistake that an attribute has to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Line and column of the token that is wrong, counted from 1; `None` where it is the item as a whole.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// Returns what the attribute on `item` in `file` has to show, sorted.
///
/// `file` is the path as the compiler knows it, `item` the name of the function or type that the attribute stands on. Each
/// message ends in its help. Outside a crate with a build script, or if nothing is wrong, there is none.
#[must_use]
pub fn for_item(file: &Path, item: &str) -> Vec<Told> {
    let app_dir = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    in_file(&read(), app_dir.as_deref(), &file).filter(|problem| problem.item == item).map(Problem::told).collect()
}

/// Returns the messages that `sync::app!` has to show, sorted.
#[must_use]
pub fn for_app() -> Vec<String> {
    parse(&read()).filter(|problem| problem.file == APP).map(|problem| problem.told().message).collect()
}

/// Returns the line of a mistake, with its end.
#[must_use]
pub fn line(file: &str, item: &str, place: Option<(usize, usize)>, message: &str) -> String {
    let place = place.map(|(line, column)| format!("{line}:{column}")).unwrap_or_default();
    format!("{file}\t{item}\t{place}\t{}\n", escape(message))
}

/// A line of the file.
struct Problem<'a> {
    file: &'a str,
    item: &'a str,
    place: &'a str,
    message: &'a str,
}

impl Problem<'_> {
    fn told(self) -> Told {
        let place =
            self.place.split_once(':').and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
        Told { place, message: unescape(self.message) }
    }
}

fn read() -> String {
    let path = std::env::var_os("OUT_DIR").map(|out_dir| Path::new(&out_dir).join(FILE_NAME));
    path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
}

fn parse(text: &str) -> impl Iterator<Item = Problem<'_>> {
    text.lines().filter_map(|line| {
        let mut columns = line.splitn(4, '\t');
        let mut next = || columns.next();
        Some(Problem { file: next()?, item: next()?, place: next()?, message: next()? })
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

    use super::{Problem, in_file, line};

    fn check(file: &str, expected: &[&str]) {
        let text = line("src/chess/_sync/move_v1.rs", "main", Some((3, 8)), "no side\nhelp: rename a\\b");
        let problems = in_file(&text, Some(Path::new("/home/ada/app")), Path::new(file)).map(Problem::told);
        let problems: Vec<_> = problems.map(|told| (told.place, told.message)).collect();
        let expected: Vec<_> = expected.iter().map(|message| (Some((3, 8)), (*message).to_owned())).collect();
        assert_eq!(problems, expected, "{file}");
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
