//! From the model to tokens.

mod model;
mod patch;
mod rules;
mod serde;
mod traits;
mod ts;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Field as SynField, Generics, Ident, Token, Type, WherePredicate, parse_quote};

use super::field_type::{self, Use};
use super::item::{Body, Field, Item, Tagging};
use super::mistakes::WireMistakes;
use super::rules::without_nested;

/// Writes a correct item with all that makes it travel.
pub(super) fn item(input: &DeriveInput, item: &Item) -> TokenStream {
    let definition = definition(input, item.has_rules);
    let context = Context { input, item, generics: bounded(input, item), copy: format_ident!("__{}", input.ident) };
    let serde = serde::implementations(&context);
    let traits = traits::implementations(&context);
    let model = model::implementations(&context);
    let ts = ts::implementation(&context);
    let patch = item.has_patch.then(|| patch::implementation(&context));
    quote! {
        #definition
        #[doc(hidden)]
        #[allow(unused_imports, dead_code, deprecated, non_camel_case_types, non_local_definitions, unreachable_code)]
        #[allow(clippy::all)]
        const _: () = {
            use ::sync::schema::macros::{self as __wire, ByRules as _, Fallback as _, WithoutRules as _};
            #serde
            #traits
            #model
            #ts
            #patch
        };
    }
}

/// What all parts of the expansion know.
struct Context<'a> {
    input: &'a DeriveInput,
    item: &'a Item,
    /// The generics of the item with the bounds that travelling needs.
    generics: Generics,
    /// The name of the copy on which serde's derive runs.
    copy: Ident,
}

impl Context<'_> {
    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.item.fields()
    }

    /// Whether it is an enum whose JSON does not say which variant it is.
    fn is_untagged(&self) -> bool {
        matches!(self.item.body, Body::Enum(Tagging::Untagged, _))
    }

    /// Writes an implementation of the trait for the item.
    fn implement(&self, what: &TokenStream, body: &TokenStream) -> TokenStream {
        let (parameters, arguments, conditions) = self.generics.split_for_impl();
        let ident = &self.input.ident;
        quote! {
            #[automatically_derived]
            impl #parameters #what for #ident #arguments #conditions { #body }
        }
    }
}

