//! `#[sync::room]`: the rule of a page's rooms.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemFn, Type};
use sync_syntax::arguments::{History, Hook, RoomArguments, Send};
use sync_syntax::pattern::Pattern;

use crate::handler::{
    HandlerMistakes, Parameter, auth, check_context, check_plain, duration, error_span, function, is_another, is_unit,
    parameters, parameters_span, pattern, result_arguments, return_span, returned, text,
};

const SHAPE: &str = "write `pub async fn join(ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError>`";

/// Expands `#[sync::room]` with the arguments `attribute` on the function `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function(&item, "#[sync::room]", SHAPE) {
        Ok(function) => function,
        Err(instead) => {
            let handler = implementation(Rule::stand_in());
            return quote!(#instead #handler);
        }
    };
    let mut mistakes = HandlerMistakes::default();
    mistakes.add_scanned(&function.sig.ident);
    let arguments = mistakes.check(syn::parse2::<RoomArguments>(attribute));
    check(&function, arguments.as_ref(), &mut mistakes);
    let rule = match &arguments {
        Some(arguments) if mistakes.is_empty() => implementation(Rule::of(&function, arguments)),
        _ if is_another(&function, "join") => TokenStream::new(),
        // Keeps the table quiet while the rule is wrong: one mistake is one error.
        _ => implementation(Rule::stand_in()),
    };
    let errors = mistakes.compile_errors();
    quote!(#errors #function #rule)
}

fn check(function: &ItemFn, arguments: Option<&RoomArguments>, mistakes: &mut HandlerMistakes) {
    let returns_unit = returned(function).and_then(result_arguments).is_some_and(|(output, _)| is_unit(output));
    if !returns_unit {
        mistakes.add(return_span(function), "the rule of a room returns `Result<(), SyncError>`", SHAPE);
    }
    ROOM.check(function, arguments.map(|arguments| &arguments.pattern), mistakes);
}

/// A function that is asked about the names of a pattern.
pub(crate) struct NamedRule {
    /// What the function is called.
    pub(crate) function: &'static str,
    /// What it is called in sentences: `the rule of a room`.
    pub(crate) what: &'static str,
    /// What has such names: `room`.
    pub(crate) of: &'static str,
    /// What to write, where the signature is wrong as a whole.
    pub(crate) shape: &'static str,
    /// What is told of a name whose part is not of its type.
    pub(crate) invalid: &'static str,
}

const ROOM: NamedRule =
    NamedRule { function: "join", what: "the rule of a room", of: "room", shape: SHAPE, invalid: "room-invalid" };

impl NamedRule {
    /// Checks the signature but for what the function returns.
    pub(crate) fn check(&self, function: &ItemFn, pattern: Option<&Pattern>, mistakes: &mut HandlerMistakes) {
        let Self { function: name, what, of, shape, .. } = self;
        check_plain(function, name, mistakes);
        if function.sig.asyncness.is_none() {
            mistakes.add(function.sig.fn_token.span(), format!("{what} is an `async fn`"), shape);
        }
        let parameters = parameters(function);
        if parameters.is_empty() {
            mistakes.add(parameters_span(function, 0), format!("{what} takes the context"), shape);
        }
        check_context(&parameters, "RoomCtx", mistakes);
        let Some(pattern) = pattern else { return };
        for parameter in parameters.iter().skip(1) {
            if place(parameter, pattern).is_none() {
                let name = parameter.name.map_or_else(|| "_".to_owned(), ToString::to_string);
                let what = format!("`{name}` is not a parameter of the {of} pattern");
                mistakes.add(parameter.span, what, known_parameters(pattern));
            } else if let Type::Reference(reference) = parameter.ty
                && !is_str(&reference.elem)
            {
                let what = format!("only a text can be borrowed from the name of a {of}");
                mistakes.add(parameter.ty.span(), what, format!("write `{}`, without `&`", text(&reference.elem)));
            }
        }
    }

