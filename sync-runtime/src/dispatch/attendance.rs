//! Notes who comes and goes in rooms whose rules have `presence`, and tells those who want to know.
//!
//! Every change of a seat is followed by [`settle`], which looks where the socket is *now*: whoever looks last, after the last change, is
//! right, in whichever order they come. A room has a task while it has something to tell or to wait for.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::clock::{Instant, RealInstant};
use crate::dispatch::authorize;
use crate::dispatch::news::{News, tell};
use crate::dispatch::parts::Parts;
use crate::dispatch::presence::{HandedPerson, PersonNews, Presence, RoomPresence, Roster, Step};
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::{Socket, TURN};
use crate::route::App;
use crate::wire::bad_request;

/// How long a page takes at most to connect again of its own will. Were it waited for as long as one that is loaded again, a guest who has
/// signed in would be there twice for so long.
const CONNECTS_AGAIN: Duration = Duration::from_secs(2);

/// Of how many people other servers are told together.
const TOLD_TOGETHER: usize = 200;
/// Within what time they say who is there.
const ANSWERED: Duration = Duration::from_secs(3);

/// What became of the socket of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// Nothing: it is where it is.
    None,
    /// It has left, or was taken out.
    OnPurpose,
    /// The client has said DISCONNECT: a page that connects again at once, maybe as somebody else, or has done with us.
    Disconnected,
    /// The client has closed it: as it is closed when a page is loaded again.
    Closed,
    /// Nobody has said anything: a network that was lost, a device that sleeps.
    Lost,
}

/// Returns whether members of a room can see who is there.
pub(super) fn is_seen<A: App>(parts: &Parts<A>, room: &str) -> bool {
    authorize::rule(parts.table, room).is_ok_and(|found| found.rule.has_presence())
}

/// Brings what is known of a socket in a room up to date.
pub(super) fn settle<A: App>(parts: &Arc<Parts<A>>, socket: &Arc<Socket<A>>, room: &str, departure: Departure) {
    if !is_seen(parts, room) {
        return;
    }
    let grace = match departure {
        Departure::None | Departure::OnPurpose => None,
        Departure::Disconnected => Some(parts.config.presence_grace.min(CONNECTS_AGAIN)),
        Departure::Closed => Some(parts.config.presence_grace),
        Departure::Lost => Some(parts.config.presence_lost_grace),
    };
    // A session that ends at the same time has ended before this, or drops whom this waits for.
    let may_come_back = socket.identity().can_come_back() && !socket.session().is_revoked();
    let grace = grace.filter(|_| may_come_back);
    loop {
        let who = socket.is_member(room).then(|| parts.presence.who(socket, room));
        let settled = change(parts, room, who.is_some(), |roster| {
            if socket.is_member(room) {
                // It may have entered since, or become somebody else.
                roster.expect_others(Instant::now() + ANSWERED);
                return who.is_some_and(|who| who.enter(roster, socket));
            }
            if departure != Departure::None {
                roster.leave(socket.id(), grace.map(|grace| Instant::now() + grace));
            }
            true
        });
        // A room of which nothing is known has nothing to be settled, as long as the socket is not there.
        if settled.unwrap_or_else(|| !socket.is_member(room)) {
            return;
        }
    }
}

/// Takes over what a changed session says of somebody, on all sockets of the session.
pub(super) fn refresh<A: App>(parts: &Arc<Parts<A>>, sockets: Vec<Arc<Socket<A>>>) {
    let seen = |socket: Arc<Socket<A>>| {
        let rooms = socket.room_names().into_iter().filter(|room| is_seen(parts, room)).collect::<Vec<_>>();
        (!rooms.is_empty()).then_some((socket, rooms))
    };
    let seen: Vec<_> = sockets.into_iter().filter_map(seen).collect();
    if seen.is_empty() {
        return;
    }
    let parts = parts.clone();
    // Many tabs in many rooms take a while: whoever has changed the session does not wait for that, and nobody else either.
    tokio::spawn(async move {
        for (socket, rooms) in seen {
            rooms.iter().for_each(|room| settle(&parts, &socket, room, Departure::None));
            tokio::task::yield_now().await;
        }
    });
}

/// Waits no longer in a room for the sockets of a session that are gone.
pub(super) fn expect_no_more<A: App>(parts: &Arc<Parts<A>>, session: Id, room: &str) {
    change(parts, room, false, |roster| roster.expect_no_more(session));
}

/// Waits nowhere any longer for the sockets of a session that are gone. They may be in many rooms: whoever ends the session does not wait
/// for that, and nobody else either.
pub(super) fn expect_nowhere<A: App>(parts: &Arc<Parts<A>>, session: Id) {
    let rooms = parts.presence.awaiting(session);
    if rooms.is_empty() {
        return;
    }
    let parts = parts.clone();
    tokio::spawn(async move {
        let mut turn = RealInstant::now();
        for room in rooms {
            expect_no_more(&parts, session, &room);
            if turn.elapsed() > TURN {
                tokio::task::yield_now().await;
                turn = RealInstant::now();
            }
        }
    });
}

