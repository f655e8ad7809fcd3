//! The clients of durable data that sockets speak for, and what is to be noted of how far each has come.
//!
//! A client is registered in the store of the log: here is no more of one that is connected than its name.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::clock::RealInstant;
use crate::dispatch::topics::ToldRange;
use crate::id::Id;
use crate::log::{ByStrategy, ScopeAdvance, ScopePosition, Sign};
use crate::tables::shrink;

/// The clients of a server.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Clients {
    spoken: Mutex<SpokenFor>,
    signs: Mutex<HashMap<Arc<str>, Sign>>,
    /// How many are registered, as far as was asked last.
    registered: AtomicU64,
    /// When it was counted last what they do next, and what that was.
    pub(in crate::dispatch) counted: tokio::sync::Mutex<Option<(RealInstant, ByStrategy)>>,
}

/// Who speaks for whom.
#[derive(Debug, Default)]
struct SpokenFor {
    of_sockets: HashMap<Id, Arc<Spoken>>,
    /// The same by whose and which they are: the pages of one browser are one client.
    of_owners: HashMap<Id, Arc<Spoken>>,
}

/// A client that sockets speak for.
#[derive(Debug)]
pub(in crate::dispatch) struct Spoken {
    pub(in crate::dispatch) name: Arc<str>,
    pub(in crate::dispatch) owner: Id,
    /// Whether nothing was known of it before; not known as long as the store was not asked.
    pub(in crate::dispatch) is_new: OnceCell<bool>,
    /// How many sockets speak for it.
    sockets: AtomicU32,
    /// Of one of which nothing was known: the scopes in which it has begun since, by number.
    begun: Mutex<BTreeSet<Id>>,
}

impl Spoken {
    fn new(name: &str, owner: Id) -> Self {
        Self { name: name.into(), owner, is_new: OnceCell::new(), sockets: AtomicU32::new(0), begun: Mutex::default() }
    }

    /// Notes that it has begun to read a scope, so that it may go on.
    pub(in crate::dispatch) fn begins(&self, scope: &str) {
        if self.is_new.get() == Some(&true) {
            self.begun.lock().insert(number(scope));
        }
    }

    /// Returns whether it may go on where it says it was: one of which nothing is known any more begins anew.
    pub(in crate::dispatch) fn may_go_on(&self, scope: &str) -> bool {
        self.is_new.get() != Some(&true) || self.begun.lock().contains(&number(scope))
    }
}

fn number(scope: &str) -> Id {
    Id::of_texts(&[scope])
}

fn key(owner: Id, name: &str) -> Id {
    Id::of_texts(&[&owner.to_string(), name])
}

impl Clients {
    /// Has a socket speak for a client from now on, and no other.
    pub(in crate::dispatch) fn speak(&self, socket: Id, name: &str, owner: Id) -> Arc<Spoken> {
        let mut spoken = self.spoken.lock();
        let SpokenFor { of_sockets, of_owners } = &mut *spoken;
        if let Some(before) = of_sockets.get(&socket) {
            if *before.name == *name && before.owner == owner {
                return before.clone();
            }
            self.end(of_sockets, of_owners, socket);
        }
        let spoken = of_owners.entry(key(owner, name)).or_insert_with(|| Arc::new(Spoken::new(name, owner))).clone();
        spoken.sockets.fetch_add(1, Ordering::Relaxed);
        of_sockets.insert(socket, spoken.clone());
        spoken
    }

    /// Notes that a client is registered, as one that is connected: whether it is still is to be stored, too.
    pub(in crate::dispatch) fn is_registered(&self, client: &Spoken) {
        // Under the lock, those who leave either see that it is registered, or are seen to have left.
        let _spoken = self.spoken.lock();
        let is_gone = client.sockets.load(Ordering::Relaxed) == 0;
        let mut signs = self.signs.lock();
        match signs.get_mut(&client.name) {
            Some(sign) => sign.is_gone = is_gone,
            None if is_gone => signs.entry(client.name.clone()).or_default().is_gone = true,
            None => {}
        }
    }

    /// Returns the client that a socket speaks for.
    pub(in crate::dispatch) fn of(&self, socket: Id) -> Option<Arc<Spoken>> {
        self.spoken.lock().of_sockets.get(&socket).cloned()
    }

    /// Has a socket speak for nobody any more.
    pub(in crate::dispatch) fn leave(&self, socket: Id) {
        let mut spoken = self.spoken.lock();
        let SpokenFor { of_sockets, of_owners } = &mut *spoken;
        self.end(of_sockets, of_owners, socket);
    }

    /// Its client is gone with the last socket that spoke for it, if it was registered.
    fn end(&self, of_sockets: &mut HashMap<Id, Arc<Spoken>>, of_owners: &mut HashMap<Id, Arc<Spoken>>, socket: Id) {
        let Some(client) = of_sockets.remove(&socket) else { return };
        shrink(of_sockets);
        // Under the lock of both tables.
        if client.sockets.fetch_sub(1, Ordering::Relaxed) > 1 {
            return;
        }
        of_owners.remove(&key(client.owner, &client.name));
        shrink(of_owners);
        if client.is_new.get().is_some() {
            self.signs.lock().entry(client.name.clone()).or_default().is_gone = true;
        }
    }

