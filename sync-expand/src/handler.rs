//! What the attributes for functions have in common.

use std::path::PathBuf;

use crate::scanned::scanned;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, GenericArgument, Ident, Item, ItemFn, Pat, PathArguments, ReturnType, Type};
use sync_syntax::arguments::{AuthArgument, Check, RateLimit, RateLimitArgument, RoomKind, RouteArguments, Timeout};
use sync_syntax::handler_file::HandlerFile;
use sync_syntax::pattern::{Pattern, Segment};

/// Collects the mistakes of one item, so that all are told at once.
#[derive(Default)]
pub(crate) struct HandlerMistakes(Vec<syn::Error>);

impl HandlerMistakes {
    /// Adds a mistake: what is wrong at `span`, and what to do.
    pub(crate) fn add(&mut self, span: Span, what: impl std::fmt::Display, help: impl std::fmt::Display) {
        self.0.push(syn::Error::new(span, format!("{what}\nhelp: {help}")));
    }

    /// Adds a mistake of all `tokens`.
    pub(crate) fn add_at(
        &mut self,
        tokens: impl quote::ToTokens,
        what: impl std::fmt::Display,
        help: impl std::fmt::Display,
    ) {
        self.0.push(syn::Error::new_spanned(tokens, format!("{what}\nhelp: {help}")));
    }

    /// Takes the value, or notes why there is none.
    pub(crate) fn check<T>(&mut self, value: syn::Result<T>) -> Option<T> {
        value.map_err(|error| self.0.push(error)).ok()
    }

    /// Adds what the scanner found out about the function `name` of this file; the attribute speaks for it.
    pub(crate) fn add_scanned(&mut self, name: &Ident) {
        self.0.extend(scanned(&name.to_string(), &TokenStream::new()));
    }

