//! `sync::error!`: a code and its parameters.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, Lit, LitStr, Token};
use sync_syntax::error_code::{is_kebab_case, to_kebab_case};

struct ErrorInput {
    code: LitStr,
    parameters: Vec<(Ident, Expr)>,
}

impl Parse for ErrorInput {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            let what = "the code is written out, so that the front end and the translators know every code";
            return Err(mistake(input.span(), what, "write `sync::error!(\"game-full\", max = 4)`"));
        }
        let code: LitStr = input.parse()?;
        check_code(&code)?;
        let mut parameters = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>().map_err(|error| mistake(error.span(), &error.to_string(), PARAMETERS))?;
            if input.is_empty() {
                break;
            }
            if input.peek(Lit) {
                return Err(mistake(input.span(), "what follows the code has a name", PARAMETERS));
            }
            let name = input.call(Ident::parse_any)?;
            if !input.peek(Token![=]) {
                let help = format!("write `{name} = …`; {SENTENCE}");
                return Err(mistake(name.span(), &format!("`{name}` needs a value"), &help));
            }
            input.parse::<Token![=]>()?;
            parameters.push((name, input.parse()?));
        }
        Ok(Self { code, parameters })
    }
}

const PARAMETERS: &str = "write `, max = 4`; the sentence belongs in `locales/`, under the code";
const SENTENCE: &str = "the sentence belongs in `locales/`, under the code";

/// A code is also a Fluent message id and the key of a search: kebab case, nothing else.
fn check_code(code: &LitStr) -> syn::Result<()> {
    let text = code.value();
    if is_kebab_case(&text) {
        return Ok(());
    }
    let help = match to_kebab_case(&text) {
        Some(meant) => format!("write `{meant}`; {SENTENCE}"),
        None => "write lower-case words joined by `-`, such as `game-full`".to_owned(),
    };
    Err(mistake(code.span(), &format!("`{text}` is not an error code"), &help))
}

fn mistake(span: Span, what: &str, help: &str) -> syn::Error {
    syn::Error::new(span, format!("{what}\nhelp: {help}"))
}

/// Expands `sync::error!("code", name = value)`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(input: TokenStream) -> TokenStream {
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