    /// Calls the function, which returns a `Result` of `output`; each argument stands at the user's parameter, the result at the user's
    /// return type.
    pub(crate) fn call(&self, function: &ItemFn, pattern: &Pattern, output: &TokenStream) -> TokenStream {
        let parameters = parameters(function);
        let values = parameters.iter().skip(1).map(|parameter| self.value(parameter, pattern));
        let call_site = Span::call_site();
        let ctx = parameters.first().map_or(call_site, |first| first.span.resolved_at(call_site));
        let ctx = Ident::new("ctx", ctx);
        let name = &function.sig.ident;
        let returned = return_span(function).resolved_at(call_site);
        let call = quote_spanned! {returned=>
            let answer: ::core::result::Result<#output, _> = asking.await;
        };
        let refusal = error_span(function).resolved_at(call_site);
        let answered = quote_spanned! {refusal=> ::sync::__private::answered(answer) };
        let boxed = quote_spanned! {name.span().resolved_at(call_site)=> ::std::boxed::Box::pin(deciding) };
        quote! {
            let deciding = async move {
                let _ = parameters;
                let asking = #name(#ctx, #(#values),*);
                #call
                #answered
            };
            #boxed
        }
    }

    /// Writes one argument: the text itself, or what it is parsed to.
    fn value(&self, parameter: &Parameter<'_>, pattern: &Pattern) -> TokenStream {
        let index = place(parameter, pattern).unwrap_or_default();
        let span = parameter.ty.span().resolved_at(Span::call_site());
        let (ty, invalid) = (parameter.ty, self.invalid);
        if matches!(ty, Type::Reference(_)) {
            return quote_spanned!(span=> parameters[#index]);
        }
        quote_spanned! {span=>
            match <#ty as ::sync::__private::RoomParameter>::read(parameters[#index]) {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => {
                    return ::core::result::Result::Err(::sync::SyncError::new(#invalid));
                }
            }
        }
    }
}

fn known_parameters(pattern: &Pattern) -> String {
    let names: Vec<_> = pattern.parameters().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return "remove it: the pattern has no parameters in braces".to_owned();
    }
    format!("the pattern has {}", names.join(", "))
}

/// Returns which parameter of the pattern an argument is, counted from 0.
fn place(parameter: &Parameter<'_>, pattern: &Pattern) -> Option<usize> {
    let name = parameter.name?.to_string();
    pattern.parameters().position(|known| known == name || name.strip_prefix('_') == Some(known))
}

/// What an implementation makes of the function.
struct Rule {
    /// The names that it opens.
    pattern: TokenStream,
    /// What makes such a name.
    name: TokenStream,
    auth: TokenStream,
    anyone: bool,
    presence: TokenStream,
    history: TokenStream,
    join: TokenStream,
    hooks: TokenStream,
}

impl Rule {
    fn of(function: &ItemFn, arguments: &RoomArguments) -> Self {
        Self {
            pattern: pattern(&arguments.pattern),
            name: name(&arguments.pattern),
            auth: auth(arguments.auth.as_ref()),
            anyone: matches!(arguments.send, Some(Send::Anyone(_))),
            presence: presence(arguments),
            history: history(arguments.history.as_ref()),
            join: ROOM.call(function, &arguments.pattern, &quote!(())),
            hooks: hooks(function, arguments),
        }
    }

