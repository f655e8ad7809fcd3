//! Sockets that have not said who they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use engineioxide::DisconnectReason;
use parking_lot::Mutex;

use crate::clock::{Instant, sleep_until};
use crate::config::Config;
use crate::metrics::{ServerMetrics, Tally};
use crate::tables::shrink;
use crate::transport::doors::socketio::carrier::{EngineSocket, address};

/// Those who have shaken hands and not said CONNECT, or said DISCONNECT after.
///
/// A handshake costs its sender one short request and us a socket. When there are too many of one address, or in all, the oldest
/// have to go: whoever means it says CONNECT within a round trip.
#[derive(Debug)]
pub(super) struct Lobby {
    /// How long a socket may be open without saying CONNECT.
    patience: Duration,
    /// How many may be; a socket takes about 9 KB.
    limits: Limits,
    crowded_out: Tally,
    late: Tally,
    state: Mutex<LobbyState>,
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    all: usize,
    address: usize,
}

#[derive(Debug, Default)]
struct LobbyState {
    last_ticket: u64,
    /// By ticket, so that the oldest comes first.
    waiting: BTreeMap<u64, Waiting>,
    by_address: HashMap<Option<IpAddr>, BTreeSet<u64>>,
    /// The addresses by how many of each wait.
    crowds: BTreeSet<(usize, Option<IpAddr>)>,
    /// Whether a task looks after those who wait too long.
    is_watched: bool,
}

#[derive(Debug)]
struct Waiting {
    socket: Weak<EngineSocket>,
    address: Option<IpAddr>,
    since: Instant,
}

impl Lobby {
    /// Takes the limits from the configuration; `metrics` count who has to go.
    pub(super) fn new(config: &Config, metrics: &ServerMetrics) -> Self {
        let limits = Limits { all: config.unidentified, address: config.address_unidentified };
        let (crowded_out, late) = (metrics.limit("unidentified"), metrics.limit("connect-timeout"));
        Self { patience: config.connect_timeout, limits, crowded_out, late, state: Mutex::default() }
    }

    /// Lets a socket wait for its CONNECT, and closes the oldest of those for whom there is no room then.
    pub(super) fn enter(self: &Arc<Self>, socket: &Arc<EngineSocket>) {
        let address = address(socket);
        let mut state = self.state.lock();
        state.last_ticket += 1;
        let ticket = state.last_ticket;
        // Under the lock: whoever leaves finds the ticket in the list.
        let before = socket.data.set_ticket(ticket);
        state.remove(before);
        state.add(ticket, Waiting { socket: Arc::downgrade(socket), address, since: Instant::now() });
        let crowded_out = state.crowded_out(address, self.limits);
        if !std::mem::replace(&mut state.is_watched, true) {
            // It ends when nobody waits, and with the lobby.
            tokio::spawn(Self::watch(Arc::downgrade(self)));
        }
        drop(state);
        if let Some(oldest) = crowded_out {
            self.crowded_out.count();
            close(&oldest);
        }
    }

    /// Notes that a socket has said CONNECT, or is gone.
    pub(super) fn leave(&self, socket: &EngineSocket) {
        if socket.data.ticket() != 0 {
            let mut state = self.state.lock();
            let ticket = socket.data.set_ticket(0);
            state.remove(ticket);
        }
    }

    /// Closes those who have waited too long, until nobody waits.
    async fn watch(lobby: Weak<Self>) {
        while let Some(until) = lobby.upgrade().and_then(|lobby| lobby.next_end()) {
            sleep_until(until).await;
            while let Some(late) = lobby.upgrade().and_then(|lobby| lobby.take_late()) {
                close(&late);
            }
        }
    }

    fn next_end(&self) -> Option<Instant> {
        let mut state = self.state.lock();
        let oldest = state.waiting.first_key_value().map(|(_, waiting)| waiting.since + self.patience);
        state.is_watched = oldest.is_some();
        oldest
    }

