//! Which calls were made already: a call that is repeated under the same id happens once, and is answered the same.

mod durable;
mod recent;
#[cfg(feature = "redis")]
mod shared;
mod store;
mod ticket;

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::SyncError;
use crate::id::Id;
use crate::wire::Answered;

pub use durable::{CallBounds, DurableCalls};
pub use recent::{HandedCall, RecentCalls};
#[cfg(feature = "redis")]
pub use shared::SharedCalls;
pub use store::{Begun, CallStore, Terms};
pub use ticket::{Claim, Known, Ticket};

/// What came of a call: what it was answered, or why it was refused.
pub type Outcome = Result<Answered, SyncError>;

/// An outcome that several wait for.
type SharedOutcome = Arc<Outcome>;

/// A call as its caller names it.
#[derive(Debug, Clone)]
pub struct CallKey<'a> {
    /// Who calls. Nobody is told what somebody else was answered.
    pub caller: Id,
    /// The caller's own name of the call.
    pub id: Cow<'a, str>,
    /// What is called, with all that it depends on: another call of the same name is a mistake of the caller.
    pub call: Id,
}

/// Says that the name of a call is that of another one.
fn reused() -> SyncError {
    SyncError::new("sync-id-reused")
}
