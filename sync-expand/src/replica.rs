//! `#[sync::replica]`: which scopes a row of a table belongs to.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemFn, Type};

use crate::handler::{
    HandlerMistakes, borrowed, check_plain, function, is_another, parameters, parameters_span, return_span, returned,
    text,
};

const SHAPE: &str = "write `pub fn scopes(row: &Todo) -> impl IntoIterator<Item = Scope>`";

/// Expands `#[sync::replica]` with the arguments `attribute` on the function `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function(&item, "#[sync::replica]", SHAPE) {
        Ok(function) => function,
        Err(instead) => {
            let replica = implementation(None);
            return quote!(#instead #replica);
        }
    };
    let mut mistakes = HandlerMistakes::default();
    mistakes.add_scanned(&function.sig.ident);
    if !attribute.is_empty() {
        mistakes.add(attribute.span(), "`#[sync::replica]` takes no arguments", "remove what stands in the brackets");
    }
    let row = check(&function, &mut mistakes);
    let replica = match row {
        _ if is_another(&function, "scopes") => TokenStream::new(),
        Some(row) if mistakes.is_empty() => implementation(Some((&function, row))),
        // Keeps the table quiet while the replica is wrong: one mistake is one error.
        _ => implementation(None),
    };
    let errors = mistakes.compile_errors();
    quote!(#errors #function #replica)
}

/// Checks the signature, and returns the type of the row.
fn check<'f>(function: &'f ItemFn, mistakes: &mut HandlerMistakes) -> Option<&'f Type> {
    check_plain(function, "scopes", mistakes);
    if let Some(asyncness) = function.sig.asyncness {
        let help = "write `pub fn scopes`: what decides where a row belongs is in the row";
        mistakes.add(asyncness.span(), "a replica is asked for each row, and waits for nothing", help);
    }
    let parameters = parameters(function);
    if parameters.len() != 1 {
        let what = format!("a replica takes the row, not {} parameters", parameters.len());
        mistakes.add(parameters_span(function, 1), what, SHAPE);
    }
    if returned(function).is_none() {
        mistakes.add(return_span(function), "a replica returns the scopes of the row", SHAPE);
    }
    parameters.first().map(|row| borrowed(row, "is written where it belongs afterwards", mistakes))
}

/// Writes what the table needs, or one that nothing belongs to.
fn implementation(scopes: Option<(&ItemFn, &Type)>) -> TokenStream {
    let (row, source, call) = match scopes {
        Some((function, row)) => (quote!(#row), text(&function.to_token_stream()), call(function)),
        None => {
            let nowhere = quote! {
                let _ = row;
                ::std::vec::Vec::new()
            };
            (quote!(::sync::__private::NoRow), String::new(), nowhere)
        }
    };
    quote! {
        #[doc(hidden)]
        pub struct __Replica;

        impl ::sync::__private::ReplicaHandler for __Replica {
            type Row = #row;
            const SOURCE: &'static str = #source;

            fn scopes(row: &Self::Row) -> ::std::vec::Vec<::sync::Scope> {
                #call
            }
        }
    }
}

/// Calls the function; the argument stands at the user's parameter, the result at the user's return type.
fn call(function: &ItemFn) -> TokenStream {
    let call_site = Span::call_site();
    let row = parameters(function).first().map_or(call_site, |row| row.span.resolved_at(call_site));
    let row = Ident::new("row", row);
    let name = &function.sig.ident;
    let returned = return_span(function).resolved_at(call_site);
    quote_spanned! {returned=>
        let scopes = #name(#row);
        ::sync::__private::scopes_of(scopes)
    }
}