    /// Returns whether one of them names the item `name`.
    fn mention(&self, name: &Ident) -> bool {
        self.0.iter().any(|error| error.to_string().contains(&format!("`{name}`")))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn compile_errors(&self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// Returns the file that the attribute stands in, where the compiler tells it.
pub(crate) fn local_file() -> Option<PathBuf> {
    Span::call_site().local_file()
}

/// One parameter of a handler: a name to point at, and its type.
pub(crate) struct Parameter<'f> {
    pub(crate) span: Span,
    pub(crate) name: Option<&'f Ident>,
    pub(crate) ty: &'f Type,
}

/// Returns the parameters of a function, without `self`.
pub(crate) fn parameters(function: &ItemFn) -> Vec<Parameter<'_>> {
    let typed = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed
        .map(|typed| {
            let name = match &*typed.pat {
                Pat::Ident(pattern) => Some(&pattern.ident),
                _ => None,
            };
            Parameter { span: typed.pat.span(), name, ty: &typed.ty }
        })
        .collect()
}

/// Returns the function that an attribute stands on, or what to expand to instead, besides what keeps the table quiet.
pub(crate) fn function(item: &TokenStream, attribute: &str, shape: &str) -> Result<ItemFn, TokenStream> {
    syn::parse2(item.clone()).map_err(|error| {
        let error = match syn::parse2::<Item>(item.clone()) {
            Ok(Item::Fn(_)) | Err(_) => error,
            Ok(_) => syn::Error::new(error.span(), format!("`{attribute}` goes on a function\nhelp: {shape}")),
        };
        let error = error.to_compile_error();
        quote!(#error #item)
    })
}

/// Checks what holds for every handler: its name, and that it is not generic.
pub(crate) fn check_plain(function: &ItemFn, name: &str, mistakes: &mut HandlerMistakes) {
    let signature = &function.sig;
    let is_another = is_another(function, name);
    if is_another && !mistakes.mention(&signature.ident) {
        let what = format!("`{name}` of this file has such an attribute already");
        mistakes.add(signature.ident.span(), what, format!("move `{}` to a file of its own", signature.ident));
    } else if signature.ident != name && !is_another {
        let what = format!("the function of this file is called `{name}`, not `{}`", signature.ident);
        mistakes.add(signature.ident.span(), what, format!("rename it to `{name}`"));
    }
    if !signature.generics.params.is_empty() {
        let help = "remove the parameters in angle brackets; lifetimes are written `'_`";
        mistakes.add(signature.generics.span(), "a handler cannot be generic", help);
    }
}

/// Returns whether this is a further handler in a file whose real one is `name`: what stands in for it would meet that one.
pub(crate) fn is_another(function: &ItemFn, name: &str) -> bool {
    let is_there = |file: PathBuf| {
        let outline = HandlerFile::read(&file).outline;
        outline.is_some_and(|outline| outline.handlers.iter().any(|handler| handler.name == name))
    };
    function.sig.ident != name && local_file().is_some_and(is_there)
}

/// What the first parameter of a handler, a filter and a room rule can be.
pub(crate) const CONTEXTS: [&str; 3] = ["Ctx", "Member", "RoomCtx"];

/// Checks the first parameter as far as its words tell: the context `name`, by value.
///
/// Another name may be an alias; whether it is one is decided by the compiler.
pub(crate) fn check_context(parameters: &[Parameter<'_>], name: &str, mistakes: &mut HandlerMistakes) {
    let Some(first) = parameters.first() else { return };
    let is_wrong = match first.ty {
        Type::Reference(_) => true,
        ty => last_word(ty).is_some_and(|last| last != name && CONTEXTS.iter().any(|context| last == context)),
    };
    if is_wrong {
        let argument = if name == "Member" { "member" } else { "ctx" };
        let what = format!("the first parameter is the `{name}`, by value");
        mistakes.add(first.ty.span(), what, format!("write `{argument}: {name}<'_>`"));
    }
}

/// Returns whether a parameter is a `&name`.
pub(crate) fn is_named(parameter: &Parameter<'_>, name: &str) -> bool {
    matches!(parameter.ty, Type::Reference(reference) if last_word(&reference.elem).is_some_and(|last| last == name))
}

/// Returns the last word of a type that is a path: `Role` of `crate::Role`.
pub(crate) fn last_word(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// Returns where the superfluous parameters begin, or where parameters would stand.
pub(crate) fn parameters_span(function: &ItemFn, most: usize) -> Span {
    let superfluous = function.sig.inputs.iter().nth(most).map(Spanned::span);
    superfluous.unwrap_or_else(|| function.sig.paren_token.span.join())
}

/// Returns the type behind `&T`; where the `&` is missing, what it is missing from, so that the pair of this file stays quiet.
///
/// `why` says what becomes of it: `is shared with the filters`.
pub(crate) fn borrowed<'f>(parameter: &Parameter<'f>, why: &str, mistakes: &mut HandlerMistakes) -> &'f Type {
    let inner = match parameter.ty {
        Type::Reference(reference) if reference.mutability.is_none() => return &reference.elem,
        Type::Reference(reference) => &*reference.elem,
        ty => ty,
    };
    let name = parameter.name.map_or_else(|| "input".to_owned(), ToString::to_string);
    let what = format!("`{name}` {why}, so it is borrowed");
    mistakes.add(parameter.ty.span(), what, format!("write `{name}: &{}`", text(inner)));
    inner
}

/// Returns `T` and `E` of `Result<T, E>`.
pub(crate) fn result_arguments(ty: &Type) -> Option<(&Type, Option<&Type>)> {
    let mut arguments = generic_arguments(ty, "Result")?;
    Some((arguments.next()?, arguments.next()))
}

/// Returns the type arguments of `Name<…>`, if `ty` is one.
pub(crate) fn generic_arguments<'t>(ty: &'t Type, name: &str) -> Option<impl Iterator<Item = &'t Type>> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    Some(arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }))
}

/// Returns the return type of a function, if it has one.
pub(crate) fn returned(function: &ItemFn) -> Option<&Type> {
    match &function.sig.output {
        ReturnType::Type(_, ty) => Some(ty),
        ReturnType::Default => None,
    }
}

/// Returns where the return type stands, or would stand.
pub(crate) fn return_span(function: &ItemFn) -> Span {
    returned(function).map_or_else(|| function.sig.ident.span(), Spanned::span)
}

/// Returns where the error type of a `Result` stands, or else the whole type.
pub(crate) fn error_span(function: &ItemFn) -> Span {
    let error = returned(function).and_then(result_arguments).and_then(|(_, error)| error);
    error.map_or_else(|| return_span(function), Spanned::span)
}