    fn take_late(&self) -> Option<Weak<EngineSocket>> {
        let mut state = self.state.lock();
        let (ticket, oldest) = state.waiting.first_key_value()?;
        let ticket = *ticket;
        if oldest.since.elapsed() < self.patience {
            return None;
        }
        self.late.count();
        state.remove(ticket)
    }
}

impl LobbyState {
    fn add(&mut self, ticket: u64, waiting: Waiting) {
        let address = waiting.address;
        let own = self.by_address.entry(address).or_default();
        self.crowds.remove(&(own.len(), address));
        own.insert(ticket);
        self.crowds.insert((own.len(), address));
        self.waiting.insert(ticket, waiting);
    }

    fn remove(&mut self, ticket: u64) -> Option<Weak<EngineSocket>> {
        let waiting = self.waiting.remove(&ticket)?;
        if let Some(own) = self.by_address.get_mut(&waiting.address) {
            self.crowds.remove(&(own.len(), waiting.address));
            own.remove(&ticket);
            if own.is_empty() {
                self.by_address.remove(&waiting.address);
                shrink(&mut self.by_address);
            } else {
                self.crowds.insert((own.len(), waiting.address));
            }
        }
        Some(waiting.socket)
    }

    /// Takes out the oldest of `address` if there are more of it than there may be, or else, if there are too many in all, of the address
    /// that has most: who comes alone is not crowded out by those who come in crowds.
    fn crowded_out(&mut self, address: Option<IpAddr>, limits: Limits) -> Option<Weak<EngineSocket>> {
        let own = self.by_address.get(&address)?;
        let oldest = if own.len() > limits.address {
            *own.first()?
        } else if self.waiting.len() > limits.all {
            self.oldest_of_the_largest_crowd()?
        } else {
            return None;
        };
        self.remove(oldest)
    }
}

impl LobbyState {
    fn oldest_of_the_largest_crowd(&self) -> Option<u64> {
        let (most, crowd) = self.crowds.last()?;
        let (oldest, waiting) = self.waiting.first_key_value()?;
        // Of crowds of one size, the one that the oldest of all belongs to.
        let is_of_one = self.by_address.get(&waiting.address).is_some_and(|own| own.len() == *most);
        if is_of_one { Some(*oldest) } else { self.by_address.get(crowd)?.first().copied() }
    }
}

fn close(socket: &Weak<EngineSocket>) {
    if let Some(socket) = socket.upgrade() {
        socket.close(DisconnectReason::TransportClose);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enters sockets of these addresses, and returns the numbers of those who were crowded out.
    fn crowded_out(addresses: &[u8], limits: Limits) -> Vec<u64> {
        let mut state = LobbyState::default();
        let mut gone = Vec::new();
        for (ticket, last) in (1..).zip(addresses) {
            let address = Some(IpAddr::from([10, 0, 0, *last]));
            state.add(ticket, Waiting { socket: Weak::new(), address, since: Instant::now() });
            let before: Vec<_> = state.waiting.keys().copied().collect();
            state.crowded_out(address, limits);
            gone.extend(before.into_iter().filter(|ticket| !state.waiting.contains_key(ticket)));
        }
        let by_address: usize = state.by_address.values().map(BTreeSet::len).sum();
        assert_eq!(by_address, state.waiting.len());
        assert_eq!(state.crowds.iter().map(|(count, _)| count).sum::<usize>(), state.waiting.len());
        gone
    }

    #[test]
    fn the_oldest_has_to_go_of_its_address_and_of_all() {
        let limits = Limits { all: 4, address: 2 };
        assert!(crowded_out(&[1, 1, 2], limits).is_empty());
        assert_eq!(crowded_out(&[1, 2, 1, 1, 1], limits), [1, 3]);
        assert_eq!(crowded_out(&[1, 2, 3, 4, 5, 6], limits), [1, 2]);
        assert_eq!(crowded_out(&[1, 2, 2, 3, 4], limits), [2], "of the largest crowd");
    }
}
