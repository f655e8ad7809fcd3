use std::collections::BTreeMap;

use crate::app::Color;
use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// The notes on a board. Front ends name them: what is named by chance is named once.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    /// By their names.
    #[validate(length(max = 200))]
    pub notes: BTreeMap<String, Note>,
    /// Their names, from the lowest to the one on top.
    pub order: Vec<String>,
}

/// One note.
#[wire(patch)]
pub struct Note {
    #[validate(length(max = 280))]
    pub text: String,
    /// Its left edge, on a board that is 1,000 wide.
    #[validate(range(min = 0, max = 1000))]
    pub x: u16,
    /// Its upper edge, on a board that is 600 high.
    #[validate(range(min = 0, max = 600))]
    pub y: u16,
    pub color: Color,
    /// The name of whoever has put it there.
    pub author: String,
    /// Hosts alone see it.
    pub hidden: bool,
}

#[wire]
pub enum Action {
    /// A new one, on top.
    Put(NewNote),
    /// Takes one to another place, on top of the others.
    Move {
        id: String,
        x: u16,
        y: u16,
    },
    Write {
        id: String,
        text: String,
    },
    Paint {
        id: String,
        color: Color,
    },
    /// Hides one from all but the hosts, or shows it again.
    Hide {
        id: String,
        hidden: bool,
    },
    Remove {
        id: String,
    },
}

#[wire]
pub struct NewNote {
    #[validate(length(min = 1, max = 40))]
    pub id: String,
    pub text: String,
    pub x: u16,
    pub y: u16,
    pub color: Color,
}

/// A board of sticky notes: what two do at once is done by one after the other.
#[sync::state(room = "board-{id}", store = sqlite, ttl = "5m", save = "1s", rate_limit = "40/s, burst 200")]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_key: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, ctx: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        let is_host = ctx.session().host;
        match action {
            Action::Put(NewNote { id, text, x, y, color }) => {
                let author = ctx.sender().name;
                let note = Note { text: text.clone(), x: *x, y: *y, color: color.clone(), author, hidden: false };
                if self.notes.contains_key(id) {
                    return Err(sync::error!("note-taken").status(409));
                }
                self.notes.insert(id.clone(), note);
                self.order.push(id.clone());
            }
            Action::Move { id, x, y } => {
                let note = self.seen(id, is_host)?;
                (note.x, note.y) = (*x, *y);
                self.order.retain(|other| other != id);
                self.order.push(id.clone());
            }
            Action::Write { id, text } => self.seen(id, is_host)?.text.clone_from(text),
            Action::Paint { id, color } => self.seen(id, is_host)?.color = color.clone(),
            Action::Hide { .. } if !is_host => return Err(sync::error!("note-host-only").status(403)),
            Action::Hide { id, hidden } => self.seen(id, is_host)?.hidden = *hidden,
            Action::Remove { id } => {
                self.seen(id, is_host)?;
                self.notes.remove(id);
                self.order.retain(|other| other != id);
            }
        }
        Ok(())
    }

    type View = Self;

    /// Hosts see everything; what is hidden is on its way to nobody else.
    #[view(by = |member| member.session().host)]
    fn view(&self, is_host: &bool) -> Self {
        let is_shown = |note: &Note| *is_host || !note.hidden;
        let notes: BTreeMap<_, _> =
            self.notes.iter().filter(|(_, note)| is_shown(note)).map(|(id, note)| (id.clone(), note.clone())).collect();
        let order = self.order.iter().filter(|id| notes.contains_key(*id)).cloned().collect();
        Self { notes, order }
    }
}

impl State {
    /// A note, unless there is none that this caller can see.
    fn seen(&mut self, id: &str, is_host: bool) -> Result<&mut Note, SyncError> {
        let note = self.notes.get_mut(id).filter(|note| is_host || !note.hidden);
        note.ok_or_else(|| sync::error!("note-gone").status(404))
    }
}
