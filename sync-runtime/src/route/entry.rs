//! Combines a server file and a client file into one route.

use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::Hash;
use std::marker::PhantomData;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::value::RawValue;
use sync_schema::{RouteTypes, Types};

use crate::error::SyncError;
use crate::route::{
    App, Auth, BoxFuture, Call, ClientHandler, Ctx, Event, FilterKind, Filtered, Judged, Judgement, Member, Route,
    RouteId, RouteOptions, ServerHandler, Verdict,
};
use crate::schema::{Empty, EncodeError, InputSchema, InvalidInput, Wire, decode, encode_into, encode_raw, wire_type};

/// A route with both files.
pub type Paired<S, C> = Entry<Both<S, C>>;
/// A route with a server file: every member gets the output, unfiltered.
pub type ServerOnly<S> = Entry<Server<S>>;
/// A route with a client file: no handler, and `serverOutput` is `{}`.
pub type ClientOnly<C> = Entry<Client<C>>;

/// One route of the table.
pub struct Entry<F> {
    id: RouteId,
    files: PhantomData<fn() -> F>,
}

impl<F> Entry<F> {
    /// Gives the files their names.
    #[must_use]
    pub const fn new(id: RouteId) -> Self {
        Self { id, files: PhantomData }
    }
}

impl<F> std::fmt::Debug for Entry<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Entry").field(&self.id.cb).finish()
    }
}

/// The files of a route as one: a handler that may do nothing and a filter that may let everybody through.
pub trait Files: 'static {
    /// The app.
    type App: App;
    /// What a caller sends.
    type Input: Wire + Send + Sync;
    /// What the handler answers.
    type Output: Wire + Send + Sync;
    /// What each member gets for itself.
    type Own: Wire + Send + Sync;
    /// The doc comment of the route.
    const DOCS: &'static str;
    /// The options of the route.
    const OPTIONS: RouteOptions;
    /// The limit for one run of the filter.
    const FILTER_TIMEOUT: Option<Duration>;
    /// How members are filtered.
    const FILTER: FilterKind;
    /// What the filter's `by` makes of a member.
    type Group: Eq + Hash + Send + 'static;

    /// Returns who may call.
    fn auth() -> Auth<Self::App>;

    /// Runs the handler.
    fn call<'a>(
        ctx: Ctx<'a, Self::App>,
        input: &'a Self::Input,
    ) -> impl Future<Output = Result<Self::Output, SyncError>> + Send + 'a;

    /// Returns the group of a member.
    fn group(member: Member<'_, Self::App>) -> Self::Group;

    /// Runs the filter.
    fn filter<'a>(
        member: Member<'a, Self::App>,
        group: &Self::Group,
        input: &'a Self::Input,
        output: &'a Self::Output,
    ) -> Filtered<'a, Self::Own>;
}

/// The files of [`Paired`].
pub struct Both<S, C>(PhantomData<fn() -> (S, C)>);
/// The file of [`ServerOnly`].
pub struct Server<S>(PhantomData<fn() -> S>);
/// The file of [`ClientOnly`].
pub struct Client<C>(PhantomData<fn() -> C>);

impl<S, C> Files for Both<S, C>
where
    S: ServerHandler,
    C: ClientHandler<App = S::App, Input = S::Input, ServerOutput = S::Output>,
{
    type App = S::App;
    type Input = S::Input;
    type Output = S::Output;
    type Own = C::Output;
    const DOCS: &'static str = S::DOCS;
    const OPTIONS: RouteOptions = S::OPTIONS;
    const FILTER_TIMEOUT: Option<Duration> = C::OPTIONS.timeout;
    const FILTER: FilterKind = C::FILTER;
    type Group = C::Group;

    fn auth() -> Auth<S::App> {
        S::auth()
    }

    fn call<'a>(
        ctx: Ctx<'a, S::App>,
        input: &'a S::Input,
    ) -> impl Future<Output = Result<S::Output, SyncError>> + Send + 'a {
        S::call(ctx, input)
    }

    fn group(member: Member<'_, S::App>) -> C::Group {
        C::group(member)
    }

    fn filter<'a>(
        member: Member<'a, S::App>,
        group: &C::Group,
        input: &'a S::Input,
        output: &'a S::Output,
    ) -> Filtered<'a, C::Output> {
        C::filter(member, group, input, output)
    }
}

impl<S: ServerHandler> Files for Server<S> {
    type App = S::App;
    type Input = S::Input;
    type Output = S::Output;
    type Own = Empty;
    const DOCS: &'static str = S::DOCS;
    const OPTIONS: RouteOptions = S::OPTIONS;
    const FILTER_TIMEOUT: Option<Duration> = None;
    const FILTER: FilterKind = FilterKind::None;
    type Group = ();

    fn auth() -> Auth<S::App> {
        S::auth()
    }

    fn call<'a>(
        ctx: Ctx<'a, S::App>,
        input: &'a S::Input,
    ) -> impl Future<Output = Result<S::Output, SyncError>> + Send + 'a {
        S::call(ctx, input)
    }

    fn group(_: Member<'_, S::App>) {}

    fn filter<'a>(_: Member<'a, S::App>, (): &(), _: &'a S::Input, _: &'a S::Output) -> Filtered<'a, Empty> {
        Filtered::Ready(Verdict::Deliver(Empty {}))
    }
}

impl<C: ClientHandler<ServerOutput = Empty>> Files for Client<C> {
    type App = C::App;
    type Input = C::Input;
    type Output = Empty;
    type Own = C::Output;
    const DOCS: &'static str = C::DOCS;
    const OPTIONS: RouteOptions = C::OPTIONS;
    const FILTER_TIMEOUT: Option<Duration> = C::OPTIONS.timeout;
    const FILTER: FilterKind = C::FILTER;
    type Group = C::Group;

