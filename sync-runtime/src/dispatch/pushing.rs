//! Mutations that a client asks for: each runs through the stages of a call, and comes to the store in its place.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use serde_json::value::RawValue;

use crate::clock::{Instant, soon};
use crate::contain::Guarded;
use crate::dispatch::access::access;
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::lanes::{ClientOf, PushTurn, Pushing, fingerprint, foreign, owner_of, refusal_of};
use crate::dispatch::{Answer, Caller, Dispatcher, Turn};
use crate::error::SyncError;
use crate::log::{Known, Pushed, Work};
use crate::route::{Access, App};
use crate::wire::{MutationCall, MutationResult, PushCall, Refusal, answer_push};

/// How long it is waited until a refusal is kept.
const PLACED_WITHIN: Duration = Duration::from_secs(10);
/// How often a mutation may fail before it comes to the store until that is its outcome.
const TRIES: u32 = 5;
/// Refusals that settle nothing: the same mutation may be applied when it is sent again. So do those with a status of 500 or more.
const PASSING: [&str; 6] = [
    "auth-required",
    "auth-user-changed",
    "mutation-out-of-order",
    "sync-cancelled",
    "sync-id-reused",
    "sync-rate-limited",
];
/// Refusals with such a status that no handler is to blame for.
const NOBODYS: [&str; 3] = ["session-unavailable", "store-unavailable", "sync-shutting-down"];

impl<A: App> Dispatcher<A> {
    /// Applies mutations of a client in their order, each once.
    pub(super) async fn push(&self, caller: &Caller<A>, push: PushCall<'_>) -> Answer {
        let pushed = contained_stages(Box::pin(self.pushed(caller, push))).await;
        self.answer(caller, pushed)
    }

    async fn pushed(&self, caller: &Caller<A>, push: PushCall<'_>) -> Result<Box<RawValue>, SyncError> {
        let session = self.check_store(caller, &push.asker)?;
        let client = ClientOf { name: (&*push.client).into(), owner: owner_of::<A>(&session) };
        let known = self.known(&client, &push.mutations).await?;
        if known.owner.is_some_and(|owner| owner != client.owner) {
            return Err(foreign());
        }
        let accesses = self.accesses(caller, &session, &push, &known).await;
        let turns = PushTurn::line(push.mutations.len());
        let mutations: Vec<_> = push
            .mutations
            .into_iter()
            .zip(turns)
            .map(|(mutation, turn)| {
                let access = accesses.get(&*mutation.scope).cloned().unwrap_or(Ok(Access::Read));
                let (client, is_placed) = (client.clone(), AtomicBool::default());
                Pushing { mutation, client, access, turn, pushed: OnceLock::new(), is_placed }
            })
            .collect();
        let settling = mutations
            .iter()
            .enumerate()
            .map(async |(index, mutation)| (index, self.settled(caller, mutation, &known).await));
        let mut settling = settling.collect::<FuturesUnordered<_>>();
        let mut outcomes: Vec<_> = mutations.iter().map(|_| None).collect();
        while let Some((index, outcome)) = settling.next().await {
            outcomes[index] = Some(outcome);
        }
        let results: Vec<_> = mutations
            .iter()
            .zip(outcomes)
            .map(|(of, outcome)| self.told(caller, &of.mutation, outcome.unwrap_or(Err(unsettled()))))
            .collect();
        Ok(answer_push(&results))
    }

    /// Asks what the caller may do with the scopes of mutations that are to be applied, all at once: each rule has the time of a handler.
    async fn accesses(
        &self,
        caller: &Caller<A>,
        session: &Arc<Guarded<A::Session>>,
        push: &PushCall<'_>,
        known: &Known,
    ) -> HashMap<String, Result<Access, SyncError>> {
        let new = push.mutations.iter().filter(|mutation| mutation.seq > known.last);
        let scopes: BTreeSet<&str> = new.map(|mutation| &*mutation.scope).collect();
        let asked = scopes.into_iter().map(async |scope| {
            let access = access(self.parts(), caller, session, scope).await;
            (scope.to_owned(), access)
        });
        join_all(asked).await.into_iter().collect()
    }

