//! The page that a socket shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::SyncError;
use crate::wire::fields::{Slot, bad_request, read_object};

/// The longest path of a location, in bytes.
const PATH_LIMIT: usize = 2048;
/// How many bytes the search parameters of a location may have, names and values together.
const PARAMETERS_LIMIT: usize = 16 * 1024;

/// The page that a socket shows; empty until the client has sent one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The path, for example `/examples`; at most 2 KiB.
    pub path_name: String,
    /// The search parameters, sorted by name; at most 16 KiB of names and values.
    pub search_params: BTreeMap<String, String>,
    /// Whether there were more search parameters than that: then there are none here.
    pub truncated: bool,
}

/// Reads the payload of `updateLocation`: `pathName` is a string, `searchParams` an object of strings that may be left out.
///
/// Search parameters of more than 16 KiB are left out: the page is shown all the same, and a socket that went on showing the one before
/// would hear of what is not its business.
///
/// # Errors
///
/// `sync-bad-request` about the field that is missing or of another type, or about a path of more than 2 KiB.
pub(super) fn read_location(json: &str) -> Result<Location, SyncError> {
    let fields: LocationFields<'_> = read_object(json)?;
    let path_name = fields.path_name.required_text("pathName")?.into_owned();
    let search_params = fields.search_params.optional::<BTreeMap<String, String>>("searchParams")?.unwrap_or_default();
    if path_name.len() > PATH_LIMIT {
        return Err(bad_request("path-too-long"));
    }
    let bytes: usize = search_params.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > PARAMETERS_LIMIT {
        return Ok(Location { path_name, search_params: BTreeMap::new(), truncated: true });
    }
    Ok(Location { path_name, search_params, truncated: false })
}

#[derive(Deserialize)]
struct LocationFields<'a> {
    #[serde(borrow, default, rename = "pathName")]
    path_name: Slot<'a>,
    #[serde(borrow, default, rename = "searchParams")]
    search_params: Slot<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_and_bounded() {
        let location = read_location(r#"{"pathName":"/a","searchParams":{"q":"1"}}"#).expect("a location");
        assert_eq!((location.path_name.as_str(), location.search_params["q"].as_str()), ("/a", "1"));
        assert!(read_location(r#"{"pathName":"/a"}"#).is_ok());
        let with = |value: usize| format!(r#"{{"pathName":"/a","searchParams":{{"q":"{}"}}}}"#, "x".repeat(value));
        let whole = read_location(&with(PARAMETERS_LIMIT - 1)).expect("a location");
        assert_eq!((whole.search_params.len(), whole.truncated), (1, false));
        let cut = read_location(&with(PARAMETERS_LIMIT)).expect("a location");
        assert_eq!((cut.path_name.as_str(), cut.search_params.len(), cut.truncated), ("/a", 0, true));
        let long = format!(r#"{{"pathName":"{}"}}"#, "a".repeat(PATH_LIMIT + 1));
        for wrong in [r#"{"searchParams":{}}"#, r#"{"pathName":"/","searchParams":{"q":1}}"#, long.as_str()] {
            assert!(read_location(wrong).is_err(), "{wrong}");
        }
    }
}
