//! Who is known again in a room.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::rooms::SenderKey;
use crate::tables::shrink;

/// What one of them takes, in bytes, about.
const ONE: usize = 192;

/// Those who are in a room and can come back, and those who went a short while ago and may.
///
/// Whoever names a place in the order of the room has to have been there: the text of a place alone would show to anybody who finds one
/// what happened before their time. And who went is known up to which event it was judged: the events that it was not given after the
/// last one that it was given do not have to be kept for it, so that nobody can tell from a history that is too short how many there were.
#[derive(Debug, Default)]
pub(super) struct Known {
    all: HashMap<SenderKey, OneKnown>,
    /// Of whom something else is known than before, where that is written down.
    changed: Option<Vec<SenderKey>>,
}

/// One who is known again.
#[derive(Debug)]
pub struct OneKnown {
    /// Behind which event it has been here: what came before is not for it.
    pub(super) since: u64,
    /// How many of its sockets are here.
    pub(super) seats: usize,
    /// The number of the seat of the one that came last.
    pub(super) newest: u64,
    /// What that one was told, as far as it has been noted.
    pub(super) told: Option<Told>,
    /// Until when it is known, if none is here.
    pub(super) until: Option<Instant>,
}

/// What a member was told. What has once been so stays so, whatever it is told later.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Told {
    /// The last event of which it was sent something.
    pub(super) sent: u64,
    /// What its page had heard up to when it came back, if it was sent nothing since: it may not even have had the answer.
    pub(super) resumed: Option<u64>,
    /// The last event that it was judged for.
    pub(super) judged: u64,
}

impl Told {
    /// Returns whether one that has heard everything up to `after` was sent nothing of what it was judged for since.
    fn is_all(&self, after: u64) -> bool {
        self.sent == after || self.resumed == Some(after)
    }
}

impl Known {
    /// Those of a room that is kept beyond the process; what changes is [told](Known::take_changed).
    pub(super) fn durable() -> Self {
        Self { all: HashMap::new(), changed: Some(Vec::new()) }
    }

    /// Knows these, from an earlier life of the room: what is known of them is no change.
    pub(super) fn begin_with(&mut self, all: HashMap<SenderKey, OneKnown>) {
        self.all = all;
    }

    /// Returns all of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&SenderKey, &OneKnown)> {
        self.all.iter()
    }

    /// Returns who has changed since this was called last.
    pub(super) fn take_changed(&mut self) -> Vec<SenderKey> {
        self.changed.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Returns what is known of somebody.
    pub(super) fn get(&self, key: &SenderKey) -> Option<&OneKnown> {
        self.all.get(key)
    }

    /// Returns behind which event somebody is shown what it missed who has heard all that it was sent up to `after`; `None` for one that
    /// was not here then.
    pub(super) fn resume(&self, key: &SenderKey, after: u64) -> Option<u64> {
        let known = self.all.get(key).filter(|known| after >= known.since)?;
        // Without a name, one page of a session stands for another, which may have been judged otherwise.
        let told = known.told.filter(|told| told.is_all(after) && key.tab.is_some());
        Some(told.map_or(after, |told| told.judged.max(after)))
    }

    /// Notes that somebody comes in behind an event, on the seat of this number, and stays known if it resumes from what it had heard.
    pub(super) fn enter(&mut self, key: SenderKey, newest: u64, behind: u64, resumed: Option<u64>) {
        let since = resumed.unwrap_or(behind);
        let new = OneKnown { since, seats: 0, newest, told: None, until: None };
        let known = self.all.entry(key).or_insert(new);
        if known.seats == 0 && resumed.is_none() {
            known.since = behind;
        }
        known.seats += 1;
        known.newest = newest;
        known.until = None;
        self.change(&key);
    }

    /// Returns the number of the seat that somebody took last.
    pub(super) fn newest(&self, key: &SenderKey) -> Option<u64> {
        Some(self.all.get(key)?.newest)
    }

    /// Notes what a member was told, unless it has come back since.
    pub(super) fn note(&mut self, key: &SenderKey, number: u64, told: Told) {
        if let Some(known) = self.all.get_mut(key).filter(|known| known.newest == number) {
            known.told = Some(told);
            self.change(key);
        }
    }

    /// Notes that somebody goes, who may come back until then.
    pub(super) fn go(&mut self, key: &SenderKey, until: Instant) {
        let Some(known) = self.all.get_mut(key) else { return };
        known.seats = known.seats.saturating_sub(1);
        known.until = (known.seats == 0).then_some(until);
        self.change(key);
    }

    /// Notes that somebody has left, or was taken out.
    pub(super) fn leave(&mut self, key: &SenderKey) {
        let Some(known) = self.all.get_mut(key) else { return };
        known.seats = known.seats.saturating_sub(1);
        if known.seats == 0 {
            self.all.remove(key);
            shrink(&mut self.all);
            self.change(key);
        }
    }

    /// Forgets those whose time is over, and returns until when the next one is known.
    pub(super) fn drop_old(&mut self, now: Instant) -> Option<Instant> {
        self.retain(|known| known.until.is_none_or(|until| until > now));
        self.all.values().filter_map(|known| known.until).min()
    }

    /// Forgets all who have gone, and returns whether there were any.
    pub(super) fn drop_gone(&mut self) -> bool {
        let before = self.all.len();
        self.retain(|known| known.seats > 0);
        self.all.len() < before
    }

    fn retain(&mut self, is_known: impl Fn(&OneKnown) -> bool) {
        let Self { all, changed } = self;
        all.retain(|key, known| {
            let stays = is_known(known);
            if !stays && let Some(changed) = changed {
                changed.push(*key);
            }
            stays
        });
        shrink(all);
    }

    /// Forgets all.
    pub(super) fn forget_all(&mut self) {
        let all = std::mem::take(&mut self.all);
        all.keys().for_each(|key| self.change(key));
    }

    fn change(&mut self, key: &SenderKey) {
        if let Some(changed) = &mut self.changed {
            // The same is often said twice.
            if changed.last() != Some(key) {
                changed.push(*key);
            }
        }
    }

    /// Returns how many bytes they take, about.
    pub(super) fn bytes(&self) -> usize {
        self.all.capacity() * ONE
    }
}
