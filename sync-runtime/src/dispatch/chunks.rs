//! The way of chunks to a caller that is no socket.

use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// How many chunks wait for a caller that takes them slowly, and how many bytes.
const CHUNKS: usize = 64;
const BYTES: usize = 256 * 1024;

/// Where the chunks of a call go in.
#[derive(Debug, Clone)]
pub struct ChunkSender {
    chunks: mpsc::Sender<Chunk>,
    room: Arc<Semaphore>,
}

/// Where they come out. Dropped, it tells the call that nobody listens any more.
#[derive(Debug)]
pub struct Chunks(mpsc::Receiver<Chunk>);

/// A chunk as it is told.
#[derive(Debug)]
pub struct Told {
    /// What it says.
    pub json: Box<RawValue>,
    /// What its caller says when it comes back, to be told what comes behind it.
    pub id: Option<String>,
}

#[derive(Debug)]
struct Chunk {
    told: Told,
    #[expect(dead_code, reason = "it is there to be dropped, when the chunk is on its way")]
    place: OwnedSemaphorePermit,
}

impl Chunks {
    /// Makes both ends.
    #[must_use]
    pub fn new() -> (ChunkSender, Self) {
        let (chunks, received) = mpsc::channel(CHUNKS);
        (ChunkSender { chunks, room: Arc::new(Semaphore::new(BYTES)) }, Self(received))
    }

    /// Waits for the next chunk; `None` when there will be no more.
    pub async fn next(&mut self) -> Option<Told> {
        Some(self.0.recv().await?.told)
    }
}

impl ChunkSender {
    /// Sends a chunk when there is room for it; in vain, if nobody listens any more.
    pub(super) async fn send(&self, json: Box<RawValue>) {
        self.send_named(json, None).await;
    }

    /// As [`send`](Self::send), with a name to come back by.
    pub(super) async fn send_named(&self, json: Box<RawValue>, id: Option<String>) {
        let bytes = u32::try_from(json.get().len().min(BYTES)).unwrap_or(u32::MAX);
        // Nobody closes it.
        let Ok(place) = self.room.clone().acquire_many_owned(bytes).await else { return };
        self.chunks.send(Chunk { told: Told { json, id }, place }).await.unwrap_or_default();
    }

    /// Waits until all that was sent before is taken, or nobody listens any more.
    pub(super) async fn taken(&self) {
        tokio::select! {
            _all = self.room.acquire_many(u32::try_from(BYTES).unwrap_or(u32::MAX)) => {}
            () = self.chunks.closed() => {}
        }
    }

    /// Returns whether nobody listens any more.
    pub(super) fn is_closed(&self) -> bool {
        self.chunks.is_closed()
    }

    /// Waits until nobody listens any more.
    pub(super) async fn closed(&self) {
        self.chunks.closed().await;
    }
}
