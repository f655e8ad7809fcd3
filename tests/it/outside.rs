//! Apps outside of this repository, built by cargo as their authors would.
//!
//! They use the target folder of this test, so that the packages from the registry are there already. Their packages have
//! names and places of their own, or cargo would take them for the template.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The member of this workspace that asks for all that any member asks for, for build scripts, too: what both need is compiled once.
pub(crate) const ALL_FEATURES: &str = "all-features";
/// What only measures is not built for tests.
const MEASURES: &str = "sync-benches";
/// What macros from the registry ask for, which are for build scripts alone: our own would have it there and not in programs.
const OF_MACROS: (&str, &str) = ("syn", "fold");
/// What types of ts-rs need of the runtime.
const TS_RS: &str = "ts-rs";

/// What an app has to say of itself, at least: `src/app.rs`.
pub(crate) const APP: &str = r#"
use sync::wire;

#[sync::session]
pub struct Session {}

#[wire]
pub struct Person {}

pub struct App;

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = sync::Empty;
    fn guest() -> Session { Session {} }
    fn user_id(_: &Session) -> Option<&str> { None }
    fn public(_: &Session) -> Person { Person {} }
    fn locale(_: &Session) -> Option<&str> { None }
}

pub fn server() -> sync::Server<App> {
    sync::Server::new(async |_| Ok(App))
}
"#;

/// How it is put together: `src/lib.rs`.
pub(crate) const LIB: &str =
    "mod app;\n#[path = \"sync.generated.rs\"]\npub mod routes;\nsync::app!(routes, app::App);\n";

/// A workspace in a folder of its own.
pub(crate) struct Outside {
    folder: tempfile::TempDir,
}

impl Outside {
    /// Makes a workspace with the dependencies and profiles of this one and the packages in `members`.
    pub(crate) fn new(members: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = repository();
        let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("the workspace");
        let paths = manifest.replace("path = \"", &format!("path = \"{}/", root.display()));
        let lines = paths.lines().map(|line| match line.split(' ').next() {
            Some("members") => format!("members = {members:?}"),
            Some("app" | "app-server") => String::new(),
            _ => line.to_owned(),
        });
        let manifest = lines.collect::<Vec<_>>().join("\n");
        std::fs::write(folder.path().join("Cargo.toml"), manifest).expect("a manifest");
        std::fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a lock file");
        Self { folder }
    }

    /// Makes a workspace like [`Outside::new`] whose packages, the runtime among them, have the features that they have in this one's tests:
    /// what cargo has checked for one is not checked again for the other.
    pub(crate) fn with_our_features(members: &[&str]) -> Self {
        Self::with_features(members, None)
    }

    /// As [`with_our_features`](Outside::with_our_features), without what is only there for types of ts-rs.
    pub(crate) fn without_ts_rs(members: &[&str]) -> Self {
        Self::with_features(members, Some(TS_RS))
    }

    /// As [`with_our_features`](Outside::with_our_features), for build scripts, too: what they need of ours is compiled once for both.
    pub(crate) fn for_both(members: &[&str]) -> Self {
        let outside = Self::with_our_features(members);
        outside.write_features(&features_of(members[0]), None, true);
        outside
    }

    fn with_features(members: &[&str], but: Option<&str>) -> Self {
        let features = features_of(members[0]);
        let outside = Self::new(&[members, &[&*features]].concat());
        outside.write_features(&features, but, false);
        outside
    }

    /// Takes the workspace of the app called `name` that somebody else has written into a folder; its packages from the registry get the
    /// features that they have in this one's tests.
    pub(crate) fn made(folder: tempfile::TempDir, name: &str) -> Self {
        let (outside, features) = (Self { folder }, features_of(name));
        let manifest = std::fs::read_to_string(outside.path("Cargo.toml")).expect("a manifest");
        let members = "members = [\"server\"";
        assert!(manifest.contains(members), "{manifest}");
        outside.write("Cargo.toml", &manifest.replacen(members, &format!("members = [\"server\", {features:?}"), 1));
        outside.write_features(&features, None, true);
        outside
    }

