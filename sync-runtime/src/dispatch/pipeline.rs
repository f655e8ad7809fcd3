//! The stages of a call in their order, the same for all lanes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::clock::{Instant, soon};
use crate::contain::Guarded;
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::gate::in_a_call;
use crate::dispatch::lanes::{Entered, Found, Lane, Ran};
use crate::dispatch::parts::Parts;
use crate::dispatch::states::Changes;
use crate::dispatch::streams::LiveStreams;
use crate::dispatch::view::view;
use crate::dispatch::watch::Watch;
use crate::dispatch::{Answer, Caller, Dispatcher, Turn, authorize, server_stage};
use crate::error::SyncError;
use crate::id::Id;
use crate::idempotency::{CallKey, Claim, Outcome, Ticket};
use crate::metrics::RouteMetrics;
use crate::rooms::Socket;
use crate::route::{App, Ctx, Done, Route, RouteOptions, TypedCall};
use crate::wire::{Answered, Call, Report};

/// How long a report waits for members, besides the time of a filter.
const REPORTED_WITHIN: Duration = Duration::from_secs(1);

/// How long a call whose event has its place waits until that has come back from where the order is made.
const HEARD_WITHIN: Duration = Duration::from_secs(1);

/// In which life of a server something was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// In this one.
    This,
    /// In another one, or that of another server.
    Other,
    /// By another session.
    OfAnother,
}

/// A call that nothing can refuse any more but what it has to wait for.
struct Admitted<A: App> {
    route: &'static dyn Route<A>,
    metrics: Arc<RouteMetrics>,
    /// The caller's session when it called.
    session: Arc<Guarded<A::Session>>,
    input: Box<dyn TypedCall<A>>,
    arrived: Instant,
    /// How long it may take until it is answered.
    limit: Duration,
    /// Why it is not run, if it has not been yet: its version has retired.
    retired: Option<SyncError>,
}

impl<A: App> Dispatcher<A> {
    /// Calls a route of a lane.
    pub(super) async fn call<L: Lane<A>>(&self, caller: &Caller<A>, call: &L, turn: &Turn) -> Answer {
        let output = self.run(caller, call, turn).await;
        let retires = output.as_ref().ok().and_then(|answered| answered.retires);
        self.answer(caller, output.map(|answered| answered.to_json())).until(retires)
    }

    /// Finds the route and runs the stages, and says what came of it: to the metrics, and in the log.
    pub(super) async fn run<L: Lane<A>>(&self, caller: &Caller<A>, call: &L, turn: &Turn) -> Outcome {
        let arrived = Instant::now();
        let found = call.find(self.lanes());
        let metrics = found.as_ref().map_or(self.metrics().unknown(), |found| found.metrics);
        let watch = Watch::new(metrics, call.room(), arrived);
        let retires = found.as_ref().ok().and_then(|found| found.route.id().retires);
        let stages = Box::pin(self.run_found(caller, call, turn, arrived, found));
        let output = in_a_call(contained_stages(stages)).instrument(watch.span.clone()).await;
        watch.ended(output.as_ref().err());
        output.map(|answered| Answered { retires, ..answered })
    }

