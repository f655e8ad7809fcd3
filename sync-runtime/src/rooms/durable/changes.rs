//! What is to be written of each room.

use std::collections::HashMap;
use std::sync::Arc;

use crate::rooms::SenderKey;
use crate::rooms::durable::file::StoredMember;
use crate::wire::Position;

/// What happens in a room besides its events.
#[derive(Debug)]
pub(super) enum Note {
    /// A room begins, of which nothing was known.
    Opened { room: Arc<str>, start: Position },
    /// Somebody is known again as this, or not any more.
    Known { room: Arc<str>, key: SenderKey, known: Option<StoredMember> },
    /// This event is of no use any more: a newer one has taken its place.
    Replaced { room: Arc<str>, seq: u64 },
    /// What is behind this event is enough.
    Trimmed { room: Arc<str>, behind: u64 },
    /// Nobody is there, and nobody can come back.
    Ended { room: Arc<str> },
}

/// What is to be written, in one piece: of what was noted more than once, the last.
#[derive(Debug, Default, Clone)]
pub(super) struct Changes(HashMap<Arc<str>, RoomChanges>);

/// What is to be written of one room.
#[derive(Debug, Default, Clone)]
pub(super) struct RoomChanges {
    /// Whether what is in the file is of another room of this name, which has ended.
    pub(super) is_other: bool,
    /// Whether nothing of this name is in the file.
    is_new: bool,
    /// Behind which place its events come, if it is new.
    pub(super) start: Option<Position>,
    /// The events, in their order, as text.
    pub(super) events: Vec<(Position, String)>,
    /// The numbers of events that were replaced.
    pub(super) replaced: Vec<u64>,
    /// Behind which event everything is kept that was not replaced.
    pub(super) behind: Option<u64>,
    /// Who is known, and who is not any more.
    pub(super) known: HashMap<SenderKey, Option<StoredMember>>,
}

impl Changes {
    /// Returns whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns how many rooms, and people in them, there is something of.
    pub(super) fn notes(&self) -> usize {
        self.0.values().map(|changes| 1 + changes.known.len() + changes.replaced.len()).sum()
    }

    /// Returns what is to be written, by the names of the rooms.
    pub(super) fn by_room(&self) -> impl Iterator<Item = (&str, &RoomChanges)> {
        self.0.iter().map(|(room, changes)| (&**room, changes))
    }

    /// Adds an event behind those that the room has.
    pub(super) fn add_event(&mut self, room: &Arc<str>, at: Position, text: String) {
        self.of(room).events.push((at, text));
    }

    pub(super) fn add(&mut self, note: Note) {
        match note {
            Note::Opened { room, start } => {
                // What is in the file has been opened here, or restored: of a room that is opened now, nothing, but for what is to be forgotten.
                let is_new = self.0.get(&room).is_none_or(|before| before.is_new);
                let opened = RoomChanges { is_other: true, is_new, start: Some(start), ..RoomChanges::default() };
                *self.of(&room) = opened;
            }
            // While nothing can be written, rooms come and go.
            Note::Ended { room } if self.0.get(&room).is_some_and(|before| before.is_new) => drop(self.0.remove(&room)),
            Note::Ended { room } => *self.of(&room) = RoomChanges { is_other: true, ..RoomChanges::default() },
            Note::Known { room, key, known } => drop(self.of(&room).known.insert(key, known)),
            Note::Replaced { room, seq } => self.of(&room).replaced.push(seq),
            Note::Trimmed { room, behind } => {
                let before = &mut self.of(&room).behind;
                *before = (*before).max(Some(behind));
            }
        }
    }

    /// Keeps what is still to be written when this could not be: all but the events, which have no place then.
    pub(super) fn without_events(mut self) -> Self {
        self.0.values_mut().for_each(|changes| changes.events.clear());
        self
    }

    fn of(&mut self, room: &Arc<str>) -> &mut RoomChanges {
        self.0.entry(room.clone()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_room_has_noted_ends_with_it_and_of_the_rest_the_last_counts() {
        let room: Arc<str> = "lasting-a".into();
        let key = SenderKey { session: crate::id::Id::of([1; 16]), tab: None };
        let mut changes = Changes::default();
        changes.add(Note::Known { room: room.clone(), key, known: None });
        changes.add(Note::Trimmed { room: room.clone(), behind: 7 });
        changes.add(Note::Trimmed { room: room.clone(), behind: 5 });
        changes.add_event(&room, Position::of_event(1, 9), String::from("{}"));
        assert_eq!(changes.of(&room).behind, Some(7));
        let mut owed = changes.clone().without_events();
        assert!(owed.of(&room).events.is_empty());
        assert_eq!(owed.of(&room).known.len(), 1);
        changes.add(Note::Ended { room: room.clone() });
        changes.add(Note::Opened { room: room.clone(), start: Position::of_event(2, 0) });
        let RoomChanges { is_other, is_new, start, events, replaced, behind, known } = changes.of(&room);
        assert!(*is_other && start.is_some() && !*is_new);
        assert!(events.is_empty() && replaced.is_empty() && behind.is_none() && known.is_empty());
        changes.add(Note::Ended { room: room.clone() });
        assert_eq!(changes.notes(), 1, "what was in the file is to be forgotten");
    }

    #[test]
    fn of_rooms_that_came_and_went_while_nothing_could_be_written_nothing_is_owed() {
        let mut changes = Changes::default();
        for number in 0..3 {
            let room: Arc<str> = format!("lasting-{}", number % 2).into();
            let key = SenderKey { session: crate::id::Id::of([1; 16]), tab: None };
            changes.add(Note::Opened { room: room.clone(), start: Position::of_event(number, 0) });
            changes.add(Note::Known { room: room.clone(), key, known: None });
            assert_eq!(changes.notes(), 2);
            changes.add(Note::Ended { room });
            assert!(changes.is_empty());
        }
    }
}
