//! `Debug` and `Clone`, which ask of a field's type nothing but that it travels.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Member;
use syn::ext::IdentExt;

use super::super::field_type;
use super::super::item::{Body, Field, Fields};
use super::{Context, part};

pub(super) fn implementations(context: &Context<'_>) -> TokenStream {
    let arms = arms(context);
    let debug = arms.iter().map(|Arm { pattern, debug, .. }| quote!(#pattern => #debug));
    let clone = arms.iter().map(|Arm { pattern, clone, .. }| quote!(#pattern => #clone));
    let debug = context.implement(
        &quote!(::core::fmt::Debug),
        &quote! {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match *self { #(#debug),* }
            }
        },
    );
    let clone = context.implement(
        &quote!(::core::clone::Clone),
        &quote! {
            fn clone(&self) -> Self {
                match *self { #(#clone),* }
            }
        },
    );
    quote!(#debug #clone)
}

/// One variant, or the struct as if it were one.
struct Arm {
    pattern: TokenStream,
    debug: TokenStream,
    clone: TokenStream,
}

fn arms(context: &Context<'_>) -> Vec<Arm> {
    match &context.item.body {
        Body::Struct(fields) => vec![arm(&quote!(Self), &context.input.ident.unraw().to_string(), fields)],
        Body::Enum(_, variants) => variants
            .iter()
            .map(|variant| {
                let ident = &variant.ident;
                arm(&quote!(Self::#ident), &ident.unraw().to_string(), &variant.fields)
            })
            .collect(),
    }
}

fn arm(path: &TokenStream, name: &str, fields: &Fields) -> Arm {
    let all: Vec<_> = fields.all().iter().enumerate().collect();
    let members: Vec<_> = all.iter().map(|(_, field)| &field.member).collect();
    let bindings: Vec<_> = all.iter().map(|(index, _)| format_ident!("field_{index}")).collect();
    let shown: Vec<_> =
        all.iter().zip(&bindings).map(|((_, field), binding)| shown(field, &quote!(#binding))).collect();
    let cloned = all.iter().zip(&bindings).map(|((_, field), binding)| cloned(field, &quote!(#binding)));
    let debug = match fields {
        Fields::Unit => quote!(out.write_str(#name)),
        Fields::Tuple(_) => quote!(out.debug_tuple(#name)#(.field(#shown))*.finish()),
        Fields::Named(_) => {
            let names = all.iter().map(|(_, field)| rust_name(field));
            quote!(out.debug_struct(#name)#(.field(#names, #shown))*.finish())
        }
    };
    Arm {
        pattern: quote!(#path { #(#members: ref #bindings),* }),
        debug,
        clone: quote!(#path { #(#members: #cloned),* }),
    }
}

fn rust_name(field: &Field) -> String {
    match &field.member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

fn shown(field: &Field, value: &TokenStream) -> TokenStream {
    if field.skip || field_type::is_plain(&field.ty) {
        return value.clone();
    }
    let part = part(field);
    quote!((#part.debug)(#value))
}

fn cloned(field: &Field, value: &TokenStream) -> TokenStream {
    if field.skip || field_type::is_plain(&field.ty) {
        return quote!(::core::clone::Clone::clone(#value));
    }
    let part = part(field);
    quote!((#part.clone)(#value))
}
