//! The event lane: a server file and a client file are one route, and what happened is shown to each member.

use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::marker::PhantomData;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::value::RawValue;
use sync_schema::{Lane, Payload, RouteTypes};

use crate::contain::Guarded;
use crate::error::SyncError;
use crate::route::run::{check, encode, log_unwritable, run_handler};
use crate::route::{
    App, Auth, BoxFuture, ChunkType, ClientHandler, Ctx, Done, Effect, FilterKind, Filtered, GroupKey, Member, Newest,
    Route, RouteId, RouteOptions, ServerHandler, TypedCall, Verdict,
};
use crate::schema::{Empty, InputSchema, InvalidInput, Model, Wire, decode, encode_into, wire_type};
use crate::wire::Packet;

/// A route with both files: `S` runs once, `C` once for each member.
pub struct Paired<S, C> {
    id: RouteId,
    files: PhantomData<fn() -> (S, C)>,
}

/// A route with a server file: every member gets the output, unfiltered.
pub type ServerOnly<S> = Paired<S, Everyone<S>>;
/// A route with a client file: no handler, and `serverOutput` is `{}`.
pub type ClientOnly<C> = Paired<Nothing<C>, C>;

/// What happened: typed input and output, and the output's one JSON form.
pub trait Event<A: App>: Send + Sync {
    /// Returns the input as JSON; `None` for one that cannot be written any more.
    fn input(&self) -> Option<Box<RawValue>>;

    /// Returns `serverOutput`.
    fn server_output(&self) -> &RawValue;

    /// Returns how many bytes of memory it takes, about: what serde has made of the input and of the output is taken for twice as long as
    /// their JSON.
    fn bytes(&self) -> usize;

    /// Forgets what groups get.
    fn forget_groups(&self);

    /// Returns how members are filtered, and so which of the following methods is asked; without a filter none is.
    fn filter(&self) -> FilterKind;

    /// Returns whether the filter streams to its member.
    fn streams(&self) -> bool;

    /// Returns how long one run of the filter may take, if the client file says so.
    fn filter_timeout(&self) -> Option<Duration>;

    /// Runs a [`FilterKind::Sync`] filter for one member. `own` is empty; `clientOutput` is written there as JSON, nothing where it is `{}`.
    fn judge(&self, member: Member<'_, A>, own: &mut Vec<u8>) -> Verdict<()>;

    /// Runs a [`FilterKind::Async`] filter for one member, whose `clientOutput` is delivered as JSON.
    fn judge_later<'a>(&'a self, member: Member<'a, A>) -> BoxFuture<'a, Verdict<Vec<u8>>>;

    /// Says what a member's group gets. For the first member of the group a [`FilterKind::Group`] filter runs and `packet` is asked to
    /// write what is delivered; the others share that. One whose filter panicked is refused after that.
    fn judge_group(
        &self,
        member: Member<'_, A>,
        own: &mut Vec<u8>,
        packet: &mut dyn FnMut(&[u8]) -> Packet,
    ) -> Verdict<Packet>;
}

/// Lets everybody through: the filter of a route without a client file.
pub struct Everyone<S>(PhantomData<fn() -> S>);

impl<S: ServerHandler> ClientHandler for Everyone<S> {
    type App = S::App;
    type Input = S::Input;
    type ServerOutput = S::Output;
    type Output = Empty;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;
    const FILTER: FilterKind = FilterKind::None;
    type Group = ();

    fn auth() -> Auth<S::App> {
        S::auth()
    }

    fn group(_: Member<'_, S::App>) {}

    fn filter<'a>(_: Member<'a, S::App>, (): &(), _: &'a S::Input, _: &'a S::Output) -> Filtered<'a, Empty> {
        Filtered::Ready(Verdict::Deliver(Empty {}))
    }
}

/// Does nothing: the handler of a route without a server file.
pub struct Nothing<C>(PhantomData<fn() -> C>);

impl<C: ClientHandler> ServerHandler for Nothing<C> {
    type App = C::App;
    type Input = C::Input;
    type Output = Empty;
    const DOCS: &'static str = C::DOCS;
    const OPTIONS: RouteOptions = C::OPTIONS;

    const CHECKS: bool = C::CHECKS;

    fn auth() -> Auth<C::App> {
        C::auth()
    }

    fn check<'a>(ctx: Ctx<'a, C::App>, input: &'a C::Input) -> impl Future<Output = Result<(), SyncError>> + Send + 'a {
        C::check(ctx, input)
    }

