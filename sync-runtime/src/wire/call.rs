//! What a client sends, read from JSON.
//!
//! Unknown fields of an envelope are ignored, so that newer clients can talk to older servers. A field that is there must
//! have its type: an error names the field, never the value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::SyncError;

/// The longest room name, in bytes (PRODUCT §9).
pub const ROOM_NAME_LIMIT: usize = 256;
/// The longest path of a location, in bytes.
const PATH_LIMIT: usize = 2048;
/// How many bytes the search parameters of a location may have, names and values together.
const PARAMETERS_LIMIT: usize = 16 * 1024;

/// A call of a route, whichever door it came in by.
///
/// Source: the JSON form is `tests/wire/sync_call.json`.
#[derive(Debug)]
pub struct SyncCall<'a> {
    /// `<page>/<name>`.
    pub path: Cow<'a, str>,
    /// `v1`.
    pub version: Cow<'a, str>,
    /// The input as the caller wrote it; `{}` when it was left out.
    pub data: &'a str,
    /// The room that hears of it.
    pub receiver: Cow<'a, str>,
    /// Who of the caller's own sockets hears nothing.
    pub ignore_self: IgnoreSelf,
}

/// Which of the caller's own sockets get no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IgnoreSelf {
    /// All of them get the event.
    #[default]
    No,
    /// The calling socket is left out.
    Socket,
    /// All sockets of the caller's session are left out.
    Session,
}

/// The page that a socket shows; empty until the client has sent one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// The path, for example `/examples`; at most 2 KiB.
    pub path_name: String,
    /// The search parameters, sorted by name; at most 16 KiB of names and values.
    pub search_params: BTreeMap<String, String>,
    /// Whether there were more search parameters than that: then there are none here.
    pub truncated: bool,
}

/// A room name of a possible form: 1 to 256 bytes.
#[derive(Debug, Clone, Copy)]
pub struct RoomName<'a>(&'a str);

impl<'a> RoomName<'a> {
    /// Checks the length of `name`.
    ///
    /// # Errors
    ///
    /// `room-invalid` when it is empty or has more than 256 bytes.
    pub fn new(name: &'a str) -> Result<Self, SyncError> {
        if name.is_empty() || name.len() > ROOM_NAME_LIMIT {
            return Err(SyncError::new("room-invalid"));
        }
        Ok(Self(name))
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> SyncCall<'a> {
    /// Reads the payload of a `sync` event.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about the first field, in the order of PRODUCT §5, that is missing or of another type.
    pub fn from_socket(json: &'a str) -> Result<Self, SyncError> {
        let fields = Fields::read(json)?;
        let path = fields.name.required_text("name")?;
        let version = fields.version.required_text("version")?;
        fields.finish(path, version)
    }

    /// Reads the body of `POST /sync/{path}/{version}`; `id` is the `Idempotency-Key` header.
    ///
    /// # Errors
    ///
    /// As [`SyncCall::from_socket`]; `name`, `version` and `id` of the body are ignored.
    pub fn from_http(json: &'a str, path: &'a str, version: &'a str, id: Option<&'a str>) -> Result<Self, SyncError> {
        let mut fields = Fields::read(json)?;
        fields.id = Slot::default();
        let call = fields.finish(Cow::Borrowed(path), Cow::Borrowed(version))?;
        id.map_or(Ok(call), |id| Err(without_effect(id)))
    }
}

/// Reads the payload of `joinRoom` or `leaveRoom`: the room. `after` must be a string if it is there, and has no effect yet.
///
/// # Errors
///
/// `sync-bad-request` about `room` or `after`.
pub fn read_room(json: &str) -> Result<Cow<'_, str>, SyncError> {
    let fields: RoomFields<'_> = read_object(json)?;
    let room = fields.room.required_text("room")?;
    fields.after.optional_text("after")?;
    Ok(room)
}

/// Reads the payload of `updateLocation`: `pathName` is a string, `searchParams` an object of strings that may be left out.
///
/// Search parameters of more than 16 KiB are left out: the page is shown all the same, and a socket that went on showing the one before
/// would hear of what is not its business.
///
/// # Errors
///
/// `sync-bad-request` about the field that is missing or of another type, or about a path of more than 2 KiB.
pub fn read_location(json: &str) -> Result<Location, SyncError> {
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

/// Makes the answer to a message that is not of the form of PRODUCT §5; `subject` names the part that is wrong.
pub(crate) fn bad_request(subject: impl Into<Cow<'static, str>>) -> SyncError {
    SyncError::new("sync-bad-request").about(subject)
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    name: Slot<'a>,
    #[serde(borrow, default)]
    version: Slot<'a>,
    #[serde(borrow, default)]
    data: Slot<'a>,
    #[serde(borrow, default)]
    receiver: Slot<'a>,
    #[serde(borrow, default, rename = "ignoreSelf")]
    ignore_self: Slot<'a>,
    #[serde(borrow, default)]
    id: Slot<'a>,
    #[serde(borrow, default)]
    stream: Slot<'a>,
}

#[derive(Deserialize)]
struct RoomFields<'a> {
    #[serde(borrow, default)]
    room: Slot<'a>,
    #[serde(borrow, default)]
    after: Slot<'a>,
}

#[derive(Deserialize)]
struct LocationFields<'a> {
    #[serde(borrow, default, rename = "pathName")]
    path_name: Slot<'a>,
    #[serde(borrow, default, rename = "searchParams")]
    search_params: Slot<'a>,
}

