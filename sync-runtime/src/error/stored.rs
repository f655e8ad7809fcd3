//! An error as it is written, for another life of the process.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::SyncError;
use crate::error::sync_error::Inner;

/// What an error is made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredError {
    code: String,
    status: u16,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl StoredError {
    /// Makes the error of it; `None` when its code is none of the `codes` any more.
    pub(crate) fn revive(self, codes: &[&'static str]) -> Option<SyncError> {
        let Self { code, status, params, subject } = self;
        let code = codes.iter().find(|known| **known == code)?;
        let params = params.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect();
        Some(Inner { code, status, params, subject: subject.map(Cow::Owned) }.into())
    }
}

impl SyncError {
    /// Returns it as it is written.
    pub(crate) fn to_stored(&self) -> StoredError {
        StoredError {
            code: self.code().to_owned(),
            status: self.http_status(),
            params: self.params().iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
            subject: self.subject().map(ToOwned::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_the_same_error_when_it_is_read_as_long_as_there_is_its_code() {
        let errors = [
            SyncError::new("sync-timeout"),
            SyncError::new("chess-full").param("limit", 3).param("who", "ada").status(409),
            SyncError::invalid_input("a[1].b", "missing"),
        ];
        for error in errors {
            let written = serde_json::to_string(&error.to_stored()).expect("JSON");
            let read = || serde_json::from_str::<StoredError>(&written).expect("as it was written");
            assert_eq!(read().revive(&["other", error.code()]), Some(error.clone()));
            assert_eq!(read().revive(&["other"]), None);
        }
    }
}
