//! What one process hands to the next besides its stores, so that nobody notices: a client that is there stays where it is, has heard what it has heard,
//! and is who it was.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::contain::contained;
use crate::dispatch::attendance;
use crate::dispatch::presence::HandedPerson;
use crate::dispatch::states::{HandedFollower, HandedValue, state_named};
use crate::dispatch::topics::HandedScope;
use crate::dispatch::{Dispatcher, authorize};
use crate::error::SyncError;
use crate::id::Id;
use crate::idempotency::HandedCall;
use crate::rooms::{After, Entering, Identity, Outbox, Socket, StoredRoom};
use crate::route::{App, Keep};
use crate::schema::encode_raw;
use crate::session::{LiveSession, TokenHash};
use crate::wire::{Location, Packet, Position};

/// What a server knows that is in no store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Estate {
    /// What the ids of sockets begin with that were given before, oldest first.
    runs: Vec<String>,
    /// Under which positions are written.
    pub positions: [u8; 16],
    rooms: Vec<(String, StoredRoom)>,
    people: BTreeMap<String, Vec<HandedPerson>>,
    values: Vec<HandedValue>,
    calls: Vec<HandedCall>,
}

/// A socket that has said who it is.
#[derive(Debug, Serialize, Deserialize)]
pub struct HandedClient {
    id: Id,
    session: HandedSession,
    language: String,
    address: Option<IpAddr>,
    tab: Option<Box<str>>,
    location: Location,
    listens: Option<Vec<String>>,
    contract: Option<String>,
    away: bool,
    /// The client of durable data that it speaks for.
    client: Option<Box<str>>,
    rooms: Vec<HandedSeat>,
    follows: Vec<HandedFollower>,
    scopes: Vec<HandedScope>,
}

impl HandedClient {
    /// Returns where it is.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }
}

/// A session in use.
#[derive(Debug, Serialize, Deserialize)]
enum HandedSession {
    /// It is in the store, under this.
    Kept(TokenHash),
    /// It is in no store.
    Anonymous(Id, Box<RawValue>),
    Ended,
}

/// A room that a socket is in.
#[derive(Debug, Serialize, Deserialize)]
struct HandedSeat {
    room: Box<str>,
    /// The place of the last frame that it was sent, or where it joined, and that from which on it is a member.
    heard: Position,
    since: Position,
    /// Whether it wants to hear who is there.
    follows: bool,
}

impl<A: App> Dispatcher<A> {
    /// Returns what is in no store. The server is [paused](Dispatcher::pause).
    #[must_use]
    pub fn estate(&self) -> Estate {
        let parts = self.parts();
        let rooms = self.hub().stored_rooms().into_iter().map(|(name, room)| (name.to_string(), room)).collect();
        let people = parts.presence.rooms().into_iter().map(|room| (room.to_string(), parts.presence.handed(&room)));
        Estate {
            runs: parts.runs().map(str::to_owned).collect(),
            positions: parts.positions.bytes(),
            rooms,
            people: people.collect(),
            values: parts.states.handed(),
            calls: parts.recent.handed(),
        }
    }

