//! The generator over the trees in `tests/routes`: what it writes, and each mistake that it tells.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use expect_test::expect_file;
use sync_codegen::{Diagnostic, Generated, generate};

/// Compares everything that the generator makes of one tree with the files beside it; `UPDATE_EXPECT=1` rewrites those.
fn check(case: &str) {
    let folder = routes().join(case);
    let generated = generate(&folder);
    let expected = folder.join("expected");
    std::fs::create_dir_all(&expected).expect("a folder for the expectations");
    expect_file![expected.join("sync.generated.rs")].assert_eq(&generated.module_tree);
    expect_file![expected.join("sync_table.rs")].assert_eq(&generated.table);
    expect_file![expected.join("problems.txt")].assert_eq(&told(&generated.problems));
    expect_file![expected.join("sync-problems")].assert_eq(&generated.problems_file);
    expect_file![expected.join("missing_messages.txt")].assert_eq(&told(&generated.missing_messages));
    check_mounts(&folder, &generated);
    check_formatted(&folder, &generated);
}

fn told(problems: &[Diagnostic]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect::<Vec<_>>().join("\n")
}

/// Every `#[path]` leads to a file, and every Rust file of a page is mounted.
fn check_mounts(folder: &Path, generated: &Generated) {
    let mut mounted = mounts(&generated.module_tree, &folder.join("src"));
    let mut files = page_files(&folder.join("src"));
    mounted.sort();
    files.sort();
    assert_eq!(mounted, files);
}

fn mounts(module_tree: &str, src: &Path) -> Vec<PathBuf> {
    let mut folders = vec![src.to_owned()];
    let mut path = None;
    let mut files = Vec::new();
    for line in module_tree.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("#[path = \"") {
            path = text.strip_suffix("\"]").map(str::to_owned);
        } else if let Some(name) = line.strip_prefix("pub mod ").and_then(|line| line.strip_suffix(" {")) {
            let inner = folders[folders.len() - 1].join(path.take().unwrap_or_else(|| name.to_owned()));
            folders.push(inner);
        } else if line == "}" {
            folders.pop();
        } else if line.ends_with(';') && line.contains("mod ") {
            files.extend(path.take().map(|path| folders[folders.len() - 1].join(path)));
        }
    }
    files
}

fn page_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let is_rust = entry.extension() == Some(OsStr::new("rs"));
        let is_one_of =
            |name: Option<&OsStr>, known: &[&str]| name.is_some_and(|name| known.iter().any(|known| name == *known));
        let in_lane = is_one_of(folder.file_name(), &["_sync", "_api", "_state", "_mutation", "_replica"]);
        if entry.is_dir() && !in_lane && entry.file_name() != Some(OsStr::new("node_modules")) {
            files.extend(page_files(&entry));
        } else if is_rust && (in_lane || is_one_of(entry.file_name(), &["_room.rs", "_scope.rs", "_entity.rs"])) {
            files.push(entry);
        }
    }
    files
}

/// `cargo fmt` has nothing to say about the module tree, or it and the build would undo each other's work for ever.
fn check_formatted(folder: &Path, generated: &Generated) {
    let copy = tempfile::tempdir().expect("a folder");
    copy_tree(&folder.join("src"), &copy.path().join("src"));
    let module_tree = copy.path().join("src/sync.generated.rs");
    std::fs::write(&module_tree, &generated.module_tree).expect("a file");
    // Handlers with a syntax error are in the way, so they are emptied; what is in them does not matter here.
    page_files(&copy.path().join("src")).iter().for_each(|file| std::fs::write(file, "fn f() {}\n").expect("a file"));
    let rustfmt = Command::new("rustfmt").args(["--edition", "2024", "--check"]).arg(&module_tree).output();
    // Not every machine that runs the tests has it.
    let Ok(output) = rustfmt else { return };
    let differences = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{differences}{}", String::from_utf8_lossy(&output.stderr));
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

fn routes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("routes")
}

#[test]
fn every_kind_of_file_finds_its_place() {
    check("every_kind");
}

#[test]
fn an_app_without_routes_is_an_app() {
    check("nothing");
}

#[test]
fn a_file_name_says_name_side_and_version() {
    check("file_names");
}

#[test]
fn only_rust_files_belong_in_a_sync_folder() {
    check("strays");
}

#[test]
fn names_that_are_one_to_rust_or_to_a_file_system_are_refused() {
    check("meetings");
}

#[test]
fn a_handler_file_holds_one_main_with_the_attribute_of_its_side() {
    check("handlers");
}

#[test]
fn a_filter_fits_the_server_file_beside_it() {
    check("pairs");
}

#[test]
fn a_state_file_holds_one_state_of_a_kind_of_room() {
    check("states");
}

#[test]
fn a_page_has_scopes_for_its_entities_and_mutations() {
    check("mutations");
}

#[test]
fn an_older_version_has_no_handler_where_a_newer_one_answers_for_it() {
    check("bridges");
}

#[test]
fn replicas() {
    check("replicas");
}

#[test]
fn a_page_has_one_room_rule_with_names_of_its_own() {
    check("rooms");
}

#[test]
fn a_rule_that_cannot_be_read_is_one_mistake_and_not_two() {
    check("rules_unreadable");
}

#[test]
fn messages_are_readable_and_there_in_every_language() {
    check("locales");
}

#[test]
fn a_file_with_a_syntax_error_is_mounted_and_left_to_the_compiler() {
    check("syntax_errors");
}

