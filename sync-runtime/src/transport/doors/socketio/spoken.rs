//! What a client says that has no socket of Engine.IO: a test in the process of its server.

use crate::transport::doors::socketio::carrier::Content;
use crate::transport::doors::socketio::inbound::begins_event;
use crate::wire::{Message, Misread, event};

/// The array of an event, read by the rules of this door.
#[derive(Debug)]
pub struct Spoken(Content);

impl Spoken {
    /// Takes the JSON array of an event; `limit` is how many bytes it may have.
    #[must_use]
    pub fn new(json: String, limit: usize) -> Self {
        Self(match json.len() > limit {
            true => Content::TooLarge { is_location: begins_event(&json, event::UPDATE_LOCATION) },
            false => Content::Text(json.into()),
        })
    }

    /// Reads the message.
    ///
    /// # Errors
    ///
    /// What is answered to one that cannot be read.
    pub fn read(&self, limit: usize) -> Result<Message<'_>, Misread> {
        self.0.read(limit)
    }
}
