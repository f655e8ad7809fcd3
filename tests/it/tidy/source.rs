//! A target as `syn` reads it: its modules, and every path that they name.
//!
//! Paths are found in `use` lines, types, expressions, patterns, attributes, visibilities and the tokens of macros. What `quote!` holds
//! is left out: it names things of the crate that it is written into.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemMod, UseTree, Visibility};

/// A path as its segments; the first is `crate` or the name of another crate, the last may be `*`.
pub type Name = Vec<String>;

/// Gives the text of a file, `None` where there is none: the disk, or a planted tree.
pub type Files<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// All modules of one target.
#[derive(Debug, Default)]
pub struct Target {
    pub modules: Vec<Module>,
}

/// One module, inline or a file.
#[derive(Debug, Default)]
pub struct Module {
    /// The names from the root of the crate down; the root has none.
    pub path: Name,
    pub file: PathBuf,
    /// What it names, in the order of the file.
    pub named: Vec<Named>,
    children: BTreeSet<String>,
    imports: HashMap<String, Name>,
    globs: Vec<Name>,
}

/// One path that a module names.
#[derive(Debug, Clone)]
pub struct Named {
    /// As it is written, but for `self` and `super`.
    pub name: Name,
    pub line: usize,
    /// Whether it stands in what `cfg(test)` alone compiles.
    pub is_test: bool,
    pub by: By,
}

/// How a path is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Use,
    PublicUse,
    Code,
    /// An example in the documentation.
    Example,
}

/// A `use` line that names more than one module of its own crate.
#[derive(Debug)]
pub struct Group {
    pub file: PathBuf,
    pub line: usize,
}

/// Reads a target from its root file; what is no Rust is the compiler's to tell.
pub fn read(root: &Path, files: Files<'_>) -> (Target, Vec<Group>) {
    let mut reader = Reader { files, target: Target::default(), groups: Vec::new(), at: Vec::new(), test: 0 };
    let folder = root.parent().unwrap_or(Path::new("")).to_owned();
    reader.file(Vec::new(), root, &folder);
    (reader.target, reader.groups)
}

impl Target {
    /// Returns what a name means in a module: its first segment as that module's own `use` lines and children say.
    ///
    /// `None` for what the module declares itself, and for what comes from nowhere that is known.
    pub fn meaning(&self, module: &Module, name: &[String], crates: &BTreeSet<String>) -> Option<Name> {
        self.meaning_within(module, name, crates, 8)
    }

    fn meaning_within(&self, module: &Module, name: &[String], crates: &BTreeSet<String>, more: u8) -> Option<Name> {
        let (first, rest) = name.split_first()?;
        if first == "crate" {
            return Some(name.to_vec());
        }
        if let Some(external) = first.strip_prefix("::") {
            return Some(join(&[external.to_owned()], rest));
        }
        if module.children.contains(first) {
            return Some(join(&local(&module.path), name));
        }
        // A crate may be imported under its own name: `use axum;`.
        if let Some(imported) = module.imports.get(first).filter(|imported| **imported != [first.clone()])
            && more > 0
        {
            return self.meaning_within(module, &join(imported, rest), crates, more - 1);
        }
        if crates.contains(first) {
            return Some(name.to_vec());
        }
        // `use super::*`: what is in sight above is in sight here.
        let above = module.globs.iter().filter_map(|glob| self.module(glob.strip_prefix(&["crate".to_owned()])?));
        above.filter(|_| more > 0).find_map(|above| self.meaning_within(above, name, crates, more - 1))
    }

    /// Follows re-exports to the module that declares what is named, and returns it as `crate::…`, or the name in another crate.
    pub fn origin(&self, name: &[String], crates: &BTreeSet<String>) -> Name {
        let mut name = name.to_vec();
        // Re-exports can go in a circle, and then the compiler has something to say.
        for _ in 0..16 {
            match self.one_step(&name, crates) {
                Some((further, _)) => name = further,
                None => break,
            }
        }
        name
    }

