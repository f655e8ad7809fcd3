//! `#[sync::client]`: `main` of a client file.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemFn, Type};
use sync_syntax::arguments::FilterArguments;
use sync_syntax::handler_file::docs;

use crate::group;
use crate::handler::{
    HandlerMistakes, Parameter, auth, borrowed, check, check_context, check_plain, function, generic_arguments,
    is_another, is_named, local_file, options, parameters, parameters_span, result_arguments, return_span, returned,
};

/// Expands `#[sync::client]` with the arguments `attribute` on the function `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function(&item, "#[sync::client]", &shape(true, "member: Member<'_>")) {
        Ok(function) => function,
        Err(instead) => {
            let handler = stand_in(Filter { paired: true, arguments: Vec::new(), output: None });
            return quote!(#instead #handler);
        }
    };
    let mut mistakes = HandlerMistakes::default();
    mistakes.add_scanned(&function.sig.ident);
    let arguments = mistakes.check(syn::parse2::<FilterArguments>(attribute));
    check_plain(&function, "main", &mut mistakes);
    let parameters = parameters(&function);
    let filter = Filter::read(&function, &parameters, arguments.as_ref(), &mut mistakes);
    check_timeout(&function, arguments.as_ref(), &mut mistakes);
    let handler = if is_another(&function, "main") {
        TokenStream::new()
    } else if mistakes.is_empty() {
        implementation(&filter, Main::of(&function, &arguments.unwrap_or_default(), &filter))
    } else {
        stand_in(filter)
    };
    let errors = mistakes.compile_errors();
    quote!(#errors #function #handler)
}

/// A time limit ends what waits; nothing ends a plain function but itself.
fn check_timeout(function: &ItemFn, attribute: Option<&FilterArguments>, mistakes: &mut HandlerMistakes) {
    let Some(FilterArguments { by, route }) = attribute else { return };
    if let (Some(timeout), None) = (&route.timeout, function.sig.asyncness) {
        let way_out = if by.is_some() { "" } else { ", or write `pub async fn main` if the filter has to wait" };
        let what = "`timeout` has no effect on a plain `fn`: it never waits";
        mistakes.add(timeout.span(), what, format!("remove `timeout`{way_out}"));
    }
}

/// What to write, where the signature is wrong as a whole.
fn shape(paired: bool, first: &str) -> String {
    let output = if paired { ", output: &ServerOutput" } else { "" };
    format!("write `pub fn main({first}, input: &ClientInput{output}) -> Option<ClientOutput>`")
}

/// What the signature says.
struct Filter<'f> {
    /// Whether there is a server file beside this one: its types are then the handler's.
    paired: bool,
    /// The arguments that `main` takes, in its order.
    arguments: Vec<(Argument<'f>, &'f Parameter<'f>)>,
    /// `ClientOutput`; `None` for a gate.
    output: Option<&'f Type>,
}

