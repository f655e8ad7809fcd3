//! The lanes that a test runs over, and what a call looks like in each of them.

use serde_json::{Value, json};

/// A lane whose calls are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// By socket `sync`, by HTTP under `/sync`.
    Event,
    /// By socket `request`, by HTTP under `/api`.
    Request,
}

impl Lane {
    /// Every one of them.
    pub const ALL: [Self; 2] = [Self::Event, Self::Request];

    /// Returns the event by which a socket calls.
    #[must_use]
    pub fn event(self) -> &'static str {
        match self {
            Self::Event => "sync",
            Self::Request => "request",
        }
    }

    /// Returns the folder of its routes over HTTP.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Event => "/sync",
            Self::Request => "/api",
        }
    }

    /// Returns the payload of a call by socket; `room` is for an event.
    #[must_use]
    pub fn call(self, name: &str, room: &str, data: impl Into<Value>) -> Value {
        let mut call = json!({ "name": name, "version": "v1", "data": data.into() });
        if self == Self::Event {
            call["receiver"] = json!(room);
        }
        call
    }

    /// Returns the body of a call by HTTP; `room` is for an event.
    #[must_use]
    pub fn body(self, room: &str, data: impl Into<Value>) -> Value {
        match self {
            Self::Event => json!({ "data": data.into(), "receiver": room }),
            Self::Request => data.into(),
        }
    }
}
