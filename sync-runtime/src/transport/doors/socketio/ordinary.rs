//! The ordinary way to a client: packets are handed to engineioxide, and counted until they have come out of it.

use engineioxide::Str;

use crate::rooms::QueueFull;
use crate::transport::doors::socketio::carrier::EngineSocket;
use crate::wire::Packet;

/// Hands a packet to engineioxide, which writes it anew.
///
/// # Errors
///
/// When its queue is full. A socket that is gone takes everything: its end is told elsewhere.
pub(super) fn emit(socket: &EngineSocket, packet: &Packet) -> Result<(), QueueFull> {
    announce(socket, packet);
    emit_announced(socket, packet)
}

/// Counts in a packet that will be [handed over](emit_announced): nothing that is sent from now on overtakes it.
pub(super) fn announce(socket: &EngineSocket, packet: &Packet) {
    socket.data.passage().enter(packet.text().len());
}

/// Hands over a packet that was counted in.
///
/// # Errors
///
/// As for [`emit`].
pub(super) fn emit_announced(socket: &EngineSocket, packet: &Packet) -> Result<(), QueueFull> {
    // engineioxide puts its own type before ours.
    let text = Str::copy_from_slice(&packet.text()[1..]);
    match socket.emit(text) {
        Err(_) if !socket.is_closed() => {
            socket.data.passage().leave(packet.text().len());
            Err(QueueFull)
        }
        _ => Ok(()),
    }
}