/// One argument; of what is borrowed, the type behind the `&`.
enum Argument<'f> {
    Member,
    Group(&'f Type),
    Input(&'f Type),
    Output(&'f Type),
}

impl<'f> Filter<'f> {
    /// `attribute` is `None` where it cannot be read, so that nobody knows what the first parameter has to be.
    fn read(
        function: &'f ItemFn,
        parameters: &'f [Parameter<'f>],
        attribute: Option<&FilterArguments>,
        mistakes: &mut HandlerMistakes,
    ) -> Self {
        let by = attribute.and_then(|attribute| attribute.by.as_ref());
        // Three parameters without a server file are told by the scanner, which knows whether one is there under a wrong name.
        let paired = has_server_file() == Some(true) || parameters.len() > 2;
        let (word, first) = if by.is_some() { ("group", "group: &Group") } else { ("member", "member: Member<'_>") };
        let shape = shape(paired, first);
        let most = if paired { 3 } else { 2 };
        if parameters.is_empty() || parameters.len() > most {
            let takes = if paired { ", the input and the output" } else { " and the input" };
            let what = format!("this filter takes the {word}{takes}, not {} parameters", parameters.len());
            mistakes.add(parameters_span(function, most), what, &shape);
        }
        if let [_, second, _] = parameters
            && is_named(second, "ServerOutput")
        {
            mistakes.add(second.span, "the input comes before the output", &shape);
        }
        let first = parameters.first().map(|first| match by {
            Some(by) => (Argument::Group(group::check(function, first, by, mistakes)), first),
            None => (Argument::Member, first),
        });
        if attribute.is_some() && by.is_none() {
            check_context(parameters, "Member", mistakes);
        }
        let mut arguments: Vec<_> = first.into_iter().collect();
        for (index, parameter) in parameters.iter().enumerate().take(most).skip(1) {
            let ty = borrowed(parameter, "is shared with the filters", mistakes);
            let is_output = paired && is_output(index, parameters.len(), parameter);
            arguments.push((if is_output { Argument::Output(ty) } else { Argument::Input(ty) }, parameter));
        }
        Self { paired, arguments, output: output(function, mistakes) }
    }

    /// The type of the group, if the filter takes one.
    fn group(&self) -> Option<&'f Type> {
        self.arguments.iter().find_map(|(argument, _)| match argument {
            Argument::Group(ty) => Some(*ty),
            _ => None,
        })
    }

    /// The type of the input, if the filter takes it.
    fn input(&self) -> Option<&'f Type> {
        self.arguments.iter().find_map(|(argument, _)| match argument {
            Argument::Input(ty) => Some(*ty),
            _ => None,
        })
    }

    fn types(&self) -> (TokenStream, TokenStream, TokenStream) {
        let empty = quote!(::sync::__private::Empty);
        let (input, server_output) = if self.paired {
            let server = quote!(<super::server::__Server as ::sync::__private::ServerHandler>);
            (quote!(#server::Input), quote!(#server::Output))
        } else {
            (self.input().map_or_else(|| empty.clone(), |input| quote!(#input)), empty.clone())
        };
        (input, server_output, self.output.map_or(empty, |output| quote!(#output)))
    }
}

/// Looks for `<name>_server_v<n>.rs` beside `<name>_client_v<n>.rs`.
fn has_server_file() -> Option<bool> {
    let file = local_file()?;
    let (name, version) = file.file_stem()?.to_str()?.rsplit_once("_client_")?;
    Some(file.with_file_name(format!("{name}_server_{version}.rs")).exists())
}

/// The third parameter is the output; a second one is, if it is of that type and the input was left out.
fn is_output(index: usize, count: usize, parameter: &Parameter<'_>) -> bool {
    index == 2 || (count == 2 && is_named(parameter, "ServerOutput"))
}

/// Returns `T` of `Option<T>`, `None` for a gate.
fn output<'f>(function: &'f ItemFn, mistakes: &mut HandlerMistakes) -> Option<&'f Type> {
    let returned = returned(function);
    let verdict = returned.map(|ty| result_arguments(ty).map_or(ty, |(verdict, _)| verdict));
    match verdict {
        Some(Type::Path(path)) if path.path.is_ident("bool") => None,
        Some(ty) if generic_arguments(ty, "Option").is_some() => generic_arguments(ty, "Option")?.next(),
        _ => {
            let what = "a filter returns `bool`, `Option<ClientOutput>`, or a `Result` of one of these";
            mistakes.add(return_span(function), what, "write `-> Option<ClientOutput>`, or `-> bool` for a gate");
            None
        }
    }
}

/// What an implementation makes of the function.
struct Main {
    docs: String,
    options: TokenStream,
    auth: TokenStream,
    check: TokenStream,
    /// The variant of `FilterKind`.
    kind: TokenStream,
    /// The type of a group, and the expression that makes it.
    group: TokenStream,
    grouping: TokenStream,
    body: TokenStream,
}

impl Main {
    fn of(function: &ItemFn, arguments: &FilterArguments, filter: &Filter<'_>) -> Self {
        Self {
            docs: docs(&function.attrs),
            options: options(&arguments.route),
            auth: auth(arguments.route.auth.as_ref()),
            check: check(arguments.route.check.as_ref(), filter.input().is_some()),
            kind: match (&arguments.by, function.sig.asyncness) {
                (Some(_), _) => quote!(Group),
                (None, Some(_)) => quote!(Async),
                (None, None) => quote!(Sync),
            },
            group: filter.group().map_or_else(|| quote!(()), group::owned),
            grouping: arguments.by.as_ref().map_or_else(TokenStream::new, group::of_member),
            body: body(function, filter),
        }
    }

    /// A filter that lets nobody through.
    fn stand_in() -> Self {
        Self {
            docs: String::new(),
            options: quote!(::sync::__private::RouteOptions::NONE),
            auth: quote!(::sync::Auth::login()),
            check: TokenStream::new(),
            kind: quote!(Sync),
            group: quote!(()),
            grouping: TokenStream::new(),
            body: quote!(::sync::__private::Filtered::Ready(::sync::__private::Verdict::Skip)),
        }
    }
}

fn implementation(filter: &Filter<'_>, main: Main) -> TokenStream {
    let (input, server_output, output) = filter.types();
    let Main { docs, options, auth, check, kind, group, grouping, body } = main;
    quote! {
        // The file's own `ClientStream` takes its place, if there is one.
        #[allow(unused_imports)]
        use ::sync::__private::no_client_stream::*;

        #[doc(hidden)]
        pub struct __Client;

        impl ::sync::__private::ClientHandler for __Client {
            type App = crate::SyncApp;
            type Input = #input;
            type ServerOutput = #server_output;
            type Output = #output;
            const DOCS: &'static str = #docs;
            const OPTIONS: ::sync::__private::RouteOptions = #options;
            const FILTER: ::sync::__private::FilterKind = ::sync::__private::FilterKind::#kind;
            const STREAM: ::core::option::Option<::sync::__private::ChunkType> =
                <ClientStream as ::sync::__private::ClientChunk>::TYPE;
            type Group = #group;

            fn auth() -> ::sync::Auth<crate::SyncApp> {
                #auth
            }

            #check

            fn group(__member: ::sync::Member<'_, crate::SyncApp>) -> Self::Group {
                let _ = __member;
                #grouping
            }

            fn filter<'a>(
                member: ::sync::Member<'a, crate::SyncApp>,
                group: &Self::Group,
                input: &'a Self::Input,
                output: &'a Self::ServerOutput,
            ) -> ::sync::__private::Filtered<'a, Self::Output> {
                let _ = (&member, &group, &input, &output);
                #body
            }
        }
    }
}

/// Calls `main`; each argument stands at the user's parameter, the result at the user's return type.
fn body(function: &ItemFn, filter: &Filter<'_>) -> TokenStream {
    let call_site = Span::call_site();
    let arguments = filter.arguments.iter().map(|(argument, parameter)| {
        let (name, ty) = match argument {
            Argument::Member => ("member", None),
            Argument::Group(_) => ("group", None),
            Argument::Input(ty) => ("input", Some(ty).filter(|_| filter.paired)),
            Argument::Output(ty) => ("output", Some(ty)),
        };
        let span = ty.map_or(parameter.span, Spanned::span).resolved_at(call_site);
        let name = proc_macro2::Ident::new(name, span);
        // Another type than the server's is told at the type, with the way out.
        ty.map_or(quote!(#name), |ty| quote_spanned!(span=> ::sync::__private::OfServer::<#ty>::of_server(#name)))
    });
    let main = &function.sig.ident;
    let call = quote!(#main(#(#arguments),*));
    let returned = return_span(function).resolved_at(Span::call_site());
    let verdict = quote_spanned! {returned=>
        ::sync::__private::IntoVerdict::<Self::Output>::into_verdict(decided)
    };
    if function.sig.asyncness.is_none() {
        return quote! {
            let decided = #call;
            ::sync::__private::Filtered::Ready(#verdict)
        };
    }
    let name = main.span().resolved_at(Span::call_site());
    let boxed = quote_spanned! {name=> ::sync::__private::Filtered::later(deciding) };
    quote! {
        let deciding = async move {
            let decided = #call.await;
            #verdict
        };
        #boxed
    }
}

/// Keeps the table quiet while the filter is wrong: one mistake is one error.
fn stand_in(filter: Filter<'_>) -> TokenStream {
    // Without a server file `super::server` may not be there, and the user's own `use` says so already.
    let filter = Filter { paired: filter.paired && has_server_file() == Some(true), ..filter };
    implementation(&filter, Main::stand_in())
}
