//! What makes cargo run an app's build script again, and what does not.

use std::fs;
use std::path::Path;

use crate::outside::Outside;

const MANIFEST: &str = "[package]\nname = \"watched\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [build-dependencies]\nsync-codegen.workspace = true\n";

/// Something that a developer does to the app in this folder.
type Change = (&'static str, fn(&Path) -> std::io::Result<()>);

const CHANGES: [Change; 9] = [
    ("a folder of messages comes", |app| write(app, "locales/en/app.ftl")),
    ("a language comes", |app| write(app, "locales/nl/app.ftl")),
    ("a file of messages goes", |app| fs::remove_file(app.join("locales/nl/app.ftl"))),
    ("the folder of messages goes", |app| fs::rename(app.join("locales"), app.join("elsewhere"))),
    ("it comes back as old as it was", |app| fs::rename(app.join("elsewhere"), app.join("locales"))),
    ("a page comes", |app| write(app, "src/chess/_sync/_rules.rs")),
    ("a page in it comes", |app| write(app, "src/chess/openings/_sync/_rules.rs")),
    ("the page goes", |app| fs::remove_dir_all(app.join("src/chess"))),
    ("the module tree goes", |app| fs::remove_file(app.join("src/sync.generated.rs"))),
];

fn write(app: &Path, inside: &str) -> std::io::Result<()> {
    let path = app.join(inside);
    fs::create_dir_all(path.parent().expect("a folder"))?;
    fs::write(path, "")
}

/// Builds, and returns how often the script ran.
fn runs(outside: &Outside) -> usize {
    let (_, printed) = outside.cargo(&["build", "-v"]);
    assert!(printed.contains("Finished"), "{printed}");
    printed.lines().filter(|line| line.contains("/watched-") && line.ends_with("/build-script-build`")).count()
}

#[test]
fn the_script_runs_once_for_each_change_and_no_more() {
    let outside = Outside::for_both(&["watched"]);
    outside.write("watched/Cargo.toml", MANIFEST);
    outside.write("watched/build.rs", "fn main() { sync_codegen::build() }");
    outside.write("watched/src/lib.rs", "");
    assert_eq!((runs(&outside), runs(&outside)), (1, 0), "without messages");
    let app = outside.path("watched");
    let mut told = Vec::new();
    for (what, change) in CHANGES {
        change(&app).expect(what);
        told.push((what, runs(&outside), runs(&outside)));
        assert!(app.join("src/sync.generated.rs").exists(), "{what}");
    }
    assert_eq!(told, CHANGES.map(|(what, _)| (what, 1, 0)));
}
