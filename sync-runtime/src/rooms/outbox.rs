//! The way out to one socket.

use std::sync::{Arc, Weak};

use crate::rooms::Bundle;
use crate::session::SessionEnd;

/// Takes what is to be sent to one socket, in order and without waiting.
///
/// A packet is either on its way or the socket is being closed: an outbox that cannot take one more closes its socket with
/// [`CloseReason::SendQueueFull`] and counts it. The one packet that it may drop is one of a volatile route while a newer one
/// of the same topic is sent in its place.
pub trait Outbox: Send + Sync {
    /// Sends packets, in their order. Packets of equal content share one buffer.
    fn send(&self, bundle: &Bundle);

    /// Returns whether less than half of what may wait for the socket does.
    fn has_room(&self) -> bool {
        true
    }

    /// Closes the socket; the client may connect again.
    fn close(&self, reason: CloseReason);

    /// Returns a shorter way to the socket, once there is one; there is no way back from it.
    fn shortcut(&self) -> Option<Weak<dyn Shortcut>> {
        None
    }
}

/// The socket behind an outbox: a visit of a thousand members saves a step in memory for each.
pub trait Shortcut: Send + Sync {
    /// Sends packets, as [`Outbox::send`] does.
    ///
    /// # Errors
    ///
    /// When too much waits; the outbox is to be closed then.
    fn send(self: Arc<Self>, bundle: &Bundle) -> Result<(), QueueFull>;
}

/// The packets were not sent since too much waits already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFull;

/// Why the server closed a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// More bytes waited for it than its send queue holds.
    SendQueueFull,
    /// The kernel took nothing from us for longer than the write timeout.
    WriteTimeout,
    /// It sent more than waits for its handlers, and could not be slowed down.
    ReceiveQueueFull,
    /// Its filters take so long that more than 1,024 events, or 16 MiB of them, wait.
    FiltersTooSlow,
    /// It was not shown all that it had missed: it took that too slowly.
    ResumeFailed,
    /// A bug of ours kept it from getting what it should have got.
    DeliveryFailed,
    /// It went on sending though it was told again and again that it sends too much.
    RateLimited,
    /// Its session ended.
    SessionEnded,
    /// Its user, who may have one session at a time, has signed in again elsewhere.
    SessionReplaced,
}

impl From<SessionEnd> for CloseReason {
    fn from(end: SessionEnd) -> Self {
        match end {
            SessionEnd::Ended => Self::SessionEnded,
            SessionEnd::Replaced => Self::SessionReplaced,
        }
    }
}

impl CloseReason {
    /// Returns the reason as a token for logs and counters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendQueueFull => "send-queue-full",
            Self::WriteTimeout => "write-timeout",
            Self::ReceiveQueueFull => "receive-queue-full",
            Self::FiltersTooSlow => "filters-too-slow",
            Self::ResumeFailed => "resume-failed",
            Self::DeliveryFailed => "delivery-failed",
            Self::RateLimited => "rate-limited",
            Self::SessionEnded => "session-ended",
            Self::SessionReplaced => "session-replaced",
        }
    }
}
