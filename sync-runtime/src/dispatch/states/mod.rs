//! The values of all rooms that are in memory: loaded once, however many ask, and gone when nobody needs them.

mod access;
mod delivery;
mod follow;
mod handover;
mod saving;
mod sharing;
mod slot;
mod slots;

pub(in crate::dispatch) use access::Changes;
pub(in crate::dispatch) use delivery::{ChangeText, Place};
pub(in crate::dispatch) use follow::Watching;
pub(in crate::dispatch) use handover::{HandedFollower, HandedValue};
pub(in crate::dispatch) use slot::{By, Change, Slot};
pub use slots::{FailingState, StateHealth};
pub(in crate::dispatch) use slots::{StateSlots, state_named};
pub(crate) use slots::{Stores, kept_states};
