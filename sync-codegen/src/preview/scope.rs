//! What names stand for in the files of an app.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use crate::listing::Listing;
use crate::scan::Tree;
use quote::ToTokens;
use syn::{DeriveInput, Item, Type, UseTree};
use sync_expand::wire::Kind;
use sync_syntax::handler_file::{HandlerFile, Syntax};

use super::{Declared, wire_type};

/// The files of an app that can be read.
#[derive(Debug, Default)]
pub(super) struct Sources<'t> {
    /// By path, relative to the app.
    files: BTreeMap<String, File<'t>>,
    declared: Declared,
    /// The module in which a type is declared, by its key.
    homes: BTreeMap<String, String>,
}

#[derive(Debug)]
struct File<'t> {
    scope: Scope,
    syntax: Cow<'t, Syntax>,
}

/// What one file calls things.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The path of its module: `app::routes::chess::move_v1::server`.
    module: String,
    /// What it imports, by the name that it gives them: absolute paths.
    imports: BTreeMap<String, String>,
    /// The modules of which it imports everything.
    globs: Vec<String>,
    /// The types that it declares as another name of something.
    aliases: BTreeMap<String, Type>,
    /// The types that it declares.
    types: Vec<String>,
}

/// What a path leads to.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// A wire type, by its key.
    Wire(String),
    /// Another name of this.
    Alias(Box<Type>),
    /// Something outside of the app, by its full path: `std::collections::HashMap`.
    Outside(String),
}

impl<'t> Sources<'t> {
    /// Takes every file of an app; what has a syntax error is as if it were not there.
    pub(super) fn of(app_dir: &Path, library: &str, listing: &Listing, tree: &'t Tree) -> Self {
        let mut sources = Self::default();
        let routes = routes_module(app_dir);
        for file in tree.source_files() {
            let module = match listing.modules.get(&file.path) {
                Some(module) => format!("{library}::{routes}::{module}"),
                None => module_of(&file.path, library),
            };
            let syntax = match &file.content.syntax {
                Some(syntax) => Cow::Borrowed(syntax),
                // One that holds no handler was not parsed.
                None => match HandlerFile::read(&app_dir.join(&file.path)).syntax {
                    Some(syntax) => Cow::Owned(syntax),
                    None => continue,
                },
            };
            sources.add(&file.path, module, syntax);
        }
        sources
    }

    fn add(&mut self, shown: &str, module: String, syntax: Cow<'t, Syntax>) {
        let scope = Scope::of(&syntax.file, module);
        for item in &syntax.file.items {
            if let Some((declared, kind)) = wire_type(item, &syntax.imports) {
                let key = format!("{}::{}", scope.module, declared.ident);
                let is_new = !self.declared.contains_key(&key);
                self.homes.insert(key.clone(), shown.to_owned());
                self.declared.insert(key, is_new.then_some((declared, kind)));
            }
        }
        self.files.insert(shown.to_owned(), File { scope, syntax });
    }

    /// Returns every wire type: its key, the file that declares it, what it is, and by which attribute.
    pub(super) fn wire_types(&self) -> impl Iterator<Item = (String, &Scope, &DeriveInput, Kind)> {
        self.declared.iter().filter_map(|(key, declared)| {
            let (declared, kind) = declared.as_ref()?;
            Some((key.clone(), &self.files.get(self.homes.get(key)?)?.scope, declared, *kind))
        })
    }

    /// Returns whether there is a wire type of this path that has no parameters: one that has is another type for each use.
    pub(super) fn declares(&self, key: &str) -> bool {
        let is_plain = |(declared, _): &(DeriveInput, Kind)| declared.generics.params.is_empty();
        self.declared.get(key).is_some_and(|declared| declared.as_ref().is_none_or(is_plain))
    }

    /// Returns every file, and what it calls things.
    pub(super) fn all(&self) -> impl Iterator<Item = (&syn::File, &Scope)> {
        self.files.values().map(|file| (&file.syntax.file, &file.scope))
    }

    /// Returns a file, and what it calls things.
    pub(super) fn file(&self, path: &str) -> Option<(&syn::File, &Scope)> {
        self.files.get(path).map(|file| (&file.syntax.file, &file.scope))
    }
}

impl Scope {
    fn of(file: &syn::File, module: String) -> Self {
        let mut scope = Self { module, ..Self::default() };
        for item in &file.items {
            match item {
                Item::Use(item) => scope.import(&item.tree, ""),
                Item::Type(item) if item.generics.params.is_empty() => {
                    scope.aliases.insert(item.ident.to_string(), (*item.ty).clone());
                }
                Item::Struct(item) => scope.types.push(item.ident.to_string()),
                Item::Enum(item) => scope.types.push(item.ident.to_string()),
                _ => {}
            }
        }
        scope
    }

