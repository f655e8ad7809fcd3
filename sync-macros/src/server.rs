//! `#[sync::server]`: `main` of a server file.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemFn, Type};
use sync_codegen::syntax::arguments::RouteArguments;

use crate::handler::{
    Mistakes, auth, borrowed, check_context, check_plain, docs, error_span, function, is_another, is_unit, options,
    output_type, parameters, parameters_span, result_arguments, return_span, returned,
};

const SHAPE: &str = "write `pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError>`";

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function(&item, "#[sync::server]", SHAPE) {
        Ok(function) => function,
        Err(instead) => {
            let handler = stand_in(None, None);
            return quote!(#instead #handler);
        }
    };
    let mut mistakes = Mistakes::default();
    mistakes.add_scanned(&function.sig.ident);
    let arguments = mistakes.check(syn::parse2::<RouteArguments>(attribute)).unwrap_or_default();
    let input = check(&function, &mut mistakes);
    let output = returned(&function).and_then(result_arguments).map(|(output, _)| output);
    let handler = if is_another(&function, "main") {
        TokenStream::new()
    } else if mistakes.is_empty() {
        implementation(&function, &arguments, input, output)
    } else {
        stand_in(input, output)
    };
    let errors = mistakes.compile_errors();
    quote!(#errors #function #handler)
}

/// Checks the signature, and returns the type of the input if there is one.
fn check<'f>(function: &'f ItemFn, mistakes: &mut Mistakes) -> Option<&'f Type> {
    check_plain(function, "main", mistakes);
    if function.sig.asyncness.is_none() {
        mistakes.add(function.sig.fn_token.span(), "the server handler is an `async fn`", "write `pub async fn main`");
    }
    let parameters = parameters(function);
    if parameters.is_empty() || parameters.len() > 2 {
        let what = format!("the server handler takes the context and the input, not {} parameters", parameters.len());
        mistakes.add(parameters_span(function, 2), what, SHAPE);
    }
    check_context(&parameters, "Ctx", mistakes);
    if returned(function).and_then(result_arguments).is_none() {
        mistakes.add(return_span(function), "the server handler returns a `Result`", SHAPE);
    }
    parameters.get(1).map(|input| borrowed(input, mistakes))
}

fn implementation(
    function: &ItemFn,
    arguments: &RouteArguments,
    input: Option<&Type>,
    output: Option<&Type>,
) -> TokenStream {
    let docs = docs(&function.attrs);
    let options = options(arguments);
    let auth = auth(arguments.auth.as_ref());
    let input_type = input.map_or_else(|| quote!(::sync::__private::Empty), |input| quote!(#input));
    let output_type = output.map_or_else(|| quote!(::sync::__private::Empty), output_type);
    let call = call(function, output.is_some_and(is_unit));
    let name = function.sig.ident.span();
    // The bounds on the future are reported here: at the name of the function, with a note on the very `.await`.
    let future = quote_spanned! {name=>
        impl ::core::future::Future<Output = ::core::result::Result<Self::Output, ::sync::SyncError>> + ::core::marker::Send + 'a
    };
    quote! {
        #[doc(hidden)]
        pub struct __Server;

        impl ::sync::__private::ServerHandler for __Server {
            type App = crate::SyncApp;
            type Input = #input_type;
            type Output = #output_type;
            const DOCS: &'static str = #docs;
            const OPTIONS: ::sync::__private::RouteOptions = #options;

            fn auth() -> ::sync::Auth<crate::SyncApp> {
                #auth
            }

            fn call<'a>(ctx: ::sync::Ctx<'a, crate::SyncApp>, input: &'a Self::Input) -> #future {
                #call
            }
        }
    }
}

/// Calls `main`; each argument stands at the user's parameter, the result at the user's return type.
fn call(function: &ItemFn, returns_unit: bool) -> TokenStream {
    let parameters = parameters(function);
    let arguments = parameters.iter().zip(["ctx", "input"]).map(|(parameter, name)| {
        let name = proc_macro2::Ident::new(name, parameter.span.resolved_at(proc_macro2::Span::call_site()));
        quote!(#name)
    });
    let arguments = quote!(#(#arguments),*);
    let name = &function.sig.ident;
    let returned = return_span(function).resolved_at(proc_macro2::Span::call_site());
    let value = if returns_unit { quote!(output.map(|()| ::sync::__private::Empty {})) } else { quote!(output) };
    let user_output = if returns_unit { quote!(()) } else { quote!(Self::Output) };
    let await_output = quote_spanned! {returned=>
        let output: ::core::result::Result<#user_output, _> = running.await;
    };
    let refusal = error_span(function).resolved_at(proc_macro2::Span::call_site());
    let answered = quote_spanned! {refusal=> ::sync::__private::answered(output) };
    quote! {
        async move {
            let _ = &input;
            let running = #name(#arguments);
            #await_output
            let output = #answered;
            #value
        }
    }
}

/// Keeps the table and the client file quiet while the handler is wrong: one mistake is one error.
fn stand_in(input: Option<&Type>, output: Option<&Type>) -> TokenStream {
    let input = input.map_or_else(|| quote!(::sync::__private::Empty), |input| quote!(#input));
    let output = output.map_or_else(|| quote!(::sync::__private::Empty), output_type);
    quote! {
        #[doc(hidden)]
        pub struct __Server;

        impl ::sync::__private::ServerHandler for __Server {
            type App = crate::SyncApp;
            type Input = #input;
            type Output = #output;
            const DOCS: &'static str = "";
            const OPTIONS: ::sync::__private::RouteOptions = ::sync::__private::RouteOptions::NONE;

            fn auth() -> ::sync::Auth<crate::SyncApp> {
                ::sync::Auth::login()
            }

            async fn call<'a>(
                _: ::sync::Ctx<'a, crate::SyncApp>,
                _: &'a Self::Input,
            ) -> ::core::result::Result<Self::Output, ::sync::SyncError> {
                ::core::result::Result::Err(::sync::SyncError::new("sync-server-failed"))
            }
        }
    }
}
