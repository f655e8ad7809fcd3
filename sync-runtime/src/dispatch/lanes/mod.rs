//! What the lanes have of their own. The pipeline asks them at the places that [`Lane`] names, and knows none of them; no lane knows
//! another one.
//!
//! To add one: a field in [`Table`](crate::route::Table), a field in [`Lanes`], a file here, and a variant of
//! [`Message`](crate::wire::Message).

mod event;
mod lane;
mod request;

pub(super) use lane::{Entered, Found, Lane, Lanes, Ran};
