//! `#[wire]`, `#[sync::session]`, `#[sync::presence]` and `#[sync::entity]`: a Rust type becomes one that can travel.
//!
//! `parse` reads the item into a small model and collects every mistake; `emit` writes from it the item without our attributes,
//! serde's derive, and the model that the checker and the generator see. What serde does and what we say about it come from
//! the same names, since the attributes for serde are written anew and not passed on.
//!
//! An item with a mistake still gets every trait, with bodies that never run, so that the mistake is the only error.

mod attributes;
pub mod describe;
mod emit;
pub mod entity;
mod field_type;
mod item;
mod mistakes;
mod parse;
mod rename;
mod rules;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Ident, Item};

use mistakes::WireMistakes;
use sync_syntax::arguments::EntityArguments;

/// Which attribute is being expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `#[wire]`: unknown fields are refused.
    Wire,
    /// `#[sync::session]`: unknown fields are ignored, so that a newer program reads what an older one has stored.
    Session,
    /// `#[sync::presence]`: unknown fields are refused.
    Presence,
    /// `#[sync::entity]`: unknown fields are ignored, as for a session.
    Entity,
}

impl Kind {
    fn attribute(self) -> &'static str {
        match self {
            Self::Wire => "#[wire]",
            Self::Session => "#[sync::session]",
            Self::Presence => "#[sync::presence]",
            Self::Entity => "#[sync::entity]",
        }
    }
}

/// Expands the attribute with the arguments `attr` on the type `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attr: TokenStream, item: TokenStream, kind: Kind) -> TokenStream {
    let mut mistakes = WireMistakes::default();
    let Some(mut input) = struct_or_enum(&item, kind, &mut mistakes) else {
        let errors = mistakes.into_tokens();
        return quote!(#errors #item);
    };
    mistakes.add_scanned(&input.ident, &item);
    // One of them may be that the page has no scopes, which an entity names.
    let is_placed = mistakes.is_empty();
    let has_patch = kind == Kind::Wire && syn::parse2::<Ident>(attr.clone()).is_ok_and(|word| word == "patch");
    let of_entity =
        if kind == Kind::Entity { entity::arguments(&attr, &mut mistakes) } else { EntityArguments::default() };
    if !attr.is_empty() && !has_patch && kind != Kind::Entity {
        let but = if kind == Kind::Wire { " but `patch`" } else { "" };
        let what = format!("`{}` takes no arguments{but}", kind.attribute());
        mistakes.add(&attr, what, "serde's attributes go into `#[serde(…)]`, rules into `#[validate(…)]`");
    }
    let key = (kind == Kind::Entity).then(|| entity::take_key(&mut input, &mut mistakes)).flatten();
    let parsed = parse::item(&input, kind, has_patch, &mut mistakes);
    let marker = match kind {
        Kind::Entity if mistakes.is_empty() => {
            let table = entity::table(&input, &parsed, &of_entity, &mut mistakes);
            let entity = entity::implementation(&input, &parsed, key.as_ref());
            quote!(#entity #table)
        }
        Kind::Entity if is_placed => entity::stand_in(&input),
        Kind::Entity => TokenStream::new(),
        _ => marker(&input, kind).unwrap_or_default(),
    };
    let written = if mistakes.is_empty() { emit::item(&input, &parsed) } else { emit::stand_in(&input, mistakes) };
    quote!(#written #marker)
}

/// Writes what the type is for, where that is a trait of its own.
fn marker(input: &DeriveInput, kind: Kind) -> Option<TokenStream> {
    let ident = &input.ident;
    let (parameters, arguments, conditions) = input.generics.split_for_impl();
    let marked = match kind {
        Kind::Presence => quote!(::sync::Presence),
        Kind::Wire if ident == "ServerStream" => quote!(::sync::__private::ServerChunk),
        Kind::Wire if ident == "ClientStream" => quote!(::sync::__private::ClientChunk),
        Kind::Wire | Kind::Session | Kind::Entity => return None,
    };
    Some(quote!(impl #parameters #marked for #ident #arguments #conditions {}))
}

fn struct_or_enum(item: &TokenStream, kind: Kind, mistakes: &mut WireMistakes) -> Option<DeriveInput> {
    let what = format!("`{}` goes on a struct or an enum", kind.attribute());
    match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(DeriveInput { data: Data::Union(union), .. }) => {
            let help = "make it an enum, whose JSON says which variant it is";
            mistakes.add(union.union_token, "a union has no JSON", help);
            None
        }
        Ok(input) => Some(input),
        // Another kind of item, or a syntax error, which is then told by the parser.
        Err(error) => {
            match syn::parse2::<Item>(item.clone()) {
                Ok(item) => mistakes.add(first_token(&item), what, "move it to the type that travels"),
                Err(_) => mistakes.add_error(error),
            }
            None
        }
    }
}

fn first_token(item: &Item) -> TokenStream {
    quote!(#item).into_iter().take(1).collect()
}
