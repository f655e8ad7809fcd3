//! `#[sync::state]`: the value of a room.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Type, parse_quote};
use sync_syntax::arguments::{Projection, RoomKind, RouteArguments, Save, StateArguments, Store};
use sync_syntax::handler_file::docs;

use crate::handler::{HandlerMistakes, auth, duration, options, text};

const SHAPE: &str = "write `impl sync::SharedState for State { type Action = Action; … }` below it";

/// Functions of an app that stores values itself.
const OWN_STORE: [&str; 2] = ["load", "persist"];

/// Expands `#[sync::state]` with the arguments `attribute` on the `impl` in `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let state = match read(&item) {
        Ok(state) => state,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let mut mistakes = HandlerMistakes::default();
    mistakes.add_scanned(&Ident::new("main", Span::call_site()));
    let arguments = mistakes.check(syn::parse2::<StateArguments>(attribute));
    check(&state, arguments.as_ref(), &mut mistakes);
    let view = View::of(&state, &mut mistakes);
    let errors = mistakes.compile_errors();
    let written = complete(state, &arguments.unwrap_or_default(), view);
    quote!(#errors #written)
}

fn read(item: &TokenStream) -> syn::Result<ItemImpl> {
    let wrong = |span: Span| syn::Error::new(span, format!("`#[sync::state]` goes on an `impl`\nhelp: {SHAPE}"));
    let state = match syn::parse2::<Item>(item.clone())? {
        Item::Impl(state) => state,
        other => return Err(wrong(other.span())),
    };
    let is_ours = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "SharedState");
    match &state.trait_ {
        Some((path, _)) if is_ours(path) => Ok(state),
        Some((path, _)) => Err(wrong(path.span())),
        None => Err(wrong(state.self_ty.span())),
    }
}

fn check(state: &ItemImpl, arguments: Option<&StateArguments>, mistakes: &mut HandlerMistakes) {
    if !state.generics.params.is_empty() {
        mistakes.add(
            state.generics.span(),
            "the value of a state cannot be generic",
            "remove what stands in angle brackets",
        );
    }
    let Some(arguments) = arguments else { return };
    if arguments.room.is_none() {
        let help = "write `#[sync::state(room = \"board-{id}\")]`, the pattern of a rule in a `_room.rs`";
        mistakes.add(Span::call_site(), "a state says which rooms have such a value", help);
    }
    let stores_itself = matches!(arguments.store, Some((Store::App, _)));
    for name in OWN_STORE {
        match (function(state, name), stores_itself) {
            (None, true) => {
                let what = format!("with `store = app` the app stores values itself, and `{name}` is missing");
                let span = arguments.store.map_or_else(Span::call_site, |(_, span)| span);
                mistakes.add(span, what, format!("add `{}`", signature(name)));
            }
            (Some(there), false) => {
                let what = format!("`{name}` is asked only with `store = app`");
                mistakes.add(there.sig.ident.span(), what, "write `store = app` in the attribute, or remove it");
            }
            _ => {}
        }
    }
}

fn signature(name: &str) -> &'static str {
    match name {
        "load" => "async fn load(key: StateKey<'_>) -> Result<Option<sync::Stored<State>>, sync::BoxError>",
        _ => "async fn persist(key: StateKey<'_>, value: &State, version: u64) -> Result<(), sync::BoxError>",
    }
}

/// What a member sees.
enum View {
    /// The value as it is.
    Whole,
    /// What `view` makes of it, for all members or for a group.
    Made { group: TokenStream, by: TokenStream },
}