    async fn run_found<L: Lane<A>>(
        &self,
        caller: &Caller<A>,
        call: &L,
        turn: &Turn,
        arrived: Instant,
        found: Result<Found<'_, A>, SyncError>,
    ) -> Outcome {
        let found = found?;
        let route = found.route;
        let session = self.check_session(caller)?;
        self.limit_call(caller, &session, found.budget, arrived)?;
        // A handler that streams can be given up, and needs a name for that.
        let key = key_of(caller, call).or_else(|| route.streams().then(|| unnamed(caller, call)));
        let options = route.options();
        // What has happened has happened: who may not do it any more is still told what came of it.
        if let Some(known) = key.as_ref().and_then(|key| self.parts().recent.known(key)) {
            if options.concurrent || route.streams() {
                turn.pass();
            }
            return known.outcome().await;
        }
        // The app itself is no caller who was told in time.
        let retired = if caller.is_checked() { found.check_retired().err() } else { None };
        // So it is where it has to be looked up what has happened.
        let is_kept = key.is_some() && self.parts().call_store.get().is_some_and(|calls| calls.of(options).is_some());
        if let Some(retired) = retired.as_ref().filter(|_| !is_kept) {
            return Err(retired.clone());
        }
        authorize_call(self.parts(), caller, call, route, &session).await?;
        let input = found.decode(call.call())?;
        if options.concurrent || route.streams() {
            turn.pass();
        }
        let limit = options.timeout.unwrap_or(self.config().handler_timeout);
        let metrics = found.metrics.clone();
        let admitted = Admitted { route, metrics, session, input, arrived, limit, retired };
        match key.map(|key| self.parts().recent.claim(&key)).transpose()? {
            None => finish(self.parts(), caller, call, turn, admitted, None).await,
            // It may have been handled by a server that did not live to tell.
            Some(Claim::New(ticket)) if self.is_lost(caller, call.call(), options) => {
                ticket.end(Err(SyncError::new("sync-outcome-unknown"))).await
            }
            Some(Claim::New(mut ticket)) => {
                if self.was_sent_in(caller, call.call()) == Some(Life::Other) {
                    ticket.sent_elsewhere();
                }
                if route.streams() {
                    let socket = caller.socket();
                    ticket.streams(socket.map(|socket| socket.id()));
                    // It may have gone before that was known.
                    if socket.is_some_and(|socket| socket.is_closed()) {
                        ticket.cancelled().cancel();
                    }
                }
                self.run_named(caller, call, turn, admitted, ticket).await
            }
            Some(Claim::Known(known)) => known.outcome().await,
        }
    }

    /// Returns whether a call was sent before by another session, or in another life of the server of which nothing is kept.
    fn is_lost(&self, caller: &Caller<A>, call: &Call<'_>, options: RouteOptions) -> bool {
        let is_kept = self.parts().call_store.get().is_some_and(|calls| calls.of(options).is_some());
        match self.was_sent_in(caller, call) {
            None | Some(Life::This) => false,
            Some(Life::Other) => !is_kept,
            Some(Life::OfAnother) => true,
        }
    }

    /// Returns where a call was sent before, if it was.
    fn was_sent_in(&self, caller: &Caller<A>, call: &Call<'_>) -> Option<Life> {
        let socket = call.sent_on.as_deref()?;
        let Some((run, name)) = socket.split_at_checked(self.parts().run_name.len()) else {
            return Some(Life::OfAnother);
        };
        Some(match () {
            () if !name.starts_with(&session_name(namer(caller))) => Life::OfAnother,
            () if self.parts().runs().any(|known| known == run) => Life::This,
            () => Life::Other,
        })
    }

    /// Returns what the ids of a socket begin with: the name of this life of the server, and of its session, by which a call that was sent
    /// on it is known again.
    #[must_use]
    pub fn socket_prefix(&self, socket: &Socket<A>) -> String {
        format!("{}{}", self.parts().run_name, session_name(socket.sender_key().session))
    }

    /// Runs a call that others may wait for: it goes on when its caller does not wait any more.
    async fn run_named<L: Lane<A>>(
        &self,
        caller: &Caller<A>,
        call: &L,
        turn: &Turn,
        admitted: Admitted<A>,
        mut ticket: Ticket,
    ) -> Outcome {
        let (parts, caller, call, turn) = (self.parts().clone(), caller.clone(), call.owned(), turn.clone());
        let running = async move {
            let stages = Box::pin(finish(&parts, &caller, &call, &turn, admitted, Some(&mut ticket)));
            let outcome = contained_stages(stages).await;
            ticket.end(outcome).await
        };
        let mut running = Box::pin(running.in_current_span());
        // Most handlers are done at once: those need no task.
        if let std::task::Poll::Ready(outcome) = futures_util::poll!(running.as_mut()) {
            return outcome;
        }
        let ended = self.calls().spawn(running).await;
        ended.unwrap_or_else(|_| Err(SyncError::new("sync-server-failed")))
    }
}

