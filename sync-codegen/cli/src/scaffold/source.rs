//! One file of a route that is to be changed: where its parts stand, and changes of its text.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::token::Brace;
use syn::{Attribute, FnArg, Item, ItemFn, Meta, Type, UseGroup, UseTree, parse_quote};
use sync_syntax::Imports;
use sync_syntax::handler_file::Kind;
use sync_syntax::text::text;

use crate::failure::Failure;

/// A file without a syntax error.
pub(crate) struct Source<'s> {
    text: &'s str,
    file: syn::File,
}

/// What one name that a file imports leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leaf {
    /// What the file calls it.
    pub(crate) name: String,
    /// As it can stand behind `use`: `sync::wire`, `sync::wire as travels`.
    pub(crate) path: String,
}

impl<'s> Source<'s> {
    /// Reads the text of the file that is `called` so.
    pub(crate) fn read(text: &'s str, called: &str) -> Result<Self, Failure> {
        if text.starts_with("#!") && !text.starts_with("#![") {
            return Err(Failure::with_help(format!("{called} begins with `#!`, as a script does"), "remove that line"));
        }
        let file = syn::parse_file(text).map_err(|error| {
            let place = error.span().start();
            let what = format!("{called} cannot be read: line {}, column {}: {error}", place.line, place.column + 1);
            Failure::with_help(what, "mend it first")
        })?;
        Ok(Self { text, file })
    }

    /// Returns the function with the attribute for `kind`.
    pub(crate) fn main(&self, kind: Kind) -> Option<(&ItemFn, &Attribute)> {
        let imports = Imports::of(self.file.to_token_stream());
        let is_ours = |attribute: &&Attribute| imports.resolve(attribute.path()).as_deref() == Some(kind.word());
        self.file.items.iter().find_map(|item| match item {
            Item::Fn(function) => Some((function, function.attrs.iter().find(is_ours)?)),
            _ => None,
        })
    }

