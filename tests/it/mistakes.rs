//! What the compiler says about each mistake in a file tree, and where: at the user's own file.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use sync_codegen::generate;

use crate::outside::{APP, LIB, Outside, copy_tree, repository};

const MANIFEST: &str = "[package]\nname = \"mistakes\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [dependencies]\nsync.workspace = true\n\n[build-dependencies]\nsync-codegen.workspace = true\n";

/// Compiles the tree of `case`: each line of its `sync-problems` is an error of the file that has to tell it, and no error is
/// in a file that its author never sees.
fn check(case: &str) {
    let outside = Outside::with_our_features(&[case]);
    copy_tree(&repository().join("tests/routes").join(case), &outside.path(case));
    outside.write(&format!("{case}/Cargo.toml"), &MANIFEST.replace("mistakes", &format!("mistakes-{case}")));
    outside.write(&format!("{case}/build.rs"), "fn main() { sync_codegen::build() }");
    outside.write(&format!("{case}/src/app.rs"), APP);
    outside.write(&format!("{case}/src/lib.rs"), LIB);
    let expected = expected(&outside.path(case));
    let (printed, rest) = outside.cargo(&["check", "--message-format=json"]);
    let told = errors(&printed, case);
    assert!(!told.is_empty(), "{rest}");
    let missing = expected.difference(&told).collect::<Vec<_>>();
    assert!(missing.is_empty(), "{missing:#?}\nare not among\n{told:#?}");
    let hidden = told.iter().filter(|(file, _)| !file.starts_with("src/") || file.ends_with("sync.generated.rs"));
    assert_eq!(hidden.collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}

/// `(file, message)`, as the generator decided.
fn expected(app: &Path) -> BTreeSet<(String, String)> {
    let problems = generate(app).problems_file;
    let rows = problems.lines().filter_map(|line| {
        let mut columns = line.splitn(4, '\t');
        let file = columns.next()?.replace("app!", "src/lib.rs");
        Some((file, columns.nth(2)?.replace("\\n", "\n")))
    });
    rows.collect()
}

/// `(file of the primary span, message)`, as the compiler tells it.
fn errors(printed: &str, case: &str) -> BTreeSet<(String, String)> {
    let messages = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let errors = messages.filter(|message| message["message"]["level"] == "error").filter_map(|message| {
        let message = &message["message"];
        let span = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
        let file = span["file_name"].as_str()?.trim_start_matches(case).trim_start_matches('/');
        Some((file.to_owned(), message["message"].as_str()?.to_owned()))
    });
    errors.collect()
}

#[test]
fn a_wrong_file_name_is_told_in_that_file() {
    check("file_names");
}

#[test]
fn a_stray_file_is_told_by_its_neighbour() {
    check("strays");
}

#[test]
fn names_that_meet_are_told_in_one_of_the_files() {
    check("meetings");
}

#[test]
fn a_missing_or_misplaced_handler_is_told_in_its_file() {
    check("handlers");
}

#[test]
fn a_filter_unlike_its_server_is_told_in_its_file() {
    check("pairs");
}

#[test]
fn a_wrong_room_rule_is_told_in_its_file() {
    check("rooms");
}

#[test]
fn a_wrong_message_file_is_told_where_the_app_is_declared() {
    check("locales");
}

#[test]
fn a_wrong_name_of_a_request_is_told_in_that_file() {
    check("request_names");
}

#[test]
fn a_wrong_request_is_told_in_its_file() {
    check("request_handlers");
}
