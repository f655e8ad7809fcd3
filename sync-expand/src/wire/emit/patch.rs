//! `Patch`: how a change of a value is told.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse_quote;

use super::super::item::{Body, Field, Fields, Tagging, Variant};
use super::Context;

pub(super) fn implementation(context: &Context<'_>) -> TokenStream {
    let mut generics = context.generics.clone();
    let parameters: Vec<_> = context.input.generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    if !parameters.is_empty() {
        let bounds = parameters.iter().map(|ident| -> syn::WherePredicate { parse_quote!(#ident: __wire::Patch) });
        generics.make_where_clause().predicates.extend(bounds);
    }
    let context = Context { generics, copy: context.copy.clone(), ..*context };
    let arms = arms(&context);
    let same = arms.iter().map(|Arm { old, new, same, .. }| quote!((#old, #new) => #same));
    let diff = arms.iter().map(|Arm { old, new, diff, .. }| quote!((#old, #new) => #diff));
    // With one variant, there is no other.
    let (differs, replaced) = match &context.item.body {
        Body::Enum(_, variants) if variants.len() != 1 => {
            (quote!(_ => false), quote!(_ => __wire::diff_whole(old, new, false, out)))
        }
        _ => Default::default(),
    };
    context.implement(
        &quote!(__wire::Patch),
        &quote! {
            fn is_same(&self, other: &Self) -> bool {
                match (self, other) { #(#same,)* #differs }
            }

            fn diff(old: &mut Self, new: &Self, out: &mut __wire::PatchWriter) {
                match (&mut *old, new) { #(#diff,)* #replaced }
            }
        },
    )
}

/// Two values of one variant, or of the struct as if it were one.
struct Arm {
    old: TokenStream,
    new: TokenStream,
    same: TokenStream,
    diff: TokenStream,
}

fn arms(context: &Context<'_>) -> Vec<Arm> {
    match &context.item.body {
        Body::Struct(fields) => {
            let place = match fields {
                Fields::Tuple(items) if items.len() == 1 => Place::Here,
                Fields::Named(_) if context.item.transparent => Place::Here,
                _ => Place::Inside(Vec::new()),
            };
            vec![arm(&quote!(Self), fields, place)]
        }
        Body::Enum(tagging, variants) => variants.iter().map(|variant| of_variant(tagging, variant)).collect(),
    }
}

/// Where the fields stand in the JSON.
enum Place {
    /// The only one stands for the whole.
    Here,
    /// Each by its name, inside of these.
    Inside(Vec<String>),
    /// The only one stands inside of this.
    At(String),
    /// Which field is where cannot be said: the whole is told.
    Nowhere,
}

fn of_variant(tagging: &Tagging, variant: &Variant) -> Arm {
    let outside = match tagging {
        Tagging::External => Some(variant.name.clone()),
        Tagging::Adjacent { content, .. } => Some(content.clone()),
        Tagging::Internal { .. } => None,
        Tagging::Untagged => return arm_of(variant, Place::Nowhere),
    };
    let place = match (&variant.fields, outside) {
        (Fields::Tuple(items), Some(outside)) if items.len() == 1 => Place::At(outside),
        (Fields::Tuple(items), None) if items.len() == 1 => Place::Nowhere,
        (_, outside) => Place::Inside(outside.into_iter().collect()),
    };
    arm_of(variant, place)
}

fn arm_of(variant: &Variant, place: Place) -> Arm {
    let ident = &variant.ident;
    arm(&quote!(Self::#ident), &variant.fields, place)
}

fn arm(path: &TokenStream, fields: &Fields, place: Place) -> Arm {
    let all = fields.all();
    let members: Vec<_> = all.iter().map(|field| &field.member).collect();
    let olds: Vec<_> = (0..all.len()).map(|index| format_ident!("_old_{index}")).collect();
    let news: Vec<_> = (0..all.len()).map(|index| format_ident!("_new_{index}")).collect();
    let pairs = || all.iter().zip(olds.iter().zip(&news));
    let same = pairs().map(|(field, (old, new))| {
        let compared = compared(field);
        quote!((#compared.same)(#old, #new))
    });
    let same = same.reduce(|one, other| quote!(#one && #other)).unwrap_or_else(|| quote!(true));
    // What another field's names are, is not known here.
    let place = if all.iter().any(|field| field.flatten) { Place::Nowhere } else { place };
    let diff = match &place {
        Place::Nowhere => {
            quote!({
                let is_same = old.is_same(new);
                __wire::diff_whole(old, new, is_same, out);
            })
        }
        Place::Here => each(pairs(), |_, change| change),
        Place::At(outside) => each(pairs(), |_, change| inside(outside, &change)),
        Place::Inside(outside) => {
            let changes = each(pairs(), |field, change| inside(&field.name, &change));
            outside.iter().rev().fold(changes, |changes, outside| inside(outside, &changes))
        }
    };
    Arm { old: pattern(path, &members, &olds), new: pattern(path, &members, &news), same, diff }
}

fn pattern(path: &TokenStream, members: &[&syn::Member], bindings: &[syn::Ident]) -> TokenStream {
    quote!(#path { #(#members: #bindings),* })
}

fn inside(name: &str, change: &TokenStream) -> TokenStream {
    quote!(out.inside(#name, |out| #change))
}

/// Writes the changes of all fields; `at` puts each at its place.
fn each<'f>(
    pairs: impl Iterator<Item = (&'f Field, (&'f syn::Ident, &'f syn::Ident))>,
    at: impl Fn(&Field, TokenStream) -> TokenStream,
) -> TokenStream {
    let changes: Vec<_> = pairs.map(|(field, (old, new))| at(field, change(field, old, new))).collect();
    quote!({ #(#changes;)* })
}

fn change(field: &Field, old: &syn::Ident, new: &syn::Ident) -> TokenStream {
    let compared = compared(field);
    let Some(is_left_out) = &field.skip_serializing_if else { return quote!((#compared.diff)(#old, #new, out)) };
    let is_left_out: syn::Path = match is_left_out.parse() {
        Ok(path) => path,
        // serde's derive says so.
        Err(_) => return quote!(()),
    };
    quote! {
        match (#is_left_out(#old), #is_left_out(#new)) {
            (false, false) => (#compared.diff)(#old, #new, out),
            (was_left_out, is_left_out) => {
                if is_left_out && !was_left_out { out.remove(); }
                if was_left_out && !is_left_out { out.add(#new); }
                ::core::clone::Clone::clone_from(#old, #new);
            }
        }
    }
}

/// Asks how the type of a field is compared; the question stands at the type, where its answer is shown.
fn compared(field: &Field) -> TokenStream {
    let ty = &field.ty;
    match field {
        Field { ts: Some(_), .. } | Field { number: true, .. } => quote!(__wire::compared_as_text::<#ty>()),
        _ => quote!(__wire::compared::<#ty>()),
    }
}
