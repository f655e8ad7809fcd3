//! The mutation lane: a call waits for those before it of its push, and is applied in its turn by the store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::clock::{Instant, soon};
use crate::dispatch::Caller;
use crate::dispatch::access;
use crate::dispatch::caller::user_name;
use crate::dispatch::lanes::lane::{Applied, Entered, Found, Lane, Lanes, Ran};
use crate::dispatch::parts::Parts;
use crate::dispatch::view::view;
use crate::error::SyncError;
use crate::id::Id;
use crate::log::{ClientCall, LogError, Push, Pushed, Work};
use crate::route::{Access, App, Ctx, Effect, RoomKind, Route};
use crate::wire::{Call, IgnoreSelf, MutationCall};

/// One mutation of a push.
pub(in crate::dispatch) struct Pushing<'a> {
    pub(in crate::dispatch) mutation: MutationCall<'a>,
    pub(in crate::dispatch) client: ClientOf,
    /// What its caller may do with the scope.
    pub(in crate::dispatch) access: Result<Access, SyncError>,
    pub(in crate::dispatch) turn: PushTurn,
    /// What the store has made of it, if it got there.
    pub(in crate::dispatch) pushed: OnceLock<Pushed>,
    /// Whether it has come to the store: what takes its time from then on is no fault of its own.
    pub(in crate::dispatch) is_placed: AtomicBool,
}

/// Who pushes.
#[derive(Debug, Clone)]
pub(in crate::dispatch) struct ClientOf {
    pub(in crate::dispatch) name: Arc<str>,
    pub(in crate::dispatch) owner: Id,
}

/// Says whose a client is: a user's. Those without one have no name that lasts; what they have is the client's, which nobody else knows.
pub(in crate::dispatch) fn owner_of<A: App>(session: &A::Session) -> Id {
    A::user_id(session).map_or_else(|| Id::of_texts(&["nobody"]), user_name)
}

/// The place of a mutation among those of its push: each comes to the store behind the one before it.
#[derive(Default)]
pub(in crate::dispatch) struct PushTurn {
    before: Mutex<Option<oneshot::Receiver<()>>>,
    behind: Mutex<Option<oneshot::Sender<()>>>,
}

impl PushTurn {
    /// Makes the places of so many, one behind the other.
    pub(in crate::dispatch) fn line(count: usize) -> Vec<Self> {
        let mut before = None;
        let turns = (0..count).map(|_| {
            let (behind, next) = oneshot::channel();
            let turn = Self { before: Mutex::new(before.take()), behind: Mutex::new(Some(behind)) };
            before = Some(next);
            turn
        });
        turns.collect()
    }

    /// Waits until the one before has come to the store, or will never; returns whether it had to be waited for.
    pub(in crate::dispatch) async fn comes(&self) -> bool {
        let before = self.before.lock().take();
        let Some(mut before) = before else { return false };
        let has_waited = before.try_recv() == Err(oneshot::error::TryRecvError::Empty);
        if has_waited {
            before.await.unwrap_or_default();
        }
        has_waited
    }

    /// Lets the next one go to the store.
    pub(in crate::dispatch) fn pass(&self) {
        drop(self.behind.lock().take());
    }
}

impl Pushing<'_> {
    /// Has the store settle it, and returns what it has made of it.
    ///
    /// # Errors
    ///
    /// `store-unavailable`: nobody knows whether it is settled.
    pub(in crate::dispatch) async fn place<A: App>(&self, parts: &Parts<A>, work: Work) -> Result<Pushed, SyncError> {
        self.is_placed.store(true, Ordering::Release);
        let ClientOf { name, owner } = self.client.clone();
        let call = ClientCall { client: name, owner, number: self.mutation.seq, call: fingerprint(&self.mutation) };
        let push =
            Push { call, scope: (&*self.mutation.scope).into(), after_success: self.mutation.after_success, work };
        let log = parts.scopes.log()?;
        let failed = |error: LogError| {
            if let LogError::Unavailable(error) = &error
                && parts.scopes.failures.lock().happened().is_some()
            {
                tracing::warn!(error = crate::error::chain(&**error), "a mutation could not be stored");
            }
            SyncError::from(error)
        };
        let later = log.push(push).await.map_err(failed)?;
        self.turn.pass();
        let pushed = later.await.map_err(failed)?;
        Ok(self.pushed.get_or_init(|| pushed).clone())
    }
}

