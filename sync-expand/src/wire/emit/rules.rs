//! `check_rules`: validator's rules of a struct and the rules of all that it holds, in the order of the fields.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Member;

use super::super::field_type;
use super::super::item::{Body, Field, Fields, Tagging, Variant};
use super::{Context, part};

/// Writes `check_rules`; nothing if there is nothing to check.
pub(super) fn check_rules(context: &Context<'_>) -> Option<TokenStream> {
    let has_parts = context.fields().any(has_parts);
    if !has_parts && !context.item.has_rules {
        return None;
    }
    let body = match &context.item.body {
        Body::Struct(fields) => of_struct(context, fields),
        Body::Enum(tagging, variants) => {
            let arms = variants.iter().map(|variant| of_variant(tagging, variant));
            quote! {
                match *self { #(#arms)* }
                ::core::result::Result::Ok(())
            }
        }
    };
    Some(quote! {
        fn check_rules(&self, at: &__wire::Path<'_>) -> ::core::result::Result<(), __wire::InvalidInput> { #body }
    })
}

/// Whether there may be rules inside the field.
fn has_parts(field: &Field) -> bool {
    !field.skip && !field.number && field.ts.is_none() && !field_type::is_plain(&field.ty)
}

fn of_struct(context: &Context<'_>, fields: &Fields) -> TokenStream {
    let has_rules = context.item.has_rules;
    let is_one_value = context.item.transparent || matches!(fields, Fields::Tuple(items) if items.len() == 1);
    let checks = fields.all().iter().map(|field| {
        let member = &field.member;
        let place = if is_one_value { quote!(at) } else { place(field, &quote!(at)) };
        let own = (has_rules && !field.rules.is_empty()).then(|| own_rules(field, &place));
        let inner = inner_rules(field, &quote!(&self.#member), &place);
        quote!(#own #inner)
    });
    let rules = has_rules.then(|| quote!(let rules = (&__wire::Probe(self)).rules();));
    let whole = if has_rules { quote!(rules.whole(at)) } else { quote!(::core::result::Result::Ok(())) };
    quote!(#rules #(#checks)* #whole)
}

fn own_rules(field: &Field, place: &TokenStream) -> TokenStream {
    let Member::Named(ident) = &field.member else { return quote!() };
    // validator names fields as they are written, `r#type` included.
    let name = ident.to_string();
    quote!(rules.field(#name, #place)?;)
}

fn inner_rules(field: &Field, value: &TokenStream, place: &TokenStream) -> Option<TokenStream> {
    has_parts(field).then(|| {
        let part = part(field);
        quote!((#part.rules)(#value, #place)?;)
    })
}

/// The place of a field inside the place `outer`.
fn place(field: &Field, outer: &TokenStream) -> TokenStream {
    match &field.member {
        _ if field.flatten => quote!(#outer),
        Member::Named(_) => {
            let name = &field.name;
            quote!(&#outer.field(#name))
        }
        Member::Unnamed(index) => {
            let index = index.index as usize;
            quote!(&#outer.index(#index))
        }
    }
}

fn of_variant(tagging: &Tagging, variant: &Variant) -> TokenStream {
    let (ident, name) = (&variant.ident, &variant.name);
    let outer = match tagging {
        Tagging::External => quote!((&at.field(#name))),
        Tagging::Adjacent { content, .. } => quote!((&at.field(#content))),
        Tagging::Internal { .. } | Tagging::Untagged => quote!(at),
    };
    let is_one_value = matches!(&variant.fields, Fields::Tuple(items) if items.len() == 1);
    let fields = variant.fields.all().iter().enumerate().filter(|(_, field)| has_parts(field));
    let (bindings, checks): (Vec<_>, Vec<_>) = fields
        .map(|(index, field)| {
            let (member, binding) = (&field.member, format_ident!("field_{index}"));
            let place = if is_one_value { outer.clone() } else { place(field, &outer) };
            (quote!(#member: ref #binding), inner_rules(field, &quote!(#binding), &place))
        })
        .unzip();
    quote!(Self::#ident { #(#bindings,)* .. } => { #(#checks)* })
}
