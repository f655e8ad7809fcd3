//! What must not compile, and what is said about it: each case of `tests/ui` beside its `.stderr`.
//!
//! All cases are programs of one package, so that one run of cargo checks them. `UPDATE_EXPECT=1` rewrites what is expected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use serde_json::Value;

use crate::outside::{Outside, copy_tree, repository};

const MANIFEST: &str = "[package]\nname = \"ui\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [dependencies]\nsync.workspace = true\n";

#[test]
fn mistakes_are_told_once_at_the_users_own_tokens() {
    check(&["handlers", "mutations", "replicas", "states", "wire"], Outside::without_ts_rs(&["ui"]), MANIFEST);
}

#[test]
fn mistakes_with_types_of_ts_rs_are_told_once_too() {
    let manifest = MANIFEST.replace("sync.workspace = true", "sync = { workspace = true, features = [\"ts-rs\"] }");
    let manifest = manifest + "ts-rs.workspace = true\nserde.workspace = true\n";
    check(&["ts"], Outside::with_our_features(&["ui"]), &manifest);
}

#[track_caller]
fn check(folders: &[&str], outside: Outside, manifest: &str) {
    let cases = cases(folders);
    copy_tree(&repository().join("tests/ui"), &outside.path("ui"));
    let programs = cases.iter().map(|(name, path)| format!("\n[[bin]]\nname = {name:?}\npath = {path:?}\n"));
    outside.write("ui/Cargo.toml", &(manifest.to_owned() + &programs.collect::<String>()));
    let (printed, rest) = outside.cargo(&["check", "--keep-going", "--message-format=json"]);
    let told = told(&printed);
    for (name, path) in &cases {
        let told = told.get(name).unwrap_or_else(|| panic!("{path:?} is no mistake\n{rest}"));
        expect_file![repository().join("tests/ui").join(path).with_extension("stderr")].assert_eq(told);
    }
}

/// The cases by the name of their program.
fn cases(folders: &[&str]) -> BTreeMap<String, PathBuf> {
    let mut cases = BTreeMap::new();
    for folder in folders {
        let files = std::fs::read_dir(repository().join("tests/ui").join(folder)).expect("a folder");
        for file in files.map(|entry| PathBuf::from(entry.expect("an entry").file_name())) {
            if file.extension().is_some_and(|extension| extension == "rs") {
                let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
                cases.insert(format!("{folder}-{name}"), Path::new(folder).join(&file));
            }
        }
    }
    cases
}

/// What the compiler says about each program that it refuses; the same words are said once, as a terminal shows them.
fn told(printed: &str) -> BTreeMap<String, String> {
    let mut told = BTreeMap::<String, Vec<String>>::new();
    let mut refused = BTreeSet::new();
    for message in printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let (name, rendered) = (message["target"]["name"].as_str(), message["message"]["rendered"].as_str());
        let (Some(name), Some(rendered)) = (name, rendered) else { continue };
        let text = Shown::of(rendered).to_string();
        let of_program = told.entry(name.to_owned()).or_default();
        // What has no place is the summary, or tells where to read more.
        let has_place = message["message"]["spans"].as_array().is_some_and(|spans| !spans.is_empty());
        if has_place && !of_program.contains(&text) {
            of_program.push(text);
        }
        if message["message"]["level"] == "error" {
            refused.insert(name.to_owned());
        }
    }
    told.retain(|name, _| refused.contains(name));
    told.into_iter().map(|(name, texts)| (name, texts.join("\n"))).collect()
}

/// A message without what has nothing to do with the case: where this repository and the compiler's library are, and their lines.
struct Shown {
    lines: Vec<String>,
    /// How wide the column of line numbers is, and how wide it has to be for the numbers that are left.
    width: usize,
    needed: usize,
}

impl Shown {
    fn of(rendered: &str) -> Self {
        let mut shown = Self { lines: Vec::new(), width: 0, needed: 1 };
        let mut is_foreign = false;
        for line in rendered.lines() {
            if let Some((before, place)) = ["--> ", "::: "].iter().find_map(|arrow| arrow_of(line, arrow)) {
                shown.width = shown.width.max(before.find(['-', ':']).unwrap_or_default());
                let known = known_place(place);
                is_foreign = known.is_some();
                shown.lines.push(format!("{before}{}", known.unwrap_or_else(|| place.to_owned())));
                continue;
            }
            let number = number_of(line);
            if is_foreign && let Some(number) = number {
                shown.lines.push(line.replacen(number, &" ".repeat(number.len()), 1));
            } else {
                shown.needed = shown.needed.max(number.map_or(0, str::len));
                shown.lines.push(counted(line));
            }
        }
        shown
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let surplus = " ".repeat(self.width.saturating_sub(self.needed));
        for line in self.lines.iter().filter(|line| !line.is_empty()) {
            writeln!(out, "{}", line.strip_prefix(&surplus).unwrap_or(line))?;
        }
        Ok(())
    }
}

fn arrow_of<'l>(line: &'l str, arrow: &str) -> Option<(&'l str, &'l str)> {
    let start = line.len() - line.trim_start().len();
    line[start..].starts_with(arrow).then(|| line.split_at(start + arrow.len()))
}

/// The number of a line of source, in the column before the bar.
fn number_of(line: &str) -> Option<&str> {
    let (number, _) = line.trim_start().split_once(" |")?;
    (!number.is_empty() && number.bytes().all(|sign| sign.is_ascii_digit())).then_some(number)
}

/// A place outside of the case, without its line: its author can change it any time.
fn known_place(place: &str) -> Option<String> {
    let file = place.rsplitn(3, ':').last().unwrap_or(place).replace('\\', "/");
    let root = repository().display().to_string().replace('\\', "/");
    let inside = file.strip_prefix(&root).map(|inside| format!("$WORKSPACE{inside}"));
    inside.or_else(|| {
        let (_, library) = file.split_once("/library/").filter(|(before, _)| before.contains("rust"))?;
        Some(format!("$RUST/{library}"))
    })
}

/// `and 87 others`: how many there are is not the matter.
fn counted(line: &str) -> String {
    let others = line.trim_start().strip_prefix("and ").and_then(|rest| rest.strip_suffix(" others"));
    match others.is_some_and(|number| number.parse::<usize>().is_ok()) {
        true => format!("{}and $N others", &line[..line.len() - line.trim_start().len()]),
        false => line.to_owned(),
    }
}