    fn auth() -> Auth<C::App> {
        C::auth()
    }

    async fn call<'a>(_: Ctx<'a, C::App>, _: &'a C::Input) -> Result<Empty, SyncError> {
        Ok(Empty {})
    }

    fn group(member: Member<'_, C::App>) -> C::Group {
        C::group(member)
    }

    fn filter<'a>(
        member: Member<'a, C::App>,
        group: &C::Group,
        input: &'a C::Input,
        output: &'a Empty,
    ) -> Filtered<'a, C::Output> {
        C::filter(member, group, input, output)
    }
}

impl<F: Files> Route<F::App> for Entry<F> {
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn auth(&self) -> Auth<F::App> {
        F::auth()
    }

    fn options(&self) -> RouteOptions {
        F::OPTIONS
    }

    fn filter_timeout(&self) -> Option<Duration> {
        F::FILTER_TIMEOUT
    }

    fn types(&self, types: &mut Types) -> RouteTypes {
        RouteTypes {
            page: self.id.page.to_owned(),
            name: self.id.name.to_owned(),
            version: self.id.version.to_owned(),
            docs: F::DOCS.to_owned(),
            sources: self.id.sources.iter().map(|&source| source.to_owned()).collect(),
            client_input: wire_type::<F::Input>(types),
            server_output: wire_type::<F::Output>(types),
            client_output: wire_type::<F::Own>(types),
            server_stream: None,
            client_stream: None,
        }
    }

    fn input_schema(&self) -> InputSchema {
        InputSchema::of::<F::Input>()
    }

    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn Call<F::App>>, InvalidInput> {
        let input = decode::<F::Input>(schema, json)?;
        Ok(Box::new(TypedCall::<F> { input, cb: self.id.cb }))
    }
}

struct TypedCall<F: Files> {
    input: F::Input,
    cb: &'static str,
}

impl<F: Files> Call<F::App> for TypedCall<F> {
    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, F::App>) -> BoxFuture<'a, Result<Box<dyn Event<F::App>>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { input, cb } = *self;
            let output = F::call(ctx, &input).await?;
            let json = encode(&output, cb).ok_or_else(|| SyncError::new("sync-server-failed"))?;
            let groups = Mutex::default();
            Ok(Box::new(TypedEvent::<F> { input, output, json, cb, groups }) as Box<dyn Event<F::App>>)
        })
    }
}

struct TypedEvent<F: Files> {
    input: F::Input,
    output: F::Output,
    json: Box<RawValue>,
    cb: &'static str,
    /// The groups that were judged, by number.
    groups: Mutex<HashMap<F::Group, usize>>,
}

impl<F: Files> TypedEvent<F> {
    fn judge_group<'a>(&'a self, member: Member<'a, F::App>, own: &mut Vec<u8>) -> Judged<'a> {
        let mut groups = self.groups.lock();
        let next = groups.len();
        match groups.entry(F::group(member)) {
            Slot::Occupied(known) => Judged::Group(*known.get(), None),
            Slot::Vacant(new) => match F::filter(member, new.key(), &self.input, &self.output) {
                Filtered::Ready(verdict) => {
                    new.insert(next);
                    Judged::Group(next, Some(judgement(verdict, self.cb, own)))
                }
                Filtered::Later(_) => unreachable!("the attribute refuses `by` beside `async`"),
            },
        }
    }
}

impl<F: Files> Event<F::App> for TypedEvent<F> {
    fn server_output(&self) -> &RawValue {
        &self.json
    }

    fn filter_kind(&self) -> FilterKind {
        F::FILTER
    }

    fn judge<'a>(&'a self, member: Member<'a, F::App>, own: &mut Vec<u8>) -> Judged<'a> {
        if F::FILTER == FilterKind::Group {
            return self.judge_group(member, own);
        }
        match F::filter(member, &F::group(member), &self.input, &self.output) {
            Filtered::Ready(verdict) => Judged::Ready(judgement(verdict, self.cb, own)),
            Filtered::Later(verdict) => {
                let cb = self.cb;
                Judged::Later(Box::pin(async move {
                    let mut own = Vec::new();
                    (judgement(verdict.await, cb, &mut own), own)
                }))
            }
        }
    }
}

fn judgement<T: Wire>(verdict: Verdict<T>, cb: &'static str, own: &mut Vec<u8>) -> Judgement {
    match verdict {
        // The output of every gate.
        Verdict::Deliver(_) if TypeId::of::<T>() == TypeId::of::<Empty>() => Judgement::Deliver,
        Verdict::Deliver(output) => match encode_into(own, &output) {
            Ok(()) => {
                if own.as_slice() == b"{}" {
                    own.clear();
                }
                Judgement::Deliver
            }
            Err(error) => {
                log_unwritable(cb, &error);
                Judgement::Refuse(SyncError::new("sync-client-failed"))
            }
        },
        Verdict::Skip => Judgement::Skip,
        Verdict::Refuse(error) => Judgement::Refuse(error),
    }
}

/// Writes an output; `None`, with a line in the log, for a value that has no JSON form.
fn encode<T: Wire>(output: &T, cb: &str) -> Option<Box<RawValue>> {
    encode_raw(output).map_err(|error| log_unwritable(cb, &error)).ok()
}

fn log_unwritable(cb: &str, error: &EncodeError) {
    tracing::error!(route = cb, ?error, "an output has no JSON form");
}
