//! `cargo sync expand`: what the generator writes for an app, and what the attributes in one file expand to.
//!
//! The attributes are asked as the compiler asks them, so nothing is compiled, and an app that does not compile can be looked at.

use std::path::Path;
use std::process::ExitCode;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Item, Meta};
use sync_codegen::{Generated, ListedRoute};
use sync_expand::wire::Kind;
use sync_syntax::Imports;

use crate::failure::Failure;
use crate::options::Expand;
use crate::project::Project;
use crate::route::RouteWords;
use crate::terminal::{FAINT, Terminal};

pub(super) fn run(asked: &Expand, dir: &Path, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    if asked.words.is_empty() {
        let Generated { module_tree, table, .. } = sync_codegen::generate(&project.app_dir);
        write(terminal, "src/sync.generated.rs", &module_tree)?;
        write(terminal, "$OUT_DIR/sync_table.rs", &table)?;
        return Ok(ExitCode::SUCCESS);
    }
    for file in files(&asked.words, dir, project)? {
        let path = project.app_dir.join(&file);
        let source = std::fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        let expanded = expanded(&source).map_err(|error| {
            let place = error.span().start();
            let help = "mend it, the compiler says the same";
            Failure::with_help(format!("{file}:{}:{}: {error}", place.line, place.column + 1), help)
        })?;
        write(terminal, &file, &expanded)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(terminal: &mut Terminal, name: &str, text: &str) -> Result<(), Failure> {
    writeln!(terminal.out(), "{FAINT}// {name}{FAINT:#}\n{}", text.trim_end())?;
    Ok(())
}

/// The files that `words` name: one by its path, or those of a route, in all its versions.
fn files(words: &[String], dir: &Path, project: &Project) -> Result<Vec<String>, Failure> {
    if let [path] = words
        && path.ends_with(".rs")
    {
        return inside(&dir.join(path), project).map(|file| vec![file]);
    }
    let wanted = RouteWords::read(words)?;
    let listing = sync_codegen::list(&project.app_dir);
    if wanted.lane().is_none() {
        let rule = listing.rooms.iter().find(|room| room.page == wanted.page);
        let help = "`cargo sync list` prints those that there are";
        let missing = || Failure::with_help(format!("the page `{}` has no rule of rooms", wanted.page), help);
        return rule.map(|room| vec![room.path.clone()]).ok_or_else(missing);
    }
    let is_wanted = |route: &&ListedRoute| {
        (words.len() == 1 || Some(route.lane) == wanted.lane())
            && route.page == wanted.page
            && route.name == wanted.name
    };
    let files: Vec<_> =
        listing.routes.iter().filter(is_wanted).flat_map(|route| &route.files).map(|file| file.path.clone()).collect();
    if files.is_empty() {
        let what = format!("there is no route `{}/{}`", wanted.page, wanted.name);
        return Err(Failure::with_help(what, "`cargo sync list` prints those that there are"));
    }
    Ok(files)
}

/// The path of a file of the app, relative to it.
fn inside(path: &Path, project: &Project) -> Result<String, Failure> {
    let found = path.canonicalize().map_err(Failure::file("read", path))?;
    let app_dir = project.app_dir.canonicalize().unwrap_or_else(|_| project.app_dir.clone());
    let inside = found.strip_prefix(&app_dir).map_err(|_| {
        let what = format!("`{}` is not in the app `{}`", path.display(), project.package);
        Failure::with_help(what, format!("name a file below {}", app_dir.display()))
    })?;
    Ok(inside.to_string_lossy().replace('\\', "/"))
}

/// Returns the text of a file in which every attribute of ours has become what it expands to.
fn expanded(source: &str) -> syn::Result<String> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut file = syn::parse_file(source)?;
    let imports = Imports::of(file.to_token_stream());
    let items = std::mem::take(&mut file.items);
    for item in items {
        let expanded = expand(item, &imports);
        file.items.extend(syn::parse2::<syn::File>(expanded)?.items);
    }
    Ok(prettyplease::unparse(&file))
}

fn expand(mut item: Item, imports: &Imports) -> TokenStream {
    let Some(attributes) = attributes(&mut item) else { return item.into_token_stream() };
    let ours = attributes.iter().position(|attribute| expansion(attribute, imports).is_some());
    let Some(attribute) = ours.map(|index| attributes.remove(index)) else { return item.into_token_stream() };
    let arguments = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    match expansion(&attribute, imports) {
        Some(expansion) => expansion(arguments, item.into_token_stream()),
        None => quote!(#attribute #item),
    }
}

type Expansion = fn(TokenStream, TokenStream) -> TokenStream;

fn expansion(attribute: &Attribute, imports: &Imports) -> Option<Expansion> {
    Some(match imports.resolve(attribute.path())?.as_str() {
        "server" => sync_expand::server,
        "client" => sync_expand::client,
        "request" => sync_expand::request,
        "room" => sync_expand::room,
        "wire" => |arguments, item| sync_expand::wire::expand(arguments, item, Kind::Wire),
        "session" => |arguments, item| sync_expand::wire::expand(arguments, item, Kind::Session),
        "presence" => |arguments, item| sync_expand::wire::expand(arguments, item, Kind::Presence),
        _ => return None,
    })
}

/// The attributes of an item that can have one of ours.
fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Fn(item) => Some(&mut item.attrs),
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Enum(item) => Some(&mut item.attrs),
        _ => None,
    }
}