impl View {
    fn of(state: &ItemImpl, mistakes: &mut HandlerMistakes) -> Self {
        let declared = state.items.iter().find_map(|item| match item {
            ImplItem::Type(ty) if ty.ident == "View" => Some(ty),
            _ => None,
        });
        let Some(view) = function(state, "view") else {
            if let Some(declared) = declared {
                let help =
                    "add `fn view(&self) -> View`, or remove the type: without it, members see the value as it is";
                mistakes.add(declared.ident.span(), "nothing makes this view", help);
            }
            return Self::Whole;
        };
        if declared.is_none() {
            let help = "add `type View = View;`, with a `#[wire(patch)]` type of what is seen";
            mistakes.add(view.sig.ident.span(), "it is not said what this makes", help);
        }
        let nobody = |group: Option<&Type>| {
            let group = group.map_or_else(|| quote!(()), ToTokens::to_token_stream);
            Self::Made { group, by: quote!(::core::unreachable!()) }
        };
        match (by(view), group_parameter(view)) {
            (Err(error), group) => {
                mistakes.check::<()>(Err(error));
                nobody(group)
            }
            (Ok(None), None) => Self::Made { group: quote!(()), by: TokenStream::new() },
            (Ok(Some(by)), Some(group)) => {
                let span = by.0.span().resolved_at(Span::call_site());
                let by = &by.0;
                let by = quote_spanned!(span=> ::sync::__private::group_of::<crate::SyncApp, #group, _>(#by, member));
                Self::Made { group: group.to_token_stream(), by }
            }
            (Ok(None), Some(group)) => {
                let what = format!("nothing says what the `{}` of a member is", text(group));
                let help =
                    "write `#[view(by = |member| member.session().role)]` above it, or let it take `&self` alone";
                mistakes.add(view.sig.ident.span(), what, help);
                nobody(Some(group))
            }
            (Ok(Some(by)), None) => {
                let help = "take it, borrowed: `fn view(&self, role: &Role) -> View`";
                mistakes.add(by.0.span(), "`view` does not take what this makes of a member", help);
                nobody(None)
            }
        }
    }
}

fn function<'i>(state: &'i ItemImpl, name: &str) -> Option<&'i ImplItemFn> {
    state.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == name => Some(function),
        _ => None,
    })
}

/// Returns what `#[view(by = …)]` says, if it stands there.
fn by(view: &ImplItemFn) -> syn::Result<Option<Projection>> {
    let Some(attribute) = view.attrs.iter().find(|attribute| attribute.path().is_ident("view")) else {
        return Ok(None);
    };
    let by = attribute.parse_args_with(|input: syn::parse::ParseStream<'_>| {
        let key: Ident = input.parse()?;
        if key != "by" {
            let help = "write `#[view(by = |member| member.session().role)]`";
            return Err(syn::Error::new(key.span(), format!("unknown argument `{key}`\nhelp: {help}")));
        }
        input.parse::<syn::Token![=]>()?;
        let by = input.parse::<Projection>()?;
        input.parse::<Option<syn::Token![,]>>()?;
        Ok(by)
    });
    by.map(Some)
}

/// Returns `Role` of `fn view(&self, role: &Role)`.
fn group_parameter(view: &ImplItemFn) -> Option<&Type> {
    match view.sig.inputs.iter().nth(1)? {
        FnArg::Typed(typed) => match &*typed.ty {
            Type::Reference(reference) => Some(&reference.elem),
            ty => Some(ty),
        },
        FnArg::Receiver(_) => None,
    }
}

/// Adds to the `impl` what the attribute says, and what the user has left out.
fn complete(mut state: ItemImpl, arguments: &StateArguments, view: View) -> TokenStream {
    let said = said(&state, arguments);
    let auth = auth(arguments.auth.as_ref());
    let older = older(&state);
    let value = state.self_ty.clone();
    mend_view(&mut state, &view);
    for item in &mut state.items {
        if let ImplItem::Fn(function) = item
            && function.sig.ident == "view"
        {
            function.attrs.retain(|attribute| !attribute.path().is_ident("view"));
            if function.sig.inputs.len() == 1 {
                function.sig.inputs.push(parse_quote!((): &()));
            }
        }
    }
    let seen = seen(&value, view);
    let attributes = &state.attrs;
    let (Some((name, _)), items) = (&state.trait_, &state.items) else { return TokenStream::new() };
    quote! {
        #(#attributes)*
        impl #name for #value {
            type App = crate::SyncApp;

            const SAID: ::sync::__private::SaidOfState = #said;

            fn auth() -> ::sync::Auth<crate::SyncApp> {
                #auth
            }

            #seen

            #older

            #(#items)*
        }

        #[doc(hidden)]
        pub type __State = #value;
    }
}