    /// Returns whether it declares a type called `name`.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.file.items.iter().any(|item| type_name(item).as_deref() == Some(name))
    }

    /// Returns the items called `roots` and all of the file that they are made of, in the order of the source: types with what is implemented
    /// for them, constants, functions. `main` is never one of them.
    pub(crate) fn closure(&self, roots: BTreeSet<String>) -> Vec<&Item> {
        let mut names = roots;
        loop {
            let reached = self.named().filter(|(name, _)| names.contains(name));
            let words: BTreeSet<_> = reached.flat_map(|(_, item)| words(item.to_token_stream())).collect();
            let known = names.len();
            names.extend(self.named().map(|(name, _)| name).filter(|name| words.contains(name)));
            if names.len() == known {
                return self.named().filter(|(name, _)| names.contains(name)).map(|(_, item)| item).collect();
            }
        }
    }

    /// Returns what is named in the items that stay when `gone` are; of `main` without its attributes.
    pub(crate) fn words_without(&self, gone: &[&Item]) -> BTreeSet<String> {
        let stay = self.file.items.iter().filter(|item| !gone.contains(item) && !matches!(item, Item::Use(_)));
        let tokens = stay.map(|item| match item {
            Item::Fn(function) if function.sig.ident == "main" => {
                let mut tokens = function.sig.to_token_stream();
                tokens.extend(function.block.to_token_stream());
                tokens
            }
            item => item.to_token_stream(),
        });
        tokens.flat_map(words).collect()
    }

    /// Returns what is named outside of `main` and of imports.
    pub(crate) fn words_without_main(&self) -> BTreeSet<String> {
        let is_main = |item: &&Item| matches!(item, Item::Fn(function) if function.sig.ident == "main");
        let others = self.file.items.iter().filter(|item| !is_main(item) && !matches!(item, Item::Use(_)));
        others.flat_map(|item| words(item.to_token_stream())).collect()
    }

    fn named(&self) -> impl Iterator<Item = (String, &Item)> {
        self.file.items.iter().filter_map(|item| Some((item_name(item)?, item)))
    }

    /// Returns the text of items, a blank line between them.
    pub(crate) fn text_of(&self, items: &[&Item]) -> String {
        items.iter().map(|item| &self.text[self.whole(item)]).collect::<Vec<_>>().join("\n\n")
    }

    /// Returns the text of each item that is called so.
    pub(crate) fn text_of_all(&self, name: &str) -> Vec<&str> {
        self.named().filter(|(known, _)| known == name).map(|(_, item)| &self.text[self.whole(item)]).collect()
    }

    /// Returns every name that the file imports.
    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        let uses = self.file.items.iter().filter_map(|item| if let Item::Use(item) = item { Some(item) } else { None });
        let mut leaves = Vec::new();
        uses.for_each(|item| add_leaves(&item.tree, "", &mut leaves));
        leaves
    }

    /// Returns the names that are imported and not used.
    pub(crate) fn idle(&self) -> BTreeSet<String> {
        let others = self.file.items.iter().filter(|item| !matches!(item, Item::Use(_)));
        let used: BTreeSet<_> = others.flat_map(|item| words(item.to_token_stream())).collect();
        self.leaves().into_iter().map(|leaf| leaf.name).filter(|name| !used.contains(name)).collect()
    }

    /// Changes the imports so that those remain which `keeps` keeps.
    ///
    /// # Errors
    ///
    /// One that has to change has a comment inside, which would be lost.
    pub(crate) fn keep_uses(&self, keeps: impl Fn(&Leaf) -> bool) -> Result<Edits, Failure> {
        let mut edits = Edits::default();
        for item in &self.file.items {
            let Item::Use(import) = item else { continue };
            let mut leaves = Vec::new();
            add_leaves(&import.tree, "", &mut leaves);
            if leaves.iter().all(&keeps) {
                continue;
            }
            check_comments(item, self.text, "an import")?;
            match prune(&import.tree, "", &keeps) {
                None => edits.remove_lines(self.text, range(item)),
                Some(tree) => {
                    let import = syn::ItemUse { tree, ..import.clone() };
                    let file: syn::File = parse_quote!(#import);
                    edits.replace(range(item), prettyplease::unparse(&file).trim_end().to_owned());
                }
            }
        }
        Ok(edits)
    }

    /// Says so if anything but comments stands on a line with one of `items`: whole lines move.
    pub(crate) fn check_lines(&self, items: &[&Item]) -> Result<(), Failure> {
        let is_alone = |item: &Item| {
            let Range { start, end } = self.whole(item);
            let before = self.text[..start].rsplit('\n').next().unwrap_or_default();
            let behind = self.text[end..].split('\n').next().unwrap_or_default();
            before.trim().is_empty() && behind.trim().is_empty()
        };
        match items.iter().find(|item| !is_alone(item)) {
            None => Ok(()),
            Some(item) => {
                let name = item_name(item).unwrap_or_default();
                Err(Failure::with_help(
                    format!("`{name}` has to move, and something else stands on one line with it"),
                    "give it lines of its own: `cargo fmt` does",
                ))
            }
        }
    }

    /// Returns where an item stands, its attributes, doc comments, the comments above it and the one behind it included.
    pub(crate) fn whole(&self, item: &Item) -> Range<usize> {
        let Range { mut start, mut end } = range(item);
        let behind = self.text[end..].split('\n').next().unwrap_or_default();
        let is_comment = behind.trim_start().starts_with("//")
            || (behind.trim_start().starts_with("/*") && behind.find("*/") == behind.trim_end().len().checked_sub(2));
        if is_comment {
            end += behind.trim_end().len();
        }
        while let Some(above) = self.text[..start].strip_suffix('\n') {
            let line = above.rfind('\n').map_or(0, |end| end + 1);
            let comment = above[line..].trim_start();
            if !comment.starts_with("//") || comment.starts_with("//!") {
                break;
            }
            start = line;
        }
        start..end
    }

    /// Adds imports as the first ones.
    pub(crate) fn add_uses(&self, lines: &str) -> Edits {
        let mut edits = Edits::default();
        if !lines.is_empty() {
            let first = self.file.items.first().map_or(self.text.len(), |item| range(item).start);
            let behind = if matches!(self.file.items.first(), Some(Item::Use(_))) { "\n" } else { "\n\n" };
            edits.replace(first..first, format!("{lines}{behind}"));
        }
        edits
    }

    /// Adds items behind the imports.
    pub(crate) fn add_items(&self, text: &str) -> Edits {
        let mut edits = Edits::default();
        let next = self.file.items.iter().find(|item| !matches!(item, Item::Use(_)));
        let place = next.map_or(self.text.len(), |item| self.whole(item).start);
        edits.replace(place..place, format!("{text}\n\n"));
        edits
    }
}

