//! The routes of an app, and what travels for each, by the signatures of its functions.

use crate::listing::{ListedOlder, ListedRoute, Listing};
use syn::{FnArg, GenericArgument, ImplItem, Item, ItemFn, ItemImpl, PathArguments, ReturnType, Type};
use sync_schema::{Api, EVERYONE, Lane, Payload, RouteTypes, Shape, WireType};
use sync_syntax::handler_file::Kind;

use super::Reader;
use super::scope::Scope;
use super::shapes;

/// Returns the routes; what cannot be read of one is as it was compiled.
pub(super) fn read(listing: &Listing, reader: &mut Reader<'_>, compiled: &Api) -> Vec<RouteTypes> {
    let called = listing.routes.iter().filter_map(|listed| Some((listed, listed.lane.api.as_ref()?.name)));
    called.map(|(listed, lane)| route(listed, lane, listing, reader, compiled)).collect()
}

fn route(listed: &ListedRoute, lane: Lane, listing: &Listing, reader: &mut Reader<'_>, compiled: &Api) -> RouteTypes {
    let version = format!("v{}", listed.version);
    let is_it = |known: &&RouteTypes| {
        known.lane == lane && known.page == listed.page && known.name == listed.name && known.version == version
    };
    let known = compiled.routes.iter().find(is_it);
    let file = |kind: Kind| listed.files.iter().find(|file| file.kind == kind).map(|file| file.path.as_str());
    let mut read = Read { reader, known, route: format!("{}/{} {version}", listed.page, listed.name) };
    let payloads = match lane {
        _ if listed.older.is_some() && lane != Lane::State => read.older(lane, listed),
        Lane::Event => read.event(file(Kind::Server), file(Kind::Client)),
        Lane::Request => read.request(file(Kind::Request), listed.options.iter().any(|option| option == "method=GET")),
        Lane::State => read.state(file(Kind::State)),
        Lane::Mutation => read.mutation(file(Kind::Mutation)),
    };
    let is_stored = listed.options.iter().any(|option| option.starts_with("store=") && option != "store=memory");
    let stored = (lane == Lane::State && is_stored).then(|| read.stored(file(Kind::State)));
    let scope = listing.scopes.iter().find(|scope| scope.page == listed.page && lane == Lane::Mutation);
    RouteTypes {
        lane,
        page: listed.page.clone(),
        name: listed.name.clone(),
        version,
        docs: listed.docs.clone(),
        sources: listed.files.iter().map(|file| file.path.clone()).collect(),
        room: scope.map(|scope| scope.pattern.clone()).or_else(|| {
            let room = listed.room.as_ref()?.trim_matches('"');
            Some(if room == "all" { EVERYONE.to_owned() } else { room.to_owned() })
        }),
        payloads,
        stored,
        retires: None,
    }
}

struct Read<'r, 'a> {
    reader: &'r mut Reader<'a>,
    known: Option<&'r RouteTypes>,
    route: String,
}

impl Read<'_, '_> {
    fn event(&mut self, server: Option<&str>, client: Option<&str>) -> Vec<Payload> {
        let once = server.or(client);
        let input = self.of_signature("clientInput", once, |main| Some(parameter(main, 1)));
        let output = match server {
            Some(_) => self.of_signature("serverOutput", server, |main| result(main).map(Some)),
            None => shapes::empty(),
        };
        let own = match client {
            Some(_) => self.of_signature("clientOutput", client, |main| Some(filtered(main))),
            None => shapes::empty(),
        };
        vec![
            Payload::input("clientInput", WireType { shape: input }),
            Payload::output("serverOutput", WireType { shape: output }),
            Payload::output("clientOutput", WireType { shape: own }),
            self.stream("serverStream", "ServerStream", server),
            self.stream("clientStream", "ClientStream", client),
        ]
    }

    fn request(&mut self, file: Option<&str>, is_query: bool) -> Vec<Payload> {
        let input = WireType { shape: self.of_signature("input", file, |main| Some(parameter(main, 1))) };
        let output = WireType { shape: self.of_signature("output", file, |main| result(main).map(Some)) };
        let input = if is_query { Payload::query("input", input) } else { Payload::input("input", input) };
        vec![input, Payload::output("output", output), self.stream("stream", "ServerStream", file)]
    }

    fn mutation(&mut self, file: Option<&str>) -> Vec<Payload> {
        let args = self.of_signature("args", file, |main| Some(parameter(main, 2)));
        vec![Payload::input("args", WireType { shape: args })]
    }

