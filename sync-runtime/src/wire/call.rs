//! A call of a route, as a client sends it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::SyncError;
use crate::wire::fields::{Slot, bad_request, read_object};

/// A call of a route, whichever lane and door it came in by.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// `<page>/<name>`.
    pub path: Cow<'a, str>,
    /// `v1`.
    pub version: Cow<'a, str>,
    /// The input as the caller wrote it.
    pub data: Data<'a>,
    /// The caller's own name of the call: another one of the same name is the same call, which happens once.
    pub id: Option<Cow<'a, str>>,
    /// Whether the caller on a socket wants to hear what is streamed to it; over HTTP, the door knows.
    pub stream: bool,
    /// The socket on which it was sent before, if this is a repeat: the id that the server gave it.
    pub sent_on: Option<Cow<'a, str>>,
}

impl Call<'_> {
    /// Returns the call without what borrows from a message; its input has been read.
    #[must_use]
    pub fn to_owned(&self) -> Call<'static> {
        let owned = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
        Call {
            path: owned(&self.path),
            version: owned(&self.version),
            data: Data::Json("{}"),
            id: self.id.as_ref().map(owned),
            stream: self.stream,
            sent_on: None,
        }
    }
}

/// An input as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data<'a> {
    /// JSON; `{}` when it was left out.
    Json(&'a str),
    /// The query of a `GET`, whose names are those of the input's fields: `id=7&all=true`. The route says which types they have.
    Query(&'a str),
}

impl<'a> Data<'a> {
    /// Returns it as it was written.
    #[must_use]
    pub fn text(self) -> &'a str {
        match self {
            Self::Json(text) | Self::Query(text) => text,
        }
    }
}

/// A call of the event lane: one whose event is sent to a room.
///
/// Source: the JSON form is `tests/wire/sync_call.json`.
#[derive(Debug, Clone)]
pub struct SyncCall<'a> {
    /// What is called.
    pub call: Call<'a>,
    /// The room that hears of it.
    pub receiver: Cow<'a, str>,
    /// Who of the caller's own sockets hears nothing.
    pub ignore_self: IgnoreSelf,
    /// Whether the caller wants to know what became of the event, and waits for it.
    pub report: bool,
}

impl SyncCall<'_> {
    /// Returns the call without what borrows from a message; its input has been read.
    #[must_use]
    pub fn to_owned(&self) -> SyncCall<'static> {
        let Self { call, receiver, ignore_self, report } = self;
        let receiver = Cow::Owned(receiver.clone().into_owned());
        SyncCall { call: call.to_owned(), receiver, ignore_self: *ignore_self, report: *report }
    }
}

/// Which of the caller's own sockets get no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IgnoreSelf {
    /// All of them get the event.
    #[default]
    No,
    /// The calling socket is left out, with those of the same page that come after it.
    Socket,
    /// All sockets of the caller's session are left out.
    Session,
}

impl IgnoreSelf {
    /// Returns its word in JSON, or `no`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Socket => "socket",
            Self::Session => "session",
        }
    }
}

/// A call over HTTP as far as its path and its headers go.
#[derive(Debug, Clone, Copy)]
pub struct HttpCall<'a> {
    /// `<page>/<name>`.
    pub path: &'a str,
    /// `v1`.
    pub version: &'a str,
    /// The header `Idempotency-Key`.
    pub id: Option<&'a str>,
    /// The header `If-Match`.
    pub if_match: Option<&'a str>,
    /// The header `If-None-Match`.
    pub if_none_match: Option<&'a str>,
}

impl<'a> SyncCall<'a> {
    /// Reads the payload of a `sync` event.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about the first field, in the order of PRODUCT §5, that is missing or of another type.
    pub fn from_socket(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        let path = fields.name.required_text("name")?;
        let version = fields.version.required_text("version")?;
        fields.into_sync(path, version)
    }

    /// Reads the body of `POST /sync/{path}/{version}`.
    ///
    /// # Errors
    ///
    /// As [`SyncCall::from_socket`]; `name`, `version`, `id` and `stream` of the body are ignored.
    pub fn from_http(http: HttpCall<'a>, body: &'a str) -> Result<Self, SyncError> {
        let mut fields: Fields<'_> = read_object(body)?;
        fields.stream.optional::<bool>("stream")?;
        (fields.id, fields.stream) = (Slot::default(), Slot::default());
        let mut call = fields.into_sync(Cow::Borrowed(http.path), Cow::Borrowed(http.version))?;
        call.call.id = http.id()?;
        Ok(call)
    }
}

impl<'a> Call<'a> {
    /// Reads the payload of a `request` event.
    ///
    /// Source: `tests/wire/request_call.json`.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about the first field, in the order of PRODUCT §5, that is missing or of another type.
    pub fn from_socket(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        let path = fields.name.required_text("name")?;
        let version = fields.version.required_text("version")?;
        fields.into_call(path, version)
    }

