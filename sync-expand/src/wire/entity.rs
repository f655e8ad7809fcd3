//! What makes a struct an entity: its key, its name on the wire, and the page whose scopes it lives in.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Ident, Member, Type};
use sync_syntax::arguments::EntityArguments;
use sync_syntax::handler_file::wire_name;

use super::Kind;
use super::item::{Body, Fields as Parsed, Item};
use super::mistakes::WireMistakes;
use super::parse;

const KEY: &str = "put `#[key]` above the field that tells one from another: `#[key] pub id: String`";

/// The field with the key.
pub(super) struct Key {
    name: Ident,
    ty: Type,
}

/// Reads what stands in the brackets of the attribute.
pub(super) fn arguments(attr: &TokenStream, mistakes: &mut WireMistakes) -> EntityArguments {
    syn::parse2(attr.clone()).unwrap_or_else(|error| {
        mistakes.add_error(error);
        EntityArguments::default()
    })
}

/// Takes `#[key]` from the field that has it.
pub(super) fn take_key(input: &mut DeriveInput, mistakes: &mut WireMistakes) -> Option<Key> {
    let ident = input.ident.clone();
    if !input.generics.params.is_empty() {
        mistakes.add(&input.generics, "an entity cannot be generic", "remove what stands in angle brackets");
    }
    let fields = match &mut input.data {
        Data::Struct(data) => match &mut data.fields {
            Fields::Named(fields) => fields,
            _ => {
                mistakes.add(&ident, "an entity is a struct with named fields", KEY);
                return None;
            }
        },
        _ => {
            mistakes.add(&ident, "an entity is a struct with named fields", KEY);
            return None;
        }
    };
    let mut keys = Vec::new();
    for field in &mut fields.named {
        let is_key = |attribute: &syn::Attribute| attribute.path().is_ident("key");
        let Some(attribute) = field.attrs.iter().position(is_key) else { continue };
        let attribute = field.attrs.remove(attribute);
        if let Some(name) = &field.ident {
            keys.push((Key { name: name.clone(), ty: field.ty.clone() }, attribute));
        }
    }
    let mut keys = keys.into_iter();
    let Some((key, _)) = keys.next() else {
        mistakes.add(&ident, format!("nothing tells one `{ident}` from another"), KEY);
        return None;
    };
    for (_, attribute) in keys {
        mistakes.add(&attribute, "an entity has one key", "remove one of them; a key of several parts is one text");
    }
    Some(key)
}

/// Returns how the key of the entity `declared` is called in JSON; `None` if it has none, or a mistake.
#[must_use]
pub fn key_in_json(declared: &DeriveInput) -> Option<String> {
    let (mut input, mut mistakes) = (declared.clone(), WireMistakes::default());
    let key = take_key(&mut input, &mut mistakes)?;
    let item = parse::item(&input, Kind::Entity, false, &mut mistakes);
    json_name(&item, &key).map(str::to_owned)
}

fn json_name<'a>(item: &'a Item, key: &Key) -> Option<&'a str> {
    let Body::Struct(Parsed::Named(fields)) = &item.body else { return None };
    let is_key = |field: &&super::item::Field| matches!(&field.member, syn::Member::Named(name) if *name == key.name);
    fields.iter().find(is_key).map(|field| field.name.as_str())
}

/// Writes that it is an entity in spite of a mistake, which is told where it is, and nowhere else.
pub(super) fn stand_in(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    quote! {
        impl ::sync::Entity for #ident {
            type Page = super::_scope::__Page;

            const NAME: &'static str = "";
            const KEY: &'static str = "";

            fn key(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Borrowed("")
            }
        }

        impl ::sync::__private::TableEntity for #ident {
            const TABLE: ::sync::__private::TableName = ::sync::__private::TableName { schema: "", name: "" };
            const COLUMNS: &'static [::sync::__private::Column] = &[];
        }
    }
}

/// Writes which table it is a row of, if it is one, and the column of each field.
pub(super) fn table(
    input: &DeriveInput,
    item: &Item,
    arguments: &EntityArguments,
    mistakes: &mut WireMistakes,
) -> TokenStream {
    let Some(table) = &arguments.table else { return TokenStream::new() };
    let Body::Struct(Parsed::Named(fields)) = &item.body else { return TokenStream::new() };
    let mut columns = Vec::new();
    for field in fields.iter().filter(|field| !field.skip) {
        let Member::Named(name) = &field.member else { continue };
        if field.flatten {
            let help = "write its fields here, one for each column, or one field for a column of type `jsonb`";
            mistakes.add(name, "a field of a row is one column, and `#[serde(flatten)]` makes several", help);
        }
        let (column, json) = (name.unraw().to_string(), &field.name);
        columns.push(quote!(::sync::__private::Column { name: #column, field: #json }));
    }
    let ident = &input.ident;
    let (schema, name) = (&table.schema, &table.name);
    quote! {
        impl ::sync::__private::TableEntity for #ident {
            const TABLE: ::sync::__private::TableName = ::sync::__private::TableName { schema: #schema, name: #name };
            const COLUMNS: &'static [::sync::__private::Column] = &[#(#columns),*];
        }
    }
}

/// Writes that it is an entity of the page that its file lies in.
pub(super) fn implementation(input: &DeriveInput, item: &Item, key: Option<&Key>) -> TokenStream {
    let Some(Key { name: field, ty }) = key else { return TokenStream::new() };
    let key = key.and_then(|key| json_name(item, key));
    let ident = &input.ident;
    let name = wire_name(&ident.unraw().to_string());
    let text = quote_spanned!(ty.span()=> <#ty as ::sync::__private::EntityKey>::text(&self.#field));
    quote! {
        impl ::sync::Entity for #ident {
            type Page = super::_scope::__Page;

            const NAME: &'static str = #name;
            const KEY: &'static str = #key;

            fn key(&self) -> ::std::borrow::Cow<'_, str> {
                #text
            }
        }
    }
}
