//! What is sent while a handler or a filter runs: chunks, and the way out for them.

use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync_schema::{Payload, Shape, WireType};

use crate::error::SyncError;
use crate::route::BoxFuture;
use crate::schema::{Empty, Model, Wire, wire_type};

/// What a handler sends while it runs: the type `ServerStream` of its file, on which `#[wire]` implements this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no chunk that a handler streams",
    label = "not the `ServerStream` of this file",
    note = "write `#[wire] pub struct ServerStream {{ … }}`, or an enum of that name, in the file of the handler, and send that"
)]
pub trait ServerChunk: Wire {
    /// What it looks like, where it is one at all.
    #[doc(hidden)]
    const TYPE: Option<ChunkType> = Some(ChunkType(wire_type::<Self>));
}

/// What a filter sends its member while it runs: the type `ClientStream` of its file, on which `#[wire]` implements this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no chunk that a filter streams",
    label = "not the `ClientStream` of this file",
    note = "write `#[wire] pub struct ClientStream {{ … }}`, or an enum of that name, in the file of the filter, and send that"
)]
pub trait ClientChunk: Wire {
    /// What it looks like, where it is one at all.
    #[doc(hidden)]
    const TYPE: Option<ChunkType> = Some(ChunkType(wire_type::<Self>));
}

/// What the chunks of a file look like.
#[derive(Clone, Copy)]
pub struct ChunkType(fn(&mut Model) -> WireType);

impl ChunkType {
    /// Describes the chunks of a route for its front end; `None` of one that streams nothing.
    pub(super) fn payload(chunk: Option<Self>, name: &'static str, model: &mut Model) -> Payload {
        chunk.map_or_else(|| Payload::never(name), |Self(describe)| Payload::output(name, describe(model)))
    }
}

impl std::fmt::Debug for ChunkType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChunkType")
    }
}

/// The chunk of a file that streams nothing: attributes bring it into the file under the name of the chunk, and what is declared there
/// takes its place.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct NoStream {}

impl Wire for NoStream {
    fn shape(model: &mut Model) -> Shape {
        Empty::shape(model)
    }
}

impl ServerChunk for NoStream {
    const TYPE: Option<ChunkType> = None;
}

impl ClientChunk for NoStream {
    const TYPE: Option<ChunkType> = None;
}

/// The way out of a running handler: chunks that are sent before its answer. Made by `dispatch`.
pub trait Streams: Sync {
    /// Sends a chunk, and returns when there is room for the next one.
    ///
    /// # Errors
    ///
    /// `sync-cancelled` when the caller has given the call up.
    fn send<'a>(&'a self, to: StreamTo<'a>, chunk: &'a RawValue) -> BoxFuture<'a, Result<(), SyncError>>;

    /// Waits until the caller has given the call up.
    fn cancelled(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// Who hears a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamTo<'a> {
    /// The caller alone.
    Caller,
    /// Every member of the room.
    Room,
    /// The members whose users have these ids.
    Users(&'a [&'a str]),
}

/// The way out of what nobody listens to while it runs.
pub(crate) struct NoStreams;

impl Streams for NoStreams {
    fn send<'a>(&'a self, _: StreamTo<'a>, _: &'a RawValue) -> BoxFuture<'a, Result<(), SyncError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A chunk that was sent to a member. Awaited, it waits until there is room for the next one.
#[derive(Default)]
pub struct Sent<'a>(Option<BoxFuture<'a, ()>>);

impl<'a> Sent<'a> {
    /// Waits for this, where it is awaited.
    pub(crate) fn waits(for_room: impl Future<Output = ()> + Send + 'a) -> Self {
        Self(Some(Box::pin(for_room)))
    }
}

impl<'a> IntoFuture for Sent<'a> {
    type Output = ();
    type IntoFuture = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        self.0.unwrap_or_else(|| Box::pin(std::future::ready(())))
    }
}

impl std::fmt::Debug for Sent<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sent")
    }
}
