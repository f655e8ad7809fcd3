//! A `main` that runs once for a call and answers it.
//!
//! The attributes of such functions differ in their arguments; how the function looks, and how it is called, is the same for all of
//! them and stands here.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{ItemFn, Type};
use sync_syntax::handler_file::docs;

use crate::handler::{
    HandlerMistakes, borrowed, check_context, check_plain, error_span, function, is_another, is_unit, output_type,
    parameters, parameters_span, result_arguments, return_span, returned,
};

/// One attribute for such functions, whose arguments are `A`.
pub(crate) struct Once<A> {
    /// `#[sync::server]`
    pub(crate) attribute: &'static str,
    /// What the function is called in sentences: `the server handler`.
    pub(crate) what: &'static str,
    /// What to write, where the signature is wrong as a whole.
    pub(crate) shape: &'static str,
    /// Why the input is borrowed: `is shared with the filters`.
    pub(crate) input: &'static str,
    /// The type beside the function, which implements `ServerHandler`.
    pub(crate) handler: &'static str,
    /// What the file calls it for others, unless it has a type of that name.
    pub(crate) named: Option<&'static str>,
    /// Writes what the arguments say.
    pub(crate) said: fn(&A, takes_input: bool) -> Said,
}

/// The arguments of an attribute, as code.
pub(crate) struct Said {
    /// Who may call.
    pub(crate) auth: TokenStream,
    /// What else is asked of a caller, if anything; it takes the input if `main` does.
    pub(crate) check: TokenStream,
    /// The `RouteOptions`.
    pub(crate) options: TokenStream,
}

impl<A: Parse + Default> Once<A> {
    /// Expands the attribute; `check` looks for mistakes that only this one forbids.
    pub(crate) fn expand(
        &self,
        attribute: TokenStream,
        item: TokenStream,
        check: impl FnOnce(&ItemFn, &A, &mut HandlerMistakes),
    ) -> TokenStream {
        let function = match function(&item, self.attribute, self.shape) {
            Ok(function) => function,
            Err(instead) => {
                let handler = self.implementation(None, None, Main::stand_in());
                return quote!(#instead #handler);
            }
        };
        let mut mistakes = HandlerMistakes::default();
        mistakes.add_scanned(&function.sig.ident);
        let arguments = mistakes.check(syn::parse2::<A>(attribute)).unwrap_or_default();
        let input = self.check(&function, &mut mistakes);
        check(&function, &arguments, &mut mistakes);
        let output = returned(&function).and_then(result_arguments).map(|(output, _)| output);
        let handler = if is_another(&function, "main") {
            TokenStream::new()
        } else if mistakes.is_empty() {
            self.implementation(
                input,
                output,
                Main::of(&function, (self.said)(&arguments, input.is_some()), output.is_some_and(is_unit)),
            )
        } else {
            // Keeps the table and the file beside this one quiet while the handler is wrong: one mistake is one error.
            self.implementation(input, output, Main::stand_in())
        };
        let errors = mistakes.compile_errors();
        quote!(#errors #function #handler)
    }

    /// Checks the signature, and returns the type of the input if there is one.
    fn check<'f>(&self, function: &'f ItemFn, mistakes: &mut HandlerMistakes) -> Option<&'f Type> {
        let Self { what, shape, .. } = self;
        check_plain(function, "main", mistakes);
        if function.sig.asyncness.is_none() {
            mistakes.add(function.sig.fn_token.span(), format!("{what} is an `async fn`"), "write `pub async fn main`");
        }
        let parameters = parameters(function);
        if parameters.is_empty() || parameters.len() > 2 {
            let what = format!("{what} takes the context and the input, not {} parameters", parameters.len());
            mistakes.add(parameters_span(function, 2), what, shape);
        }
        check_context(&parameters, "Ctx", mistakes);
        if returned(function).and_then(result_arguments).is_none() {
            mistakes.add(return_span(function), format!("{what} returns a `Result`"), shape);
        }
        parameters.get(1).map(|input| borrowed(input, self.input, mistakes))
    }

