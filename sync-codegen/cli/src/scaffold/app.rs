//! A new app: the template, or the least that is one, with manifests that stand by themselves.
//!
//! The template lives in the clone that this program was made from, and depends on its packages by path; so does the new app, until the
//! packages are published. What a member of that workspace takes from the workspace, a new app says itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// What is written: paths relative to the new app, and texts.
pub(crate) type Files = Vec<(PathBuf, Vec<u8>)>;

/// Of the template, what an app with other pages has, too.
const COMMON: [&str; 9] = [
    "Cargo.toml",
    "build.rs",
    "server/Cargo.toml",
    "server/build.rs",
    "server/src/main.rs",
    "src/auth.rs",
    "src/lib.rs",
    "src/page.rs",
    "web/tsconfig.json",
];
const COMMON_OF_WEB: [&str; 3] = ["web/package.json", "web/vite.config.ts", "web/public/icon.svg"];
/// What is installed, built or kept, and never copied.
const NOT_COPIED: [&str; 4] = ["node_modules", "dist", "data", "target"];

const IGNORED: &str = "/target/\n/data/\nnode_modules/\ndist/\n";

/// Where the template and what goes with it are.
#[derive(Debug)]
pub(crate) struct Clone {
    root: PathBuf,
}

impl Clone {
    /// Returns the clone that this program was made from.
    pub(crate) fn of_this_program() -> Result<Self, Failure> {
        let made_in = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = made_in.ancestors().nth(2).unwrap_or(made_in);
        if root.join("app-template/Cargo.toml").is_file() {
            return Ok(Self { root: root.to_owned() });
        }
        let what = format!("the clone that this program was made from is not at {} any more", root.display());
        Err(Failure::with_help(what, "run `cargo install --path sync-codegen/cli` in the clone where it is now"))
    }

    /// Returns the files of a new app called `name`.
    pub(crate) fn app(&self, name: &str, bare: bool) -> Result<Files, Failure> {
        let template = self.root.join("app-template");
        let mut files = Files::new();
        if bare {
            for file in COMMON.iter().chain(&COMMON_OF_WEB) {
                files.push((file.into(), read(&template.join(file))?));
            }
            let own = self.root.join("sync-codegen/cli/templates/bare");
            collect(&own, Path::new(""), &mut files)?;
        } else {
            collect(&template, Path::new(""), &mut files)?;
        }
        let workspace = text(read(&self.root.join("Cargo.toml"))?);
        for (path, content) in &mut files {
            let rewritten = match path.to_str() {
                Some("Cargo.toml") => {
                    let manifest = app_manifest(&text(content.clone()), &workspace, &self.root, name);
                    if bare { without_exceptions(&manifest) } else { manifest }
                }
                Some("server/Cargo.toml") => server_manifest(&text(content.clone()), &workspace, &self.root, name),
                Some("web/package.json") => package_json(&text(content.clone()), &self.root, name),
                Some("src/auth.rs" | "src/page.rs") => text(content.clone()),
                _ => continue,
            };
            *content = rewritten.into_bytes();
        }
        files.push((".gitignore".into(), IGNORED.into()));
        files.push(("README.md".into(), readme(name).into()));
        // As what it begins with is formatted, and the versions that all of this was tested with.
        for file in ["rustfmt.toml", "Cargo.lock"] {
            files.push((file.into(), read(&self.root.join(file))?));
        }
        files.sort();
        Ok(files)
    }
}

/// The manifest of the app, which is the workspace, too.
fn app_manifest(member: &str, workspace: &str, root: &Path, name: &str) -> String {
    let profiles = workspace.find("[profile.").map_or("", |start| &workspace[start..]);
    let profiles = profiles.split_inclusive('\n').filter(|line| !line.starts_with("# "));
    let manifest = alone(member, workspace, root).replacen("name = \"app\"", &format!("name = \"{name}\""), 1);
    let manifest = manifest.replacen(
        "[package.metadata.sync]",
        "# The handlers are a library called `app`, whatever the package is called.\n[lib]\nname = \"app\"\n\n[package.metadata.sync]",
        1,
    );
    let same = "# The same as profile.dev, or `cargo build` compiles the app twice: for itself, and for its server's build script.\n";
    let profiles = profiles
        .collect::<String>()
        .replace("[profile.dev.build-override]", &format!("{same}[profile.dev.build-override]"));
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"server\"]\n# Plain `cargo build` builds both: the types are written by the script of the server.\ndefault-members = [\".\", \"server\"]\n\n{}\n\n{}",
        manifest.trim_end(),
        profiles
    )
}

/// What the generated tests let pass is about the pages of the template.
fn without_exceptions(manifest: &str) -> String {
    let is_one = |line: &&str| {
        line.starts_with("public = ")
            || line.starts_with("may_panic = ")
            || line.starts_with("# What generated tests let pass")
    };
    manifest.split_inclusive('\n').filter(|line| !is_one(line)).collect()
}