/// Writes `T` as a wire type: `()` travels as `{}`.
pub(crate) fn output_type(ty: &Type) -> TokenStream {
    if is_unit(ty) { quote!(::sync::__private::Empty) } else { quote!(#ty) }
}

pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// Writes the `auth` of a route or a room rule.
pub(crate) fn auth(argument: Option<&AuthArgument>) -> TokenStream {
    let value = match argument {
        None | Some(AuthArgument::Login(_)) => quote!(::sync::Auth::login()),
        Some(AuthArgument::Public(_)) => quote!(::sync::Auth::public()),
        Some(AuthArgument::Const(expression)) => quote!(#expression),
    };
    let span = match argument {
        Some(AuthArgument::Const(expression)) => expression.span(),
        _ => Span::call_site(),
    };
    quote_spanned! {span=>
        const AUTH: ::sync::Auth<crate::SyncApp> = #value;
        AUTH
    }
}

/// Writes the check of a route; nothing for one without, since the traits let everybody through. It takes the input if `main` does.
///
/// What is wrong with the function is told where the argument names it.
pub(crate) fn check(argument: Option<&Check>, takes_input: bool) -> TokenStream {
    let Some(Check(path)) = argument else { return TokenStream::new() };
    let span = path.span().resolved_at(Span::call_site());
    let call = if takes_input { quote_spanned!(span=> #path(ctx, input)) } else { quote_spanned!(span=> #path(ctx)) };
    let checked = quote_spanned! {span=>
        let checked: ::core::result::Result<(), _> = #call.await;
        ::sync::__private::answered(checked)
    };
    let future = quote_spanned! {span=>
        impl ::core::future::Future<Output = ::core::result::Result<(), ::sync::SyncError>> + ::core::marker::Send + 'a
    };
    quote! {
        const CHECKS: bool = true;

        fn check<'a>(ctx: ::sync::Ctx<'a, crate::SyncApp>, input: &'a Self::Input) -> #future {
            async move {
                let _ = &input;
                #checked
            }
        }
    }
}

/// Writes the other arguments of a route.
pub(crate) fn options(arguments: &RouteArguments) -> TokenStream {
    let volatile = arguments.volatile.is_some();
    let allow_empty_room = arguments.empty_room.is_some();
    let concurrent = arguments.concurrent.is_some();
    let durable = arguments.durable.is_some();
    let report = arguments.report.is_some();
    let timeout = timeout(arguments.timeout.as_ref());
    let room = match &arguments.room {
        None => quote!(::core::option::Option::None),
        Some(RoomKind::Everyone(_)) => quote!(::core::option::Option::Some(::sync::__private::RoomKind::Everyone)),
        Some(RoomKind::Rule(rule, _)) => {
            let pattern = pattern(rule);
            quote!(::core::option::Option::Some(::sync::__private::RoomKind::Rule(#pattern)))
        }
    };
    let rate_limit = rate_limit(arguments.rate_limit.as_ref());
    quote! {
        ::sync::__private::RouteOptions {
            room: #room,
            volatile: #volatile,
            allow_empty_room: #allow_empty_room,
            timeout: #timeout,
            concurrent: #concurrent,
            durable: #durable,
            report: #report,
            rate_limit: #rate_limit,
            ..::sync::__private::RouteOptions::NONE
        }
    }
}

/// Writes the pattern of room names.
pub(crate) fn pattern(pattern: &Pattern) -> TokenStream {
    let segments = pattern.segments.iter().map(|segment| match segment {
        Segment::Literal(text) => quote!(::sync::__private::Segment::Literal(#text)),
        Segment::Parameter(name) => quote!(::sync::__private::Segment::Parameter(#name)),
    });
    quote!(::sync::__private::Pattern(&[#(#segments),*]))
}

/// Writes a time limit, or none.
pub(crate) fn timeout(argument: Option<&Timeout>) -> TokenStream {
    match argument.map(duration) {
        None => quote!(::core::option::Option::None),
        Some(limit) => quote!(::core::option::Option::Some(#limit)),
    }
}

/// Writes a time.
pub(crate) fn duration(argument: &Timeout) -> TokenStream {
    match argument {
        Timeout::Millis(millis, _) => quote!(::core::time::Duration::from_millis(#millis)),
        Timeout::Duration(duration) => quote_spanned! {duration.span()=>
            {
                const DURATION: ::core::time::Duration = #duration;
                DURATION
            }
        },
    }
}

/// Writes how often a caller may call, or nothing.
pub(crate) fn rate_limit(argument: Option<&RateLimitArgument>) -> TokenStream {
    match argument.map(|argument| argument.limit) {
        None => quote!(::core::option::Option::None),
        Some(RateLimit::Off) => quote!(::core::option::Option::Some(::sync::__private::RateLimit::Off)),
        Some(RateLimit::At(rate)) => {
            let (count, seconds, burst) = (rate.count().get(), rate.seconds(), rate.burst().get());
            let rate = quote!(::sync::__private::Rate::new(#count, #seconds, #burst));
            quote!(::core::option::Option::Some(::sync::__private::RateLimit::At(#rate)))
        }
    }
}

/// Returns a type as a user would write it, for messages.
pub(crate) fn text(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(" < ", "<").replace(" >", ">").replace(" ,", ",")
}
