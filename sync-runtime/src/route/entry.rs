//! Combines a server file and a client file into one route.

use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::marker::PhantomData;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::value::RawValue;
use sync_schema::{RouteTypes, Types};

use crate::contain::Guarded;
use crate::error::SyncError;
use crate::route::{
    App, Auth, BoxFuture, Call, ClientHandler, Ctx, Event, FilterKind, Filtered, GroupKey, Judged, Judgement, Member,
    Route, RouteId, RouteOptions, ServerHandler, Verdict,
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
    type Group: GroupKey;

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

    fn filter(&self) -> FilterKind {
        F::FILTER
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
        Ok(Box::new(TypedCall::<F> { input: Guarded::new(input), cb: self.id.cb }))
    }
}

struct TypedCall<F: Files> {
    input: Guarded<F::Input>,
    cb: &'static str,
}

impl<F: Files> Call<F::App> for TypedCall<F> {
    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, F::App>) -> BoxFuture<'a, Result<Box<dyn Event<F::App>>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { input, cb } = *self;
            let output = Guarded::new(F::call(ctx, &input).await?);
            let json = encode(&*output, cb).ok_or_else(|| SyncError::new("sync-server-failed"))?;
            let groups = Mutex::new(Groups { numbers: HashMap::new(), judged: 0 });
            Ok(Box::new(TypedEvent::<F> { input, output, json, cb, groups }) as Box<dyn Event<F::App>>)
        })
    }
}

struct TypedEvent<F: Files> {
    input: Guarded<F::Input>,
    output: Guarded<F::Output>,
    json: Box<RawValue>,
    cb: &'static str,
    groups: Mutex<Groups<F::Group>>,
}

/// The groups that were met, each with its number.
struct Groups<K> {
    /// `None` for a group whose filter panicked: there is no judgement to refer to.
    numbers: HashMap<Guarded<K>, Option<usize>>,
    /// How many groups have a number.
    judged: usize,
}

impl<F: Files> TypedEvent<F> {
    fn judge_group<'a>(&'a self, member: Member<'a, F::App>, own: &mut Vec<u8>) -> Judged<'a> {
        let group = F::group(member);
        let mut groups = self.groups.lock();
        let Groups { numbers, judged } = &mut *groups;
        match group.among(numbers) {
            Slot::Occupied(met) => match *met.get() {
                Some(number) => Judged::Group(number, None),
                None => Judged::Ready(Judgement::Refuse(SyncError::new("sync-client-failed"))),
            },
            Slot::Vacant(new) => {
                // Met before it is judged: a filter that panics does so for one member, and not for each of the group.
                let mut met = new.insert_entry(None);
                let Filtered::Ready(verdict) = F::filter(member, met.key(), &self.input, &self.output) else {
                    unreachable!("the attribute refuses `by` beside `async`");
                };
                let judgement = judgement(verdict, self.cb, own);
                let number = *judged;
                met.insert(Some(number));
                *judged += 1;
                Judged::Group(number, Some(judgement))
            }
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use serde::{Deserialize, Serialize, Serializer};
    use sync_schema::Shape;

    use crate::route::{CallerView, LateFacts, MemberView, TestApp};
    use crate::wire::Location;

    use super::*;

    thread_local! {
        /// Each test is a thread of its own.
        static RUNS: Cell<usize> = const { Cell::new(0) };
        static ENCODINGS: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts how often it is written as JSON.
    #[derive(Debug, Clone, Deserialize)]
    struct Side(String);

    impl Serialize for Side {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            ENCODINGS.set(ENCODINGS.get() + 1);
            self.0.serialize(serializer)
        }
    }

    impl Wire for Side {
        fn shape(_: &mut Types) -> Shape {
            Shape::String
        }
    }

    /// Its `by` is the member's language, which is what each member is told.
    struct BySide;

    impl ClientHandler for BySide {
        type App = TestApp;
        type Input = Empty;
        type ServerOutput = Empty;
        type Output = Side;
        const DOCS: &'static str = "";
        const OPTIONS: RouteOptions = RouteOptions::NONE;
        const FILTER: FilterKind = FilterKind::Group;
        type Group = String;

        fn auth() -> Auth<TestApp> {
            Auth::public()
        }

        fn group(member: Member<'_, TestApp>) -> String {
            member.locale().to_owned()
        }

        fn filter<'a>(_: Member<'a, TestApp>, side: &String, _: &'a Empty, _: &'a Empty) -> Filtered<'a, Side> {
            RUNS.set(RUNS.get() + 1);
            assert_ne!(side, "broken", "the test filter was asked to panic");
            Filtered::Ready(if side == "deaf" { Verdict::Skip } else { Verdict::Deliver(Side(side.clone())) })
        }
    }

    static ROUTE: ClientOnly<BySide> = ClientOnly::new(RouteId {
        page: "test",
        name: "side",
        version: "v1",
        path: "test/side",
        cb: "test/side/v1",
        sources: &[],
    });

    async fn event() -> Box<dyn Event<TestApp>> {
        let location = Location::default();
        let view = CallerView { app: &TestApp, room: "room", session: &Empty {}, locale: "en", location: &location };
        let call = ROUTE.decode(&ROUTE.input_schema(), "{}").expect("an input");
        call.run(Ctx::new(&view)).await.map_err(|_| "an event").expect("an event")
    }

    struct Shown<'a> {
        locale: &'a str,
        location: &'a Location,
    }

    impl LateFacts for Shown<'_> {
        fn locale(&self) -> &str {
            self.locale
        }

        fn location(&self) -> &Location {
            self.location
        }
    }

    /// What one member is told: the number of its group, and `(judgement, clientOutput)` where the filter ran.
    fn judge(event: &dyn Event<TestApp>, side: &str) -> String {
        let location = Location::default();
        let (room, caller, session, locale) = ("room", &Empty {}, &Empty {}, side);
        let (is_sender, is_sending_socket) = (false, false);
        let late = Shown { locale, location: &location };
        let view = MemberView { room, caller, session, late: &late, is_sender, is_sending_socket };
        let mut own = Vec::new();
        let judged = catch_unwind(AssertUnwindSafe(|| event.judge(Member::new(&view), &mut own)));
        match judged {
            Err(_) => "panic".to_owned(),
            Ok(Judged::Group(number, None)) => format!("{number}"),
            Ok(Judged::Group(number, Some(judgement))) => {
                format!("{number} {judgement:?} {}", String::from_utf8_lossy(&own))
            }
            Ok(Judged::Ready(Judgement::Refuse(error))) => error.code().to_owned(),
            Ok(_) => "without a group".to_owned(),
        }
    }

    #[tokio::test]
    async fn ten_thousand_members_in_four_groups_are_four_filter_runs_and_four_encodings() {
        assert_eq!(ROUTE.filter(), FilterKind::Group);
        let event = event().await;
        for member in 0..10_000 {
            let number = member % 4;
            let told = judge(&*event, &format!("side-{number}"));
            let expected = if member < 4 { format!("{number} Deliver \"side-{number}\"") } else { number.to_string() };
            assert_eq!(told, expected);
        }
        assert_eq!((RUNS.get(), ENCODINGS.get()), (4, 4));
    }

    #[tokio::test]
    async fn a_group_whose_filter_panics_is_asked_once_and_has_no_number() {
        let event = event().await;
        let told = ["deaf", "broken", "a", "broken", "deaf", "a"].map(|side| judge(&*event, side));
        let failed = "sync-client-failed";
        assert_eq!(told, ["0 Skip ", "panic", "1 Deliver \"a\"", failed, "0", "1"]);
    }
}