    async fn call<'a>(_: Ctx<'a, C::App>, _: &'a C::Input) -> Result<Empty, SyncError> {
        Ok(Empty {})
    }
}

impl<S, C> Paired<S, C> {
    /// Gives the files their names.
    #[must_use]
    pub const fn new(id: RouteId) -> Self {
        Self { id, files: PhantomData }
    }
}

impl<S, C> std::fmt::Debug for Paired<S, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Paired").field(&self.id.cb).finish()
    }
}

impl<S, C> Route<S::App> for Paired<S, C>
where
    S: ServerHandler,
    C: ClientHandler<App = S::App, Input = S::Input, ServerOutput = S::Output>,
{
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn auth(&self) -> Auth<S::App> {
        S::auth()
    }

    fn options(&self) -> RouteOptions {
        S::OPTIONS
    }

    fn filter(&self) -> FilterKind {
        C::FILTER
    }

    fn streams(&self) -> bool {
        S::STREAM.is_some()
    }

    fn types(&self, model: &mut Model) -> RouteTypes {
        let payloads = vec![
            Payload::input("clientInput", wire_type::<S::Input>(model)),
            Payload::output("serverOutput", wire_type::<S::Output>(model)),
            Payload::output("clientOutput", wire_type::<C::Output>(model)),
            ChunkType::payload(S::STREAM, "serverStream", model),
            ChunkType::payload(C::STREAM, "clientStream", model),
        ];
        self.id.describe(Lane::Event, S::DOCS, S::OPTIONS.room, payloads)
    }

    fn input_schema(&self) -> InputSchema {
        InputSchema::of::<S::Input>()
    }

    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn TypedCall<S::App>>, InvalidInput> {
        Ok(self.called(Guarded::new(decode::<S::Input>(schema, json)?), json.len()))
    }

    fn revive(&self, input: &RawValue, output: &RawValue) -> Option<Box<dyn Event<S::App>>> {
        let input_bytes = input.get().len();
        let input = Guarded::new(serde_json::from_str::<S::Input>(input.get()).ok()?);
        let typed = Guarded::new(serde_json::from_str::<S::Output>(output.get()).ok()?);
        Some(Box::new(TypedEvent::<S, C>::new(input, input_bytes, typed, output.to_owned(), self.id.cb)))
    }
}

impl<S, C> Paired<S, C>
where
    S: ServerHandler,
    C: ClientHandler<App = S::App, Input = S::Input, ServerOutput = S::Output>,
{
    /// A call with this input, whose JSON had so many bytes.
    fn called(&self, input: Guarded<S::Input>, input_bytes: usize) -> Box<dyn TypedCall<S::App>> {
        Box::new(EventCall::<S, C> { input, input_bytes, cb: self.id.cb, files: PhantomData })
    }
}

impl<S, C> Newest for Paired<S, C>
where
    S: ServerHandler + 'static,
    C: ClientHandler<App = S::App, Input = S::Input, ServerOutput = S::Output> + 'static,
{
    type App = S::App;
    type Input = S::Input;
    type Output = S::Output;
    type Own = C::Output;

    fn call(&self, input: Guarded<S::Input>, bytes: usize) -> Box<dyn TypedCall<S::App>> {
        self.called(input, bytes)
    }

    fn describe<In: Wire, Out: Wire, Own: Wire>(&self, id: &RouteId, model: &mut Model) -> RouteTypes {
        let payloads = vec![
            Payload::input("clientInput", wire_type::<In>(model)),
            Payload::output("serverOutput", wire_type::<Out>(model)),
            Payload::output("clientOutput", wire_type::<Own>(model)),
            Payload::never("serverStream"),
            Payload::never("clientStream"),
        ];
        id.describe(Lane::Event, S::DOCS, S::OPTIONS.room, payloads)
    }
}

struct EventCall<S: ServerHandler, C> {
    input: Guarded<S::Input>,
    /// How long its JSON was.
    input_bytes: usize,
    cb: &'static str,
    files: PhantomData<fn() -> C>,
}

impl<S, C> TypedCall<S::App> for EventCall<S, C>
where
    S: ServerHandler,
    C: ClientHandler<App = S::App, Input = S::Input, ServerOutput = S::Output>,
{
    fn check<'a>(&'a self, ctx: Ctx<'a, S::App>) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        check::<S>(ctx, &self.input)
    }

    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, S::App>) -> BoxFuture<'a, Result<Done<S::App>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { input, input_bytes, cb, .. } = *self;
            let (output, json) = run_handler::<S>(ctx, &input, cb).await?;
            let event = TypedEvent::<S, C>::new(input, input_bytes, output, json.clone(), cb);
            Ok(Done::new(json, Effect::Event(Box::new(event))))
        })
    }
}

