//! The app that a command is about: its folders, as cargo knows them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sync_codegen::types_path;

use crate::cargo;
use crate::failure::Failure;

/// An app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    /// The package with the handlers.
    pub(crate) package: String,
    /// The name of its library, as code has it.
    pub(crate) library: String,
    /// The folder of its `Cargo.toml`.
    pub(crate) app_dir: PathBuf,
    /// Where the TypeScript goes.
    pub(crate) types: PathBuf,
    /// The package with the server.
    pub(crate) server: Option<ServerPackage>,
    /// The folder of the workspace.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// The folders of the packages of the workspace that the server is built of.
    pub(crate) built_of: Vec<PathBuf>,
}

/// The package that the server is a binary of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerPackage {
    pub(crate) name: String,
    /// The name of the binary.
    pub(crate) binary: String,
}

/// What `cargo metadata` prints, as far as it matters.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
    metadata: Option<SyncTable>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
    default_run: Option<String>,
    metadata: Option<SyncTable>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    path: Option<PathBuf>,
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// `[package.metadata]` or `[workspace.metadata]`.
#[derive(Debug, Deserialize)]
struct SyncTable {
    sync: Option<serde_json::Value>,
}

impl Project {
    /// Finds the app that the folder `from` belongs to: the package `chosen`, or else the one around `from`, the one that the workspace names, or
    /// the only one that there is.
    pub(crate) fn find(from: &Path, chosen: Option<&str>) -> Result<Self, Failure> {
        let metadata = metadata(from)?;
        let apps: Vec<_> = metadata.packages.iter().filter(|package| is_app(package)).collect();
        let app = choose(&apps, &metadata, from, chosen)?;
        let app_dir = folder(&app.manifest_path);
        let manifest =
            std::fs::read_to_string(&app.manifest_path).map_err(Failure::file("read", &app.manifest_path))?;
        let types = types_path(&manifest).map_err(|what| {
            let help = "write `types = \"web/src/_sockets/apiTypes.generated.ts\"` there";
            Failure::with_help(format!("{}: {what}", app.manifest_path.display()), help)
        })?;
        Ok(Self {
            package: app.name.clone(),
            library: library(app),
            types: app_dir.join(types),
            built_of: built_of(&metadata.packages, &app_dir),
            server: metadata.packages.iter().find_map(|package| server(package, &app_dir)),
            app_dir,
            root: metadata.workspace_root,
            target: metadata.target_directory,
        })
    }

    /// Whether the manifests say something else of the app by now.
    pub(crate) fn is_another_now(&self) -> bool {
        Self::find(&self.app_dir, Some(&self.package)).is_ok_and(|now| now != *self)
    }

    /// Returns `path` as it is said to a user: relative to the app if it is in it, with forward slashes.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.app_dir).or_else(|_| path.strip_prefix(&self.root)).unwrap_or(path);
        inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// Returns the server, which every command needs that compiles.
    pub(crate) fn server(&self) -> Result<&ServerPackage, Failure> {
        self.server.as_ref().ok_or_else(|| {
            let what = format!("no package of this workspace is the server of `{}`", self.package);
            let help = format!(
                "add one with a binary, and `{}` both in [dependencies] and in [build-dependencies]; `cargo sync init` writes such",
                self.package
            );
            Failure::with_help(what, help)
        })
    }

    /// Returns the folders in which every file, however deep, is one that the server may be built of.
    pub(crate) fn watched(&self) -> Vec<PathBuf> {
        let sources = self.built_of.iter().map(|folder| folder.join("src"));
        sources.chain([self.app_dir.join("locales")]).filter(|folder| folder.is_dir()).collect()
    }

    /// Returns the folders in which manifests, build scripts and the configuration are.
    pub(crate) fn folders(&self) -> BTreeSet<PathBuf> {
        self.built_of.iter().cloned().chain([self.root.clone()]).collect()
    }

    /// Returns the folder of the page: the nearest one above the types with a `package.json`, in the app or in its workspace.
    pub(crate) fn web(&self) -> Option<PathBuf> {
        let above = self.types.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
        above.into_iter().find(|folder| folder.join("package.json").is_file()).map(Path::to_owned)
    }
}

