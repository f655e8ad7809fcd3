//! `ts_rs::TS`: a wire type in somebody else's exports.
//!
//! The text is written from the model, when it is asked for; what the compiler has to know is which other types it refers to. It learns
//! that from a function of the copy that serde's derive runs on: like the derived ones it vanishes where a field cannot travel.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Meta, WherePredicate, parse_quote};

use super::super::field_type;
use super::super::item::{Body, Field, Fields};
use super::Context;
use super::serde::{copy_path, travels, without_self};

pub(super) fn implementation(context: &Context<'_>) -> TokenStream {
    let referring = || context.fields().filter(|field| refers(field));
    let mut generics = context.generics.clone();
    for field in referring() {
        let (ty, travels) = (without_self(&field.ty, context), travels(field));
        let bound: WherePredicate = parse_quote!(for<'__travels> #ty: __wire::#travels<'__travels>);
        generics.make_where_clause().predicates.push(bound);
    }
    let visits = referring().map(|field| {
        let (ty, travels) = (without_self(&field.ty, context), travels(field));
        quote!(<#ty as __wire::#travels<'_>>::visit(visitor);)
    });
    let (parameters, arguments, conditions) = generics.split_for_impl();
    let (copy, path, docs, is_enum) = (&context.copy, copy_path(context), &context.item.docs, is_enum(context));
    let implementation = context.implement(
        &quote!(__wire::ts_rs::TS),
        &quote! {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;
            const IS_ENUM: bool = #is_enum;
            fn docs() -> ::core::option::Option<::std::string::String> {
                __wire::ts::docs(#docs)
            }
            fn name(_: &__wire::ts_rs::Config) -> ::std::string::String {
                __wire::ts::name::<Self>()
            }
            fn inline(_: &__wire::ts_rs::Config) -> ::std::string::String {
                __wire::ts::inline::<Self>()
            }
            fn inline_flattened(config: &__wire::ts_rs::Config) -> ::std::string::String {
                ::std::format!("({})", <Self as __wire::ts_rs::TS>::inline(config))
            }
            fn decl(config: &__wire::ts_rs::Config) -> ::std::string::String {
                ::std::format!("type {} = {};", __wire::ts::name::<Self>(), <Self as __wire::ts_rs::TS>::inline(config))
            }
            fn decl_concrete(config: &__wire::ts_rs::Config) -> ::std::string::String {
                <Self as __wire::ts_rs::TS>::decl(config)
            }
            fn visit_dependencies(visitor: &mut impl __wire::ts_rs::TypeVisitor) {
                #path::visit_inside(visitor)
            }
            fn output_path() -> ::core::option::Option<::std::path::PathBuf> {
                ::core::option::Option::Some(::std::format!("{}.ts", __wire::ts::name::<Self>()).into())
            }
        },
    );
    let needs = context.fields().filter_map(|field| field.ts.as_ref()).map(needs_feature);
    quote! {
        ::sync::__if_ts_rs! {
            #implementation
            impl #parameters #copy #arguments #conditions {
                fn visit_inside(visitor: &mut impl __wire::ts_rs::TypeVisitor) {
                    #(#visits)*
                }
            }
        }
        #(::sync::__unless_ts_rs! { #needs })*
    }
}

/// What is said where the runtime has no ts-rs; the macro cannot know, since it may serve two runtimes in one build.
fn needs_feature(ts: &Meta) -> TokenStream {
    let what = "`#[wire(ts)]` needs the feature `ts-rs` of `sync`";
    let help = "write `sync = { …, features = [\"ts-rs\"] }` in the app's Cargo.toml";
    Error::new_spanned(ts, format!("{what}\nhelp: {help}")).to_compile_error()
}

/// Whether the type of the field may refer to others.
fn refers(field: &Field) -> bool {
    !field.skip && !field.number && !field_type::is_plain(&field.ty)
}

/// Whether the type is a choice of texts, which as keys of a map need not all be there.
fn is_enum(context: &Context<'_>) -> bool {
    let Body::Enum(_, variants) = &context.item.body else { return false };
    variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
}
