//! Who is waited for that is gone, in all rooms: so many, no more of one session or one address, and where.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::id::Id;
use crate::tables::shrink;

/// How many sockets are waited for in all rooms; those beyond have left.
const IN_ALL: usize = 20_000;
/// How many of them may be of one address, and of one session: nobody takes from others the time in which they may come back.
const OF_ADDRESS: usize = IN_ALL / 4;
const OF_SESSION: usize = 1000;

/// The sockets that are gone and are waited for.
#[derive(Debug, Default)]
pub(super) struct Awaited(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    addresses: HashMap<IpAddr, usize>,
    sessions: HashMap<Id, OfSession>,
}

#[derive(Debug, Default)]
struct OfSession {
    count: usize,
    rooms: HashMap<Arc<str>, usize>,
}

/// Whom it is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whom<'r> {
    pub(super) session: Id,
    pub(super) address: Option<IpAddr>,
    pub(super) room: &'r Arc<str>,
}

impl Awaited {
    /// Counts one more, and returns whether it may be waited for.
    pub(super) fn add(&self, Whom { session, address, room }: Whom<'_>) -> bool {
        let mut counts = self.0.lock();
        let of_address = address.map_or(0, |address| counts.addresses.get(&address).copied().unwrap_or_default());
        let of_session = counts.sessions.get(&session).map_or(0, |session| session.count);
        if counts.all >= IN_ALL || of_address >= OF_ADDRESS || of_session >= OF_SESSION {
            return false;
        }
        counts.all += 1;
        if let Some(address) = address {
            *counts.addresses.entry(address).or_default() += 1;
        }
        let session = counts.sessions.entry(session).or_default();
        session.count += 1;
        *session.rooms.entry(room.clone()).or_default() += 1;
        true
    }

    /// Counts one less.
    pub(super) fn remove(&self, Whom { session, address, room }: Whom<'_>) {
        let mut counts = self.0.lock();
        counts.all = counts.all.saturating_sub(1);
        if let Some(address) = address {
            count_down(counts.addresses.entry(address), |count| count);
            shrink(&mut counts.addresses);
        }
        if let Entry::Occupied(mut session) = counts.sessions.entry(session) {
            count_down(session.get_mut().rooms.entry(room.clone()), |count| count);
            count_down(Entry::Occupied(session), |session| &mut session.count);
            shrink(&mut counts.sessions);
        }
    }

    /// Returns how many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().all
    }

    /// Returns the rooms where sockets of a session are waited for.
    pub(super) fn rooms_of(&self, session: Id) -> Vec<Arc<str>> {
        let counts = self.0.lock();
        counts.sessions.get(&session).map(|session| session.rooms.keys().cloned().collect()).unwrap_or_default()
    }
}

/// Takes one off a count, and the entry away with the last.
fn count_down<K, V>(entry: Entry<'_, K, V>, count: impl FnOnce(&mut V) -> &mut usize) {
    if let Entry::Occupied(mut entry) = entry {
        let count = count(entry.get_mut());
        *count = count.saturating_sub(1);
        if *count == 0 {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        Id::of((number as u128).to_be_bytes())
    }

    #[test]
    fn nobody_takes_all_places_and_whoever_is_not_waited_for_any_more_gives_them_back() {
        let awaited = Awaited::default();
        let rooms: Vec<Arc<str>> = (0..3).map(|number| format!("room-{number}").into()).collect();
        let address = |number: u8| Some(IpAddr::from([10, 0, 0, number]));
        let whom =
            |session, number: u8| Whom { session: id(session), address: address(number), room: &rooms[session % 3] };
        let filled = |number: u8| {
            (0..IN_ALL)
                .filter(|session| awaited.add(whom(*session / 2 + 100_000 * usize::from(number), number)))
                .count()
        };
        assert_eq!((0..IN_ALL).filter(|_| awaited.add(whom(7, 9))).count(), OF_SESSION);
        assert_eq!(awaited.rooms_of(id(7)), [rooms[1].clone()]);
        assert_eq!(filled(9), OF_ADDRESS - OF_SESSION, "of one address");
        assert_eq!([1, 2, 3, 4].map(filled), [OF_ADDRESS, OF_ADDRESS, OF_ADDRESS, 0], "of all");
        (0..OF_SESSION).for_each(|_| awaited.remove(whom(7, 9)));
        assert!(awaited.rooms_of(id(7)).is_empty());
        assert_eq!(filled(5), OF_SESSION);
    }
}
