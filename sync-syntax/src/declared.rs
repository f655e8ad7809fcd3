//! Where in a file a type is declared, and a field of it.

use proc_macro2::{Ident, Span};
use syn::{Attribute, Fields, Item};

/// Returns line and column, counted from 1, of what declares the type `name`; `None` where the file does not, or cannot be read.
///
/// `modules` are those inside of the file. Of `member`, which is the name of a field or a variant in JSON, and of `field` inside of such a variant, the
/// token is that of the innermost that is there.
///
/// ```
/// use sync_syntax::declared::declared;
///
/// let file = "pub enum Step {\n    Walk { how_far: u8 },\n}\n";
/// assert_eq!(declared(file, &[], "Step", Some("walk"), Some("howFar")), Some((2, 12)));
/// assert_eq!(declared(file, &[], "Step", Some("run"), None), Some((1, 10)));
/// ```
#[must_use]
pub fn declared(
    text: &str,
    modules: &[&str],
    name: &str,
    member: Option<&str>,
    field: Option<&str>,
) -> Option<(usize, usize)> {
    let syntax = syn::parse_file(text).ok()?;
    let start = span_of(within(&syntax.items, modules)?, name, member, field)?.start();
    Some((start.line, start.column + 1))
}

fn within<'s>(items: &'s [Item], modules: &[&str]) -> Option<&'s [Item]> {
    modules.iter().try_fold(items, |items, name| {
        items.iter().find_map(|item| match item {
            Item::Mod(module) if module.ident == name => module.content.as_ref().map(|(_, items)| items.as_slice()),
            _ => None,
        })
    })
}

fn span_of(items: &[Item], name: &str, member: Option<&str>, field: Option<&str>) -> Option<Span> {
    items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => {
            let member = member.and_then(|member| field_of(&item.fields, member));
            Some(member.unwrap_or_else(|| item.ident.span()))
        }
        Item::Enum(item) if item.ident == name => {
            let is_it = |variant: &&syn::Variant| {
                member.is_some_and(|member| is_called(&variant.attrs, &variant.ident, member))
            };
            let variant = item.variants.iter().find(is_it);
            let Some(variant) = variant else { return Some(item.ident.span()) };
            let inner = field.and_then(|field| field_of(&variant.fields, field));
            Some(inner.unwrap_or_else(|| variant.ident.span()))
        }
        _ => None,
    })
}

fn field_of(fields: &Fields, name: &str) -> Option<Span> {
    let is_it = |field: &&syn::Field| field.ident.as_ref().is_some_and(|ident| is_called(&field.attrs, ident, name));
    fields.iter().find(is_it).and_then(|field| field.ident.as_ref()).map(Ident::span)
}

/// Whether something has this name in JSON: the one that an attribute gives it, or its own in whatever case.
fn is_called(attributes: &[Attribute], ident: &Ident, name: &str) -> bool {
    match renamed(attributes) {
        Some(other) => other == name,
        None => plain(&ident.to_string()) == plain(name),
    }
}

fn plain(name: &str) -> String {
    name.trim_start_matches("r#").chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `#[serde(rename = "…")]`, also for one direction.
fn renamed(attributes: &[Attribute]) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // What cannot be read, serde tells.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                found = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            } else if meta.input.peek(syn::token::Paren) {
                meta.parse_nested_meta(|_| Ok(()))?;
            }
            Ok(())
        });
    }
    found
}