/// All but its arguments: what is sent again under its id is the same, however it is written.
pub(in crate::dispatch) fn fingerprint(mutation: &MutationCall<'_>) -> Id {
    let Call { path, version, .. } = &mutation.call;
    Id::of_texts(&["mutation", &mutation.id, path, version, &mutation.scope])
}

impl<A: App> Lane<A> for Pushing<'_> {
    type Held = ();

    type Owned = Pushing<'static>;

    /// Only calls with an id, and such as stream, are run by somebody else than who waits for them; a mutation is neither.
    fn owned(&self) -> Pushing<'static> {
        unreachable!("a mutation is run where its push waits for it: elsewhere it would have lost its place")
    }

    fn fingerprint(&self) -> Id {
        fingerprint(&self.mutation)
    }

    fn ignore_self(&self) -> IgnoreSelf {
        IgnoreSelf::No
    }

    fn call(&self) -> &Call<'_> {
        &self.mutation.call
    }

    fn room(&self) -> &str {
        &self.mutation.scope
    }

    fn find<'d>(&self, lanes: &'d Lanes<A>) -> Result<Found<'d, A>, SyncError> {
        lanes.mutations.find(&self.mutation.call).map_err(|_| SyncError::new("mutation-unknown"))
    }

    /// Whoever may write to the scope, which is one of the mutation's page, and is still who pushes.
    async fn authorize(
        &self,
        parts: &Parts<A>,
        _: &Caller<A>,
        route: &'static dyn Route<A>,
        session: &A::Session,
    ) -> Result<(), SyncError> {
        if owner_of::<A>(session) != self.client.owner {
            return Err(SyncError::new("auth-user-changed"));
        }
        let found = access::scope(parts.table, &self.mutation.scope)?;
        let forbidden = || SyncError::new("scope-forbidden");
        if route.options().room != Some(RoomKind::Rule(found.rule.pattern())) {
            return Err(forbidden());
        }
        match self.access.clone()? {
            Access::Write => Ok(()),
            Access::Read => Err(forbidden()),
        }
    }

    async fn enter(&self, _: &Parts<A>, _: &Caller<A>, until: Instant) -> Result<Entered<()>, SyncError> {
        let has_waited = soon(until, self.turn.comes()).await.ok_or_else(|| SyncError::new("sync-timeout"))?;
        Ok(Entered { held: (), has_waited })
    }

    async fn apply(&self, parts: &Arc<Parts<A>>, ran: Ran<'_, A>, (): ()) -> Result<Applied, SyncError> {
        let mutate = match ran.effect {
            Effect::Mutate(mutate) => mutate,
            Effect::None | Effect::Event(_) | Effect::Act(_) => return Err(ran.has_no_such_effect()),
        };
        // The thread of the store runs it, whoever waits for that.
        let (all, caller, session) = (parts.clone(), ran.caller.clone(), ran.session);
        let scope = self.mutation.scope.clone().into_owned();
        let work = Work::Apply(Box::new(move |rows| {
            let source = view(&all, &caller, &session, &scope);
            mutate.apply(Ctx::new(&source.view()), rows)
        }));
        match self.place(parts, work).await? {
            Pushed::Settled(Ok(_)) => Ok(Applied::default()),
            pushed => Err(refusal_of(&pushed)),
        }
    }
}

/// Says that a client is another user's: not that its numbers are lost, upon which it would go on under another name, as whoever is here now.
pub(in crate::dispatch) fn foreign() -> SyncError {
    SyncError::new("auth-forbidden").param("key", "client")
}

/// Says what a client is told of a mutation that was not applied, or of which nobody knows.
pub(in crate::dispatch) fn refusal_of(pushed: &Pushed) -> SyncError {
    match pushed {
        Pushed::Settled(Err(refusal)) => refusal.clone(),
        Pushed::Settled(Ok(_)) | Pushed::Forgotten => SyncError::new("sync-outcome-unknown"),
        Pushed::OutOfOrder { expected } => SyncError::new("mutation-out-of-order").param("expected", *expected),
        Pushed::Reused => SyncError::new("sync-id-reused"),
        Pushed::Foreign => foreign(),
    }
}
