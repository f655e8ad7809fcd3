//! The sources of an app with so many routes.

use std::path::{Path, PathBuf};

/// What is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// A field of an output gets another name: types change, the module tree does not.
    Type,
    /// A number in a handler's body changes.
    Body,
    /// The file stays as it is.
    Nothing,
}

/// One file: where, and its text.
pub(crate) type File = (PathBuf, String);

/// All files but the workspace's manifest and lock file.
pub(crate) fn files(routes: usize) -> Vec<File> {
    let fixed = [
        ("app/Cargo.toml", APP_MANIFEST),
        ("app/build.rs", "fn main() {\n    sync_codegen::build();\n}\n"),
        ("app/src/lib.rs", include_str!("app/lib.rs")),
        ("app/src/app.rs", include_str!("app/app.rs")),
        ("server/Cargo.toml", SERVER_MANIFEST),
        ("server/build.rs", "fn main() {\n    sync_codegen::export(app::export_types);\n}\n"),
        ("server/src/main.rs", "fn main() -> std::process::ExitCode {\n    app::serve()\n}\n"),
    ];
    let fixed = fixed.map(|(path, text)| (PathBuf::from(path), text.to_owned()));
    fixed.into_iter().chain((0..routes).flat_map(route)).collect()
}

/// The handler that is saved again and again; `field` names a field of its output, `number` stands in its body.
pub(crate) fn changed(field: &str, number: usize) -> File {
    let (path, text) = server(0);
    (path, text.replace("new_value", field).replace("+ 1", &format!("+ {number}")))
}

fn route(number: usize) -> Vec<File> {
    let client = include_str!("app/client_v1.rs").replace("ROUTE", &number.to_string());
    let mut files = vec![server(number), (folder(number).join(format!("_sync/route{number}_client_v1.rs")), client)];
    if number.is_multiple_of(10) {
        let room = include_str!("app/_room.rs").replace("PAGE", &(number / 10).to_string());
        files.push((folder(number).join("_room.rs"), room));
    }
    files
}

fn server(number: usize) -> File {
    let text = include_str!("app/server_v1.rs").replace("ROUTE", &number.to_string());
    (folder(number).join(format!("_sync/route{number}_server_v1.rs")), text)
}

/// Ten routes for each page.
fn folder(number: usize) -> PathBuf {
    Path::new("app/src").join(format!("page{}", number / 10))
}

/// The manifest of a workspace that takes us from the folder `us` and has our profiles.
pub(crate) fn workspace(us: &Path) -> String {
    let ours = include_str!("../../Cargo.toml");
    let profiles = ours.find("[profile.").map_or("", |start| &ours[start..]);
    let us = us.display();
    format!(
        r#"[workspace]
resolver = "3"
members = ["app", "server"]

[workspace.dependencies]
sync = {{ package = "sync-runtime", path = "{us}/sync-runtime" }}
sync-codegen = {{ path = "{us}/sync-codegen" }}

{profiles}"#
    )
}

const APP_MANIFEST: &str = r#"[package]
name = "saved-app"
edition = "2024"

[lib]
name = "app"

[package.metadata.sync]
types = "../apiTypes.generated.ts"

[dependencies]
sync.workspace = true

[build-dependencies]
sync-codegen.workspace = true
"#;

const SERVER_MANIFEST: &str = r#"[package]
name = "saved-server"
edition = "2024"

[dependencies]
app = { package = "saved-app", path = "../app" }

[build-dependencies]
app = { package = "saved-app", path = "../app" }
sync-codegen.workspace = true
"#;
