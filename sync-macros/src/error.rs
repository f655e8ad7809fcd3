//! `sync::error!`: a code and its parameters.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Token};

struct ErrorInput {
    code: LitStr,
    parameters: Vec<(Ident, Expr)>,
}

impl Parse for ErrorInput {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            let what = "the code is written out, so that the front end and the translators know every code";
            return Err(input.error(format!("{what}\nhelp: write `sync::error!(\"game-full\", max = 4)`")));
        }
        let code: LitStr = input.parse()?;
        check_code(&code)?;
        let mut parameters = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>().map_err(|error| {
                let what = format!("`{name}` needs a value");
                syn::Error::new(
                    error.span(),
                    format!("{what}\nhelp: write `{name} = …`; a sentence belongs into `locales/`"),
                )
            })?;
            parameters.push((name, input.parse()?));
        }
        Ok(Self { code, parameters })
    }
}

/// A code is also a Fluent message id and the key of a search: kebab case, nothing else.
fn check_code(code: &LitStr) -> syn::Result<()> {
    let text = code.value();
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
    };
    if text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(word) {
        return Ok(());
    }
    let what = format!("`{text}` is not an error code");
    Err(syn::Error::new(code.span(), format!("{what}\nhelp: lower-case words joined by `-`, such as `game-full`")))
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let ErrorInput { code, parameters } = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => {
            // An expression of the right type beside the error, so that nothing else is wrong with the line.
            let error = error.to_compile_error();
            return quote!({ #error ::sync::SyncError::new("sync-server-failed") });
        }
    };
    let parameters = parameters.iter().map(|(name, value)| {
        let name = name.unraw().to_string();
        quote!(.param(#name, #value))
    });
    quote!(::sync::SyncError::new(#code) #(#parameters)*)
}