struct TypedEvent<S: ServerHandler, C: ClientHandler> {
    input: Guarded<S::Input>,
    input_bytes: usize,
    output: Guarded<S::Output>,
    json: Box<RawValue>,
    cb: &'static str,
    groups: Mutex<Groups<C::Group>>,
}

/// What the groups get that were met; `None` for one whose filter is running, or has panicked.
type Groups<K> = HashMap<Guarded<K>, Option<Verdict<Packet>>>;

impl<S: ServerHandler, C: ClientHandler> TypedEvent<S, C> {
    fn new(
        input: Guarded<S::Input>,
        input_bytes: usize,
        output: Guarded<S::Output>,
        json: Box<RawValue>,
        cb: &'static str,
    ) -> Self {
        Self { input, input_bytes, output, json, cb, groups: Mutex::new(HashMap::new()) }
    }
}

impl<S, C> Event<S::App> for TypedEvent<S, C>
where
    S: ServerHandler,
    C: ClientHandler<App = S::App, Input = S::Input, ServerOutput = S::Output>,
{
    fn input(&self) -> Option<Box<RawValue>> {
        encode(&*self.input, self.cb)
    }

    fn server_output(&self) -> &RawValue {
        &self.json
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + 2 * self.input_bytes + 3 * self.json.get().len()
    }

    fn forget_groups(&self) {
        *self.groups.lock() = HashMap::new();
    }

    fn filter(&self) -> FilterKind {
        C::FILTER
    }

    fn streams(&self) -> bool {
        C::STREAM.is_some()
    }

    fn filter_timeout(&self) -> Option<Duration> {
        C::OPTIONS.timeout
    }

    fn judge(&self, member: Member<'_, S::App>, own: &mut Vec<u8>) -> Verdict<()> {
        let verdict = at_once(C::filter(member, &C::group(member), &self.input, &self.output));
        write_own(verdict, self.cb, own)
    }

    fn judge_later<'a>(&'a self, member: Member<'a, S::App>) -> BoxFuture<'a, Verdict<Vec<u8>>> {
        Box::pin(async move {
            let verdict = match C::filter(member, &C::group(member), &self.input, &self.output) {
                Filtered::Ready(verdict) => verdict,
                Filtered::Later(verdict) => verdict.await,
            };
            let mut own = Vec::new();
            write_own(verdict, self.cb, &mut own).map(|()| own)
        })
    }

    fn judge_group(
        &self,
        member: Member<'_, S::App>,
        own: &mut Vec<u8>,
        packet: &mut dyn FnMut(&[u8]) -> Packet,
    ) -> Verdict<Packet> {
        let group = C::group(member);
        // Locked while a group is judged, so that no member finds a group without its verdict.
        let mut groups = self.groups.lock();
        match group.among(&mut groups) {
            Entry::Occupied(met) => {
                met.get().clone().unwrap_or_else(|| Verdict::Refuse(SyncError::new("sync-client-failed")))
            }
            Entry::Vacant(new) => {
                // Met before it is judged: a filter that panics does so for one member, and not for each of the group.
                let mut met = new.insert_entry(None);
                let verdict = at_once(C::filter(member, met.key(), &self.input, &self.output));
                let verdict = write_own(verdict, self.cb, own).map(|()| packet(own));
                met.insert(Some(verdict.clone()));
                verdict
            }
        }
    }
}

fn at_once<T>(filtered: Filtered<'_, T>) -> Verdict<T> {
    match filtered {
        Filtered::Ready(verdict) => verdict,
        Filtered::Later(_) => unreachable!("the kind of a filter that may wait says so"),
    }
}