    /// Looks what is known of a client and its mutations; who simply goes on where it was is not looked up.
    async fn known(&self, client: &ClientOf, mutations: &[MutationCall<'_>]) -> Result<Known, SyncError> {
        let ClientOf { name, owner } = client;
        let scopes = &self.parts().scopes;
        // A repeat among them is told what came of it.
        let is_first = |first: &&MutationCall<'_>| mutations.iter().all(|other| other.seq >= first.seq);
        let first = mutations.first().filter(is_first);
        if let Some(first) = first.filter(|first| scopes.is_next(name, *owner, first.seq)) {
            return Ok(Known { last: first.seq - 1, owner: Some(*owner), ..Known::default() });
        }
        let numbers = mutations.iter().map(|mutation| mutation.seq).collect();
        Ok(scopes.log()?.known(name, numbers).await?)
    }

    /// Settles one mutation, or says why it is not settled.
    async fn settled(&self, caller: &Caller<A>, mutation: &Pushing<'_>, known: &Known) -> Result<Pushed, SyncError> {
        let settled = self.settle(caller, mutation, known).await;
        if let Ok(Pushed::Settled(_)) = settled {
            let ClientOf { name, owner } = &mutation.client;
            self.parts().scopes.note_settled(name, *owner, mutation.mutation.seq);
        }
        // Whoever comes behind it does not wait any more, whatever came of it.
        mutation.turn.pass();
        settled
    }

    async fn settle(&self, caller: &Caller<A>, mutation: &Pushing<'_>, known: &Known) -> Result<Pushed, SyncError> {
        if mutation.mutation.seq <= known.last {
            mutation.turn.comes().await;
            return Ok(match known.outcomes.get(&mutation.mutation.seq) {
                None => Pushed::Forgotten,
                Some((call, _)) if *call != fingerprint(&mutation.mutation) => Pushed::Reused,
                Some((_, outcome)) => Pushed::Settled(outcome.clone()),
            });
        }
        let ran = self.run(caller, mutation, &Turn::default()).await;
        match (mutation.pushed.get(), ran) {
            (Some(pushed), _) => Ok(pushed.clone()),
            (None, Ok(_)) => Err(unsettled()),
            (None, Err(error)) if is_passing(&error) && !self.is_given_up(mutation, known, &error) => Err(error),
            // What was refused before it came to the store is settled there, too: those behind it do not wait for it. It is a message more
            // than what was counted, since it is kept.
            (None, Err(error)) => {
                self.charge_one(caller)?;
                let placing = async {
                    mutation.turn.comes().await;
                    mutation.place(self.parts(), Work::Refuse(error)).await
                };
                soon(Instant::now() + PLACED_WITHIN, placing).await.unwrap_or_else(|| Err(unsettled()))
            }
        }
    }

    /// Returns whether a mutation is refused for good that fails each time before it comes to the store: all that its client asks for waits
    /// behind it. A rule that cannot answer, or a store, is nobody's fault who asks.
    fn is_given_up(&self, mutation: &Pushing<'_>, known: &Known, error: &SyncError) -> bool {
        let (client, number) = (&mutation.client.name, mutation.mutation.seq);
        let is_own = mutation.access.is_ok() && !mutation.is_placed.load(Ordering::Acquire);
        let is_failure = !PASSING.contains(&error.code()) && !NOBODYS.contains(&error.code());
        is_own && is_failure && number == known.last + 1 && self.parts().scopes.tried(client, number) >= TRIES
    }

    /// Says what a client is told of one mutation.
    fn told<'m>(
        &self,
        caller: &Caller<A>,
        mutation: &'m MutationCall<'_>,
        outcome: Result<Pushed, SyncError>,
    ) -> MutationResult<'m> {
        let id = &*mutation.id;
        let route = self.lanes().mutation(&mutation.call.path, &mutation.call.version);
        let retires = route.and_then(|found| found.route.id().retires);
        let (refusal, is_settled) = match outcome {
            Ok(Pushed::Settled(Ok(cursor))) => {
                return MutationResult { id, ok: true, cursor: Some(cursor), retires, settled: None, refusal: None };
            }
            Ok(pushed) => (refusal_of(&pushed), matches!(pushed, Pushed::Settled(_) | Pushed::Forgotten)),
            Err(error) => (error, false),
        };
        let sentence = self.catalog().sentence(&refusal, caller.locale(self.catalog()));
        let refusal = Some(Refusal::new(&refusal, sentence));
        MutationResult { id, ok: false, cursor: None, retires, settled: (!is_settled).then_some(false), refusal }
    }
}

fn is_passing(error: &SyncError) -> bool {
    error.http_status() >= 500 || PASSING.contains(&error.code())
}

fn unsettled() -> SyncError {
    SyncError::new("store-unavailable")
}
