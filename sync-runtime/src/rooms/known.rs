//! Who is known again in a room.

use std::collections::HashMap;

use crate::clock::Instant;
use crate::rooms::SenderKey;

/// What one of them takes, in bytes, about.
const ONE: usize = 192;

/// Those who are in a room and can come back, and those who went a short while ago and may.
///
/// Whoever names a place in the order of the room has to have been there: the text of a place alone would show to anybody who finds one
/// what happened before their time. And who went is known up to which event it was judged: the events that it was not given after the
/// last one that it was given do not have to be kept for it, so that nobody can tell from a history that is too short how many there were.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<SenderKey, OneKnown>);

#[derive(Debug)]
struct OneKnown {
    /// Behind which event it has been here: what came before is not for it.
    since: u64,
    /// How many of its sockets are here.
    seats: usize,
    /// The number of the seat of the one that came last.
    newest: u64,
    /// What that one was told, as far as it has been noted.
    told: Option<Told>,
    /// Until when it is known, if none is here.
    until: Option<Instant>,
}

/// What a member was told. What has once been so stays so, whatever it is told later.
#[derive(Debug, Clone, Copy)]
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
    /// Returns behind which event somebody is shown what it missed who has heard all that it was sent up to `after`; `None` for one that
    /// was not here then.
    pub(super) fn resume(&self, key: &SenderKey, after: u64) -> Option<u64> {
        let known = self.0.get(key).filter(|known| after >= known.since)?;
        // Without a name, one page of a session stands for another, which may have been judged otherwise.
        let told = known.told.filter(|told| told.is_all(after) && key.tab.is_some());
        Some(told.map_or(after, |told| told.judged.max(after)))
    }

    /// Notes that somebody comes in behind an event, on the seat of this number, and stays known for what it `resumes`.
    pub(super) fn enter(&mut self, key: SenderKey, newest: u64, behind: u64, resumes: bool) {
        let new = OneKnown { since: behind, seats: 0, newest, told: None, until: None };
        let known = self.0.entry(key).or_insert(new);
        if known.seats == 0 && !resumes {
            known.since = behind;
        }
        known.seats += 1;
        known.newest = newest;
        known.until = None;
    }

    /// Returns the number of the seat that somebody took last.
    pub(super) fn newest(&self, key: &SenderKey) -> Option<u64> {
        Some(self.0.get(key)?.newest)
    }

    /// Notes what a member was told, unless it has come back since.
    pub(super) fn note(&mut self, key: &SenderKey, number: u64, told: Told) {
        if let Some(known) = self.0.get_mut(key).filter(|known| known.newest == number) {
            known.told = Some(told);
        }
    }

    /// Notes that somebody goes, who may come back until then.
    pub(super) fn go(&mut self, key: &SenderKey, until: Instant) {
        let Some(known) = self.0.get_mut(key) else { return };
        known.seats = known.seats.saturating_sub(1);
        known.until = (known.seats == 0).then_some(until);
    }

    /// Notes that somebody has left, or was taken out.
    pub(super) fn leave(&mut self, key: &SenderKey) {
        let Some(known) = self.0.get_mut(key) else { return };
        known.seats = known.seats.saturating_sub(1);
        if known.seats == 0 {
            self.0.remove(key);
        }
    }

    /// Forgets those whose time is over, and returns until when the next one is known.
    pub(super) fn drop_old(&mut self, now: Instant) -> Option<Instant> {
        self.0.retain(|_, known| known.until.is_none_or(|until| until > now));
        self.0.shrink_to(self.0.len() * 2);
        self.0.values().filter_map(|known| known.until).min()
    }

    /// Forgets all who have gone.
    pub(super) fn drop_gone(&mut self) {
        self.0.retain(|_, known| known.seats > 0);
        self.0.shrink_to(self.0.len() * 2);
    }

    /// Returns how many bytes they take, about.
    pub(super) fn bytes(&self) -> usize {
        self.0.capacity() * ONE
    }
}
