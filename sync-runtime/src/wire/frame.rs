//! What a member gets: one JSON object for one event.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::error::SyncError;

/// One finished `sync` frame. Members whose frames are equal hold the same buffer.
pub type Frame = Arc<RawValue>;

/// The part of an event that all members share: everything but `clientOutput`.
///
/// `serverOutput` is encoded before a head is made and is copied into each distinct frame as it is.
/// Source: `tests/wire/sync_event_success.json`.
#[derive(Debug, Clone, Copy)]
pub struct FrameHead<'a> {
    /// `<page>/<name>/<version>`, resolved by the server.
    pub cb: &'a str,
    /// The room of the event.
    pub room: &'a str,
    /// Its place in the room's order.
    pub pos: &'a str,
    /// What the handler answered.
    pub server_output: &'a RawValue,
}

impl FrameHead<'_> {
    /// Writes the frame of a member that gets `client_output`.
    #[must_use]
    pub fn frame(&self, client_output: &RawValue) -> Frame {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Success<'a> {
            cb: &'a str,
            room: &'a str,
            pos: &'a str,
            status: &'static str,
            server_output: &'a RawValue,
            client_output: &'a RawValue,
        }
        let Self { cb, room, pos, server_output } = *self;
        shared(&Success { cb, room, pos, status: "success", server_output, client_output })
    }
}

/// Writes the frame of a member whose filter returned an error.
///
/// Source: `tests/wire/sync_event_error.json`.
#[must_use]
pub fn error_frame(cb: &str, room: &str, pos: &str, error: &SyncError, message: &str) -> Frame {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Failure<'a> {
        cb: &'a str,
        room: &'a str,
        pos: &'a str,
        status: &'static str,
        error_code: &'a str,
        error_params: &'a std::collections::BTreeMap<std::borrow::Cow<'static, str>, serde_json::Value>,
        message: &'a str,
    }
    let (error_code, error_params) = (error.code(), error.params());
    shared(&Failure { cb, room, pos, status: "error", error_code, error_params, message })
}

fn shared(frame: &impl Serialize) -> Frame {
    to_raw_value(frame).expect("frames always have a JSON form").into()
}
