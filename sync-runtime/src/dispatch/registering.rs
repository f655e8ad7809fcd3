//! Registering clients of durable data, and saying how they stand.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use crate::clock::{RealInstant, sleep};
use crate::contain::Guarded;
use crate::dispatch::access::access;
use crate::dispatch::caller::user_name;
use crate::dispatch::clients::Spoken;
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::lanes::{foreign, owner_of};
use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::error::SyncError;
use crate::id::Id;
use crate::log::{ByStrategy, NewClient, Registered, Registration, ScopePosition};
use crate::rooms::Socket;
use crate::route::App;
use crate::wire::{Asker, Refusal, ScopeStatus, ScopesCall, Strategy, answer_status};

/// How often it is stored what clients have shown, and how many of them at once.
const STORED: (Duration, usize) = (Duration::from_secs(5), 1000);
/// For how long it is not counted again what clients do next.
const COUNTED: Duration = Duration::from_secs(10);
/// After how many of these it is stored that all who are connected still are, and asked how many are registered.
const ROUNDS: u32 = 360;

impl<A: App> Dispatcher<A> {
    /// Has a socket speak for a client, which is registered as soon as that is possible.
    pub fn speak_for(self: &Arc<Self>, socket: &Arc<Socket<A>>, client: &str) {
        let owner = owner_of::<A>(&socket.session().get());
        let spoken = self.speak(socket, client, owner);
        let (dispatcher, socket) = (self.clone(), socket.clone());
        // Whoever asks for something is told why it cannot be.
        self.calls().spawn(async move { dispatcher.registered(&spoken, &socket).await.unwrap_or_default() });
    }

    fn speak(&self, socket: &Socket<A>, client: &str, owner: Id) -> Arc<Spoken> {
        let clients = &self.parts().scopes.clients;
        let spoken = clients.speak(socket.id(), client, owner);
        // One that is gone would speak for ever.
        if socket.is_closed() {
            clients.leave(socket.id());
        }
        spoken
    }

    /// Returns the client that a caller speaks for, registered: one that it names, or that it has named.
    pub(super) async fn spoken(
        &self,
        caller: &Caller<A>,
        session: &Arc<Guarded<A::Session>>,
        named: Option<&str>,
    ) -> Result<Option<Arc<Spoken>>, SyncError> {
        let Some(socket) = caller.socket() else { return Ok(None) };
        let (clients, owner) = (&self.parts().scopes.clients, owner_of::<A>(session));
        let spoken = match named {
            Some(name) => Some(self.speak(socket, name, owner)),
            None => clients.of(socket.id()),
        };
        let Some(spoken) = spoken else { return Ok(None) };
        // A page where somebody else has signed in has another client.
        if spoken.owner != owner {
            return Err(foreign());
        }
        self.registered(&spoken, socket).await?;
        Ok(Some(spoken))
    }

    async fn registered(&self, spoken: &Spoken, socket: &Socket<A>) -> Result<(), SyncError> {
        if spoken.is_new.get().is_some() {
            return Ok(());
        }
        let registering = spoken.is_new.get_or_try_init(async || {
            let user = A::user_id(&socket.session().get()).map(Into::into);
            let new = NewClient { client: spoken.name.clone(), owner: spoken.owner, user, is_connected: true };
            match self.parts().scopes.log()?.register(new).await? {
                Registered::New => Ok(true),
                Registered::Known => Ok(false),
                Registered::Foreign => Err(foreign()),
            }
        });
        registering.await?;
        self.parts().scopes.clients.is_registered(spoken);
        Ok(())
    }

    /// Stores what clients have shown, for as long as this is awaited.
    pub async fn keep_clients(&self) {
        let mut round = 0;
        loop {
            sleep(STORED.0).await;
            self.store_clients().await;
            let Ok(log) = self.parts().scopes.log() else { continue };
            if round == 0 {
                if let Ok(count) = log.registered().await {
                    self.parts().scopes.clients.note_registered(count);
                }
                log.stay().await.unwrap_or_default();
            }
            round = (round + 1) % ROUNDS;
        }
    }

    /// Stores what clients have shown by now.
    pub async fn store_clients(&self) {
        let clients = &self.parts().scopes.clients;
        let Ok(log) = self.parts().scopes.log() else { return };
        loop {
            let signs = clients.take_signs(STORED.1);
            if signs.is_empty() {
                return;
            }
            if let Err(error) = log.sign(signs.clone()).await {
                tracing::debug!(error = error.to_string(), "how far clients have come is stored later");
                return clients.put_back(signs);
            }
        }
    }

    /// How many clients are registered, as far as was asked last.
    #[must_use]
    pub fn registered_clients(&self) -> u64 {
        self.parts().scopes.clients.registered()
    }