    /// Notes how far a client has come in a scope.
    pub(in crate::dispatch) fn has_come(&self, client: &Arc<str>, position: ScopePosition) {
        let mut signs = self.signs.lock();
        signs.entry(client.clone()).or_default().come(position);
    }

    /// Notes that the client of a socket, if it had all of a scope up to a cursor, has all up to another one.
    pub(in crate::dispatch) fn was_told(&self, socket: Id, scope: &Arc<str>, ToldRange { from, to }: ToldRange) {
        let Some(spoken) = self.of(socket).filter(|spoken| spoken.is_new.get().is_some()) else { return };
        self.signs.lock().entry(spoken.name.clone()).or_default().told(ScopeAdvance { scope: scope.clone(), from, to });
    }

    /// Notes that the client of a socket does not read a scope any more; one that is somebody else's is not spoken for.
    pub(in crate::dispatch) fn has_left(&self, socket: Id, scope: &str) {
        let Some(spoken) = self.of(socket).filter(|spoken| spoken.is_new.get().is_some()) else { return };
        self.note_left(&spoken.name, scope);
    }

    fn note_left(&self, client: &Arc<str>, scope: &str) {
        self.signs.lock().entry(client.clone()).or_default().leave(scope);
    }

    /// Takes what is to be stored, at most so many.
    pub(in crate::dispatch) fn take_signs(&self, limit: usize) -> Vec<(Arc<str>, Sign)> {
        let mut signs = self.signs.lock();
        let names: Vec<_> = signs.keys().take(limit).cloned().collect();
        let taken = names.into_iter().filter_map(|name| signs.remove_entry(&name)).collect();
        shrink(&mut signs);
        taken
    }

    /// Puts back what could not be stored; what has come since is newer.
    pub(in crate::dispatch) fn put_back(&self, taken: Vec<(Arc<str>, Sign)>) {
        let mut signs = self.signs.lock();
        for (client, older) in taken {
            let newer = signs.remove(&client);
            signs.insert(client, newer.map_or(older.clone(), |newer| older.and(newer)));
        }
    }

    /// How many are registered, as far as was asked last.
    pub(in crate::dispatch) fn registered(&self) -> u64 {
        self.registered.load(Ordering::Relaxed)
    }

    pub(in crate::dispatch) fn note_registered(&self, count: u64) {
        self.registered.store(count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(scope: &str, cursor: u64) -> ScopePosition {
        ScopePosition { scope: scope.into(), cursor, epoch: "e".into() }
    }

    #[test]
    fn what_is_noted_last_counts() {
        let clients = Clients::default();
        let name: Arc<str> = "c".into();
        clients.has_come(&name, position("a", 1));
        clients.has_come(&name, position("b", 1));
        clients.has_come(&name, position("a", 2));
        clients.note_left(&name, "b");
        let taken = clients.take_signs(10);
        assert_eq!((&taken[0].1.positions, taken[0].1.left.len()), (&vec![position("a", 2)], 1));
        // What has come meanwhile is newer than what could not be stored.
        clients.has_come(&name, position("a", 3));
        clients.put_back(taken);
        assert_eq!(clients.take_signs(10)[0].1.positions, [position("a", 3)]);
    }

    #[test]
    fn one_of_which_nothing_is_known_begins_before_it_goes_on() {
        let clients = Clients::default();
        let [socket, tab] = ["socket", "tab"].map(|name| Id::of_texts(&[name]));
        let owner = Id::of_texts(&["ada"]);
        let spoken = clients.speak(socket, "c", owner);
        assert!(Arc::ptr_eq(&spoken, &clients.speak(socket, "c", owner)));
        assert!(Arc::ptr_eq(&spoken, &clients.speak(tab, "c", owner)), "tabs of one browser are one client");
        spoken.is_new.set(true).expect("nobody has said it");
        assert!(!spoken.may_go_on("a"));
        spoken.begins("a");
        assert!(spoken.may_go_on("a") && !spoken.may_go_on("b"));
        clients.leave(socket);
        assert!(clients.of(socket).is_none() && clients.take_signs(10).is_empty(), "the other tab is there");
        clients.leave(tab);
        assert!(clients.take_signs(10)[0].1.is_gone);
        // One that comes back before that is stored is there.
        clients.leave(socket);
        let again = clients.speak(socket, "c", owner);
        again.is_new.set(false).expect("nobody has said it");
        clients.leave(socket);
        clients.is_registered(&clients.speak(socket, "c", owner));
        assert!(!clients.take_signs(10)[0].1.is_gone);
        // One that has left before it was registered is gone.
        let late = clients.speak(tab, "late", owner);
        clients.leave(tab);
        assert!(clients.take_signs(10).is_empty(), "it is not registered");
        late.is_new.set(true).expect("nobody has said it");
        clients.is_registered(&late);
        assert!(clients.take_signs(10)[0].1.is_gone);
        // Another user of the same name is not the same client.
        let other = clients.speak(socket, "c", Id::of_texts(&["bob"]));
        assert!(other.is_new.get().is_none() && other.owner != owner);
    }
}
