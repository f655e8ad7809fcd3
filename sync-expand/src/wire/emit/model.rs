//! `Wire` and what goes with it: the model of the type, and its rules.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::{Body, Field, Fields, Tagging, Variant, strings};
use super::super::parse::default_of;
use super::super::rules::Rule;
use super::{Context, part, rules};

pub(super) fn implementations(context: &Context<'_>) -> TokenStream {
    let shape = shape(context);
    let check_rules = rules::check_rules(context);
    let visit = visit();
    let wire = context.implement(&quote!(__wire::Wire), &quote!(#shape #check_rules #visit));
    let element = context.implement(&quote!(__wire::Element), &quote!());
    let flat = is_flat(context).then(|| context.implement(&quote!(__wire::Flat), &quote!()));
    let key = is_key(context).then(|| key(context));
    let untagged = context.is_untagged().then(|| untagged(context));
    quote!(#wire #element #flat #key #untagged)
}

/// Whether the JSON is an object in every case that serde can put into another one.
fn is_flat(context: &Context<'_>) -> bool {
    match &context.item.body {
        Body::Struct(Fields::Named(_)) => !context.item.transparent,
        Body::Struct(_) => false,
        Body::Enum(tagging, _) => *tagging != Tagging::Untagged,
    }
}

fn is_key(context: &Context<'_>) -> bool {
    let Body::Enum(Tagging::External, variants) = &context.item.body else { return false };
    context.input.generics.params.is_empty() && variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
}

/// What ts-rs is shown of a wire type: itself.
fn visit() -> TokenStream {
    quote! {
        ::sync::__if_ts_rs! {
            fn visit_ts(visitor: &mut impl __wire::ts_rs::TypeVisitor) {
                __wire::ts_rs::TypeVisitor::visit::<Self>(visitor);
            }
        }
    }
}

fn key(context: &Context<'_>) -> TokenStream {
    let visit = visit();
    let ident = &context.input.ident;
    quote! {
        impl<const WIDE: bool> __wire::Key<WIDE> for #ident {
            fn key(model: &mut __wire::Model) -> __wire::MapKey {
                __wire::enum_key::<Self>(model)
            }
            #visit
        }
    }
}

/// Says which variant a value is: what serde has read is asked, not foretold.
fn untagged(context: &Context<'_>) -> TokenStream {
    let Body::Enum(_, variants) = &context.item.body else { return quote!() };
    let arms = variants.iter().enumerate().map(|(index, Variant { ident, .. })| quote!(Self::#ident { .. } => #index));
    context.implement(
        &quote!(__wire::Untagged),
        &quote! {
            fn variant(&self) -> usize {
                match *self { #(#arms),* }
            }
        },
    )
}

fn shape(context: &Context<'_>) -> TokenStream {
    let body = match &context.item.body {
        Body::Struct(fields) => of_struct(context, fields),
        Body::Enum(tagging, variants) => {
            let tagging = self::tagging(tagging);
            let variants = variants.iter().map(|variant| self::variant(context, variant, tagging.1));
            let tagging = tagging.0;
            quote!(__wire::Body::Enum(#tagging, ::std::vec![#(#variants),*]))
        }
    };
    let (name, docs, rules) = (&context.item.name, &context.item.docs, strings(&context.item.rules));
    let define = if context.is_untagged() { quote!(define_untagged) } else { quote!(define) };
    quote! {
        fn shape(model: &mut __wire::Model) -> __wire::Shape {
            const ABOUT: __wire::About =
                __wire::About { name: #name, module: ::core::module_path!(), docs: #docs, rules: #rules };
            __wire::#define::<Self>(model, &ABOUT, |model| #body)
        }
    }
}

fn of_struct(context: &Context<'_>, fields: &Fields) -> TokenStream {
    match fields {
        Fields::Unit => quote!(__wire::Body::Alias(__wire::Shape::Null)),
        Fields::Named(fields) if context.item.transparent => alias(fields),
        Fields::Tuple(items) if items.len() == 1 => alias(items),
        Fields::Tuple(items) => {
            let items = shapes(items);
            quote!(__wire::Body::Alias(__wire::Shape::Tuple(#items)))
        }
        Fields::Named(fields) => {
            let fields = self::fields(context, fields);
            quote!(__wire::Body::Struct(#fields))
        }
    }
}

fn alias(fields: &[Field]) -> TokenStream {
    let shapes = fields.iter().map(shape_of);
    quote!(__wire::Body::Alias(#(#shapes)*))
}

fn shape_of(field: &Field) -> TokenStream {
    let part = part(field);
    quote!((#part.shape)(model))
}

fn shapes(fields: &[Field]) -> TokenStream {
    let shapes = fields.iter().map(shape_of);
    quote!(::std::vec![#(#shapes),*])
}

fn fields(context: &Context<'_>, fields: &[Field]) -> TokenStream {
    let fields = fields.iter().filter(|field| !field.skip).map(|field| {
        let called = called(&field.name, &field.aliases, &field.docs);
        let shape = shape_of(field);
        if field.flatten {
            return quote!(__wire::flattened(#called, #shape));
        }
        let default = default_of(field, context.item);
        let absence = match (&field.skip_serializing_if, default) {
            (Some(_), _) => quote!(Omittable),
            (None, Some(_)) => quote!(DefaultInInput),
            (None, None) => quote!(Required),
        };
        let plain = quote!(__wire::field(#called, __wire::Absence::#absence, #shape));
        let (default, rules) = (default.map(|default| default.text(field)), &field.rules);
        if default.is_none() && rules.is_empty() {
            return plain;
        }
        let (default, rules) = (default.unwrap_or_default(), rules.iter().map(Rule::expression));
        quote!(__wire::with_rules(#plain, #default, &[#(#rules),*]))
    });
    quote!(::std::vec![#(#fields),*])
}

fn called(name: &str, aliases: &[String], docs: &str) -> TokenStream {
    let aliases = strings(aliases);
    quote!(&__wire::Called { name: #name, aliases: #aliases, docs: #docs })
}

/// The tagging as an expression, and what asks that a value can stand beside the tag.
fn tagging(tagging: &Tagging) -> (TokenStream, bool) {
    match tagging {
        Tagging::External => (quote!(__wire::Tagging::External), false),
        Tagging::Internal { tag } => (quote!(__wire::Tagging::Internal { tag: #tag.into() }), true),
        Tagging::Adjacent { tag, content } => {
            (quote!(__wire::Tagging::Adjacent { tag: #tag.into(), content: #content.into() }), false)
        }
        Tagging::Untagged => (quote!(__wire::Tagging::Untagged), false),
    }
}

fn variant(context: &Context<'_>, variant: &Variant, is_beside_tag: bool) -> TokenStream {
    let called = called(&variant.name, &variant.aliases, &variant.docs);
    let body = match &variant.fields {
        Fields::Unit => quote!(Unit),
        Fields::Tuple(items) if items.len() == 1 && is_beside_tag => {
            let ty = &items[0].ty;
            quote!(Newtype((__wire::flat::<#ty>().shape)(model)))
        }
        Fields::Tuple(items) if items.len() == 1 => {
            let shapes = items.iter().map(shape_of);
            quote!(Newtype(#(#shapes)*))
        }
        Fields::Tuple(items) => {
            let items = shapes(items);
            quote!(Tuple(#items))
        }
        Fields::Named(fields) => {
            let fields = self::fields(context, fields);
            quote!(Struct(#fields))
        }
    };
    quote!(__wire::variant(#called, __wire::VariantBody::#body))
}
