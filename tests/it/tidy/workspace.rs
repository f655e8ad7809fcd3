//! The workspace as cargo sees it, and the comments beside its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::rules::{Built, Dependencies, Kind, Room};
use super::source::{self, Group};

/// The crates that every program has.
const STANDARD: [&str; 3] = ["std", "core", "alloc"];

/// All packages of the workspace, read.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    pub packages: BTreeMap<String, Package>,
}

/// One package, with its targets read.
#[derive(Debug)]
pub struct Package {
    pub dependencies: Dependencies,
    /// The packages of this workspace that it is built with.
    pub depends_on: BTreeSet<String>,
    pub built: Vec<Built>,
    pub groups: Vec<Group>,
}

impl Workspace {
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the workspace").to_owned();
        let metadata = metadata(&root);
        let members: Vec<&Value> = metadata["packages"].as_array().expect("packages").iter().collect();
        let names: BTreeSet<String> = members.iter().map(|package| text(&package["name"])).collect();
        let packages = members.iter().map(|package| (text(&package["name"]), Package::read(&root, package, &names)));
        Self { packages: packages.collect(), root }
    }

    /// Returns the library of a package.
    pub fn library(&self, package: &str) -> &source::Target {
        let built = self.package(package).built.iter().find(|built| built.kind == Kind::Shipped);
        &built.expect("a library").target
    }

    pub fn package(&self, package: &str) -> &Package {
        self.packages.get(package).unwrap_or_else(|| panic!("no package `{package}`"))
    }

    /// Returns the dependencies that the workspace declares for its packages.
    pub fn declared(&self) -> BTreeSet<String> {
        declarations(&self.manifest())
            .filter_map(|line| Some(line.split_whitespace().next()?.replace('-', "_")))
            .collect()
    }

    fn manifest(&self) -> String {
        std::fs::read_to_string(self.root.join("Cargo.toml")).expect("the manifest of the workspace")
    }

    /// Returns the rooms that the comments in `Cargo.toml` give to dependencies.
    pub fn rooms(&self) -> Vec<Room> {
        rooms(&self.manifest())
    }
}

impl Package {
    fn read(root: &Path, package: &Value, members: &BTreeSet<String>) -> Self {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let manifest = manifest.strip_prefix(root).unwrap_or(&manifest).to_string_lossy().into_owned();
        let mut dependencies = Dependencies { package: manifest, ..Dependencies::default() };
        let mut depends_on = BTreeSet::new();
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let known_as =
                dependency["rename"].as_str().unwrap_or_else(|| dependency["name"].as_str().expect("a name"));
            let names = match dependency["kind"].as_str() {
                None => &mut dependencies.normal,
                Some("dev") => &mut dependencies.dev,
                Some(_) => &mut dependencies.build,
            };
            names.insert(known_as.replace('-', "_"));
            // Examples of a lower package may name a higher one.
            if dependency["kind"] != "dev" {
                depends_on.extend(Some(text(&dependency["name"])).filter(|name| members.contains(name)));
            }
        }
        let mut read = Self { dependencies, depends_on, built: Vec::new(), groups: Vec::new() };
        for target in package["targets"].as_array().expect("targets") {
            read.add_target(root, target);
        }
        read
    }

    fn add_target(&mut self, root: &Path, target: &Value) {
        let kind = match target["kind"][0].as_str().expect("a kind") {
            "custom-build" => Kind::Build,
            "test" | "bench" | "example" => Kind::Tried,
            _ => Kind::Shipped,
        };
        let path = PathBuf::from(text(&target["src_path"]));
        let path = path.strip_prefix(root).expect("a target in the workspace");
        let on_disk = |file: &Path| std::fs::read_to_string(root.join(file)).ok();
        let (target, groups) = source::read(path, &on_disk);
        self.built.push(Built { kind, target });
        self.groups.extend(groups);
    }

    /// Returns its dependencies of all kinds.
    pub fn names(&self) -> BTreeSet<String> {
        let Dependencies { normal, dev, build, .. } = &self.dependencies;
        [normal, dev, build].into_iter().flatten().cloned().collect()
    }

    /// Returns the crates that its code can name.
    pub fn crates(&self) -> BTreeSet<String> {
        self.names().into_iter().chain(STANDARD.map(str::to_owned)).collect()
    }
}

/// Reads `# …; named only in <path>, <path> and <path>` beside the dependencies of a manifest.
pub fn rooms(manifest: &str) -> Vec<Room> {
    let rooms = declarations(manifest).filter_map(|line| {
        let (declared, comment) = line.split_once(" # ").or_else(|| line.split_once("\t# "))?;
        let name = declared.split_whitespace().next()?.replace('-', "_");
        let (_, rooms) = comment.split_once("named only in ")?;
        let rooms = rooms.split(';').next().unwrap_or_default().replace(" and ", ", ");
        let only_in = rooms.split(", ").map(|room| room.trim().trim_end_matches('/').to_owned()).collect();
        Some(Room { name, of: String::new(), only_in })
    });
    rooms.collect()
}

/// Returns the lines that declare a dependency of the workspace.
fn declarations(manifest: &str) -> impl Iterator<Item = &str> {
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    section.lines().filter(|line| line.contains('=') && !line.starts_with('#'))
}

fn metadata(root: &Path) -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"];
    let said = Command::new(cargo).args(arguments).current_dir(root).output().expect("cargo runs");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
