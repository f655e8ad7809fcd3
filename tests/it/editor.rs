//! What an editor shows of a wrong handler: the one error, at the tokens that are wrong, in the file of the handler.
//!
//! The mistakes are those of `tests/ui/handlers`, each in a page of its own of one app; where each is shown there, it has to be
//! shown here, although the app has a scanner, a dispatch table and the generated modules around it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::outside::{Outside, repository};

const MANIFEST: &str = "[package]\nname = \"editor\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [dependencies]\nsync.workspace = true\n\n[build-dependencies]\nsync-codegen.workspace = true\n";

const LIB: &str =
    "mod app;\npub use app::*;\n#[path = \"sync.generated.rs\"]\npub mod routes;\nsync::app!(routes, app::App);\n";

const SERVER: &str = "\npub fn server() -> sync::Server<App> {\n    sync::Server::new(async |_| Ok(App))\n}\n";

#[test]
fn each_wrong_handler_is_told_once_at_the_users_own_tokens() {
    let folder = repository().join("tests/ui/handlers");
    let outside = Outside::with_our_features(&["editor"]);
    outside.write("editor/Cargo.toml", MANIFEST);
    outside.write("editor/build.rs", "fn main() { sync_codegen::build() }");
    outside.write("editor/src/lib.rs", LIB);
    let prelude = std::fs::read_to_string(folder.with_file_name("prelude.rs")).expect("the prelude");
    outside.write("editor/src/app.rs", &(prelude + SERVER));
    let mut expected = BTreeMap::new();
    for case in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if case.extension().is_some_and(|extension| extension == "rs") {
            let page = case.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            for (file, text) in files(&case) {
                outside.write(&format!("editor/src/{page}/{file}"), &text);
            }
            expected.insert(page, vec![marked(&case)]);
        }
    }
    let (printed, rest) = outside.cargo(&["check", "--message-format=json"]);
    let told = told(&printed);
    assert!(!told.is_empty(), "{rest}");
    let pages = expected.keys().chain(told.keys()).collect::<BTreeSet<_>>();
    let wrong = pages.into_iter().filter(|&page| expected.get(page) != told.get(page));
    let wrong =
        wrong.map(|page| format!("{page}\n  expected {:?}\n  told     {:?}", expected.get(page), told.get(page)));
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules of a case, as files of a page.
fn files(case: &Path) -> Vec<(&'static str, String)> {
    let text = std::fs::read_to_string(case).expect("a case");
    let modules = text.split("\nmod ").skip(2).map(|module| {
        let (name, rest) = module.split_once(" {\n").expect("a module");
        let (body, _) = rest.split_once("\n}\n").expect("its end");
        let lines = body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
        let file = match name {
            "room" => "_room.rs",
            "client" => "_sync/go_client_v1.rs",
            _ if body.contains("#[sync::server") => "_sync/go_server_v1.rs",
            _ if body.contains("#[sync::request") => "_api/go_v1.rs",
            _ => "_sync/_go.rs",
        };
        (file, lines.collect::<Vec<_>>().join("\n") + "\n")
    });
    modules.collect()
}

/// Where the error of a case is, by its `.stderr`: the line without its indentation, and the column in it, counted from 0.
fn marked(case: &Path) -> (String, usize) {
    let stderr = std::fs::read_to_string(case.with_extension("stderr")).expect("what is expected");
    let place = stderr.lines().find_map(|line| line.trim_start().strip_prefix("--> ui/")).expect("a place");
    let mut place = place.rsplit(':').map(|number| number.parse::<usize>().expect("a number"));
    let (column, line) = (place.next().expect("a column"), place.next().expect("a line"));
    let text = std::fs::read_to_string(case).expect("a case");
    unindented(text.lines().nth(line - 1).expect("the line"), column)
}

/// The places of all errors, by page.
fn told(printed: &str) -> BTreeMap<String, Vec<(String, usize)>> {
    let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let messages = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    for message in messages.filter(|message| message["message"]["level"] == "error") {
        let message = &message["message"];
        let Some(span) =
            message["spans"].as_array().and_then(|spans| spans.iter().find(|span| span["is_primary"] == true))
        else {
            // What has no place is the summary.
            assert!(message["message"].as_str().is_some_and(|text| text.starts_with("aborting due to")), "{message}");
            continue;
        };
        let file = span["file_name"].as_str().expect("a file");
        let page = file.strip_prefix("editor/src/").and_then(|file| file.split('/').next());
        let page = page.unwrap_or_else(|| panic!("{file}: {message}"));
        let (text, column) = (&span["text"][0]["text"], &span["column_start"]);
        let place = unindented(text.as_str().expect("a line"), column.as_u64().expect("a column") as usize);
        told.entry(page.to_owned()).or_default().push(place);
    }
    told
}

fn unindented(line: &str, column: usize) -> (String, usize) {
    let text = line.trim_start();
    (text.to_owned(), column - 1 - (line.len() - text.len()))
}
