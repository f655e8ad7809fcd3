//! The server has the app as dependency and as build-dependency; cargo compiles it once, and a second build does nothing.
//!
//! Inside of one's own workspace this is easily faked: a feature more in one place, and only `-p` or another workspace
//! shows it. So the template is copied to where it knows nothing of us.

use crate::outside::{Outside, copy_tree, repository};

const TYPES: &str = "copy/web/src/_sockets/apiTypes.generated.ts";

fn template_outside() -> Outside {
    let outside = Outside::new(&["copy", "copy/server"]);
    copy_tree(&repository().join("app-template"), &outside.path("copy"));
    // Other names: what cargo puts into the target folder for the template stays what it is.
    let manifest = std::fs::read_to_string(outside.path("copy/server/Cargo.toml")).expect("the manifest of the server");
    let manifest = manifest
        .replace("name = \"app-server\"", "name = \"copy-server\"")
        .replace("app.workspace = true", "app = { path = \"..\" }");
    outside.write("copy/server/Cargo.toml", &manifest);
    outside
}

/// Builds, and compares how often rustc was run for the library `app`; 0 means that nothing ran at all.
fn check(outside: &Outside, step: &str, arguments: &[&str], expected: usize) {
    let (_, printed) = outside.cargo(&[&["build", "-v"], arguments].concat());
    assert!(printed.contains("Finished"), "{step}: {printed}");
    let runs = printed.lines().filter_map(|line| line.trim_start().strip_prefix("Running `"));
    let runs = runs.map(|run| run.split("--crate-name ").last().and_then(|run| run.split(' ').next()).unwrap_or(run));
    let runs = runs.filter(|name| expected == 0 || *name == "app").collect::<Vec<_>>();
    assert_eq!(runs.len(), expected, "{step}: {runs:?}");
}

#[test]
fn the_library_is_compiled_once_and_a_second_build_does_nothing() {
    let outside = template_outside();
    let (tree, _) = outside.cargo(&["tree", "--workspace", "--edges", "all"]);
    assert!(tree.contains("sync-codegen") && !tree.contains("ts-rs"), "who has not asked for ts-rs has it: {tree}");
    check(&outside, "first build", &[], 1);
    check(&outside, "second build", &[], 0);
    check(&outside, "with -p", &["-p", "copy-server"], 0);

    let types = std::fs::read_to_string(outside.path(TYPES)).expect("the types");
    std::fs::remove_file(outside.path(TYPES)).expect("the types");
    outside.cargo(&["build"]);
    assert_eq!(std::fs::read_to_string(outside.path(TYPES)).ok(), Some(types), "deleted types come back");
    check(&outside, "after the types came back", &[], 0);

    outside.write(TYPES, "// edited");
    let (_, printed) = outside.cargo(&["build", "--config", "env.SYNC_CHECK=\"1\""]);
    assert!(printed.contains("apiTypes.generated.ts is stale: run `cargo build`"), "{printed}");
    assert_eq!(
        std::fs::read_to_string(outside.path(TYPES)).ok().as_deref(),
        Some("// edited"),
        "a check writes nothing"
    );

    let handler = "copy/src/examples/_sync/copied_server_v1.rs";
    outside.write(
        handler,
        "#[sync::server]\npub async fn main(_: crate::Ctx<'_>) -> Result<(), sync::SyncError> {\n    Ok(())\n}\n",
    );
    check(&outside, "a new handler", &["-p", "copy-server"], 1);
    let types = std::fs::read_to_string(outside.path(TYPES)).expect("the types");
    assert!(types.contains("copied"), "the new route is in the types");
    check(&outside, "after the new handler", &[], 0);
}
