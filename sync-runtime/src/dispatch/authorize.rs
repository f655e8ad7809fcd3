//! Everything about the caller that can refuse a call, in the order of PRODUCT §1.

use sync_schema::EVERYONE;

use crate::dispatch::parts::Parts;
use crate::dispatch::{Caller, CallerKind, asking};
use crate::error::SyncError;
use crate::route::{App, Auth, Denied, RoomKind, RoomRule, RouteOptions, Table, longest};
use crate::session::LiveSession;
use crate::wire::RoomName;

/// Checks that the session has not ended since the socket connected.
pub(super) fn session<A: App>(session: &LiveSession<A>) -> Result<(), SyncError> {
    if session.is_revoked() { Err(SyncError::new("auth-required")) } else { Ok(()) }
}

/// Checks the condition of a route or of a room rule.
pub(super) fn condition<A: App>(auth: &Auth<A>, session: &A::Session) -> Result<(), SyncError> {
    auth.check(session).map_err(|denied| match denied {
        Denied::Login => SyncError::new("auth-required"),
        Denied::Condition(key) => SyncError::new("auth-forbidden").param("key", key),
    })
}

/// Checks that a route can be sent to a room, that the caller may send there, and that somebody is there to hear it.
///
/// # Errors
///
/// Why not; `sync-unavailable` when it cannot be found out whether anybody is there on another server.
pub(super) async fn receiver<A: App>(
    caller: &Caller<A>,
    room: &str,
    options: RouteOptions,
    parts: &Parts<A>,
) -> Result<(), SyncError> {
    let room = room_of_kind(room, options.room, parts.table)?;
    let is_to_everyone = options.room == Some(RoomKind::Everyone);
    let may_send = match caller.kind() {
        CallerKind::Socket(_) => false,
        CallerKind::Http => is_to_everyone,
        // Nor may the app send there what is not meant for everybody.
        CallerKind::Server => is_to_everyone || room != EVERYONE,
    };
    // Of everybody, a socket is one, and was one when it sent the call if it is gone by now.
    if (is_to_everyone && caller.socket().is_some()) || is_in(caller, room, parts) {
        return Ok(());
    }
    if !may_send && !rule(parts.table, room).is_ok_and(|found| found.rule.anyone_may_send()) {
        return is_in_elsewhere(caller, room, parts).await;
    }
    if !options.allow_empty_room && !parts.hub.has_receivers(room).await? {
        return Err(SyncError::new("sync-no-receivers"));
    }
    Ok(())
}

/// Checks that a caller may see what the members of a room of this kind share. To be allowed to send there is not enough.
pub(super) async fn follower<A: App>(
    caller: &Caller<A>,
    room: &str,
    kind: Option<RoomKind>,
    parts: &Parts<A>,
) -> Result<(), SyncError> {
    let room = room_of_kind(room, kind, parts.table)?;
    if is_in(caller, room, parts) { Ok(()) } else { is_in_elsewhere(caller, room, parts).await }
}

/// Checks that a session that calls over HTTP, and has no socket in a room here, has one there on another server.
async fn is_in_elsewhere<A: App>(caller: &Caller<A>, room: &str, parts: &Parts<A>) -> Result<(), SyncError> {
    let may_be = matches!(caller.kind(), CallerKind::Http) && caller.session().has_token();
    let is_there = may_be && asking::is_elsewhere(parts, caller.session().id(), room).await?;
    if is_there { Ok(()) } else { Err(SyncError::new("sync-not-in-room")) }
}

fn room_of_kind<'n, A: App>(room: &'n str, kind: Option<RoomKind>, table: &Table<A>) -> Result<&'n str, SyncError> {
    let room = RoomName::new(room)?.as_str();
    let is_of_kind = match kind {
        None => true,
        Some(RoomKind::Rule(pattern)) => rule(table, room).is_ok_and(|found| found.rule.pattern() == pattern),
        Some(RoomKind::Everyone) => room == EVERYONE,
    };
    if is_of_kind { Ok(room) } else { Err(SyncError::new("room-invalid")) }
}

/// Whether a socket is in a room, or any of a session that calls over HTTP, here; the app itself is in none.
fn is_in<A: App>(caller: &Caller<A>, room: &str, parts: &Parts<A>) -> bool {
    match caller.kind() {
        CallerKind::Socket(socket) => socket.is_in(room),
        CallerKind::Http => asking::are_in(parts, caller.session().id(), room) > 0,
        CallerKind::Server => false,
    }
}

/// A room rule and the open parts of the name that it was found for.
pub(super) struct FoundRule<'n, A: App> {
    pub(super) rule: &'static dyn RoomRule<A>,
    pub(super) parameters: Vec<&'n str>,
}

/// Finds the rule of a room name.
///
/// A name belongs to the rule with the longest literal beginning that it starts with, and to no other, even if it does not fit
/// that rule's pattern: that would open a room by accident.
///
/// No rule opens the name of everybody, whatever its pattern is.
///
/// # Errors
///
/// `room-forbidden` for a name that no rule opens, `room-invalid` for one that does not fit the pattern of its rule.
pub(super) fn rule<'n, A: App>(table: &Table<A>, name: &'n str) -> Result<FoundRule<'n, A>, SyncError> {
    if name == EVERYONE {
        return Err(SyncError::new("room-forbidden"));
    }
    let found = longest(table.rooms, name, |rule| rule.pattern());
    let rule = *found.ok_or_else(|| SyncError::new("room-forbidden"))?;
    let parameters = rule.pattern().parameters(name).ok_or_else(|| SyncError::new("room-invalid"))?;
    Ok(FoundRule { rule, parameters })
}