/// Changes of a text, in any order.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts `text` in place of what is at `range`.
    pub(crate) fn replace(&mut self, range: Range<usize>, text: String) {
        self.0.push((range, text));
    }

    /// Takes away whole lines, and one blank line with them.
    pub(crate) fn remove_lines(&mut self, text: &str, range: Range<usize>) {
        let start = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
        let behind = &text[range.end..];
        let mut end = range.end + behind.find('\n').map_or(behind.len(), |end| end + 1);
        if text[end..].starts_with('\n') && (start == 0 || text[..start].ends_with("\n\n")) {
            end += 1;
        }
        self.0.push((start..end, String::new()));
    }

    /// Returns what `apply` makes of `text`, without blank lines that are left beside each other.
    pub(crate) fn apply_closing_up(self, text: &str) -> String {
        let mut changed = self.apply(text);
        while changed.contains("\n\n\n") && !text.contains("\n\n\n") {
            changed = changed.replace("\n\n\n", "\n\n");
        }
        changed
    }

    /// Adds other changes.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Carries them out.
    pub(crate) fn apply(mut self, text: &str) -> String {
        // What is put before something stands before what takes its place.
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        debug_assert!(self.0.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start), "changes overlap: {:?}", self.0);
        let mut changed = text.to_owned();
        for (range, replacement) in self.0.into_iter().rev() {
            changed.replace_range(range, &replacement);
        }
        changed
    }
}

/// Returns `text` with its first block of imports in the order in which rustfmt has them.
pub(crate) fn with_sorted_uses(text: &str) -> String {
    let mut lines: Vec<_> = text.split_inclusive('\n').collect();
    let is_import = |line: &&str| line.starts_with("use ") && line.trim_end().ends_with(';');
    if let Some(start) = lines.iter().position(is_import) {
        let block = lines[start..].iter().take_while(|line| is_import(line)).count();
        lines[start..start + block].sort_by_key(|line| {
            let rank = ["use self::", "use super::", "use crate::"].iter().position(|first| line.starts_with(first));
            (rank.unwrap_or(3), *line)
        });
    }
    lines.concat()
}

/// Returns the arguments of an attribute, as they are written but for spaces.
pub(crate) fn arguments(attribute: &Attribute, source: &str) -> Vec<String> {
    let Meta::List(list) = &attribute.meta else { return Vec::new() };
    let tokens: Vec<_> = list.tokens.clone().into_iter().collect();
    let arguments = tokens.split(|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ','));
    let written = arguments.filter_map(|argument| {
        let (first, last) = (argument.first()?, argument.last()?);
        source.get(first.span().byte_range().start..last.span().byte_range().end).map(str::to_owned)
    });
    written.collect()
}

/// Says so if there is a comment inside of something that is to be written anew.
///
/// # Errors
///
/// There is one.
pub(crate) fn check_comments(of: &impl ToTokens, text: &str, what: &str) -> Result<(), Failure> {
    let mut spans = Vec::new();
    add_spans(of.to_token_stream(), &mut spans);
    let gaps = spans.windows(2).filter_map(|pair| text.get(pair[0].end..pair[1].start));
    match gaps.map(str::trim).find(|gap| !gap.is_empty()) {
        None => Ok(()),
        Some(comment) => {
            let help = "move the comment above it, or out of the file for as long as this takes";
            Err(Failure::with_help(format!("{what} has to change and has a comment inside: `{comment}`"), help))
        }
    }
}

/// Adds where each token stands that is no group, and where groups begin and end.
fn add_spans(tokens: TokenStream, spans: &mut Vec<Range<usize>>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                spans.push(group.span_open().byte_range());
                add_spans(group.stream(), spans);
                spans.push(group.span_close().byte_range());
            }
            token => spans.push(token.span().byte_range()),
        }
    }
}

