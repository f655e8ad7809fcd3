//! `#[sync::request]`: `main` of a request's file.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{ItemFn, Type};
use sync_syntax::arguments::{Method, RequestArguments};
use sync_syntax::query::not_scalar;

use crate::handler::{HandlerMistakes, auth, check, last_word, local_file, parameters, rate_limit, timeout};
use crate::once::{Once, Said};

const REQUEST: Once<RequestArguments> = Once {
    attribute: "#[sync::request]",
    what: "the handler of a request",
    shape: "write `pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError>`",
    input: "belongs to the call",
    handler: "__Request",
    named: Some("Request"),
    said: |arguments, takes_input| Said {
        auth: auth(arguments.auth.as_ref()),
        check: check(arguments.check.as_ref(), takes_input),
        options: options(arguments),
    },
};

/// Expands `#[sync::request]` with the arguments `attribute` on the function `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    REQUEST.expand(attribute, item, |function, arguments, mistakes| {
        check_room(function, mistakes);
        if let Some(Method::Get(span)) = arguments.method {
            check_query(function, span, mistakes);
        }
    })
}

fn options(arguments: &RequestArguments) -> TokenStream {
    let timeout = timeout(arguments.timeout.as_ref());
    let rate_limit = rate_limit(arguments.rate_limit.as_ref());
    let concurrent = arguments.concurrent.is_some();
    let durable = arguments.durable.is_some();
    let method = match arguments.method {
        Some(Method::Get(_)) => quote!(Get),
        None | Some(Method::Post(_)) => quote!(Post),
    };
    quote! {
        ::sync::__private::RouteOptions {
            timeout: #timeout,
            concurrent: #concurrent,
            durable: #durable,
            rate_limit: #rate_limit,
            method: ::sync::__private::Method::#method,
            ..::sync::__private::RouteOptions::NONE
        }
    }
}

/// A request is sent to no room, so its context has none.
fn check_room(function: &ItemFn, mistakes: &mut HandlerMistakes) {
    let parameters = parameters(function);
    let Some(ctx) = parameters.first().and_then(|first| first.name) else { return };
    for room in rooms_of(&ctx.to_string(), function.block.to_token_stream()) {
        let help = "take its name from the input, or make this an event, which is sent to a room";
        mistakes.add_at(room, "a request has no room", help);
    }
}

/// An input that `GET` sends is a query. What only the compiled app knows of it is told when the front end's types are written.
fn check_query(function: &ItemFn, get: Span, mistakes: &mut HandlerMistakes) {
    let parameters = parameters(function);
    let input = parameters.get(1).and_then(|input| match input.ty {
        Type::Reference(reference) => last_word(&reference.elem),
        ty => last_word(ty),
    });
    let source = local_file().and_then(|file| std::fs::read_to_string(file).ok());
    let (Some(input), Some(source)) = (input, source) else { return };
    for (field, kind) in not_scalar(&source, &input.to_string()) {
        let what = format!("`GET` sends the input as a query, and its field `{field}` is {kind}");
        mistakes.add(get, what, "write `method = POST`, or let each field be a single value");
    }
}

/// What only a handler has whose call was sent to a room.
const OF_ROOM: [&str; 3] = ["room", "broadcast_stream", "stream_to"];

/// Finds each `room` of `ctx.room()` and the like, in the arguments of macros, too.
fn rooms_of(ctx: &str, tokens: TokenStream) -> Vec<TokenTree> {
    let tokens = tokens.into_iter().collect::<Vec<_>>();
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match (token, &tokens[index + 1..]) {
            (TokenTree::Group(group), _) => found.extend(rooms_of(ctx, group.stream())),
            (TokenTree::Ident(word), [TokenTree::Punct(dot), TokenTree::Ident(room), TokenTree::Group(call), ..])
                if word == ctx
                    && dot.as_char() == '.'
                    && OF_ROOM.iter().any(|of_room| room == of_room)
                    && call.delimiter() == Delimiter::Parenthesis =>
            {
                found.push(TokenTree::Ident(room.clone()));
            }
            _ => {}
        }
    }
    found
}