    /// A rule that opens nothing.
    fn stand_in() -> Self {
        let join = quote! {
            let _ = (ctx, parameters);
            ::std::boxed::Box::pin(::core::future::ready(::core::result::Result::Ok(())))
        };
        Self {
            pattern: quote!(::sync::__private::Pattern(&[])),
            name: TokenStream::new(),
            auth: quote!(::sync::Auth::login()),
            anyone: false,
            presence: TokenStream::new(),
            history: TokenStream::new(),
            join,
            hooks: TokenStream::new(),
        }
    }
}

/// Writes the function that makes a name of such a room.
fn name(pattern: &Pattern) -> TokenStream {
    let parameters: Vec<_> = pattern.parameters().map(|name| Ident::new(name, Span::call_site())).collect();
    let docs =
        format!("Returns the name of the room `{pattern}`; `room-invalid` for a value that cannot stand in one.");
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        pub fn room_name(
            #(#parameters: impl ::core::fmt::Display),*
        ) -> ::core::result::Result<::sync::RoomOf<__Room>, ::sync::SyncError> {
            ::sync::RoomOf::<__Room>::new::<crate::SyncApp>(&__Room, &[#(&#parameters),*])
        }
    }
}

/// Writes that members can see who is there; nothing where they cannot.
fn presence(arguments: &RoomArguments) -> TokenStream {
    if arguments.presence.is_none() {
        return TokenStream::new();
    }
    quote! {
        fn has_presence(&self) -> bool {
            true
        }
    }
}

/// Writes how events are kept; nothing where the configuration says that.
fn history(history: Option<&History>) -> TokenStream {
    let keep = match history {
        None => return TokenStream::new(),
        Some(History::None(_)) => quote!(For(::core::time::Duration::ZERO)),
        Some(History::Age(age)) => {
            let age = duration(age);
            quote!(For(#age))
        }
        Some(History::Durable(_)) => quote!(Durably),
    };
    quote! {
        fn history(&self) -> ::sync::__private::Keep {
            ::sync::__private::Keep::#keep
        }
    }
}

/// Writes what the rule does when somebody has left; nothing where it does nothing.
fn hooks(function: &ItemFn, arguments: &RoomArguments) -> TokenStream {
    let given = [("leave", &arguments.leave), ("empty", &arguments.empty)];
    let written: Vec<_> = given
        .into_iter()
        .filter_map(|(name, hook)| Some(self::hook(name, hook.as_ref()?, function, arguments)))
        .collect();
    if written.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn has_hooks(&self) -> bool {
            true
        }

        #(#written)*
    }
}

/// Calls a hook with what `join` takes. What is wrong with it is told where the argument names it.
fn hook(name: &str, Hook(path): &Hook, function: &ItemFn, arguments: &RoomArguments) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    let span = path.span().resolved_at(Span::call_site());
    let parameters = parameters(function);
    let values = parameters.iter().skip(1).map(|parameter| ROOM.value(parameter, &arguments.pattern));
    let call = quote_spanned! {span=>
        let done: ::core::result::Result<(), _> = #path(ctx, #(#values),*).await;
        ::sync::__private::answered(done)
    };
    let boxed = quote_spanned! {span=> ::std::boxed::Box::pin(doing) };
    quote! {
        fn #name<'a>(
            &'a self,
            ctx: ::sync::RoomCtx<'a, crate::SyncApp>,
            parameters: &'a [&'a str],
        ) -> ::core::option::Option<
            ::sync::__private::BoxFuture<'a, ::core::result::Result<(), ::sync::SyncError>>,
        > {
            let doing = async move {
                let _ = parameters;
                #call
            };
            ::core::option::Option::Some(#boxed)
        }
    }
}

fn implementation(rule: Rule) -> TokenStream {
    let Rule { pattern, name, auth, anyone, presence, history, join, hooks } = rule;
    quote! {
        #[doc(hidden)]
        pub struct __Room;

        impl ::sync::__private::RoomRule<crate::SyncApp> for __Room {
            fn pattern(&self) -> ::sync::__private::Pattern {
                #pattern
            }

            fn auth(&self) -> ::sync::Auth<crate::SyncApp> {
                #auth
            }

            fn anyone_may_send(&self) -> bool {
                #anyone
            }

            #presence

            #history

            fn join<'a>(
                &'a self,
                ctx: ::sync::RoomCtx<'a, crate::SyncApp>,
                parameters: &'a [&'a str],
            ) -> ::sync::__private::BoxFuture<'a, ::core::result::Result<(), ::sync::SyncError>> {
                #join
            }

            #hooks
        }

        #name
    }
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "str"))
}