    /// Registers a client that is not connected, for a user; returns what it was before.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub async fn register_client(&self, client: &str, user: &str) -> Result<Registered, SyncError> {
        let owner = user_name(user);
        let new = NewClient { client: client.into(), owner, user: Some(user.into()), is_connected: false };
        Ok(self.parts().scopes.log()?.register(new).await?)
    }

    /// Forgets that a client is registered: it begins with a snapshot when it comes back.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub async fn unregister_client(&self, client: &str) -> Result<bool, SyncError> {
        Ok(self.parts().scopes.log()?.unregister(client).await?)
    }

    /// Returns registered clients by name, from one on or behind it.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub async fn registrations(
        &self,
        from: &str,
        is_behind: bool,
        limit: usize,
    ) -> Result<Vec<Registration>, SyncError> {
        // What was noted and is not stored yet is a part of it.
        self.store_clients().await;
        Ok(self.parts().scopes.log()?.registrations(from.into(), is_behind, limit).await?)
    }

    /// Says of scopes how a client stands to them.
    pub(super) async fn sync_status(&self, caller: &Caller<A>, call: &ScopesCall<'_>) -> Answer {
        let asked = async {
            let session = self.check_store(caller, &call.asker)?;
            let spoken = self.spoken(caller, &session, call.client.as_deref()).await?;
            let stored = match &spoken {
                Some(spoken) => self.registrations(&spoken.name, false, 1).await?.into_iter().next(),
                None => None,
            };
            let stored = stored.filter(|stored| spoken.as_ref().is_some_and(|spoken| *spoken.name == *stored.client));
            let asking = call.scopes.iter().map(async |scope| {
                let has_begun = spoken.as_ref().is_none_or(|spoken| spoken.may_go_on(scope));
                let stored = stored.as_ref().filter(|_| has_begun);
                let stands = self.stands(caller, &session, &call.asker, (scope, stored, has_begun)).await;
                let stands = stands.map_err(|error| {
                    let sentence = self.catalog().sentence(&error, caller.locale(self.catalog()));
                    Refusal::new(&error, sentence)
                });
                (&**scope, stands)
            });
            Ok(answer_status(&join_all(asking).await.into_iter().collect()))
        };
        let asked = contained_stages(Box::pin(asked)).await;
        self.answer(caller, asked)
    }

    async fn stands(
        &self,
        caller: &Caller<A>,
        session: &Arc<Guarded<A::Session>>,
        asker: &Asker<'_>,
        (scope, stored, has_begun): (&str, Option<&Registration>, bool),
    ) -> Result<ScopeStatus, SyncError> {
        access(self.parts(), caller, session, scope).await?;
        let _turn = self.reading_turn(caller, session, asker).await?;
        let log = self.parts().scopes.log()?;
        let head = log.heads(vec![scope.into()]).await?.remove(0);
        let known = stored.and_then(|stored| stored.positions.iter().find(|position| *position.scope == *scope));
        let told = caller
            .socket()
            .filter(|_| has_begun)
            .and_then(|socket| self.parts().scopes.topics.told(socket.id(), scope));
        let at = match (known, told) {
            (Some(known), told) => {
                ScopePosition { cursor: known.cursor.max(told.unwrap_or_default()), ..known.clone() }
            }
            // What it was told is of the epoch of now: it would have been told otherwise.
            (None, Some(cursor)) => ScopePosition { scope: scope.into(), cursor, epoch: head.epoch.clone() },
            (None, None) => return Ok(ScopeStatus { strategy: Strategy::Snapshot, cursor: 0, behind: head.cursor }),
        };
        let (strategy, behind) = at.stands(&head);
        let cursor = if strategy == Strategy::Snapshot { 0 } else { at.cursor };
        Ok(ScopeStatus { strategy, cursor, behind })
    }

    /// Counts what the clients that are registered do next; asked again after a while at the earliest.
    pub(super) async fn clients_by_strategy(&self) -> Result<ByStrategy, SyncError> {
        let mut counted = self.parts().scopes.clients.counted.lock().await;
        if let Some((_, counts)) = counted.filter(|(when, _)| when.elapsed() < COUNTED) {
            return Ok(counts);
        }
        let log = self.parts().scopes.log()?;
        let (mut counts, mut after) = (ByStrategy::default(), String::new());
        loop {
            let page = self.registrations(&after, true, STORED.1).await?;
            let scopes: BTreeSet<_> = page.iter().flat_map(|one| &one.positions).map(|at| at.scope.clone()).collect();
            let scopes: Vec<_> = scopes.into_iter().collect();
            let heads = log.heads(scopes.clone()).await?;
            let heads: HashMap<_, _> = scopes.into_iter().zip(heads).collect();
            let stands = |at: &ScopePosition| heads.get(&at.scope).map_or(Strategy::Snapshot, |head| at.stands(head).0);
            for one in &page {
                counts.count(one.positions.iter().map(stands).max().unwrap_or(Strategy::Snapshot));
            }
            match page.last() {
                Some(last) if page.len() == STORED.1 => after = last.client.to_string(),
                _ => break,
            }
        }
        *counted = Some((RealInstant::now(), counts));
        Ok(counts)
    }

    /// Checks that a client may go on at a cursor: one of which nothing is known any more takes a snapshot.
    pub(super) fn check_known(spoken: Option<&Spoken>, scope: &str, cursor: u64) -> Result<(), SyncError> {
        match spoken {
            Some(spoken) if cursor > 0 && !spoken.may_go_on(scope) => Err(SyncError::new("cursor-too-old")),
            _ => Ok(()),
        }
    }

    /// Notes how far a client has come.
    pub(super) fn note_position(&self, spoken: Option<&Spoken>, scope: &str, (cursor, epoch): (u64, &Arc<str>)) {
        if let Some(spoken) = spoken {
            spoken.begins(scope);
            let position = ScopePosition { scope: scope.into(), cursor, epoch: epoch.clone() };
            self.parts().scopes.clients.has_come(&spoken.name, position);
        }
    }
}