    /// Has every cargo that is run in it, by whomever, use the target folder of this test.
    pub(crate) fn builds_here(self) -> Self {
        let config = format!("[build]\ntarget-dir = {:?}\n\n[net]\noffline = true\n", target());
        self.write(".cargo/config.toml", &config);
        self
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    pub(crate) fn write(&self, inside: &str, text: &str) {
        let path = self.path(inside);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Writes the member that asks for what this workspace's tests ask for, of the runtime without the feature `but`: in programs and in build
    /// scripts, of which not all have the runtime.
    fn write_features(&self, name: &str, but: Option<&str>, is_runtime_for_both: bool) {
        let asked = Asked::by_this_workspace();
        let sync = asked.of_runtime(&repository().join("sync-runtime"), but);
        let package = format!("[package]\nname = {name:?}\nedition = \"2024\"\n");
        self.write(&format!("{name}/Cargo.toml"), &asked.manifest(&package, &sync, is_runtime_for_both));
        self.write(&format!("{name}/build.rs"), "fn main() {}\n");
        self.write(&format!("{name}/src/lib.rs"), "//! Nothing.\n");
    }

    /// Runs cargo, and returns what it printed: standard output, and the rest.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> (String, String) {
        // What stands behind `--` is not for cargo.
        let (for_cargo, rest) =
            arguments.split_at(arguments.iter().position(|word| *word == "--").unwrap_or(arguments.len()));
        self.cargo_alone(&[for_cargo, &["--offline"], rest].concat())
    }

    /// As [`cargo`](Outside::cargo), with something in its environment.
    pub(crate) fn cargo_with(&self, arguments: &[&str], variable: (&str, &str)) -> (String, String) {
        self.run(&[arguments, &["--offline"]].concat(), Some(variable))
    }

    /// As [`cargo`](Outside::cargo), for what takes no `--offline`.
    pub(crate) fn cargo_alone(&self, arguments: &[&str]) -> (String, String) {
        self.run(arguments, None)
    }

    fn run(&self, arguments: &[&str], variable: Option<(&str, &str)>) -> (String, String) {
        let cargo = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", target())
            .env_remove("SYNC_CHECK")
            .envs(variable)
            .output()
            .expect("cargo runs");
        (String::from_utf8_lossy(&cargo.stdout).into_owned(), String::from_utf8_lossy(&cargo.stderr).into_owned())
    }
}

/// The name of the member with the features of the outside with the package `name`: cargo tells those of two outsides apart by it.
pub(crate) fn features_of(name: &str) -> String {
    format!("features-of-{name}")
}

/// What the members of this workspace ask for.
pub(crate) struct Asked {
    /// The name and the version of every dependency that is from the registry, and whether with its default features, and with which others.
    registry: BTreeMap<(String, String), (bool, BTreeSet<String>)>,
    /// The features of the runtime.
    of_runtime: BTreeSet<String>,
}

impl Asked {
    pub(crate) fn by_this_workspace() -> Self {
        let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
        let cargo = Command::new(env!("CARGO")).args(arguments).current_dir(repository()).output().expect("cargo runs");
        let metadata: Value = serde_json::from_slice(&cargo.stdout).expect("metadata");
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut members = list(&metadata["packages"]);
        members.retain(|member| member["name"] != ALL_FEATURES && member["name"] != MEASURES);
        let mut asked = Self { registry: BTreeMap::new(), of_runtime: BTreeSet::new() };
        members.iter().flat_map(|member| list(&member["dependencies"])).for_each(|dependency| asked.add(&dependency));
        let (name, feature) = OF_MACROS;
        for (_, (_, features)) in asked.registry.iter_mut().filter(|((of, _), _)| of == name) {
            features.insert(feature.to_owned());
        }
        asked
    }

    /// Adds what a member asks for.
    fn add(&mut self, dependency: &Value) {
        let text = |key: &str| dependency[key].as_str().unwrap_or_default().to_owned();
        let features = dependency["features"].as_array().into_iter().flatten();
        let features = features.filter_map(Value::as_str).map(str::to_owned);
        if !dependency["source"].is_null() {
            let (default, others) = self.registry.entry((text("name"), text("req"))).or_default();
            *default |= dependency["uses_default_features"] == true;
            others.extend(features);
        } else if dependency["name"] == "sync-runtime" {
            self.of_runtime.extend(features);
        }
    }

    /// The line that asks for the runtime, without one of its features.
    pub(crate) fn of_runtime(&self, path: &Path, but: Option<&str>) -> String {
        let features = self.of_runtime.iter().filter(|feature| Some(&***feature) != but).collect::<Vec<_>>();
        format!("sync = {{ package = \"sync-runtime\", path = {path:?}, features = {features:?} }}\n")
    }

    /// The manifest of a member that asks for all of it, for programs and for build scripts.
    pub(crate) fn manifest(&self, package: &str, sync: &str, is_runtime_for_both: bool) -> String {
        let lines = self.registry.iter().map(|((name, version), (default, features))| {
            let features = Vec::from_iter(features);
            format!("{name} = {{ version = {version:?}, default-features = {default}, features = {features:?} }}\n")
        });
        let all = lines.collect::<String>();
        let for_scripts = if is_runtime_for_both { sync } else { "" };
        format!("{package}\n[dependencies]\n{sync}{all}\n[build-dependencies]\n{for_scripts}{all}")
    }
}

/// Copies `from` without what is installed or built.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name();
        if [OsStr::new("node_modules"), OsStr::new("data"), OsStr::new("target")].contains(&name.as_os_str()) {
            continue;
        }
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to.join(name));
        } else {
            std::fs::copy(entry.path(), to.join(name)).expect("a copy");
        }
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// `target`, seen from `target/debug/deps/it-…`.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("this program");
    program.ancestors().nth(3).expect("the target folder").to_owned()
}