fn metadata(from: &Path) -> Result<Metadata, Failure> {
    let arguments = ["metadata", "--no-deps", "--format-version", "1"];
    let cargo = cargo::command().args(arguments).current_dir(from).output();
    let output = cargo.map_err(Failure::program("cargo", "install Rust, or go to a folder that is there"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let what = said.trim().trim_start_matches("error: ").to_owned();
        return Err(Failure::with_help(what, "go to the folder of an app, or make one with `cargo sync init my-app`"));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Failure::new(format!("cannot read what `cargo metadata` says: {error}")))
}

fn is_app(package: &Package) -> bool {
    package.metadata.as_ref().and_then(|metadata| metadata.sync.as_ref()).is_some()
}

fn choose<'m>(
    apps: &[&'m Package],
    metadata: &Metadata,
    from: &Path,
    chosen: Option<&str>,
) -> Result<&'m Package, Failure> {
    let names = || apps.iter().map(|app| format!("`{}`", app.name)).collect::<Vec<_>>().join(", ");
    let named = |name: &str| apps.iter().find(|app| app.name == name).copied();
    if let Some(name) = chosen {
        return named(name).ok_or_else(|| {
            let what = format!("no package `{name}` with `[package.metadata.sync]`");
            Failure::with_help(
                what,
                format!("this workspace has {}", if apps.is_empty() { "none".into() } else { names() }),
            )
        });
    }
    let from = from.canonicalize().unwrap_or_else(|_| from.to_owned());
    let around = |app: &&&Package| from.starts_with(folder(&app.manifest_path));
    let innermost = apps.iter().filter(around).max_by_key(|app| app.manifest_path.as_os_str().len());
    let by_workspace = || {
        let name = metadata.metadata.as_ref()?.sync.as_ref()?.get("app")?.as_str()?;
        named(name)
    };
    match (innermost.copied().or_else(by_workspace), apps) {
        (Some(app), _) => Ok(app),
        (None, &[app]) => Ok(app),
        (None, []) => {
            let help = "add `[package.metadata.sync]` with `types = \"…\"` to the Cargo.toml of the package with the handlers, or make an \
                        app with `cargo sync init my-app`";
            Err(Failure::with_help("there is no app in this workspace", help))
        }
        (None, _) => {
            let help = format!("choose one with `--package`: {}", names());
            Err(Failure::with_help("this workspace has several apps", help))
        }
    }
}

fn library(app: &Package) -> String {
    let library = app.targets.iter().find(|target| target.kind.iter().any(|kind| kind == "lib"));
    library.map_or(&app.name, |library| &library.name).replace('-', "_")
}

/// The package that has the app in `app_dir` as a dependency and as a build-dependency.
fn server(package: &Package, app_dir: &Path) -> Option<ServerPackage> {
    let is_on_app = |kind: Option<&str>| {
        let of_kind = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() == kind);
        of_kind.filter_map(|dependency| dependency.path.as_ref()).any(|path| path == app_dir)
    };
    let mut binaries = package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "bin"));
    let is_default = |target: &&Target| package.default_run.as_ref().is_none_or(|name| *name == target.name);
    let binary = binaries.find(is_default)?;
    (is_on_app(None) && is_on_app(Some("build")))
        .then(|| ServerPackage { name: package.name.clone(), binary: binary.name.clone() })
}

/// The folders of the package of the app, of its server, and of all packages beside them that they depend on.
fn built_of(packages: &[Package], app_dir: &Path) -> Vec<PathBuf> {
    let server = packages.iter().find(|package| server(package, app_dir).is_some());
    let mut waiting = vec![app_dir.to_owned()];
    waiting.extend(server.map(|server| folder(&server.manifest_path)));
    let mut found = BTreeSet::new();
    while let Some(next) = waiting.pop() {
        if found.insert(next.clone())
            && let Some(package) = packages.iter().find(|package| folder(&package.manifest_path) == next)
        {
            let needed = package.dependencies.iter().filter(|needed| needed.kind.as_deref() != Some("dev"));
            waiting.extend(needed.filter_map(|needed| needed.path.clone()));
        }
    }
    // What lies outside of the workspace is not what is being worked on here.
    let is_member = |path: &PathBuf| packages.iter().any(|package| folder(&package.manifest_path) == *path);
    found.into_iter().filter(is_member).collect()
}

fn folder(manifest: &Path) -> PathBuf {
    manifest.parent().unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
impl Project {
    /// An app in a folder of a test, of which cargo knows nothing.
    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            package: "app".to_owned(),
            library: "app".to_owned(),
            app_dir: folder.to_owned(),
            types: folder.join("web/types.ts"),
            server: None,
            root: folder.to_owned(),
            target: folder.join("target"),
            built_of: Vec::new(),
        }
    }
}