/// Returns an attribute with these arguments.
pub(crate) fn attribute(word: &str, arguments: &[String]) -> String {
    if arguments.is_empty() { format!("#[sync::{word}]") } else { format!("#[sync::{word}({})]", arguments.join(", ")) }
}

/// Returns where something stands, its attributes and doc comments included.
pub(crate) fn range(of: &(impl ToTokens + ?Sized)) -> Range<usize> {
    let mut tokens = of.to_token_stream().into_iter();
    let first = tokens.next().map(|token| token.span().byte_range()).unwrap_or_default();
    let last = tokens.last().map_or(first.clone(), |token| token.span().byte_range());
    first.start..last.end
}

/// Returns the name of a parameter, and its type as text.
pub(crate) fn parameter(argument: &FnArg) -> Option<(String, String)> {
    let FnArg::Typed(typed) = argument else { return None };
    Some((text(&typed.pat.to_token_stream()), text(&typed.ty.to_token_stream())))
}

/// Returns all identifiers in `tokens`, and texts that are paths, as in `#[validate(custom(function = "even"))]`.
pub(crate) fn words(tokens: TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
            TokenTree::Group(group) => found.extend(words(group.stream())),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let path = text.trim_matches('"').split("::");
                found.extend(path.filter(|word| syn::parse_str::<syn::Ident>(word).is_ok()).map(str::to_owned));
            }
            TokenTree::Punct(_) => {}
        }
    }
    found
}

/// Returns what an item is called: a type that is implemented for, a constant, a function other than `main`; `None` for any other item.
pub(crate) fn item_name(item: &Item) -> Option<String> {
    match item {
        Item::Const(item) => Some(item.ident.to_string()),
        Item::Static(item) => Some(item.ident.to_string()),
        Item::Fn(item) if item.sig.ident != "main" => Some(item.sig.ident.to_string()),
        Item::Impl(item) => match &*item.self_ty {
            Type::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        },
        item => type_name(item),
    }
}

/// Whether other modules can name it.
pub(crate) fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Struct(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Const(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        _ => return true,
    };
    !matches!(visibility, syn::Visibility::Inherited)
}

/// Returns what a type that is declared is called; `None` for any other item.
fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn add_leaves(tree: &UseTree, before: &str, leaves: &mut Vec<Leaf>) {
    match tree {
        UseTree::Path(path) => add_leaves(&path.tree, &format!("{before}{}::", path.ident), leaves),
        UseTree::Group(group) => group.items.iter().for_each(|tree| add_leaves(tree, before, leaves)),
        UseTree::Name(name) => {
            leaves.push(Leaf { name: name.ident.to_string(), path: format!("{before}{}", name.ident) });
        }
        UseTree::Rename(name) => leaves
            .push(Leaf { name: name.rename.to_string(), path: format!("{before}{} as {}", name.ident, name.rename) }),
        // What it brings is not known, so it stays.
        UseTree::Glob(_) => leaves.push(Leaf { name: "*".to_owned(), path: format!("{before}*") }),
    }
}

fn prune(tree: &UseTree, before: &str, keeps: &impl Fn(&Leaf) -> bool) -> Option<UseTree> {
    match tree {
        UseTree::Path(path) => {
            let inner = prune(&path.tree, &format!("{before}{}::", path.ident), keeps)?;
            Some(UseTree::Path(syn::UsePath { tree: Box::new(inner), ..path.clone() }))
        }
        UseTree::Group(group) => {
            let mut items: Vec<_> = group.items.iter().filter_map(|tree| prune(tree, before, keeps)).collect();
            match items.len() {
                0 => None,
                1 => items.pop(),
                _ => Some(UseTree::Group(UseGroup {
                    brace_token: Brace::default(),
                    items: items.into_iter().collect::<Punctuated<_, _>>(),
                })),
            }
        }
        leaf => {
            let mut leaves = Vec::new();
            add_leaves(leaf, before, &mut leaves);
            leaves.iter().all(keeps).then(|| leaf.clone())
        }
    }
}

/// Where an attribute stands.
pub(crate) fn place(attribute: &Attribute) -> Range<usize> {
    let span = attribute.span().byte_range();
    let whole = range(attribute);
    span.start.min(whole.start)..span.end.max(whole.end)
}
