//! The server has the app as dependency and as build-dependency; cargo compiles it once, and a second build does nothing.
//!
//! Inside of one's own workspace this is easily faked: a feature more in one place, and only `-p` or another workspace
//! shows it. So the template is copied to where it knows nothing of us, and cargo is asked what it would compile there. It is built where that has been
//! compiled before.

use std::collections::BTreeSet;
use std::path::Path;

use expect_test::expect_file;
use serde_json::Value;

use crate::outside::{ALL_FEATURES, Asked, Outside, copy_tree, features_of, repository};

const TYPES: &str = "copy/web/src/_sockets/apiTypes.generated.ts";

fn with_template(outside: Outside) -> Outside {
    copy_tree(&repository().join("app-template"), &outside.path("copy"));
    // Other names: what cargo puts into the target folder for the template stays what it is.
    let manifest = std::fs::read_to_string(outside.path("copy/server/Cargo.toml")).expect("the manifest of the server");
    let manifest = manifest
        .replace("name = \"app-server\"", "name = \"copy-server\"")
        .replace("app.workspace = true", "app = { path = \"..\" }");
    // What is asked for together with the other members has to be asked for alone.
    let features = features_of("copy");
    let dependency = match outside.path(&features).exists() {
        true => format!("dependencies]\n{features} = {{ path = \"../../{features}\" }}\n"),
        false => "dependencies]\n".to_owned(),
    };
    let manifest = manifest.replace("dependencies]\n", &dependency);
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

/// The libraries called `name` that cargo would compile, each with all that is compiled for it, and the features of that.
///
/// `--unit-graph` is not stable: nothing else says what is compiled without compiling it.
fn units(outside: &Outside, name: &str, arguments: &[&str]) -> Vec<BTreeSet<String>> {
    let asked = [&["build", "--unit-graph", "-Z", "unstable-options"], arguments].concat();
    let (graph, printed) = outside.cargo_with(&asked, ("RUSTC_BOOTSTRAP", "1"));
    let graph: Value = serde_json::from_str(&graph).unwrap_or_else(|_| panic!("{printed}"));
    let units = graph["units"].as_array().expect("units");
    let text = |unit: &Value| format!("{} {} {}", unit["pkg_id"], unit["target"]["kind"], unit["features"]);
    let below = |unit: &Value| {
        let (mut found, mut left) = (BTreeSet::new(), vec![unit]);
        while let Some(unit) = left.pop() {
            if found.insert(text(unit)) {
                let indices = unit["dependencies"].as_array().expect("dependencies").iter();
                left.extend(indices.map(|dependency| &units[dependency["index"].as_u64().expect("a number") as usize]));
            }
        }
        found
    };
    let is_it = |unit: &&Value| unit["target"]["name"] == name && unit["mode"] == "build";
    units.iter().filter(is_it).map(below).collect()
}

#[test]
fn the_library_is_the_same_for_the_server_and_for_its_build_script() {
    let outside = with_template(Outside::new(&["copy", "copy/server"]));
    let of_all = units(&outside, "app", &[]);
    assert_eq!(of_all.len(), 1, "it is compiled once");
    assert_eq!(units(&outside, "app", &["-p", "copy-server"]), of_all, "and not again with `-p`");
    let named = |name: &str| of_all[0].iter().any(|unit| unit.contains(name));
    assert!(named("sync-expand") && !named("ts-rs@"), "who has not asked for ts-rs has it: {of_all:?}");
}

#[test]
fn the_library_is_compiled_once_and_a_second_build_does_nothing() {
    let outside = with_template(Outside::for_both(&["copy", "copy/server"]));
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

/// In this workspace, too: its build scripts would have the runtime with other features than its tests, and both would be compiled.
#[test]
fn what_this_workspace_asks_for_is_asked_for_build_scripts_too() {
    let package = format!(
        "# What any member asks for, so that build scripts have it with the same features, and it is compiled once for both: `UPDATE_EXPECT=1` writes this.\n\
        [package]\nname = {ALL_FEATURES:?}\nversion.workspace = true\nedition.workspace = true\npublish.workspace = true\n\n\
        [lib]\ntest = false\ndoctest = false\n"
    );
    let asked = Asked::by_this_workspace();
    let manifest = asked.manifest(&package, &asked.of_runtime(Path::new("../../sync-runtime"), None), true);
    expect_file!["../features/Cargo.toml"].assert_eq(&manifest);
}