    /// Makes a request over HTTP, whose body or query is the bare input.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about a body that is not JSON, or about the header `Idempotency-Key`.
    pub fn from_http(http: HttpCall<'a>, data: Data<'a>) -> Result<Self, SyncError> {
        if let Data::Json(body) = data {
            check_json(body)?;
        }
        let (path, version) = (Cow::Borrowed(http.path), Cow::Borrowed(http.version));
        Ok(Self { path, version, data, id: http.id()?, stream: false, sent_on: None })
    }
}

/// Checks that a body is JSON at all, as reading an envelope does; what is wrong with an input is said later.
fn check_json(body: &str) -> Result<(), SyncError> {
    if body.trim_ascii().is_empty() {
        return Err(bad_request("not-an-object"));
    }
    serde_json::from_str::<&RawValue>(body).map(drop).map_err(|_| bad_request("json"))
}

impl<'a> HttpCall<'a> {
    fn id(&self) -> Result<Option<Cow<'a, str>>, SyncError> {
        self.id.map(|id| checked_id(Cow::Borrowed(id))).transpose()
    }
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
    #[serde(borrow, default, rename = "sentOn")]
    sent_on: Slot<'a>,
    #[serde(borrow, default)]
    report: Slot<'a>,
}

impl<'a> Fields<'a> {
    fn into_sync(self, path: Cow<'a, str>, version: Cow<'a, str>) -> Result<SyncCall<'a>, SyncError> {
        let receiver = self.receiver.required_text("receiver")?;
        let ignore_self = ignore_self(&self.ignore_self)?;
        let report = self.report.optional("report")?.unwrap_or_default();
        Ok(SyncCall { receiver, ignore_self, report, call: self.into_call(path, version)? })
    }

    fn into_call(self, path: Cow<'a, str>, version: Cow<'a, str>) -> Result<Call<'a>, SyncError> {
        let id = self.id.optional_text("id")?.map(checked_id).transpose()?;
        let stream = self.stream.optional("stream")?.unwrap_or_default();
        if stream && id.is_none() {
            // Under which name would chunks be sent?
            return Err(bad_request("stream-id"));
        }
        let sent_on = self.sent_on.optional_text("sentOn")?;
        Ok(Call { path, version, data: Data::Json(self.data.0.map_or("{}", RawValue::get)), id, stream, sent_on })
    }
}

fn ignore_self(field: &Slot<'_>) -> Result<IgnoreSelf, SyncError> {
    match field.0.map(RawValue::get) {
        None | Some("false") => Ok(IgnoreSelf::No),
        Some("true") => Ok(IgnoreSelf::Socket),
        Some("\"session\"") => Ok(IgnoreSelf::Session),
        Some(_) => Err(bad_request("ignoreSelf")),
    }
}

/// Checks that a text may be the id of a call: 1 to 64 visible ASCII characters.
pub(super) fn checked_id(id: Cow<'_, str>) -> Result<Cow<'_, str>, SyncError> {
    let is_one = !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic());
    if is_one { Ok(id) } else { Err(bad_request("id")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let read = match SyncCall::from_socket(json) {
            Ok(call) => {
                let SyncCall { call: Call { path, version, data, id, stream, .. }, receiver, ignore_self, .. } = call;
                let Data::Json(data) = data else { panic!("a socket sends JSON") };
                let id = id.map_or_else(String::new, |id| format!(" {id}"));
                let stream = if stream { " streams" } else { "" };
                format!("{path} {version} {data} {receiver} {ignore_self:?}{id}{stream}")
            }
            Err(error) => format!("{} {}", error.code(), error.subject().unwrap_or_default()),
        };
        assert_eq!(read, expected, "{json}");
    }

    #[test]
    fn a_call_is_read_and_a_wrong_one_names_its_field() {
        let good = r#"{"name":"a/b","version":"v1","data":{"x":1},"receiver":"r","ignoreSelf":"session","id":"7","stream":true}"#;
        check(good, r#"a/b v1 {"x":1} r Session 7 streams"#);
        check(r#"{"name":"a/b","version":"v1","receiver":"r","stream":true}"#, "sync-bad-request stream-id");
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
        check(r#"{"name":"a/b","version":"v1","receiver":"r","id":"a-b"}"#, "a/b v1 {} r No a-b");
        check(r#"{"name":"a/b","version":"v1","receiver":"r","stream":"yes"}"#, "sync-bad-request stream");
        check(r#"{"name":"a","name":"b","version":"v1","receiver":"r"}"#, "sync-bad-request duplicate-field");
        check(r#"{"name":"a","version":"v1","receiver":"r""#, "sync-bad-request json");
    }

    #[test]
    fn data_that_is_null_is_not_left_out() {
        check(r#"{"name":"a/b","version":"v1","data":null,"receiver":"r"}"#, "a/b v1 null r No");
    }
}