/// Writes what the generated code needs of the type of `field`; the question stands at the type, where its answer is shown.
fn part(field: &Field) -> TokenStream {
    let ty = &field.ty;
    match field {
        Field { ts: Some(_), .. } => quote!(__wire::foreign::<#ty>()),
        Field { number: true, .. } => quote!(__wire::number::<#ty>()),
        Field { flatten: true, .. } => quote!(__wire::flat::<#ty>()),
        _ => quote!(__wire::part::<#ty>()),
    }
}

/// Adds to the parameters of the item what their use in its fields asks of them.
fn bounded(input: &DeriveInput, item: &Item) -> Generics {
    let mut generics = input.generics.clone();
    let context = Context { input, item, generics: Generics::default(), copy: input.ident.clone() };
    let mut bounds: Vec<WherePredicate> = Vec::new();
    for parameter in input.generics.type_params() {
        let ident = &parameter.ident;
        let uses = context.fields().filter_map(|field| field_type::usage(&field.ty, ident, field.flatten));
        let bounds_of_use: Vec<_> = uses.collect();
        if bounds_of_use.contains(&Use::Flattened) {
            bounds.push(parse_quote!(#ident: ::sync::schema::Flat));
        }
        bounds.push(match bounds_of_use.contains(&Use::Inside) {
            true => parse_quote!(#ident: ::sync::schema::Element),
            false => parse_quote!(#ident: ::sync::schema::Wire),
        });
    }
    for field in context.fields() {
        let arrays = field_type::generic_arrays(&field.ty, &input.generics);
        bounds.extend(arrays.into_iter().map(|array| -> WherePredicate { parse_quote!(#array: ::sync::schema::Wire) }));
    }
    if !bounds.is_empty() {
        generics.make_where_clause().predicates.extend(bounds);
    }
    generics
}

/// The item as the user wrote it, without what was meant for us.
fn definition(input: &DeriveInput, has_rules: bool) -> TokenStream {
    let mut input = input.clone();
    let first_rule = has_rules.then(|| first_rule(&input)).flatten();
    input.attrs = kept(&input.attrs, has_rules);
    each_field(&mut input.data, |field| field.attrs = kept(&field.attrs, has_rules));
    if let Data::Enum(data) = &mut input.data {
        data.variants.iter_mut().for_each(|variant| variant.attrs = kept(&variant.attrs, false));
    }
    let rules = first_rule.map(|rule| {
        // validator tells what it does not like at the place of its own name.
        let at = Span::call_site().located_at(rule.span());
        quote_spanned! {at=>
            #[derive(::sync::schema::macros::validator::Validate)]
            #[validate(crate = "::sync::schema::macros::validator")]
        }
    });
    quote!(#rules #input)
}

fn first_rule(input: &DeriveInput) -> Option<Attribute> {
    let is_rule = |attribute: &&Attribute| attribute.path().is_ident("validate");
    let Data::Struct(data) = &input.data else { return None };
    let of_fields = data.fields.iter().flat_map(|field| &field.attrs);
    of_fields.chain(&input.attrs).find(is_rule).cloned()
}

fn each_field(data: &mut Data, mut change: impl FnMut(&mut SynField)) {
    match data {
        Data::Struct(data) => data.fields.iter_mut().for_each(change),
        Data::Enum(data) => {
            data.variants.iter_mut().flat_map(|variant| variant.fields.iter_mut()).for_each(&mut change)
        }
        Data::Union(_) => {}
    }
}

fn kept(attributes: &[Attribute], with_rules: bool) -> Vec<Attribute> {
    let kept = |attribute: &Attribute| {
        let path = attribute.path();
        if path.is_ident("serde") || path.is_ident("wire") {
            None
        } else if path.is_ident("validate") {
            without_nested(attribute).filter(|_| with_rules)
        } else if path.is_ident("derive") {
            without_ours(attribute)
        } else {
            Some(attribute.clone())
        }
    };
    attributes.iter().filter_map(kept).collect()
}

/// The derive without the traits that `#[wire]` implements.
fn without_ours(attribute: &Attribute) -> Option<Attribute> {
    const OURS: [&str; 5] = ["Debug", "Clone", "Serialize", "Deserialize", "Validate"];
    let derives = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
    let Ok(derives) = derives else { return Some(attribute.clone()) };
    let is_ours =
        |path: &syn::Path| path.segments.last().is_some_and(|last| OURS.iter().any(|ours| last.ident == ours));
    let others: Vec<_> = derives.into_iter().filter(|path| !is_ours(path)).collect();
    (!others.is_empty()).then(|| parse_quote!(#[derive(#(#others),*)]))
}

/// Writes the item and, beside the mistakes, traits that never run: nothing that uses the type gets an error of its own.
pub(super) fn stand_in(input: &DeriveInput, mistakes: WireMistakes) -> TokenStream {
    let mut input = input.clone();
    each_field(&mut input.data, |field| field_type::make_sendable(&mut field.ty));
    let definition = definition(&input, false);
    let errors = mistakes.into_tokens();
    let mut generics = input.generics.clone();
    generics.type_params_mut().for_each(|parameter| {
        parameter.bounds.push(parse_quote!(::sync::schema::Element));
        parameter.default = None;
    });
    let traits = stand_in_traits(&input.ident, &generics);
    quote!(#errors #definition #traits)
}

fn stand_in_traits(ident: &Ident, generics: &Generics) -> TokenStream {
    let never = quote!({ ::core::unreachable!() });
    let lifetimes = generics.lifetimes().count();
    let (parameters, conditions) = (generics.params.iter(), &generics.where_clause);
    // What travels owns its data, so of a type with lifetimes only the `'static` one can stand in.
    let parameters: Vec<_> =
        parameters.filter(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_))).collect();
    let statics = (0..lifetimes).map(|_| quote!('static));
    let names = generics.params.iter().filter_map(|parameter| match parameter {
        syn::GenericParam::Lifetime(_) => None,
        syn::GenericParam::Type(parameter) => Some(&parameter.ident),
        syn::GenericParam::Const(parameter) => Some(&parameter.ident),
    });
    let arguments: Vec<_> = statics.chain(names.map(|name| quote!(#name))).collect();
    let ty: Type = parse_quote!(#ident <#(#arguments),*>);
    quote! {
        #[allow(unused, clippy::all)]
        const _: () = {
            use ::sync::schema::macros::{self as __wire, serde};
            impl<#(#parameters),*> ::core::fmt::Debug for #ty #conditions {
                fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result #never
            }
            impl<#(#parameters),*> ::core::clone::Clone for #ty #conditions {
                fn clone(&self) -> Self #never
            }
            impl<#(#parameters),*> serde::Serialize for #ty #conditions {
                fn serialize<__S: serde::Serializer>(&self, _: __S) -> ::core::result::Result<__S::Ok, __S::Error> #never
            }
            impl<'de, #(#parameters),*> serde::Deserialize<'de> for #ty #conditions {
                fn deserialize<__D: serde::Deserializer<'de>>(_: __D) -> ::core::result::Result<Self, __D::Error> #never
            }
            impl<#(#parameters),*> __wire::Wire for #ty #conditions {
                fn shape(_: &mut __wire::Model) -> __wire::Shape #never
            }
            impl<#(#parameters),*> __wire::Element for #ty #conditions {}
            impl<#(#parameters),*> __wire::Patch for #ty #conditions {
                fn is_same(&self, _: &Self) -> bool #never
                fn diff(_: &mut Self, _: &Self, _: &mut __wire::PatchWriter) #never
            }
            impl<#(#parameters),*> __wire::Flat for #ty #conditions {}
            impl<const WIDE: bool, #(#parameters),*> __wire::Key<WIDE> for #ty #conditions {
                fn key(_: &mut __wire::Model) -> __wire::MapKey #never
            }
            ::sync::__if_ts_rs! {
                impl<#(#parameters),*> __wire::ts_rs::TS for #ty #conditions {
                    type WithoutGenerics = Self;
                    type OptionInnerType = Self;
                    fn name(_: &__wire::ts_rs::Config) -> ::std::string::String #never
                    fn inline(_: &__wire::ts_rs::Config) -> ::std::string::String #never
                }
            }
        };
    }
}