/// Writes who sees what of the value.
fn seen(value: &Type, view: View) -> TokenStream {
    // What is wrong with the value is told at its name.
    let whole = quote_spanned!(value.span()=> type View = Self;);
    match view {
        View::Whole => quote! {
            #whole
            type Group = ();

            fn group(_: ::sync::Member<'_, crate::SyncApp>) {}

            fn view(&self, (): &()) -> Self {
                ::core::clone::Clone::clone(self)
            }

            fn as_view(&self) -> ::core::option::Option<&Self> {
                ::core::option::Option::Some(self)
            }
        },
        View::Made { group, by } => quote! {
            type Group = #group;

            fn group(member: ::sync::Member<'_, crate::SyncApp>) -> #group {
                let _ = &member;
                #by
            }

            fn as_view(&self) -> ::core::option::Option<&Self::View> {
                ::core::option::Option::None
            }
        },
    }
}

/// Makes the type of the view and what makes it fit, where one of them is missing: that was told.
fn mend_view(state: &mut ItemImpl, view: &View) {
    let is_view = |item: &ImplItem| matches!(item, ImplItem::Type(ty) if ty.ident == "View");
    match view {
        View::Whole => state.items.retain(|item| !is_view(item)),
        View::Made { .. } if state.items.iter().any(is_view) => {}
        View::Made { .. } => {
            let made = function(state, "view").and_then(|view| match &view.sig.output {
                syn::ReturnType::Type(_, made) => Some(made.clone()),
                syn::ReturnType::Default => None,
            });
            if let Some(made) = made {
                state.items.push(parse_quote!(type View = #made;));
            }
        }
    }
}

/// Writes what the attribute says.
fn said(state: &ItemImpl, arguments: &StateArguments) -> TokenStream {
    let docs = docs(&state.attrs);
    let StateArguments { room, timeout, rate_limit, store, ttl, save, .. } = arguments;
    let room = match room {
        Some(RoomKind::Rule(pattern, span)) => Some(RoomKind::Rule(pattern.clone(), *span)),
        _ => None,
    };
    let timeout = timeout.as_ref().map(duration);
    let timeout = timeout
        .map_or_else(|| quote!(::core::option::Option::None), |timeout| quote!(::core::option::Option::Some(#timeout)));
    let rate_limit = crate::handler::rate_limit(rate_limit.as_ref());
    let route = options(&RouteArguments { room, empty_room: Some(Span::call_site()), ..RouteArguments::default() });
    let store = match store.map_or(Store::Memory, |(store, _)| store) {
        Store::Memory => quote!(Memory),
        Store::File => quote!(File),
        Store::Sqlite => quote!(Sqlite),
        Store::Redis => quote!(Redis),
        Store::App => quote!(App),
    };
    let ttl = ttl.as_ref().map_or_else(|| quote!(::core::time::Duration::from_secs(300)), duration);
    let save = match save {
        None => quote!(After(::core::time::Duration::from_secs(1))),
        Some(Save::Each(_)) => quote!(Each),
        Some(Save::After(time)) => {
            let time = duration(time);
            quote!(After(#time))
        }
    };
    let [updated, closed, view] = ["updated", "closed", "view"].map(|name| function(state, name).is_some());
    quote! {
        ::sync::__private::SaidOfState {
            docs: #docs,
            route: ::sync::__private::RouteOptions { timeout: #timeout, rate_limit: #rate_limit, ..#route },
            store: ::sync::__private::StoreKind::#store,
            ttl: #ttl,
            save: ::sync::__private::Save::#save,
            has: ::sync::__private::StateParts { updated: #updated, closed: #closed, view: #view },
        }
    }
}

/// Writes of which older version a value can be made.
fn older(state: &ItemImpl) -> TokenStream {
    let Some(upgrade) = function(state, "upgrade") else {
        return quote! {
            type Older = ::sync::__private::NoOlder;

            fn upgrade(older: ::sync::__private::NoOlder) -> Self {
                match older {}
            }
        };
    };
    match upgrade.sig.inputs.first() {
        Some(FnArg::Typed(typed)) => {
            let ty = &typed.ty;
            quote!(type Older = #ty;)
        }
        // The compiler says what it should be.
        _ => quote!(
            type Older = ::sync::__private::NoOlder;
        ),
    }
}
