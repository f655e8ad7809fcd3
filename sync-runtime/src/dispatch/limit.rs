//! The stage that counts, behind the session and before what is asked about a call: how often somebody calls, or sends anything else.

use std::sync::Arc;

use crate::clock::Instant;
use crate::contain::{Guarded, contained};
use crate::dispatch::{Caller, CallerKind, Dispatcher};
use crate::error::SyncError;
use crate::limits::{Key, Payer, RouteBudget};
use crate::rooms::{CloseReason, Socket};
use crate::route::App;
use crate::wire::Asker;

impl<A: App> Dispatcher<A> {
    /// Counts a call: what it is sent on, its user, its address, and how often its caller calls this route.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited` with the seconds after which it is worth to call again.
    pub(super) fn limit_call(
        &self,
        caller: &Caller<A>,
        session: &A::Session,
        route: Option<&RouteBudget>,
        now: Instant,
    ) -> Result<(), SyncError> {
        if !caller.is_checked() || !self.config().limits {
            return Ok(());
        }
        let user = self.user_key(session);
        self.limit_sender(caller, user, now)?;
        match route {
            Some(route) => {
                let is_guest = user.is_none() && !caller.session().has_token();
                let guest = caller.socket().filter(|_| is_guest).and_then(|socket| socket.budget().address());
                self.limits().call(route, user.unwrap_or_else(|| self.caller_key(caller)), guest, now)
            }
            None => Ok(()),
        }
    }

    /// Counts a message that calls no route.
    ///
    /// # Errors
    ///
    /// As for calls.
    pub(super) fn limit_message(&self, caller: &Caller<A>, session: &A::Session) -> Result<(), SyncError> {
        if !self.config().limits {
            return Ok(());
        }
        self.limit_sender(caller, self.user_key(session), Instant::now())
    }

    /// Returns the caller's session as it is now, unless it has ended or the caller sends too much.
    pub(super) fn check_message(&self, caller: &Caller<A>) -> Result<Arc<Guarded<A::Session>>, SyncError> {
        let session = self.check_session(caller)?;
        self.limit_message(caller, &session)?;
        Ok(session)
    }

    /// As [`check_message`](Self::check_message), for a message of somebody's store.
    ///
    /// # Errors
    ///
    /// Besides, `auth-user-changed`: it is another user's than who is signed in now.
    pub(super) fn check_store(
        &self,
        caller: &Caller<A>,
        asker: &Asker<'_>,
    ) -> Result<Arc<Guarded<A::Session>>, SyncError> {
        let session = self.check_message(caller)?;
        if !asker.is(A::user_id(&session)) {
            return Err(SyncError::new("auth-user-changed"));
        }
        Ok(session)
    }

    /// Takes an answer of so many bytes for as many messages as it would be; what was looked at for it counts as well as what is said.
    pub(super) fn charge_answer(&self, caller: &Caller<A>, bytes: usize) {
        let payer = match caller.kind() {
            CallerKind::Socket(socket) => return self.charge_socket(socket, bytes),
            CallerKind::Http => match self.payer_over_http(caller) {
                (Some(user), _) => Payer::User(user),
                (None, address) => Payer::Address(address),
            },
            CallerKind::Server => return,
        };
        self.limits().answered(payer, bytes, Instant::now());
    }

    /// Takes one message more of a caller, which is told or kept without having been counted with what it has sent.
    ///
    /// # Errors
    ///
    /// As for calls.
    pub(super) fn charge_one(&self, caller: &Caller<A>) -> Result<(), SyncError> {
        match caller.kind() {
            CallerKind::Http if self.config().limits => {
                let (user, address) = self.payer_over_http(caller);
                self.limits().one_more(user, address, Instant::now())
            }
            CallerKind::Http | CallerKind::Server => Ok(()),
            CallerKind::Socket(_) => self.check_message(caller).map(drop),
        }
    }

    /// Returns by what somebody is counted who asks over HTTP: as a user, or else as one of an address.
    fn payer_over_http(&self, caller: &Caller<A>) -> (Option<Key>, Option<Key>) {
        let user = self.check_session(caller).ok().and_then(|session| self.user_key(&session));
        (user, self.limits().address_key(caller.address()))
    }

    /// As [`charge_answer`](Self::charge_answer), for what a socket is shown.
    pub(super) fn charge_socket(&self, socket: &Socket<A>, bytes: usize) {
        let user = self.user_key(&socket.session().get());
        self.limits().answered(Payer::Socket(socket.budget(), user), bytes, Instant::now());
    }

    fn limit_sender(&self, caller: &Caller<A>, user: Option<Key>, now: Instant) -> Result<(), SyncError> {
        match caller.kind() {
            CallerKind::Socket(socket) => {
                self.limits().message(socket.budget(), user, now).map_err(|(refused, is_flood)| {
                    if is_flood {
                        socket.outbox().close(CloseReason::RateLimited);
                    }
                    refused
                })
            }
            CallerKind::Http => self.limits().request_of(user, now),
            CallerKind::Server => Ok(()),
        }
    }

    /// Returns by what a user is counted; `None` for somebody who has not signed in.
    fn user_key(&self, session: &A::Session) -> Option<Key> {
        // One whose getter panics is told so where it is asked whether it may call.
        contained(|| A::user_id(session).map(|id| self.limits().key("user", id))).ok().flatten()
    }

    /// Returns by what a caller is counted who has not signed in: a session or a page, or the address of a request without either.
    fn caller_key(&self, caller: &Caller<A>) -> Key {
        let is_known = caller.socket().is_some() || caller.session().has_token();
        if is_known {
            self.limits().key("session", caller.sender_key().session)
        } else {
            self.limits().key("address", caller.address())
        }
    }
}
