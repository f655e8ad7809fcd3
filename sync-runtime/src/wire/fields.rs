//! The fields of an envelope, read from JSON.
//!
//! Unknown fields are ignored, so that newer clients can talk to older servers. A field that is there must have its type: an error
//! names the field, never the value.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::SyncError;

/// Makes the answer to a message that is not of the form of PRODUCT §5; `subject` names the part that is wrong.
pub(crate) fn bad_request(subject: impl Into<Cow<'static, str>>) -> SyncError {
    SyncError::new("sync-bad-request").about(subject)
}

/// Reads an envelope; serde would take an array for a struct, we do not.
pub(super) fn read_object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, SyncError> {
    if !json.trim_start().starts_with('{') {
        return Err(bad_request("not-an-object"));
    }
    serde_json::from_str(json).map_err(|error| {
        // A duplicate field is the one mistake of an object that serde can find here besides bad syntax.
        bad_request(if error.is_data() { "duplicate-field" } else { "json" })
    })
}

/// A field of an envelope as it was sent; `None` when it was not. `null` is a value like any other.
#[derive(Default)]
pub(super) struct Slot<'a>(pub(super) Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Slot<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&'a RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw)))
    }
}

impl<'a> Slot<'a> {
    pub(super) fn required_text(&self, field: &'static str) -> Result<Cow<'a, str>, SyncError> {
        self.optional_text(field)?.ok_or_else(|| bad_request(field))
    }

    pub(super) fn optional_text(&self, field: &'static str) -> Result<Option<Cow<'a, str>>, SyncError> {
        #[derive(Deserialize)]
        struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
        Ok(self.optional::<Text<'a>>(field)?.map(|text| text.0))
    }

    pub(super) fn optional<T: Deserialize<'a>>(&self, field: &'static str) -> Result<Option<T>, SyncError> {
        self.0.map(|raw| serde_json::from_str(raw.get()).map_err(|_| bad_request(field))).transpose()
    }
}