    /// Follows one re-export, and returns what it stands for and the module that it stands in.
    pub fn one_step(&self, name: &[String], crates: &BTreeSet<String>) -> Option<(Name, &Module)> {
        let inside = name.strip_prefix(&["crate".to_owned()])?;
        let deepest = (0..inside.len()).rev().find(|end| self.module(&inside[..*end]).is_some())?;
        let module = self.module(&inside[..deepest])?;
        let (next, rest) = inside[deepest..].split_first()?;
        if module.children.contains(next) {
            return None;
        }
        let further = match module.imports.get(next) {
            Some(imported) => join(imported, rest),
            None => {
                let mut globs = module.globs.iter();
                globs.find_map(|glob| self.declares(glob, next).then(|| join(&with(glob, next), rest)))?
            }
        };
        let further = self.meaning(module, &further, crates).filter(|further| further != name)?;
        Some((further, module))
    }

    /// Returns whether a glob brings a name in, as far as `use` lines and children say.
    fn declares(&self, glob: &[String], name: &str) -> bool {
        let inside = glob.strip_prefix(&["crate".to_owned()]);
        let module = inside.and_then(|inside| self.module(inside));
        module.is_some_and(|module| module.imports.contains_key(name) || module.children.contains(name))
    }

    /// Returns whether there is a module of this path below the root.
    pub fn has_module(&self, path: &[String]) -> bool {
        self.module(path).is_some()
    }

    fn module(&self, path: &[String]) -> Option<&Module> {
        self.modules.iter().find(|module| module.path == path)
    }
}

fn join(first: &[String], rest: &[String]) -> Name {
    [first, rest].concat()
}

fn with(before: &[String], last: &str) -> Name {
    join(before, std::slice::from_ref(&last.to_owned()))
}

fn local(path: &[String]) -> Name {
    join(&["crate".to_owned()], path)
}

struct Reader<'f> {
    files: Files<'f>,
    target: Target,
    groups: Vec<Group>,
    /// The modules that are open, the innermost last, each with the folder of its children.
    at: Vec<(usize, PathBuf)>,
    /// How many `cfg(test)` it stands in.
    test: usize,
}