/// Notes whether somebody does something at a socket.
pub(super) fn set_away<A: App>(parts: &Arc<Parts<A>>, socket: &Arc<Socket<A>>, away: bool) {
    // Who enters a room from now on looks here, under the lock of the room.
    socket.set_away(away);
    for room in socket.room_names() {
        change(parts, &room, false, |roster| roster.set_away(socket.id(), socket.is_away()));
    }
}

/// Takes over what somebody says of themselves in a room, as JSON.
///
/// # Errors
///
/// `sync-not-in-room`; `sync-bad-request` for a room whose rule has no `presence`; `sync-too-large`; `sync-invalid-input`.
pub(super) fn say<A: App>(
    parts: &Arc<Parts<A>>,
    socket: &Socket<A>,
    room: &str,
    data: &RawValue,
) -> Result<(), SyncError> {
    if !socket.is_member(room) {
        return Err(SyncError::new("sync-not-in-room"));
    }
    if !is_seen(parts, room) {
        return Err(bad_request("room"));
    }
    let said = parts.presence.read(data)?;
    let mut is_known = false;
    change(parts, room, false, |roster| is_known = roster.say(socket.id(), said));
    if is_known { Ok(()) } else { Err(SyncError::new("sync-not-in-room")) }
}

/// Takes over who was in a room in the process before; those whose sockets do not come along are to be [missed](miss_absent) then.
pub(super) fn take_over<A: App>(parts: &Arc<Parts<A>>, room: &str, people: Vec<HandedPerson>) {
    if !is_seen(parts, room) {
        return;
    }
    // Without a lock: what is read is the app's.
    let read: Vec<_> = people.into_iter().filter_map(|person| parts.presence.read_handed(room, person)).collect();
    change(parts, room, true, |roster| read.into_iter().for_each(|person| roster.go_on_with(person)));
}

/// Waits for those in a room whose sockets were not taken over: they come back by themselves, or have gone.
pub(super) fn miss_absent<A: App>(parts: &Arc<Parts<A>>, room: &str, is_here: impl Fn(Id) -> bool) {
    let until = Instant::now() + parts.config.presence_lost_grace;
    change(parts, room, false, |roster| {
        for socket in roster.present().into_iter().filter(|socket| !is_here(*socket)) {
            roster.leave(socket, Some(until));
        }
    });
}

/// Changes what is known of a room, and sees to it that it is told; `None` when nothing is known of it, and nobody `enters`.
fn change<A: App, R>(
    parts: &Arc<Parts<A>>,
    room: &str,
    enters: bool,
    change: impl FnOnce(&mut Roster<A>) -> R,
) -> Option<R> {
    let (changed, begins) = parts.presence.change(room, enters, change)?;
    if let Some(here) = begins {
        tokio::spawn(tell_members(parts.clone(), here));
    }
    Some(changed)
}

/// Tells other servers what has become of the people of a room here.
fn tell_others<A: App>(parts: &Parts<A>, here: &RoomPresence<A>) {
    let (mut people, asks) = here.take_news();
    let room = &**here.name();
    while !people.is_empty() {
        let rest = people.split_off(people.len().min(TOLD_TOGETHER));
        let told = std::mem::replace(&mut people, rest);
        tell(parts, Some(room), &News::People { room: room.to_owned(), people: told });
    }
    if asks {
        tell(parts, Some(room), &News::WhoIsThere { room: room.to_owned() });
    }
}

/// Takes over what another server has told of people in a room.
pub(super) fn hear<A: App>(parts: &Arc<Parts<A>>, server: Id, room: &str, people: Vec<PersonNews>) {
    // Without a lock: what is read is the app's.
    let read = people.into_iter().filter_map(|person| parts.presence.read_told(room, person));
    let people: Vec<_> = read.collect();
    change(parts, room, false, |roster| people.into_iter().for_each(|person| roster.hear_of(server, person)));
}

/// Tells other servers once more who is in a room here.
pub(super) fn tell_again<A: App>(parts: &Arc<Parts<A>>, room: &str) {
    change(parts, room, false, Roster::tell_again);
}

/// Asks other servers who is in all rooms: who of them is not told of soon has left meanwhile.
pub(super) fn ask_again<A: App>(parts: &Arc<Parts<A>>) {
    for room in parts.presence.rooms() {
        change(parts, &room, false, |roster| {
            roster.distrust(None, Some(Instant::now() + ANSWERED));
            roster.ask_again();
        });
    }
}

/// Forgets who was there on a server that is gone.
pub(super) fn forget<A: App>(parts: &Arc<Parts<A>>, server: Id) {
    for room in parts.presence.rooms() {
        change(parts, &room, false, |roster| roster.distrust(Some(server), None));
    }
}

/// Tells the members of a room what becomes of its people, as long as there is something to tell or to wait for.
async fn tell_members<A: App>(parts: Arc<Parts<A>>, here: Arc<RoomPresence<A>>) {
    let presence: &Presence<A> = &parts.presence;
    loop {
        let step = here.step();
        tell_others(&parts, &here);
        match step {
            Step::Tell(packet) => parts.hub.tell_followers(here.name(), packet).await,
            Step::Wait(until) => {
                tokio::select! {
                    () = here.changed_before(until) => {}
                    // Nobody waits for those who might come back.
                    () = presence.stopped() => return,
                }
            }
            Step::Done => return presence.forget_if_empty(&here),
        }
    }
}
