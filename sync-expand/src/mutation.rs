//! `#[sync::mutation]`: a change of durable data that happens once.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemFn, Type};
use sync_syntax::arguments::MutationArguments;
use sync_syntax::handler_file::docs;

use crate::handler::{
    HandlerMistakes, Parameter, auth, borrowed, check_context, check_plain, error_span, function, is_another, is_unit,
    last_word, parameters, parameters_span, rate_limit, result_arguments, return_span, returned, timeout,
};

const SHAPE: &str = "write `pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError>`";

/// Expands `#[sync::mutation]` with the arguments `attribute` on the function `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function(&item, "#[sync::mutation]", SHAPE) {
        Ok(function) => function,
        Err(instead) => {
            let handler = implementation(None, None);
            return quote!(#instead #handler);
        }
    };
    let mut mistakes = HandlerMistakes::default();
    mistakes.add_scanned(&function.sig.ident);
    let arguments = mistakes.check(syn::parse2::<MutationArguments>(attribute)).unwrap_or_default();
    let args = check(&function, &mut mistakes);
    let handler = if is_another(&function, "main") {
        TokenStream::new()
    } else if mistakes.is_empty() {
        implementation(args, Some((&function, &arguments)))
    } else {
        // Keeps the table quiet while the mutation is wrong: one mistake is one error.
        implementation(args, None)
    };
    let errors = mistakes.compile_errors();
    quote!(#errors #function #handler)
}

/// Checks the signature, and returns the type of the arguments if there is one.
fn check<'f>(function: &'f ItemFn, mistakes: &mut HandlerMistakes) -> Option<&'f Type> {
    check_plain(function, "main", mistakes);
    if let Some(asyncness) = function.sig.asyncness {
        let help = "write `pub fn main`, and put what has to wait into `pub async fn prepare(ctx: Ctx<'_>, args: Args) -> Result<Args, SyncError>`";
        mistakes.add(asyncness.span(), "a mutation runs inside of a transaction, and waits for nothing", help);
    }
    let parameters = parameters(function);
    if parameters.len() < 2 || parameters.len() > 3 {
        let what = format!(
            "a mutation takes the transaction, the context and the arguments, not {} parameters",
            parameters.len()
        );
        mistakes.add(parameters_span(function, 3), what, SHAPE);
    }
    if let Some(first) = parameters.first().filter(|first| !is_tx(first)) {
        mistakes.add(first.ty.span(), "the first parameter is the transaction, `&mut`", "write `tx: &mut Tx<'_>`");
    }
    check_context(parameters.get(1..).unwrap_or_default(), "Ctx", mistakes);
    if !returned(function).and_then(result_arguments).is_some_and(|(output, _)| is_unit(output)) {
        mistakes.add(return_span(function), "a mutation returns `Result<(), SyncError>`", SHAPE);
    }
    parameters.get(2).map(|args| borrowed(args, "may be applied again", mistakes))
}

fn is_tx(parameter: &Parameter<'_>) -> bool {
    match parameter.ty {
        Type::Reference(reference) => {
            reference.mutability.is_some() && last_word(&reference.elem).is_some_and(|last| last == "Tx")
        }
        _ => false,
    }
}

/// Writes what the table needs, or one that refuses.
fn implementation(args: Option<&Type>, main: Option<(&ItemFn, &MutationArguments)>) -> TokenStream {
    let args = args.map_or_else(|| quote!(::sync::__private::Empty), |args| quote!(#args));
    let (docs, auth, options, apply, name) = match main {
        Some((function, arguments)) => {
            let name = function.sig.ident.span();
            (docs(&function.attrs), auth(arguments.auth.as_ref()), options(arguments), apply(function), name)
        }
        None => {
            let refused = quote! {
                let _ = (tx, ctx, args);
                ::core::result::Result::Err(::sync::SyncError::new("sync-server-failed"))
            };
            let (auth, options) = (quote!(::sync::Auth::login()), quote!(::sync::__private::RouteOptions::NONE));
            (String::new(), auth, options, refused, Span::call_site())
        }
    };
    // The bounds on the future of `prepare` are reported here.
    let future = quote_spanned! {name=>
        impl ::core::future::Future<Output = ::core::result::Result<Self::Args, ::sync::SyncError>> + ::core::marker::Send + 'a
    };
    quote! {
        // The file's own `prepare` takes its place, if there is one.
        #[allow(unused_imports)]
        use ::sync::__private::no_prepare::*;

        #[doc(hidden)]
        pub struct __Mutation;

        impl ::sync::__private::MutationHandler for __Mutation {
            type App = crate::SyncApp;
            type Page = super::super::_scope::__Page;
            type Args = #args;
            const DOCS: &'static str = #docs;
            const OPTIONS: ::sync::__private::RouteOptions = #options;

            fn auth() -> ::sync::Auth<crate::SyncApp> {
                #auth
            }

            fn prepare<'a>(ctx: ::sync::Ctx<'a, crate::SyncApp>, args: Self::Args) -> #future {
                async move {
                    let args: ::core::result::Result<Self::Args, _> = prepare(ctx, args).await;
                    ::sync::__private::answered(args)
                }
            }

            fn apply(
                tx: &mut ::sync::Tx<'_, Self::Page>,
                ctx: ::sync::Ctx<'_, crate::SyncApp>,
                args: &Self::Args,
            ) -> ::core::result::Result<(), ::sync::SyncError> {
                #apply
            }
        }
    }
}

fn options(arguments: &MutationArguments) -> TokenStream {
    let (timeout, rate_limit) = (timeout(arguments.timeout.as_ref()), rate_limit(arguments.rate_limit.as_ref()));
    quote! {
        ::sync::__private::RouteOptions {
            timeout: #timeout,
            rate_limit: #rate_limit,
            ..::sync::__private::RouteOptions::NONE
        }
    }
}

/// Calls `main`; each argument stands at the user's parameter, the result at the user's return type.
fn apply(function: &ItemFn) -> TokenStream {
    let parameters = parameters(function);
    let arguments = parameters.iter().zip(["tx", "ctx", "args"]).map(|(parameter, name)| {
        let name = Ident::new(name, parameter.span.resolved_at(Span::call_site()));
        quote!(#name)
    });
    let arguments = quote!(#(#arguments),*);
    let name = &function.sig.ident;
    let returned = return_span(function).resolved_at(Span::call_site());
    let output = quote_spanned! {returned=>
        let applied: ::core::result::Result<(), _> = #name(#arguments);
    };
    let refusal = error_span(function).resolved_at(Span::call_site());
    let answered = quote_spanned! {refusal=> ::sync::__private::answered(applied) };
    quote! {
        let _ = &args;
        #output
        #answered
    }
}
