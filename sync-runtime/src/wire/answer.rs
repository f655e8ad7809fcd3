//! What a caller gets back: acknowledgements and HTTP bodies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use sync_schema::Day;

use crate::error::SyncError;

/// The answer to a refused call: `{ status:"error", errorCode, errorParams, message, httpStatus }`.
///
/// Source: `tests/wire/sync_error_answer.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorAnswer<'a> {
    status: &'static str,
    error_code: &'a str,
    error_params: &'a std::collections::BTreeMap<std::borrow::Cow<'static, str>, Value>,
    message: &'a str,
    http_status: u16,
}

impl<'a> ErrorAnswer<'a> {
    /// Combines an error with its sentence in the reader's language.
    #[must_use]
    pub fn new(error: &'a SyncError, message: &'a str) -> Self {
        Self {
            status: "error",
            error_code: error.code(),
            error_params: error.params(),
            message,
            http_status: error.http_status(),
        }
    }

    /// Writes it as JSON.
    #[must_use]
    pub fn to_json(&self) -> Box<RawValue> {
        json(self)
    }
}

/// What a call was answered that succeeded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answered {
    /// The output of the handler.
    pub output: Box<RawValue>,
    /// What became of its event, for a caller who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// The version of the value that it has acted on, in place of an output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_version: Option<String>,
    /// The last day on which the route is answered, if one was announced.
    #[serde(skip)]
    pub retires: Option<Day>,
}

/// What became of an event when the members of its room were visited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How many were sent it.
    pub delivered: u32,
    /// How many were not, since the filter said so or `ignoreSelf` did.
    pub skipped: u32,
    /// How many were sent an error in its place.
    pub failed: u32,
}

impl Answered {
    /// Writes `{ status:"success", result, report?, retires? }`, or `{ status:"success", stateVersion, retires? }`.
    ///
    /// Source: `tests/wire/state_act_answer.json`.
    #[must_use]
    pub fn to_json(&self) -> Box<RawValue> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer<'a> {
            status: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            result: Option<&'a RawValue>,
            #[serde(skip_serializing_if = "Option::is_none")]
            report: Option<Report>,
            #[serde(skip_serializing_if = "Option::is_none")]
            state_version: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            retires: Option<Day>,
        }
        let state_version = self.state_version.as_deref();
        let result = state_version.is_none().then_some(&*self.output);
        json(&Answer { status: "success", result, report: self.report, state_version, retires: self.retires })
    }
}

impl From<Box<RawValue>> for Answered {
    fn from(output: Box<RawValue>) -> Self {
        Self { output, report: None, state_version: None, retires: None }
    }
}

/// What a server makes of the contract of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// It is the server's own.
    Same,
    /// It was released, and holds.
    Kept,
    /// Nobody knows whether it holds.
    Unknown,
}

/// Writes `{ status:"success", contract?, retires? }`, the answer to `listen`; `retires` has the last day of each route that somebody listens to, where
/// one was announced.
///
/// Source: `tests/wire/listen_answer.json`.
#[must_use]
pub fn answer_listen(contract: Option<Known>, retires: &BTreeMap<&str, Day>) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Answer<'a> {
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        contract: Option<Known>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        retires: &'a BTreeMap<&'a str, Day>,
    }
    json(&Answer { status: "success", contract, retires })
}

/// Writes `{ status:"success", rooms }`, the answer to `leaveRoom` and `joinedRooms`.
#[must_use]
pub fn answer_rooms(rooms: &[impl AsRef<str>]) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Answer<'a> {
        status: &'static str,
        rooms: Vec<&'a str>,
    }
    json(&Answer { status: "success", rooms: rooms.iter().map(AsRef::as_ref).collect() })
}

/// What somebody is told who is in a room now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinedRoom<'a> {
    /// The place behind which frames follow.
    pub pos: &'a str,
    /// Whether everything was sent that they have missed.
    pub recovered: bool,
    /// Proves to other servers since when they have been there; `None` where there are no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership: Option<String>,
    /// Who is there, for one who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<&'a RawValue>,
}

/// Writes `{ status:"success", rooms, pos, recovered, membership?, presence? }`, the answer to `joinRoom`.
#[must_use]
pub fn answer_rooms_joined(rooms: &[impl AsRef<str>], joined: &JoinedRoom<'_>) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Answer<'a> {
        status: &'static str,
        rooms: Vec<&'a str>,
        #[serde(flatten)]
        joined: &'a JoinedRoom<'a>,
    }
    json(&Answer { status: "success", rooms: rooms.iter().map(AsRef::as_ref).collect(), joined })
}

/// Writes `{ status:"success" }`, the answer to `updateLocation` and `updatePresence`.
#[must_use]
pub fn answer_plain() -> Box<RawValue> {
    #[derive(Serialize)]
    struct Answer {
        status: &'static str,
    }
    json(&Answer { status: "success" })
}

/// Writes a value of our own, which has only string keys and so always has a JSON form.
pub(super) fn json(value: &impl Serialize) -> Box<RawValue> {
    to_raw_value(value).expect("envelopes always have a JSON form")
}