impl Reader<'_> {
    fn file(&mut self, path: Name, file: &Path, folder: &Path) {
        let Some(text) = (self.files)(file) else { return };
        let Ok(parsed) = syn::parse_file(&text) else { return };
        self.module(path, file, folder, |reader| reader.visit_file(&parsed));
    }

    fn module(&mut self, path: Name, file: &Path, folder: &Path, read: impl FnOnce(&mut Self)) {
        self.target.modules.push(Module { path, file: file.to_owned(), ..Module::default() });
        self.at.push((self.target.modules.len() - 1, folder.to_owned()));
        read(self);
        self.at.pop();
    }

    fn here(&mut self) -> &mut Module {
        let (index, _) = self.at.last().expect("an open module");
        &mut self.target.modules[*index]
    }

    /// Reads what stands under attributes, of which one may be `cfg(test)`.
    fn under(&mut self, attributes: &[Attribute], read: impl FnOnce(&mut Self)) {
        let is_test = usize::from(attributes.iter().any(is_cfg_test));
        self.test += is_test;
        read(self);
        self.test -= is_test;
    }

    fn name(&mut self, name: Name, span: Span, by: By) {
        let name = absolute(&self.here().path.clone(), name);
        let (line, is_test) = (span.start().line, self.test > 0);
        self.here().named.push(Named { name, line, is_test, by });
    }

    fn use_tree(&mut self, before: &[String], tree: &UseTree, by: By) {
        match tree {
            UseTree::Path(path) => self.use_tree(&with(before, &path.ident.to_string()), &path.tree, by),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.use_tree(before, tree, by)),
            UseTree::Glob(glob) => {
                self.name(with(before, "*"), glob.star_token.spans[0], by);
                let from = absolute(&self.here().path.clone(), before.to_vec());
                self.here().globs.push(from);
            }
            UseTree::Name(name) => self.import(before, &name.ident, &name.ident.to_string(), by),
            UseTree::Rename(rename) => self.import(before, &rename.ident, &rename.rename.to_string(), by),
        }
    }

    fn import(&mut self, before: &[String], ident: &syn::Ident, known_as: &str, by: By) {
        let own = ident == "self";
        let name = if own { before.to_vec() } else { with(before, &ident.to_string()) };
        let known_as =
            if own && known_as == "self" { name.last().cloned().unwrap_or_default() } else { known_as.into() };
        self.name(name.clone(), ident.span(), by);
        let name = absolute(&self.here().path.clone(), name);
        self.here().imports.entry(known_as).or_insert(name);
    }

    /// Names every path of two segments or more that the tokens show.
    fn tokens(&mut self, tokens: TokenStream, by: By) {
        let mut path: Option<(Name, Span)> = None;
        let mut colons = 0;
        // `<T>::new`: what comes behind a type is in no crate.
        let mut is_behind_type = false;
        for token in tokens {
            let was_behind_type = std::mem::replace(&mut is_behind_type, ends_type(&token));
            match token {
                TokenTree::Ident(ident) => {
                    let segment = ident.to_string();
                    match &mut path {
                        Some((path, _)) if colons == 2 => path.push(segment),
                        _ => {
                            self.end_of_path(path.take(), by);
                            let first = if colons >= 2 { format!("::{segment}") } else { segment };
                            path = (!was_behind_type).then(|| (vec![first], ident.span()));
                        }
                    }
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    is_behind_type = was_behind_type;
                }
                TokenTree::Group(group) => {
                    // `a::{b, c}` in a macro: each of them behind the same beginning.
                    if let (Some((before, span)), 2, Delimiter::Brace) = (&path, colons, group.delimiter()) {
                        self.name(before.clone(), *span, by);
                    }
                    self.end_of_path(path.take(), by);
                    self.tokens(group.stream(), by);
                    colons = 0;
                }
                // `$crate`, and whatever ends a path.
                _ => {
                    self.end_of_path(path.take(), by);
                    colons = 0;
                }
            }
        }
        self.end_of_path(path, by);
    }

    fn end_of_path(&mut self, path: Option<(Name, Span)>, by: By) {
        if let Some((path, span)) = path.filter(|(path, _)| path.len() > 1 || path[0].starts_with("::")) {
            self.name(path, span, by);
        }
    }

    /// Names what the examples of a documentation name: they are tests, and have the dependencies of tests.
    fn documented(&mut self, attributes: &[Attribute]) {
        let beside = self.here().file.parent().unwrap_or(Path::new("")).to_owned();
        let lines = attributes.iter().filter_map(|attribute| match doc(attribute)? {
            Doc::Line(line) => Some(line),
            Doc::File(file) => (self.files)(&beside.join(file)),
        });
        let docs = lines.map(|line| line + "\n").collect::<String>();
        self.examples(&docs);
    }

    fn examples(&mut self, docs: &str) {
        for code in docs.split("```").skip(1).step_by(2) {
            let lines = code.lines().skip(1).map(|line| {
                let line = line.trim_start();
                line.strip_prefix("# ").unwrap_or(line)
            });
            if let Ok(tokens) = lines.collect::<Vec<_>>().join("\n").parse() {
                self.tokens(tokens, By::Example);
            }
        }
    }
}

fn ends_type(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '>')
}

/// Writes `self` and `super` out.
fn absolute(module: &[String], name: Name) -> Name {
    let above = name.iter().take_while(|segment| *segment == "super" || *segment == "self").count();
    if above == 0 {
        return name;
    }
    let up = name[..above].iter().filter(|segment| *segment == "super").count();
    join(&local(&module[..module.len().saturating_sub(up)]), &name[above..])
}