    /// A version without a handler is told a type of its own, and answers what the newer one's `downgrade` returns.
    fn older(&mut self, lane: Lane, listed: &ListedRoute) -> Vec<Payload> {
        let Some(ListedOlder { told: (file, args), answer, own }) = &listed.older else { return Vec::new() };
        let mut input = |payload: &'static str| {
            let read = self.declared(args, Some(file));
            WireType { shape: self.read_or_known(payload, read) }
        };
        match lane {
            Lane::Event => {
                let input = Payload::input("clientInput", input("clientInput"));
                let output = self.downgraded("serverOutput", answer.as_deref());
                let own = self.downgraded("clientOutput", own.as_deref());
                vec![input, output, own, Payload::never("serverStream"), Payload::never("clientStream")]
            }
            Lane::Request => {
                let input = input("input");
                let is_query = listed.options.iter().any(|option| option == "method=GET");
                let input = if is_query { Payload::query("input", input) } else { Payload::input("input", input) };
                vec![input, self.downgraded("output", answer.as_deref()), Payload::never("stream")]
            }
            Lane::State | Lane::Mutation => vec![Payload::input("args", input("args"))],
        }
    }

    fn downgraded(&mut self, payload: &'static str, path: Option<&str>) -> Payload {
        let shape = match path {
            None => shapes::empty(),
            Some(path) => {
                let sources = self.reader.sources;
                let read = sources.file(path).and_then(|(file, scope)| self.shape(returned(file, "downgrade")?, scope));
                self.read_or_known(payload, read)
            }
        };
        Payload::output(payload, WireType { shape })
    }

    /// The value stands before its `impl`, its view and its actions inside of it.
    fn state(&mut self, path: Option<&str>) -> Vec<Payload> {
        let view =
            WireType { shape: self.of_impl("view", path, |state| associated(state, "View").unwrap_or(&state.self_ty)) };
        let action = WireType {
            shape: self.of_impl("action", path, |state| associated(state, "Action").unwrap_or(&state.self_ty)),
        };
        vec![Payload::output("view", view), Payload::input("action", action)]
    }

    fn stored(&mut self, path: Option<&str>) -> WireType {
        WireType { shape: self.of_impl("stored", path, |state| &state.self_ty) }
    }

    fn of_impl(&mut self, payload: &str, path: Option<&str>, part: impl FnOnce(&ItemImpl) -> &Type) -> Shape {
        let sources = self.reader.sources;
        let file = path.and_then(|path| sources.file(path));
        let read = file.and_then(|(file, scope)| self.shape(part(state(file)?), scope));
        self.read_or_known(payload, read)
    }

    /// What `part` of the function `main` is; `Some(None)` is `{}`.
    fn of_signature(
        &mut self,
        payload: &str,
        path: Option<&str>,
        part: impl FnOnce(&ItemFn) -> Option<Option<&Type>>,
    ) -> Shape {
        let sources = self.reader.sources;
        let file = path.and_then(|path| sources.file(path));
        let read = file.and_then(|(file, scope)| match part(main(file)?)? {
            None => Some(shapes::empty()),
            Some(ty) if is_unit(ty) => Some(shapes::empty()),
            Some(ty) => self.shape(ty, scope),
        });
        self.read_or_known(payload, read)
    }

    fn read_or_known(&mut self, payload: &str, read: Option<Shape>) -> Shape {
        read.unwrap_or_else(|| {
            self.reader.kept.push(format!("{}: {payload}", self.route));
            self.known_shape(payload).unwrap_or_else(|| self.reader.unknown.clone())
        })
    }

    fn shape(&self, ty: &Type, scope: &Scope) -> Option<Shape> {
        shapes::shape(ty, false, &|path| self.reader.named(scope, path))
    }

    fn known_shape(&self, payload: &str) -> Option<Shape> {
        let known = self.known?;
        let wire = match known.payloads.iter().find(|known| known.name == payload) {
            Some(payload) => payload.wire.as_ref(),
            None => known.stored.as_ref(),
        };
        wire.map(|wire| wire.shape.clone())
    }

    /// What a file declares, or imports, under this name.
    fn declared(&self, name: &str, path: Option<&str>) -> Option<Shape> {
        let (_, scope) = self.reader.sources.file(path?)?;
        let ty: Type = syn::parse_str(name).ok()?;
        self.shape(&ty, scope)
    }

    /// A stream is what its file declares, or imports, under this name.
    fn stream(&self, payload: &'static str, name: &str, path: Option<&str>) -> Payload {
        let found = self.declared(name, path);
        found.map_or_else(|| Payload::never(payload), |shape| Payload::output(payload, WireType { shape }))
    }
}

fn main(file: &syn::File) -> Option<&ItemFn> {
    function(file, "main")
}

fn function<'f>(file: &'f syn::File, name: &str) -> Option<&'f ItemFn> {
    file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == name => Some(function),
        _ => None,
    })
}

/// What a function returns, if it does.
fn returned<'f>(file: &'f syn::File, name: &str) -> Option<&'f Type> {
    match &function(file, name)?.sig.output {
        ReturnType::Type(_, ty) => Some(ty),
        ReturnType::Default => None,
    }
}

fn state(file: &syn::File) -> Option<&ItemImpl> {
    file.items.iter().find_map(|item| match item {
        Item::Impl(state) => {
            let (name, _) = state.trait_.as_ref()?;
            (name.segments.last()?.ident == "SharedState").then_some(state)
        }
        _ => None,
    })
}

pub(super) fn associated<'s>(state: &'s ItemImpl, name: &str) -> Option<&'s Type> {
    state.items.iter().find_map(|item| match item {
        ImplItem::Type(ty) if ty.ident == name => Some(&ty.ty),
        _ => None,
    })
}

/// The type of a parameter behind its `&`; `None` if there is none.
fn parameter(main: &ItemFn, index: usize) -> Option<&Type> {
    match main.sig.inputs.iter().nth(index)? {
        FnArg::Typed(typed) => Some(behind(&typed.ty)),
        FnArg::Receiver(_) => None,
    }
}

fn behind(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => behind(&reference.elem),
        Type::Paren(inner) => behind(&inner.elem),
        ty => ty,
    }
}

/// `T` of `Result<T, _>`.
fn result(main: &ItemFn) -> Option<&Type> {
    match &main.sig.output {
        ReturnType::Type(_, ty) => argument(ty, "Result"),
        ReturnType::Default => None,
    }
}

/// What a filter adds: `T` of `Option<T>`, also in a `Result`; nothing for a gate.
fn filtered(main: &ItemFn) -> Option<&Type> {
    let ReturnType::Type(_, ty) = &main.sig.output else { return None };
    let ty = argument(ty, "Result").unwrap_or(ty);
    argument(ty, "Option")
}

/// The first argument of a type called `name`.
fn argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}