/// Writes what is delivered as JSON, nothing where it is `{}`.
fn write_own<T: Wire>(verdict: Verdict<T>, cb: &'static str, own: &mut Vec<u8>) -> Verdict<()> {
    match verdict {
        // The output of every gate.
        Verdict::Deliver(_) if TypeId::of::<T>() == TypeId::of::<Empty>() => Verdict::Deliver(()),
        Verdict::Deliver(output) => match encode_into(own, &output) {
            Ok(()) => {
                if own.as_slice() == b"{}" {
                    own.clear();
                }
                Verdict::Deliver(())
            }
            Err(error) => {
                log_unwritable(cb, &error);
                Verdict::Refuse(SyncError::new("sync-client-failed"))
            }
        },
        Verdict::Skip => Verdict::Skip,
        Verdict::Refuse(error) => Verdict::Refuse(error),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use serde::{Deserialize, Serialize, Serializer};
    use sync_schema::Shape;

    use crate::route::{CallerView, LateFacts, MemberView, NoStreams, Nobody, TestApp};
    use crate::wire::Location;

    use super::*;

    thread_local! {
        /// Each test is a thread of its own.
        static RUNS: Cell<usize> = const { Cell::new(0) };
        static ENCODINGS: Cell<usize> = const { Cell::new(0) };
        static PACKETS: Cell<usize> = const { Cell::new(0) };
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
        fn shape(_: &mut Model) -> Shape {
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
        retires: None,
    });

    async fn event() -> Box<dyn Event<TestApp>> {
        let location = Location::default();
        let (session, streams) = (&Empty {}, &NoStreams);
        let view = CallerView {
            app: &TestApp,
            room: "room",
            session,
            locale: "en",
            location: &location,
            streams,
            people: &Nobody,
            states: &Nobody,
        };
        let call = ROUTE.decode(&ROUTE.input_schema(), "{}").expect("an input");
        match call.run(Ctx::new(&view)).await {
            Ok(Done { effect: Effect::Event(event), .. }) => event,
            _ => panic!("an event is what follows"),
        }
    }

    struct Shown<'a> {
        locale: &'a str,
        location: &'a Location,
    }

    impl LateFacts<TestApp> for Shown<'_> {
        fn sender(&self) -> Empty {
            Empty {}
        }

        fn locale(&self) -> &str {
            self.locale
        }

        fn location(&self) -> &Location {
            self.location
        }
    }

    /// What one member is told: its packet, which names the `clientOutput`, or else how it was judged.
    fn judge(event: &dyn Event<TestApp>, side: &str) -> String {
        let location = Location::default();
        let (room, session, locale) = ("room", &Empty {}, side);
        let (is_sender, is_sending_socket) = (false, false);
        let late = Shown { locale, location: &location };
        let view = MemberView { room, session, late: &late, is_sender, is_sending_socket };
        let mut packet = |own: &[u8]| {
            PACKETS.set(PACKETS.get() + 1);
            Packet::closing(&String::from_utf8_lossy(own))
        };
        let judging = || event.judge_group(Member::new(&view), &mut Vec::new(), &mut packet);
        match catch_unwind(AssertUnwindSafe(judging)) {
            Err(_) => "panic".to_owned(),
            Ok(Verdict::Deliver(packet)) => packet.text().to_owned(),
            Ok(Verdict::Skip) => "skip".to_owned(),
            Ok(Verdict::Refuse(error)) => error.code().to_owned(),
        }
    }

    fn told(side: &str) -> String {
        Packet::closing(&format!("\"{side}\"")).text().to_owned()
    }

    #[tokio::test]
    async fn ten_thousand_members_in_four_groups_are_four_filter_runs_and_four_packets() {
        assert_eq!(ROUTE.filter(), FilterKind::Group);
        let event = event().await;
        for member in 0..10_000 {
            let side = format!("side-{}", member % 4);
            assert_eq!(judge(&*event, &side), told(&side));
        }
        assert_eq!((RUNS.get(), ENCODINGS.get(), PACKETS.get()), (4, 4, 4));
    }

    #[tokio::test]
    async fn a_group_whose_filter_panics_is_asked_once_and_refused_after_that() {
        let event = event().await;
        let judged = ["deaf", "broken", "a", "broken", "deaf", "a"].map(|side| judge(&*event, side));
        assert_eq!(judged, ["skip", "panic", &told("a"), "sync-client-failed", "skip", &told("a")]);
    }

    #[tokio::test]
    async fn an_event_is_revived_from_what_was_kept_of_it() {
        let event = event().await;
        let (input, output) = (event.input().expect("JSON"), event.server_output().to_owned());
        let revived = ROUTE.revive(&input, &output).expect("types as they were");
        assert_eq!(revived.server_output().get(), output.get());
        assert_eq!(judge(&*revived, "a"), told("a"));
        for (input, output) in [("null", "{}"), ("{}", "null")] {
            let [input, output] = [input, output].map(|json| serde_json::from_str::<&RawValue>(json).expect("JSON"));
            assert!(ROUTE.revive(input, output).is_none(), "{input} {output}");
        }
    }
}