fn is_cfg_test(attribute: &Attribute) -> bool {
    fn says_test(tokens: TokenStream) -> bool {
        let mut negated = false;
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => {
                negated = ident == "not";
                ident == "test"
            }
            TokenTree::Group(group) => !std::mem::take(&mut negated) && says_test(group.stream()),
            _ => false,
        })
    }
    attribute.path().is_ident("cfg") && attribute.meta.require_list().is_ok_and(|list| says_test(list.tokens.clone()))
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        self.documented(&file.attrs);
        visit::visit_file(self, file);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = attributes_of(item);
        self.under(attributes, |reader| {
            reader.documented(attributes);
            visit::visit_item(reader, item);
        });
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &Vec::new(),
        };
        self.under(attributes, |reader| {
            reader.documented(attributes);
            visit::visit_impl_item(reader, item);
        });
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        self.here().children.insert(name.clone());
        item.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        let (parent, folder) = self.at.last().cloned().expect("an open module");
        let (path, file) = {
            let parent = &self.target.modules[parent];
            (with(&parent.path, &name), parent.file.clone())
        };
        let told = item.attrs.iter().find_map(path_attribute);
        if let Some((_, items)) = &item.content {
            let folder = folder.join(told.unwrap_or(name));
            self.module(path, &file, &folder, |reader| items.iter().for_each(|item| reader.visit_item(item)));
            return;
        }
        let is_inline = self.at.iter().rev().nth(1).is_some_and(|(above, _)| self.target.modules[*above].file == file);
        match told {
            // Beside the file, or in the folder that an inline module stands for; its children are beside it.
            Some(told) => {
                let beside = if is_inline { folder.as_path() } else { file.parent().unwrap_or(Path::new("")) };
                let file = beside.join(told);
                let folder = file.parent().unwrap_or(Path::new("")).to_owned();
                self.file(path, &file, &folder);
            }
            None => {
                let (flat, front) = (folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs"));
                let file = if (self.files)(&flat).is_some() { flat } else { front };
                self.file(path, &file, &folder.join(name));
            }
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        item.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        let is_public = matches!(item.vis, Visibility::Public(_));
        let by = if is_public { By::PublicUse } else { By::Use };
        if names_several_modules(&item.tree) {
            let line = item.use_token.span.start().line;
            let file = self.here().file.clone();
            self.groups.push(Group { file, line });
        }
        match (&item.leading_colon, &item.tree) {
            (Some(_), UseTree::Path(path)) => self.use_tree(&[format!("::{}", path.ident)], &path.tree, by),
            _ => self.use_tree(&[], &item.tree, by),
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        if item.ident != "self" {
            let by = if matches!(item.vis, Visibility::Public(_)) { By::PublicUse } else { By::Use };
            let name = vec![format!("::{}", item.ident)];
            self.name(name.clone(), item.ident.span(), by);
            if let Some((_, known_as)) = &item.rename {
                self.here().imports.insert(known_as.to_string(), name);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut name: Name = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_some() {
            name[0].insert_str(0, "::");
        }
        if name.len() > 1 {
            let span = path.segments[0].ident.span();
            self.name(name, span, By::Code);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if !name.contains("quote") {
            self.tokens(call.tokens.clone(), By::Code);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        self.visit_path(attribute.path());
        match &attribute.meta {
            syn::Meta::List(list) => {
                self.tokens(list.tokens.clone(), By::Code);
                // `#[serde(with = "crate::schema::dates")]`.
                for path in texts(list.tokens.clone()) {
                    if let Ok(path) = syn::parse_str::<syn::Path>(&path) {
                        let name = path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Name>();
                        let span = list.path.segments[0].ident.span();
                        self.end_of_path(Some((name, span)), By::Code);
                    }
                }
            }
            syn::Meta::NameValue(pair) => self.visit_expr(&pair.value),
            _ => {}
        }
    }
}

/// Returns whether a `use` of the own crate names more than one module, as `crate::{…}` does, and `crate::rooms::{hub::Hub, Room}`.
fn names_several_modules(tree: &UseTree) -> bool {
    fn branches(tree: &UseTree) -> bool {
        match tree {
            UseTree::Path(path) => branches(&path.tree),
            UseTree::Group(group) => {
                group.items.iter().any(|item| matches!(item, UseTree::Path(_) | UseTree::Group(_)))
            }
            _ => false,
        }
    }
    let UseTree::Path(first) = tree else { return false };
    let is_own = ["crate", "self", "super"].iter().any(|own| first.ident == own);
    let is_all = first.ident == "crate" && matches!(*first.tree, UseTree::Group(_));
    is_own && (is_all || branches(&first.tree))
}

/// What stands in an attribute of documentation.
enum Doc {
    Line(String),
    File(String),
}

fn doc(attribute: &Attribute) -> Option<Doc> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        _ if !attribute.path().is_ident("doc") => None,
        syn::Expr::Macro(call) => texts(call.mac.tokens.clone()).pop().map(Doc::File),
        value => text(value).map(Doc::Line),
    }
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    text(&pair.value).filter(|_| attribute.path().is_ident("path"))
}

fn text(value: &syn::Expr) -> Option<String> {
    let syn::Expr::Lit(literal) = value else { return None };
    let syn::Lit::Str(text) = &literal.lit else { return None };
    Some(text.value())
}

/// Returns the texts among tokens, as they are written.
fn texts(tokens: TokenStream) -> Vec<String> {
    let texts = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => texts(group.stream()),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(str::to_owned).into_iter().collect()
        }
        _ => Vec::new(),
    });
    texts.collect()
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