    /// Returns the path of the module.
    pub(super) fn module(&self) -> &str {
        &self.module
    }

    fn import(&mut self, tree: &UseTree, before: &str) {
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &format!("{before}{}::", path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before)),
            UseTree::Name(name) if name.ident == "self" => {
                let path = before.trim_end_matches("::");
                let last = path.rsplit("::").next().unwrap_or(path).to_owned();
                self.imports.insert(last, self.absolute(path));
            }
            UseTree::Name(name) => {
                let path = self.absolute(&format!("{before}{}", name.ident));
                self.imports.insert(name.ident.to_string(), path);
            }
            UseTree::Rename(name) => {
                let path = self.absolute(&format!("{before}{}", name.ident));
                self.imports.insert(name.rename.to_string(), path);
            }
            UseTree::Glob(_) => self.globs.push(self.absolute(before.trim_end_matches("::"))),
        }
    }

    /// `crate`, `self` and `super` as what they stand for here.
    fn absolute(&self, path: &str) -> String {
        let mut module: Vec<&str> = self.module.split("::").collect();
        let mut segments = path.split("::").peekable();
        let mut is_relative = false;
        while let Some(first) = segments.peek() {
            match *first {
                "crate" => module.truncate(1),
                "self" => {}
                "super" => drop(module.pop()),
                _ => break,
            }
            is_relative = true;
            segments.next();
        }
        let rest: Vec<&str> = segments.collect();
        if is_relative { [module, rest].concat().join("::") } else { rest.join("::") }
    }

    /// Returns what `path` leads to; `is_type` says whether there is a wire type of a path.
    pub(super) fn resolve(&self, path: &syn::Path, is_type: &dyn Fn(&str) -> bool) -> Option<Found> {
        let written = path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>();
        let (first, rest) = written.split_first()?;
        if rest.is_empty() {
            if let Some(alias) = self.aliases.get(first) {
                return Some(Found::Alias(Box::new(alias.clone())));
            }
            let own = format!("{}::{first}", self.module);
            if is_type(&own) {
                return Some(Found::Wire(own));
            }
            if self.types.contains(first) {
                return None;
            }
        }
        let imported = self
            .imports
            .get(first)
            .map(|path| std::iter::once(path).chain(rest).map(String::as_str).collect::<Vec<_>>().join("::"));
        let full = imported.clone().unwrap_or_else(|| self.absolute(&written.join("::")));
        // A path that begins with a module beside this file's items.
        let inside = format!("{}::{}", self.module, written.join("::"));
        let by_globs = self.globs.iter().map(|module| format!("{module}::{}", written.join("::")));
        let candidates = std::iter::once(full.clone()).chain([inside]).chain(by_globs);
        let mut candidates = candidates.map(|path| of_older_version(&path).unwrap_or(path));
        if let Some(key) = candidates.find(|key| is_type(key)) {
            return Some(Found::Wire(key));
        }
        let crate_name = self.module.split("::").next().unwrap_or_default();
        let is_ours = full.split("::").next() == Some(crate_name);
        (!is_ours).then_some(Found::Outside(full))
    }
}

/// `move_v2::v1` is `move_v1`: a version of a route calls the older ones so. `None` for a path without that.
fn of_older_version(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.split("::").collect();
    let is_version = |text: &str| text.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
    let place = segments.windows(2).position(|pair| {
        pair[0].rsplit_once('_').is_some_and(|(_, version)| is_version(version)) && is_version(pair[1])
    })?;
    let (name, _) = segments[place].rsplit_once('_')?;
    let older = format!("{name}_{}", segments[place + 1]);
    let around = [&segments[..place], &[older.as_str()], &segments[place + 2..]];
    Some(around.concat().join("::"))
}

/// `src/shop/cart.rs` is `app::shop::cart`.
fn module_of(path: &str, library: &str) -> String {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let segments = inside.split('/').filter(|segment| !matches!(*segment, "mod" | "lib"));
    std::iter::once(library).chain(segments).collect::<Vec<_>>().join("::")
}

/// The name under which `src/lib.rs` mounts the routes.
fn routes_module(app_dir: &Path) -> String {
    let text = std::fs::read_to_string(app_dir.join("src/lib.rs")).unwrap_or_default();
    let items = syn::parse_file(&text).map(|file| file.items).unwrap_or_default();
    let is_mounted = |item: &Item| match item {
        Item::Mod(module) => {
            let mounts = module
                .attrs
                .iter()
                .any(|attribute| attribute.to_token_stream().to_string().contains("sync.generated.rs"));
            mounts.then(|| module.ident.to_string())
        }
        _ => None,
    };
    items.iter().find_map(is_mounted).unwrap_or_else(|| "routes".to_owned())
}