    /// Goes on with what another process has known; called before anybody connects.
    pub async fn take_over(&self, estate: Estate, codes: &[&'static str]) {
        let Estate { runs, positions: _, rooms, people, values, calls } = estate;
        let parts = self.parts();
        parts.runs_before.get_or_init(|| runs);
        parts.recent.take_over(calls, codes);
        for (room, stored) in rooms {
            // One that is kept in a file now begins anew there.
            if authorize::rule(self.table(), &room).is_ok() && self.keep(&room) != Keep::Durably {
                self.go_on(&room, stored);
                tokio::task::yield_now().await;
            }
        }
        parts.states.take_over(parts, values).await;
        people.into_iter().for_each(|(room, people)| attendance::take_over(parts, &room, people));
    }

    /// Waits for those who were here in the process before and whose sockets did not come along.
    pub fn miss_absent(&self) {
        let here: HashSet<_> = self.hub().sockets().iter().map(|socket| socket.id()).collect();
        for room in self.parts().presence.rooms() {
            attendance::miss_absent(self.parts(), &room, |socket| here.contains(&socket));
        }
    }

    /// Returns what sockets follow, for [`handed_client`](Self::handed_client).
    #[must_use]
    pub fn handed_followers(&self) -> Followers {
        Followers(self.parts().states.handed_followers())
    }

    /// Returns what there is to be known of a socket, of which nobody is told anything meanwhile; `None` for one that goes.
    pub async fn handed_client(&self, socket: &Arc<Socket<A>>, followers: &mut Followers) -> Option<HandedClient> {
        let Identity { session, language, address, tab } = socket.identity();
        let mut rooms = Vec::new();
        for room in socket.room_names() {
            let held = self.hub().hold(socket, &room).await.ok()?;
            let (heard, since, follows) = (held.position(), held.member_since(), held.follows());
            rooms.push(HandedSeat { room: room.as_ref().into(), heard, since, follows });
        }
        let listens = socket.listens().map(|routes| routes.iter().map(|route| route.cb.to_owned()).collect());
        Some(HandedClient {
            id: socket.id(),
            session: HandedSession::of(session)?,
            language: self.catalog().name(*language).to_owned(),
            address: *address,
            tab: tab.clone(),
            location: Location::clone(&socket.location()),
            listens,
            contract: self.parts().contracts.fingerprint(socket.contract()),
            away: socket.is_away(),
            client: self.parts().scopes.clients.of(socket.id()).map(|spoken| spoken.name.as_ref().into()),
            rooms,
            follows: followers.0.remove(&socket.id()).unwrap_or_default(),
            scopes: self.parts().scopes.topics.handed(socket.id()),
        })
    }

    /// Says who was on a socket of the process before.
    ///
    /// # Errors
    ///
    /// `auth-required` for a session that has ended; `session-unavailable`.
    pub async fn handed_identity(&self, handed: &HandedClient) -> Result<Identity<A>, SyncError> {
        let session = match &handed.session {
            HandedSession::Kept(key) => {
                self.sessions().find_key(*key).await?.ok_or_else(|| SyncError::new("auth-required"))?
            }
            HandedSession::Anonymous(id, session) => {
                // What is read is the app's: its `Deserialize` may panic.
                let read = contained(|| serde_json::from_str(session.get()).ok());
                LiveSession::anonymous_as(*id, read.ok().flatten().ok_or_else(|| SyncError::new("auth-required"))?)
            }
            HandedSession::Ended => LiveSession::ended(),
        };
        let language = self.catalog().negotiate([&*handed.language]);
        Ok(Identity { session, language, address: handed.address, tab: handed.tab.clone() })
    }

    /// Makes a socket of the process before, as [`socket`](Dispatcher::socket) makes one that is new.
    #[must_use]
    pub fn handed_socket(
        &self,
        handed: &HandedClient,
        identity: Identity<A>,
        outbox: Arc<dyn Outbox>,
    ) -> Arc<Socket<A>> {
        let budget = self.limits().of_socket(identity.address);
        let socket = Socket::with_id(handed.id, identity, outbox).with_budget(budget);
        socket.set_location(handed.location.clone());
        socket.set_away(handed.away);
        socket.set_contract(self.parts().contracts.number(handed.contract.as_deref()));
        if let Some(listens) = &handed.listens {
            socket.set_listens(self.events(listens.iter().map(String::as_str)));
        }
        Arc::new(socket)
    }

    /// Brings a socket that has [entered](Dispatcher::enter) to where it was.
    ///
    /// # Errors
    ///
    /// Why it cannot be brought there: it is to be closed, and comes back as after any other loss of its connection.
    pub async fn bring_back(self: &Arc<Self>, socket: &Arc<Socket<A>>, handed: HandedClient) -> Result<(), SyncError> {
        let HandedClient { rooms, follows, scopes, client, .. } = handed;
        for seat in rooms {
            self.seat_again(socket, seat, &follows).await?;
        }
        if let Some(client) = &client {
            self.speak_for(socket, client);
        }
        self.subscribe_again(socket, &scopes).await
    }

    async fn seat_again(
        &self,
        socket: &Arc<Socket<A>>,
        HandedSeat { room, heard, since, follows }: HandedSeat,
        followed: &[HandedFollower],
    ) -> Result<(), SyncError> {
        authorize::rule(self.table(), &room)?;
        let after = After { place: heard, member_since: Some(since) };
        let entering = Entering { limit: usize::MAX, after: Some(after), keep: self.keep(&room) };
        let mut held = self.hub().join(socket, &room, entering, |at, text| self.kept(&room, at, text)).await?;
        held.show_missed(&self.parts().replays).await;
        attendance::settle(self.parts(), socket, &room, attendance::Departure::None);
        for HandedFollower { cb, version, .. } in followed.iter().filter(|follower| follower.room == room) {
            let index = state_named(self.table(), cb).ok_or_else(|| SyncError::new("sync-not-found"))?;
            self.parts().states.slot(index, &room).await?.follow_on(&held, version)?;
        }
        held.follow(follows);
        Ok(())
    }

    async fn subscribe_again(&self, socket: &Arc<Socket<A>>, handed: &[HandedScope]) -> Result<(), SyncError> {
        let topics = &self.parts().scopes.topics;
        for handed in handed {
            let Some((topic, subscriber)) = topics.take_over(socket, handed) else { continue };
            let head = self.parts().scopes.log()?.heads(vec![handed.scope.clone()]).await?.remove(0).cursor;
            let head = topic.catch_up(&subscriber, head).unwrap_or(head);
            if handed.told != Some(head) {
                socket.outbox().send(&Packet::poke(&handed.scope, head, None).into());
            }
        }
        Ok(())
    }
}

/// What sockets follow.
#[derive(Debug)]
pub struct Followers(HashMap<Id, Vec<HandedFollower>>);

impl HandedSession {
    fn of<A: App>(session: &LiveSession<A>) -> Option<Self> {
        if session.is_revoked() {
            return Some(Self::Ended);
        }
        match session.key() {
            Some(key) => Some(Self::Kept(key)),
            None => {
                let written = contained(|| encode_raw(&**session.get()).ok());
                Some(Self::Anonymous(session.id(), written.ok().flatten()?))
            }
        }
    }
}
