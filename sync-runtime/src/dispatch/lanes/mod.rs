//! What the lanes have of their own. The pipeline asks them at the places that [`Lane`] names, and knows none of them; no lane knows
//! another one.
//!
//! ARCHITECTURE.md, "To add a lane", says what else belongs to one.

mod event;
mod lane;
mod mutation;
mod request;
mod state;

pub(super) use event::{EventText, Fanout, Sender, Shown};
pub(super) use lane::{Entered, Found, Lane, Lanes, Ran};
pub(super) use mutation::{ClientOf, PushTurn, Pushing, fingerprint, foreign, owner_of, refusal_of};
