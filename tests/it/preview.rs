//! What is read from source while an app is being compiled, and what it is compiled to: the same TypeScript, for every app there is.

use std::path::Path;

use expect_test::{Expect, expect};
use sync::schema::{Api, Types};
use sync_codegen::emit::typescript;
use sync_codegen::preview;
use sync_tests::types;

use crate::outside::repository;

/// Reads an app that was compiled just now, and one that was never compiled; `kept` lists what the source alone does not tell.
fn check(library: &str, compiled: &Api, kept: Expect) {
    let app_dir = Path::new(&compiled.manifest_dir);
    let truth = typescript(compiled).expect("types with names");
    let read = preview::api(app_dir, library, compiled);
    assert_eq!(typescript(&read.api).expect("types with names"), truth, "{library}, compiled before");

    let unknown = Api { routes: Vec::new(), types: Types::default(), ..compiled.clone() };
    let read = preview::api(app_dir, library, &unknown);
    kept.assert_eq(&read.kept.join("\n"));
    if read.kept.is_empty() {
        assert_eq!(typescript(&read.api).expect("types with names"), truth, "{library}, never compiled");
    }
}

#[test]
fn the_template_is_read_as_it_is_compiled() {
    check("app", &app::export_types(), expect!["board/notes v1: view"]);
}

#[test]
fn the_app_of_the_measurements_is_read_as_it_is_compiled() {
    check("bench_app", &bench_app::export_types(), expect![""]);
}

#[test]
fn the_app_of_the_chaos_is_read_as_it_is_compiled() {
    check("chaos_app", &chaos_app::export_types(), expect![""]);
}

#[test]
fn the_test_app_is_read_as_it_is_compiled() {
    check("test_app", &test_app::export_types(), expect![""]);
}

/// Every kind of type that `#[wire]` models: its definition as it is read, and as it is compiled.
#[test]
fn types_of_every_kind_are_read_as_they_are_compiled() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = std::fs::read_to_string(repository().join("tests/types.rs")).expect("the types");
    write_module(folder.path(), "src/types", &source);
    let compiled = types::api();
    let unknown = Api { routes: Vec::new(), types: Types::default(), ..compiled.clone() };
    let read = preview::api(folder.path(), "sync_tests", &unknown);
    expect![[r#"
        sync_tests::routes::types::routes::chess::_api::move_v1::Output.item
        sync_tests::types::routes::lobby::everything_v10::server::ClientInput.numbers
        sync_tests::types::routes::lobby::everything_v10::server::ClientInput.page
        sync_tests::types::shared::Grid
        sync_tests::types::shared::Page
        sync_tests::types::shared::Standard.grid
        sync_tests::types::shared::Tree.first"#]]
    .assert_eq(&read.kept.join("\n"));
    let mut compared = 0;
    for (key, definition) in compiled.types.iter() {
        let is_of_it = |kept: &String| {
            kept == key || kept.starts_with(&format!("{key}.")) || kept.starts_with(&format!("{key}::"))
        };
        if let Some(definition_read) = read.api.types.get(key).filter(|_| !read.kept.iter().any(is_of_it)) {
            assert_eq!(definition_read, definition);
            compared += 1;
        }
    }
    expect!["32 of 41"].assert_eq(&format!("{compared} of {}", compiled.types.iter().count()));
}

/// Writes a module as a file, and those inside of it as files below.
fn write_module(app_dir: &Path, path: &str, source: &str) {
    let mut own = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(" {")) {
            Some(name) => {
                let inner = lines.by_ref().take_while(|line| *line != "}");
                let inner = inner.map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
                write_module(app_dir, &format!("{path}/{name}"), &inner);
            }
            None => own.push_str(&format!("{line}\n")),
        }
    }
    let file = app_dir.join(format!("{path}.rs"));
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    std::fs::write(file, own).expect("a file");
}
