//! The direct way to a client, and who takes it.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock, Weak};

use crate::rooms::{CloseReason, Outbox, QueueFull, Shortcut};
use crate::transport::pipes::passage::Passage;
use crate::wire::Packet;

/// A pipe with a socket on it, as far as the socket is concerned: packets are put between the frames of the protocol stack.
///
/// This is all that doors know of the way past engineioxide; whoever implements it otherwise takes its place.
/// [`Shortcut::send`] sends at once, behind all that was sent before.
pub trait Direct: Shortcut {
    /// Counts out of `passage` what comes out of the stack from now on: before it is clear, nothing may pass.
    fn follow(self: Arc<Self>, passage: Arc<Passage>);

    /// Says who sends here.
    fn let_to(&self, tenant: Weak<dyn Tenant>);

    /// Looks whether packets would overtake anything, and lets go of those that are held if they would not.
    ///
    /// Called when that may have changed without a frame: when the stack was handed something, or a poll has taken it away.
    fn release(self: Arc<Self>);

    /// Takes a packet that may wait for the next one that is sent or for [`send_corked`](Direct::send_corked), whichever is first. One
    /// that is too much to wait is sent at once, behind those that do.
    ///
    /// # Errors
    ///
    /// When more bytes wait than the limit.
    fn cork(self: Arc<Self>, packet: Packet) -> Result<(), QueueFull>;

    /// Sends what is corked.
    fn send_corked(self: Arc<Self>);

    /// Ends the pipe for a reason of ours, and tells the peer if it still reads: `last` is sent in place of all that waits.
    fn dismiss(self: Arc<Self>, reason: CloseReason, last: &Packet);

    /// Stops reading, or reads on; the peer is slowed down as soon as the buffers between us are full. Meanwhile nobody asks whether it is
    /// there: it does nothing but wait for us.
    fn pause_reading(&self, pause: bool);

    /// Stops reading behind the message that is being read, or reads on.
    fn stand_still(&self, still: bool);

    /// Returns whether it stands still, and nothing is on its way through the stack: all that was read was handled, and all that was sent is out or
    /// [waits](Direct::unsent) here.
    fn rests(&self) -> bool;

    /// Has all that is sent wait, or lets go of it.
    fn mute(self: Arc<Self>, muted: bool);

    /// Returns what waits to be sent, as it is on the wire.
    fn unsent(&self) -> Vec<u8>;

    /// Returns the other end of the connection.
    fn peer(&self) -> Option<IpAddr>;

    /// Returns the connection, for another process.
    #[cfg(unix)]
    fn descriptor(&self) -> std::os::fd::BorrowedFd<'_>;

    /// Notes that another process has it, too: to close it here does not close it for the peer.
    fn lend(&self);

    /// Notes that no other process has it any more: to close it closes it for the peer, too.
    fn own(&self);

    /// Closes it here alone: another process has it.
    fn hand_over(&self);

    /// Sends a ping besides those of the protocol stack: a peer from which nothing comes then, within the time for an answer, is gone.
    fn ask(self: Arc<Self>);

    /// Tells, also when the pipe is gone, why it was ended if it was not the peer who did.
    fn ended(&self) -> Arc<OnceLock<CloseReason>>;

    /// Returns how many bytes wait to be sent.
    fn waiting(&self) -> usize;

    /// Returns whether packets are held back.
    fn is_holding(&self) -> bool;

    /// Returns how often the kernel was handed something since the pipe is a WebSocket.
    fn writes(&self) -> u64;
}

/// Who sends on a pipe. The pipe tells it what becomes of it, and closes it where its peer does not listen; with none of its locks held.
pub trait Tenant: Outbox {
    /// Notes that nothing is on its way through the stack any more.
    fn cleared(&self);
}
