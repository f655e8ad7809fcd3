//! serde's derive, on a copy of the item.
//!
//! The copy exists for one reason: if a field cannot travel, its derived functions are not there, and [`Fallback`] takes their place, so
//! that the item still has both traits and the one error is about the field. The bounds that make them vanish hold
//! `for<'a>`, since the compiler looks at such bounds where they are used and not where they are written.
//!
//! [`Fallback`]: ../../../../sync/schema/macros/trait.Fallback.html

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Type, parse_quote};

use super::super::field_type;
use super::super::item::{Body, Default, Field, Fields, Tagging, Variant};
use super::Context;

pub(super) fn implementations(context: &Context<'_>) -> TokenStream {
    let copy = copy(context);
    let serialize = serialize(context);
    let deserialize = deserialize(context);
    quote!(#copy #serialize #deserialize)
}

fn serialize(context: &Context<'_>) -> TokenStream {
    let path = copy_path(context);
    context.implement(
        &quote!(__wire::serde::Serialize),
        &quote! {
            fn serialize<__S>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error>
            where
                __S: __wire::serde::Serializer,
            {
                #path::serialize(self, serializer)
            }
        },
    )
}

fn deserialize(context: &Context<'_>) -> TokenStream {
    let path = copy_path(context);
    // serde searches; how long, is counted.
    let deserializer =
        if context.is_untagged() { quote!(__wire::Measured(deserializer)) } else { quote!(deserializer) };
    let mut generics = context.generics.clone();
    generics.params.insert(0, parse_quote!('de));
    let (parameters, _, conditions) = generics.split_for_impl();
    let (_, arguments, _) = context.generics.split_for_impl();
    let ident = &context.input.ident;
    quote! {
        #[automatically_derived]
        impl #parameters __wire::serde::Deserialize<'de> for #ident #arguments #conditions {
            fn deserialize<__D>(deserializer: __D) -> ::core::result::Result<Self, __D::Error>
            where
                __D: __wire::serde::Deserializer<'de>,
            {
                #path::deserialize(#deserializer)
            }
        }
    }
}

pub(super) fn copy_path(context: &Context<'_>) -> TokenStream {
    let copy = &context.copy;
    let (_, arguments, _) = context.generics.split_for_impl();
    let arguments = arguments.as_turbofish();
    quote!(#copy #arguments)
}

fn copy(context: &Context<'_>) -> TokenStream {
    let Context { input, item, copy, .. } = context;
    let attributes = container_attributes(context);
    let generics = &input.generics;
    let conditions = &generics.where_clause;
    let definition = match &item.body {
        Body::Enum(_, variants) => {
            let variants = variants.iter().map(|variant| copied_variant(context, variant));
            quote!(enum #copy #generics #conditions { #(#variants),* })
        }
        Body::Struct(Fields::Unit) => quote!(struct #copy #generics #conditions;),
        Body::Struct(fields @ Fields::Tuple(_)) => {
            let fields = copied_fields(context, fields);
            quote!(struct #copy #generics #fields #conditions;)
        }
        Body::Struct(fields @ Fields::Named(_)) => {
            let fields = copied_fields(context, fields);
            quote!(struct #copy #generics #conditions #fields)
        }
    };
    quote! {
        #[derive(__wire::serde::Serialize, __wire::serde::Deserialize)]
        #attributes
        #definition
    }
}

fn container_attributes(context: &Context<'_>) -> TokenStream {
    let Context { input, item, .. } = context;
    let remote = input.ident.to_string();
    let bounds = bounds(context);
    let mut items = vec![
        quote!(crate = "::sync::schema::macros::serde"),
        quote!(remote = #remote),
        quote!(bound(serialize = #bounds, deserialize = #bounds)),
    ];
    if item.is_strict {
        items.push(quote!(deny_unknown_fields));
    }
    if item.transparent {
        items.push(quote!(transparent));
    }
    items.extend(item.default.as_ref().map(default));
    if let Body::Enum(tagging, _) = &item.body {
        match tagging {
            Tagging::External => {}
            Tagging::Internal { tag } => items.push(quote!(tag = #tag)),
            Tagging::Adjacent { tag, content } => items.push(quote!(tag = #tag, content = #content)),
            Tagging::Untagged => items.push(quote!(untagged)),
        }
    }
    quote!(#[serde(#(#items),*)])
}

fn default(default: &Default) -> TokenStream {
    match default {
        Default::Trait => quote!(default),
        Default::Function(path) => quote!(default = #path),
    }
}

/// The bounds of the derived functions, as serde takes them: a text.
fn bounds(context: &Context<'_>) -> String {
    let mut bounds: Vec<String> = Vec::new();
    if let Some(conditions) = &context.generics.where_clause {
        bounds.extend(conditions.predicates.iter().map(|predicate| predicate.to_token_stream().to_string()));
    }
    for field in context.fields().filter(|field| !field.skip && !field_type::is_plain(&field.ty)) {
        let ty = without_self(&field.ty, context).into_token_stream();
        let trait_name = travels(field);
        let bound = format!("for<'__travels> {ty}: __wire::{trait_name}<'__travels>");
        if !bounds.contains(&bound) {
            bounds.push(bound);
        }
    }
    bounds.join(", ")
}

/// The trait that says of the type of `field` that it travels.
pub(super) fn travels(field: &Field) -> Ident {
    let name = match field {
        Field { ts: Some(_), .. } => "TravelsAsForeign",
        Field { number: true, .. } => "TravelsAsNumber",
        _ => "Travels",
    };
    Ident::new(name, Span::call_site())
}

fn copied_variant(context: &Context<'_>, variant: &Variant) -> TokenStream {
    let Variant { ident, name, aliases, fields, .. } = variant;
    let fields = copied_fields(context, fields);
    quote!(#[serde(rename = #name #(, alias = #aliases)*)] #ident #fields)
}

fn copied_fields(context: &Context<'_>, fields: &Fields) -> TokenStream {
    let copied = fields.all().iter().map(|field| copied_field(context, field));
    match fields {
        Fields::Unit => quote!(),
        Fields::Tuple(_) => quote!((#(#copied),*)),
        Fields::Named(_) => quote!({ #(#copied),* }),
    }
}

fn copied_field(context: &Context<'_>, field: &Field) -> TokenStream {
    let ty = without_self(&field.ty, context);
    let syn::Member::Named(ident) = &field.member else { return quote!(#ty) };
    let attributes = field_attributes(field);
    // serde tells what it does not like at the beginning of the field.
    let at = Span::call_site().located_at(field.ty.span());
    quote_spanned!(at=> #[serde(#(#attributes),*)] #ident: #ty)
}

fn field_attributes(field: &Field) -> Vec<TokenStream> {
    if field.flatten {
        return vec![quote!(flatten)];
    }
    let Field { name, aliases, .. } = field;
    let mut items = vec![quote!(rename = #name)];
    items.extend(aliases.iter().map(|alias| quote!(alias = #alias)));
    items.extend(field.default.as_ref().map(default));
    items.extend(field.skip_serializing_if.as_ref().map(|path| quote!(skip_serializing_if = #path)));
    if field.skip {
        items.push(quote!(skip));
    }
    items
}

/// `Self` in the type of a field is the item, also in the copy.
pub(super) fn without_self(ty: &Type, context: &Context<'_>) -> Type {
    let (_, arguments, _) = context.generics.split_for_impl();
    let mut ty = ty.clone();
    SelfNamed { ident: &context.input.ident, arguments: arguments.to_token_stream() }.visit_type_mut(&mut ty);
    ty
}

struct SelfNamed<'a> {
    ident: &'a Ident,
    arguments: TokenStream,
}

impl VisitMut for SelfNamed<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::Path(path) if path.path.is_ident("Self")) {
            let Self { ident, arguments } = self;
            *ty = parse_quote!(#ident #arguments);
        }
        visit_mut::visit_type_mut(self, ty);
    }
}