/// Waits until the handler may run, runs it, and does what follows from it.
async fn finish<A: App, L: Lane<A>>(
    parts: &Arc<Parts<A>>,
    caller: &Caller<A>,
    call: &L,
    turn: &Turn,
    admitted: Admitted<A>,
    ticket: Option<&mut Ticket>,
) -> Outcome {
    let Admitted { route, metrics, mut session, input, arrived, limit, retired } = admitted;
    let cancelled = ticket.as_ref().map(|ticket| ticket.cancelled().clone());
    let Entered { held, has_waited } = unless(cancelled.as_ref(), call.enter(parts, caller, arrived + limit)).await?;
    if has_waited {
        // Much may have changed meanwhile: who has signed out calls nothing any more.
        session = self::session(parts, caller)?;
        authorize_call(parts, caller, call, route, &session).await?;
    }
    let streams = cancelled.as_ref().map(|given_up| live_streams(parts, caller, call, route, given_up));
    let states = Changes::new(parts, caller);
    let source = view(parts, caller, &session, call.room()).streaming(streams.as_ref().map(|streams| streams as _));
    let source = source.changing(&states);
    let view = source.view();
    // What it has waited for its turn, it has waited for its answer.
    let left = || limit.saturating_sub(arrived.elapsed());
    if caller.is_checked() {
        server_stage::check(&*input, Ctx::new(&view), left(), route.id().cb).await?;
    }
    if cancelled.as_ref().is_some_and(CancellationToken::is_cancelled) {
        return Err(SyncError::new("sync-cancelled"));
    }
    if let Some(ticket) = ticket
        && let Some(answered) = begin(parts, route, ticket, left()).await?
    {
        return Ok(answered);
    }
    retired.map_or(Ok(()), Err)?;
    let handling = Instant::now();
    let running = server_stage::run_once(input, Ctx::new(&view), left(), route.id().cb);
    let done = match &streams {
        Some(streams) => streams.run(running).await,
        None => running.await,
    };
    metrics.handled(handling.elapsed());
    let Done { output, effect, untellable } = done?;
    drop(source);
    // What it has done to values comes right before what it does itself.
    soon(arrived + limit, states.tell()).await;
    let applied = call.apply(parts, Ran { caller, turn, metrics: &metrics, route, session, effect }, held);
    let applied = soon(arrived + limit, applied).await.ok_or_else(|| SyncError::new("sync-timeout"))??;
    let state_version = applied.state_version;
    come_back(route, applied.heard, arrived + limit).await;
    untellable.map_or(Ok(()), Err)?;
    Ok(Answered {
        output,
        report: reported(parts, applied.report, arrived + limit).await,
        state_version,
        retires: None,
    })
}

/// Returns where a handler streams to, on the way to its answer. Those who are in the room know a version by the one that answers for it.
fn live_streams<'a, A: App, L: Lane<A>>(
    parts: &'a Parts<A>,
    caller: &'a Caller<A>,
    call: &'a L,
    route: &dyn Route<A>,
    given_up: &'a CancellationToken,
) -> LiveStreams<'a, A> {
    let hears = (route.happens_as().is_none(), call.call().id.as_deref().filter(|_| call.call().stream));
    let said = (call.room(), call.ignore_self());
    let cb = route.happens_as().unwrap_or(route).id().cb;
    LiveStreams::new(parts, caller, cb, said, hears, (given_up, route.streams()))
}

/// Waits until an event has come back from where the order is made: what its caller does next comes behind it, as where there is one server. It has
/// happened, whether that is so in time or not.
async fn come_back<A: App>(route: &dyn Route<A>, heard: Option<oneshot::Receiver<()>>, until: Instant) {
    if let Some(heard) = heard
        && soon((Instant::now() + HEARD_WITHIN).min(until), heard).await.is_none()
    {
        tracing::debug!(route = route.id().cb, "an event has its place, and has not come back");
    }
}