#[test]
fn requests_are_a_lane_of_their_own() {
    check("requests");
}

#[test]
fn a_request_has_a_name_and_a_version() {
    check("request_names");
}

#[test]
fn a_request_holds_one_main_with_its_attribute() {
    check("request_handlers");
}

/// Trees that a repository cannot hold on every system.
mod on_this_disk {
    use super::*;

    const SERVER: &str = "#[sync::server] pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError> { Ok(()) }";

    fn check(make: impl FnOnce(&Path) -> std::io::Result<()>, expected: expect_test::Expect) {
        let app = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(app.path().join("src/chess/_sync")).expect("a folder");
        make(&app.path().join("src")).expect("files");
        let generated = generate(app.path());
        let routes = generated.table.lines().filter_map(|line| line.trim().strip_prefix("cb: "));
        let routes = routes.map(|route| format!("{route}\n")).collect::<String>();
        expected.assert_eq(&format!("{routes}{}", told(&generated.problems)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_utf8_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let make = |src: &Path| {
            let folder = src.join("chess/_sync");
            std::fs::write(folder.join(OsStr::from_bytes(b"m\xffve_server_v1.rs")), SERVER)?;
            let page = src.join(OsStr::from_bytes(b"p\xffge"));
            std::fs::create_dir_all(page.join("_sync"))?;
            std::fs::create_dir_all(page.join("elsewhere"))?;
            std::fs::write(page.join("elsewhere/x.rs"), "")?;
            std::fs::write(page.join("_sync/say_server_v1.rs"), SERVER)
        };
        check(
            make,
            expect_test::expect![[r#"
            error: the name is not UTF-8
              --> src/chess/_sync/m�ve_server_v1.rs
              = help: rename it with the letters A–Z, a–z, 0–9 and `_`

            error: the name is not UTF-8
              --> src/p�ge/_sync/say_server_v1.rs
              = help: rename it with the letters A–Z, a–z, 0–9 and `_`
        "#]],
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_differ_only_in_case_are_refused() {
        let make = |src: &Path| {
            std::fs::write(src.join("chess/_sync/move_server_v1.rs"), SERVER)?;
            std::fs::write(src.join("chess/_sync/Move_server_v1.rs"), SERVER)?;
            std::fs::create_dir_all(src.join("Chess/_sync"))?;
            std::fs::write(src.join("Chess/_sync/take_server_v1.rs"), SERVER)
        };
        check(
            make,
            expect_test::expect![[r#"
            "Chess/take/v1",
            "chess/move/v1",
            error: the folders `src/Chess` and `src/chess` are one page: they differ only in case
              --> src/chess/_sync/Move_server_v1.rs
              = help: rename one of the folders, or move the files of `src/chess` to `src/Chess`

            error: the routes `Move` and `move` differ only in case
              --> src/chess/_sync/Move_server_v1.rs
              = help: rename it to move_server_v1.rs, or give the route another name
        "#]],
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_end() {
        use std::os::unix::fs::symlink;
        let make = |src: &Path| {
            std::fs::write(src.join("../move.rs"), SERVER)?;
            symlink("../../../move.rs", src.join("chess/_sync/move_server_v1.rs"))?;
            symlink("../chess", src.join("chess/again"))?;
            symlink("nowhere.rs", src.join("chess/_sync/gone_server_v1.rs"))?;
            symlink("nowhere", src.join("chess/.#lock"))?;
            std::fs::create_dir(src.join("go"))?;
            symlink("../chess/_sync", src.join("go/_sync"))
        };
        check(
            make,
            expect_test::expect![[r#"
            "chess/move/v1",
            "go/move/v1",
            error: the file cannot be read, or is a link that leads nowhere
              --> src/chess/_sync/gone_server_v1.rs
              = help: restore it, or remove it

            error: the file cannot be read, or is a link that leads nowhere
              --> src/go/_sync/gone_server_v1.rs
              = help: restore it, or remove it
        "#]],
        );
    }

    #[test]
    fn what_an_editor_adds_to_a_text_changes_nothing() {
        let make = |src: &Path| {
            let server = SERVER.replace("Ok(())", "Err(sync::error!(\"chess-lost\"))");
            std::fs::write(src.join("chess/_sync/move_server_v1.rs"), format!("\u{feff}{server}\r\n"))?;
            std::fs::write(src.join("app.rs"), "\u{feff}fn f() { sync::error!(\"chess-won\") }")?;
            let english = src.with_file_name("locales/en");
            std::fs::create_dir_all(&english)?;
            std::fs::write(english.join("a.ftl"), "\u{feff}chess-lost = Lost.\r\nchess-won =\r\n    Won.\r\n")?;
            std::fs::write(english.join("b.ftl"), "\u{feff}")?;
            std::fs::write(english.join("c.ftl"), "")?;
            assert_eq!(told(&generate(src.parent().expect("the app")).missing_messages), "");
            Ok(())
        };
        check(
            make,
            expect_test::expect![[r#"
                "chess/move/v1",
            "#]],
        );
    }

    #[test]
    fn an_empty_sync_folder_is_no_page() {
        check(|_| Ok(()), expect_test::expect![""]);
    }

    #[test]
    fn a_file_with_other_bytes_than_utf8_is_left_to_the_compiler() {
        let make = |src: &Path| std::fs::write(src.join("chess/_sync/move_server_v1.rs"), b"// \xff\n");
        check(
            make,
            expect_test::expect![[r#"
            "chess/move/v1",
        "#]],
        );
    }
}