fn server_manifest(member: &str, workspace: &str, root: &Path, name: &str) -> String {
    let app = format!("app = {{ package = \"{name}\", path = \"..\" }}");
    let manifest = alone(&member.replace("app.workspace = true", &app), workspace, root);
    manifest.replacen("name = \"app-server\"", &format!("name = \"{name}-server\""), 1)
}

/// A member's manifest without its workspace: what it takes from there, it says itself.
fn alone(member: &str, workspace: &str, root: &Path) -> String {
    let declared = |key: &str| {
        let line = workspace.lines().find(|line| line.split([' ', '=']).next() == Some(key))?;
        let line = line.split(" # ").next()?.trim_end();
        Some(line.replace("path = \"", &format!("path = \"{}/", escaped(root))))
    };
    let mut lines = Vec::new();
    for line in member.lines() {
        let Some((key, rest)) = line.split_once(".workspace") else {
            match inherited_features(line, &declared) {
                Some(replaced) => lines.push(replaced),
                None => lines.push(line.to_owned()),
            }
            continue;
        };
        match key {
            // They are about the clone.
            "rust-version" | "license" => {}
            _ if rest.trim() == "= true" => lines.push(declared(key).unwrap_or_else(|| line.to_owned())),
            _ => lines.push(line.to_owned()),
        }
    }
    let text = lines.join("\n") + "\n";
    // The lints of the clone are the clone's.
    text.replace("[lints]\nworkspace = true\n", "")
}

/// `sync = { workspace = true, features = ["testing"] }`: what the workspace declares, with the features besides.
fn inherited_features(line: &str, declared: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let (key, rest) = line.split_once(" = { workspace = true")?;
    let declared = declared(key)?;
    Some(format!("{}{rest}", declared.strip_suffix(" }")?))
}

fn package_json(template: &str, root: &Path, name: &str) -> String {
    let client = format!("\"syncwright\": \"file:{}/client-ts\"", escaped(root));
    template
        .replace("\"name\": \"app-web\"", &format!("\"name\": \"{name}-web\""))
        .replace("\"syncwright\": \"0.1.0\"", &client)
}

/// A path as TOML and JSON write it between quotes.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace('\\', "/").replace('"', "\\\"")
}

fn readme(name: &str) -> String {
    format!(
        "# {name}\n\n\
         ```sh\n\
         cargo sync dev                 # builds, runs, and does so again whenever a file is saved\n\
         cargo sync new event chess/move  # src/chess/_sync/move_server_v1.rs, and the rule of the page's rooms\n\
         cargo test                     # yours, and a contract test for each thing that every route promises\n\
         cargo sync check               # for CI: mistakes, missing translations, stale generated files\n\
         ```\n\n\
         Handlers are in `src/<page>/_sync/` (events) and `src/<page>/_api/` (requests); what they share is in `src/app.rs`, how people sign in \
         in `src/auth.rs`, the page in `web/`, the sentences of errors in `locales/`.\n\n\
         For production: `npm run build` in `web/`, then `cargo build --release -p {name}-server`; the program has the page in it.\n"
    )
}

fn collect(folder: &Path, inside: &Path, files: &mut Files) -> Result<(), Failure> {
    let entries = fs::read_dir(folder.join(inside)).map_err(Failure::file("read", &folder.join(inside)))?;
    for entry in entries {
        let entry = entry.map_err(Failure::file("read", folder))?;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        // What is hidden belongs to somebody's editor or machine.
        if NOT_COPIED.contains(&&*shown) || shown.ends_with(".tsbuildinfo") || shown.starts_with('.') {
            continue;
        }
        let path = inside.join(&name);
        if entry.path().is_dir() {
            collect(folder, &path, files)?;
        } else {
            files.push((path.clone(), read(&folder.join(&path))?));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::file("read", path))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::expect;

    #[test]
    fn a_member_says_itself_what_it_took_from_the_workspace() {
        let workspace = "version = \"0.1.0\"\nedition = \"2024\"\n[workspace.dependencies]\nsync = { package = \"sync-runtime\", path = \"sync-runtime\" }\n\
                         tokio = { version = \"1.54\", features = [\"rt\"] } # runtime\nbytes = \"1\"   # frames\n";
        let member = "[package]\nname = \"app\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\n\
                      [dependencies]\nsync.workspace = true\ntokio.workspace = true\n\n[dev-dependencies]\nsync = { workspace = true, features = [\"testing\"] }\n\n\
                      [lints]\nworkspace = true\n";
        expect![[r#"
            [package]
            name = "app"
            version = "0.1.0"
            edition = "2024"
            publish.workspace = true

            [dependencies]
            sync = { package = "sync-runtime", path = "/clone/sync-runtime" }
            tokio = { version = "1.54", features = ["rt"] }

            [dev-dependencies]
            sync = { package = "sync-runtime", path = "/clone/sync-runtime", features = ["testing"] }

        "#]]
        .assert_eq(&super::alone(member, workspace, Path::new("/clone")));
    }
}