    fn implementation(&self, input: Option<&Type>, output: Option<&Type>, main: Main) -> TokenStream {
        let handler = Ident::new(self.handler, Span::call_site());
        let named = self.named.map(|name| {
            let name = Ident::new(name, Span::call_site());
            quote! {
                #[doc(hidden)]
                pub mod __named {
                    pub use super::#handler as #name;
                }
                // A type of this name in the file takes its place.
                #[allow(unused_imports)]
                pub use __named::*;
            }
        });
        let input = input.map_or_else(|| quote!(::sync::__private::Empty), |input| quote!(#input));
        let output = output.map_or_else(|| quote!(::sync::__private::Empty), output_type);
        let Main { docs, said: Said { auth, check, options }, call, name } = main;
        // The bounds on the future are reported here: at the name of the function, with a note on the very `.await`.
        let future = quote_spanned! {name=>
            impl ::core::future::Future<Output = ::core::result::Result<Self::Output, ::sync::SyncError>> + ::core::marker::Send + 'a
        };
        quote! {
            // The file's own `ServerStream` takes its place, if there is one.
            #[allow(unused_imports)]
            use ::sync::__private::no_server_stream::*;

            #[doc(hidden)]
            pub struct #handler;

            #named

            impl ::sync::__private::ServerHandler for #handler {
                type App = crate::SyncApp;
                type Input = #input;
                type Output = #output;
                const DOCS: &'static str = #docs;
                const OPTIONS: ::sync::__private::RouteOptions = #options;
                const STREAM: ::core::option::Option<::sync::__private::ChunkType> =
                    <ServerStream as ::sync::__private::ServerChunk>::TYPE;

                fn auth() -> ::sync::Auth<crate::SyncApp> {
                    #auth
                }

                #check

                fn call<'a>(ctx: ::sync::Ctx<'a, crate::SyncApp>, input: &'a Self::Input) -> #future {
                    #call
                }
            }
        }
    }
}

/// What an implementation makes of the function.
struct Main {
    docs: String,
    said: Said,
    call: TokenStream,
    /// Where its name stands.
    name: Span,
}

impl Main {
    fn of(function: &ItemFn, said: Said, returns_unit: bool) -> Self {
        Self { docs: docs(&function.attrs), said, call: call(function, returns_unit), name: function.sig.ident.span() }
    }

    /// A handler that refuses: there is no other.
    fn stand_in() -> Self {
        let auth = quote!(::sync::Auth::login());
        let options = quote!(::sync::__private::RouteOptions::NONE);
        let call = quote! {
            let _ = (ctx, input);
            ::core::future::ready(::core::result::Result::Err(::sync::SyncError::new("sync-server-failed")))
        };
        Self {
            docs: String::new(),
            said: Said { auth, check: TokenStream::new(), options },
            call,
            name: Span::call_site(),
        }
    }
}

/// Calls `main`; each argument stands at the user's parameter, the result at the user's return type.
fn call(function: &ItemFn, returns_unit: bool) -> TokenStream {
    let parameters = parameters(function);
    let arguments = parameters.iter().zip(["ctx", "input"]).map(|(parameter, name)| {
        let name = Ident::new(name, parameter.span.resolved_at(Span::call_site()));
        quote!(#name)
    });
    let arguments = quote!(#(#arguments),*);
    let name = &function.sig.ident;
    let returned = return_span(function).resolved_at(Span::call_site());
    let value = if returns_unit { quote!(output.map(|()| ::sync::__private::Empty {})) } else { quote!(output) };
    let user_output = if returns_unit { quote!(()) } else { quote!(Self::Output) };
    let await_output = quote_spanned! {returned=>
        let output: ::core::result::Result<#user_output, _> = running.await;
    };
    let refusal = error_span(function).resolved_at(Span::call_site());
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