/// Returns what has become of an event, as far as it becomes known in time: it has happened, and a member that is slow keeps nobody waiting for
/// long.
async fn reported<A: App>(parts: &Parts<A>, told: Option<oneshot::Receiver<Report>>, until: Instant) -> Option<Report> {
    let known_by = (Instant::now() + parts.config.filter_timeout + REPORTED_WITHIN).min(until);
    soon(known_by, told?).await?.ok()
}

/// Waits for something unless the caller gives the call up.
async fn unless<T>(
    cancelled: Option<&CancellationToken>,
    coming: impl Future<Output = Result<T, SyncError>>,
) -> Result<T, SyncError> {
    let Some(cancelled) = cancelled else { return coming.await };
    tokio::select! {
        biased;
        () = cancelled.cancelled() => Err(SyncError::new("sync-cancelled")),
        came = coming => came,
    }
}

/// Notes that the handler of a named call begins, or returns what came of it in another life of the server.
async fn begin<A: App>(
    parts: &Parts<A>,
    route: &'static dyn Route<A>,
    ticket: &mut Ticket,
    left: Duration,
) -> Result<Option<Answered>, SyncError> {
    let options = route.options();
    if !ticket.is_named() {
        return Ok(None);
    }
    match parts.call_store.get().and_then(|calls| calls.of(options)) {
        Some(calls) => return ticket.begin_in(calls, options.durable, left).await,
        // Of what is volatile, a newer one comes soon: there are too many of them to keep what came of each.
        None if options.volatile => {}
        None => ticket.begin(),
    }
    Ok(None)
}

/// Looks what a route asks of its caller and what the lane does, in this order. The app may call what it likes, as long as it can be
/// done.
///
/// # Errors
///
/// Why the call is refused, before any of its input is looked at.
async fn authorize_call<A: App, L: Lane<A>>(
    parts: &Parts<A>,
    caller: &Caller<A>,
    call: &L,
    route: &'static dyn Route<A>,
    session: &A::Session,
) -> Result<(), SyncError> {
    if caller.is_checked() {
        authorize::condition(&route.auth(), session)?;
    }
    call.authorize(parts, caller, route, session).await
}

/// Returns the caller's session as it is now, unless it has ended or the server stops.
pub(super) fn session<A: App>(parts: &Parts<A>, caller: &Caller<A>) -> Result<Arc<Guarded<A::Session>>, SyncError> {
    parts.check_open()?;
    authorize::session(caller.session())?;
    Ok(caller.session().get())
}

fn key_of<'c, A: App, L: Lane<A>>(caller: &Caller<A>, call: &'c L) -> Option<CallKey<'c>> {
    let id = call.call().id.as_deref()?;
    Some(CallKey { caller: namer(caller), id: id.into(), call: call.fingerprint() })
}

/// Makes a name for a call that has none; those of the app itself are not counted together.
fn unnamed<'c, A: App, L: Lane<A>>(caller: &Caller<A>, call: &L) -> CallKey<'c> {
    let namer = if caller.is_checked() { namer(caller) } else { Id::random() };
    // With a space, which no name of a caller's has.
    let id = format!(" {}", Id::random());
    CallKey { caller: namer, id: id.into(), call: call.fingerprint() }
}

/// Returns how a session is called in the ids of its sockets.
fn session_name(session: Id) -> String {
    session.to_string()[..8].to_owned()
}

/// Returns whose names those of a caller's calls are: its session's, or an anonymous page's. Over HTTP, nothing but their address tells
/// those who have neither from each other.
pub(super) fn namer<A: App>(caller: &Caller<A>) -> Id {
    match caller.address() {
        Some(address) if caller.socket().is_none() && !caller.session().has_token() => {
            Id::of_texts(&["address", &address.to_string()])
        }
        _ => caller.sender_key().session,
    }
}
