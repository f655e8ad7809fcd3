use std::collections::BTreeMap;

use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// Notes on a board.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub notes: BTreeMap<String, Note>,
    /// The notes from the bottom to the top.
    #[validate(length(max = 20))]
    pub order: Vec<String>,
    pub locked: bool,
}

/// One note.
#[wire(patch)]
pub struct Note {
    pub text: String,
    pub x: f64,
    pub y: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[wire]
pub enum Action {
    Put {
        id: String,
        note: Note,
    },
    Move {
        id: String,
        x: f64,
        y: f64,
    },
    Raise {
        id: String,
    },
    Remove {
        id: String,
    },
    Lock,
    /// Changes everything, and refuses then.
    Regret,
    Panic,
    /// Has a value that JSON has none of.
    Lose {
        id: String,
    },
}

/// Without a store: it lives as long as somebody is there, and a while longer.
#[sync::state(room = "shared-{id}", auth = public, ttl = "1m", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        let unknown = || sync::error!("note-unknown").status(404);
        match action {
            _ if self.locked => return Err(sync::error!("board-locked").status(409)),
            Action::Put { id, note } => {
                if self.notes.insert(id.clone(), note.clone()).is_none() {
                    self.order.push(id.clone());
                }
            }
            Action::Move { id, x, y } => {
                let note = self.notes.get_mut(id).ok_or_else(unknown)?;
                (note.x, note.y) = (*x, *y);
            }
            Action::Raise { id } => {
                let place = self.order.iter().position(|other| other == id).ok_or_else(unknown)?;
                self.order[place..].rotate_left(1);
            }
            Action::Remove { id } => {
                self.notes.remove(id).ok_or_else(unknown)?;
                self.order.retain(|other| other != id);
            }
            Action::Lock => self.locked = true,
            Action::Regret => {
                self.notes.clear();
                self.order.push("regretted".to_owned());
                return Err(sync::error!("note-regretted"));
            }
            Action::Panic => {
                self.order.clear();
                panic!("a test state was asked to panic");
            }
            Action::Lose { id } => self.notes.get_mut(id).ok_or_else(unknown)?.x = f64::NAN,
        }
        Ok(())
    }
}
