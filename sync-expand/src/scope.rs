//! `#[sync::scope]`: who may read and write the durable data of a page.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;
use sync_syntax::arguments::ScopeArguments;

use crate::handler::{
    HandlerMistakes, auth, function, is_another, last_word, pattern, result_arguments, return_span, returned,
};
use crate::room::NamedRule;

const SCOPE: NamedRule = NamedRule {
    function: "access",
    what: "the rule of a scope",
    of: "scope",
    shape: "write `pub async fn access(ctx: RoomCtx<'_>, list: &str) -> Result<Access, SyncError>`",
    invalid: "scope-forbidden",
};

/// Expands `#[sync::scope]` with the arguments `attribute` on the function `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function(&item, "#[sync::scope]", SCOPE.shape) {
        Ok(function) => function,
        Err(instead) => {
            let rule = implementation(None);
            return quote!(#instead #rule);
        }
    };
    let mut mistakes = HandlerMistakes::default();
    mistakes.add_scanned(&function.sig.ident);
    let arguments = mistakes.check(syn::parse2::<ScopeArguments>(attribute));
    check(&function, arguments.as_ref(), &mut mistakes);
    let rule = match &arguments {
        Some(arguments) if mistakes.is_empty() => implementation(Some((&function, arguments))),
        _ if is_another(&function, SCOPE.function) => TokenStream::new(),
        // Keeps the table and the page quiet while the rule is wrong: one mistake is one error.
        _ => implementation(None),
    };
    let errors = mistakes.compile_errors();
    quote!(#errors #function #rule)
}

fn check(function: &ItemFn, arguments: Option<&ScopeArguments>, mistakes: &mut HandlerMistakes) {
    let returns_access = returned(function)
        .and_then(result_arguments)
        .is_some_and(|(output, _)| last_word(output).is_some_and(|word| word == "Access"));
    if !returns_access {
        mistakes.add(return_span(function), "the rule of a scope returns `Result<Access, SyncError>`", SCOPE.shape);
    }
    SCOPE.check(function, arguments.map(|arguments| &arguments.pattern), mistakes);
}

/// Writes the rule, or one that opens nothing.
fn implementation(rule: Option<(&ItemFn, &ScopeArguments)>) -> TokenStream {
    let (names, auth, access) = match rule {
        Some((function, arguments)) => (
            pattern(&arguments.pattern),
            auth(arguments.auth.as_ref()),
            SCOPE.call(function, &arguments.pattern, &quote!(::sync::Access)),
        ),
        None => (
            quote!(::sync::__private::Pattern(&[])),
            quote!(::sync::Auth::login()),
            quote! {
                let _ = (ctx, parameters);
                ::std::boxed::Box::pin(::core::future::ready(::core::result::Result::Ok(::sync::Access::Read)))
            },
        ),
    };
    quote! {
        #[doc(hidden)]
        pub struct __Scope;

        /// The scopes of this page, among types.
        #[doc(hidden)]
        pub enum __Page {}

        impl ::sync::__private::ScopePage for __Page {
            const PATTERN: ::sync::__private::Pattern = #names;
        }

        impl ::sync::__private::ScopeRule<crate::SyncApp> for __Scope {
            fn pattern(&self) -> ::sync::__private::Pattern {
                <__Page as ::sync::__private::ScopePage>::PATTERN
            }

            fn auth(&self) -> ::sync::Auth<crate::SyncApp> {
                #auth
            }

            fn access<'a>(
                &'a self,
                ctx: ::sync::RoomCtx<'a, crate::SyncApp>,
                parameters: &'a [&'a str],
            ) -> ::sync::__private::BoxFuture<'a, ::core::result::Result<::sync::Access, ::sync::SyncError>> {
                #access
            }
        }
    }
}