impl<'a> Fields<'a> {
    fn read(json: &'a str) -> Result<Self, SyncError> {
        read_object(json)
    }

    fn finish(self, path: Cow<'a, str>, version: Cow<'a, str>) -> Result<SyncCall<'a>, SyncError> {
        let receiver = self.receiver.required_text("receiver")?;
        let ignore_self = self.ignore_self.ignore_self()?;
        if let Some(id) = self.id.optional_text("id")? {
            return Err(without_effect(&id));
        }
        self.stream.optional::<bool>("stream")?;
        Ok(SyncCall { path, version, data: self.data.0.map_or("{}", RawValue::get), receiver, ignore_self })
    }
}

/// Reads an envelope; serde would take an array for a struct, we do not.
fn read_object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, SyncError> {
    if !json.trim_start().starts_with('{') {
        return Err(bad_request("not-an-object"));
    }
    serde_json::from_str(json).map_err(|error| {
        // A duplicate field is the one mistake of an object that serde can find here besides bad syntax.
        bad_request(if error.is_data() { "duplicate-field" } else { "json" })
    })
}

/// Refuses an idempotency key: who sends one relies on what it does, and it does nothing yet.
fn without_effect(id: &str) -> SyncError {
    let is_visible = !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic());
    bad_request(if is_visible { "id-later" } else { "id" })
}

/// A field of an envelope as it was sent; `None` when it was not. `null` is a value like any other.
#[derive(Default)]
struct Slot<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Slot<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&'a RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw)))
    }
}

impl<'a> Slot<'a> {
    fn required_text(&self, field: &'static str) -> Result<Cow<'a, str>, SyncError> {
        self.optional_text(field)?.ok_or_else(|| bad_request(field))
    }

    fn optional_text(&self, field: &'static str) -> Result<Option<Cow<'a, str>>, SyncError> {
        #[derive(Deserialize)]
        struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
        Ok(self.optional::<Text<'a>>(field)?.map(|text| text.0))
    }

    fn optional<T: Deserialize<'a>>(&self, field: &'static str) -> Result<Option<T>, SyncError> {
        self.0.map(|raw| serde_json::from_str(raw.get()).map_err(|_| bad_request(field))).transpose()
    }

    fn ignore_self(&self) -> Result<IgnoreSelf, SyncError> {
        match self.0.map(RawValue::get) {
            None | Some("false") => Ok(IgnoreSelf::No),
            Some("true") => Ok(IgnoreSelf::Socket),
            Some("\"session\"") => Ok(IgnoreSelf::Session),
            Some(_) => Err(bad_request("ignoreSelf")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let read = match SyncCall::from_socket(json) {
            Ok(call) => {
                format!("{} {} {} {} {:?}", call.path, call.version, call.data, call.receiver, call.ignore_self)
            }
            Err(error) => format!("{} {}", error.code(), error.subject().unwrap_or_default()),
        };
        assert_eq!(read, expected, "{json}");
    }

    #[test]
    fn a_call_is_read_and_a_wrong_one_names_its_field() {
        let good =
            r#"{"name":"a/b","version":"v1","data":{"x":1},"receiver":"r","ignoreSelf":"session","stream":true}"#;
        check(good, r#"a/b v1 {"x":1} r Session"#);
        check(r#"{"name":"a\u002fb","version":"v1","receiver":"r","later":[1]}"#, "a/b v1 {} r No");
        check(r#"["a/b","v1",null,"r"]"#, "sync-bad-request not-an-object");
        check("null", "sync-bad-request not-an-object");
        check(r#"{"version":"v1","receiver":"r"}"#, "sync-bad-request name");
        check(r#"{"name":5,"version":"v1","receiver":"r"}"#, "sync-bad-request name");
        check(r#"{"name":"a/b","version":1,"receiver":"r"}"#, "sync-bad-request version");
        check(r#"{"name":"a/b","version":"v1"}"#, "sync-bad-request receiver");
        check(r#"{"name":"a/b","version":"v1","receiver":null}"#, "sync-bad-request receiver");
        check(r#"{"name":"a/b","version":"v1","receiver":"r","ignoreSelf":1}"#, "sync-bad-request ignoreSelf");
        check(r#"{"name":"a/b","version":"v1","receiver":"r","ignoreSelf":null}"#, "sync-bad-request ignoreSelf");
        check(r#"{"name":"a/b","version":"v1","receiver":"r","id":""}"#, "sync-bad-request id");
        check(r#"{"name":"a/b","version":"v1","receiver":"r","id":"a b"}"#, "sync-bad-request id");
        check(r#"{"name":"a/b","version":"v1","receiver":"r","id":"a-b"}"#, "sync-bad-request id-later");
        check(r#"{"name":"a/b","version":"v1","receiver":"r","stream":"yes"}"#, "sync-bad-request stream");
        check(r#"{"name":"a","name":"b","version":"v1","receiver":"r"}"#, "sync-bad-request duplicate-field");
        check(r#"{"name":"a","version":"v1","receiver":"r""#, "sync-bad-request json");
    }

    #[test]
    fn data_that_is_null_is_not_left_out() {
        check(r#"{"name":"a/b","version":"v1","data":null,"receiver":"r"}"#, "a/b v1 null r No");
    }

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
