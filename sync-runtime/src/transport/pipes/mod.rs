//! TCP connections, each of them a *pipe*: how many there is room for, what is read and written, and what waits for the kernel.
//!
//! The protocol stack (hyper, engineioxide, tungstenite) reads and writes a pipe without knowing that it shares it. Once the pipe is a
//! WebSocket, packets may be put between the frames of the stack; a *passage* counts what the stack was handed before, which they
//! must not overtake. Nothing here knows what a request or a message says.

mod direct;
mod forwarded;
mod listener;
mod open_pipes;
mod passage;
mod pipe;
mod pipe_io;
mod send_queue;
mod serve;
mod tcp;
mod websocket;

pub use direct::{Direct, Tenant};
pub use forwarded::client_address;
pub use listener::{HandedPipe, PipeInfo, PipeListener};
pub use open_pipes::{OpenPipes, raise_file_limit};
pub use passage::Passage;
pub use pipe::Pipe;
pub(super) use pipe_io::PipeIo;
pub use send_queue::SendQueue;
pub use serve::{HEALTH, Stop, serve};
