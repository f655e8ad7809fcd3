//! The way out to one socket.

use crate::rooms::Bundle;

/// Takes what is to be sent to one socket, in order and without waiting.
///
/// A packet is either on its way or the socket is being closed: an outbox that cannot take one more closes its socket with
/// [`CloseReason::SendQueueFull`] and counts it. The one packet that it may drop is one of a volatile route while a newer one
/// of the same topic is sent in its place.
pub trait Outbox: Send + Sync {
    /// Sends packets, in their order. Packets of equal content share one buffer.
    fn send(&self, bundle: &Bundle);

    /// Closes the socket; the client may connect again.
    fn close(&self, reason: CloseReason);
}

/// Why the server closed a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// More bytes waited for it than its send queue holds.
    SendQueueFull,
    /// The kernel took nothing from us for longer than the write timeout.
    WriteTimeout,
    /// Its filters take so long that more than 1,024 events wait for them.
    FiltersTooSlow,
    /// Its session ended.
    SessionEnded,
}

impl CloseReason {
    /// Returns the reason as a token for logs and counters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendQueueFull => "send-queue-full",
            Self::WriteTimeout => "write-timeout",
            Self::FiltersTooSlow => "filters-too-slow",
            Self::SessionEnded => "session-ended",
        }
    }
}
