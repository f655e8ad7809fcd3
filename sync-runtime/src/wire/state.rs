//! What is said of the value of a room: by those who ask for it and act on it, and to those who follow it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync_schema::Day;

use crate::error::SyncError;
use crate::wire::answer::json;
use crate::wire::call::checked_id;
use crate::wire::fields::{Slot, bad_request, read_object};
use crate::wire::{Call, Data, HttpCall, Packet, event};

/// Which value: that of one version of a state in a room.
#[derive(Debug, Clone)]
pub struct StatePlace<'a> {
    /// `<page>/<name>`.
    pub path: Cow<'a, str>,
    /// `v1`.
    pub version: Cow<'a, str>,
    /// The room.
    pub room: Cow<'a, str>,
}

/// Somebody wants to see a value.
#[derive(Debug, Clone)]
pub struct StateOpen<'a> {
    /// Which.
    pub place: StatePlace<'a>,
    /// The version that they have.
    pub have: Option<Cow<'a, str>>,
    /// What they have, if they want no part of the value but the whole, and nothing if they have it.
    pub unless: Option<Tags<'a>>,
}

/// The versions that a header names: `"41", W/"42"`, or `*` for any. A proxy that compresses makes them weak (RFC 9110 §8.8.3).
#[derive(Debug, Clone)]
pub struct Tags<'a>(Option<Vec<&'a str>>);

impl<'a> Tags<'a> {
    /// Reads a header; `None` for one that is none.
    fn read(header: &'a str) -> Option<Self> {
        if header.trim() == "*" {
            return Some(Self(None));
        }
        header.split(',').map(tag).collect::<Option<_>>().map(|tags| Self(Some(tags)))
    }

    /// Returns whether it names this version.
    #[must_use]
    pub fn name(&self, version: &str) -> bool {
        self.0.as_ref().is_none_or(|tags| tags.contains(&version))
    }
}

/// Somebody acts on a value.
///
/// Source: the JSON form is `tests/wire/state_act.json`.
#[derive(Debug, Clone)]
pub struct StateAct<'a> {
    /// What is acted on; its data is the action.
    pub call: Call<'a>,
    /// The room.
    pub room: Cow<'a, str>,
    /// The version of which it is meant, or several with commas between them; any where this is `None`.
    pub if_version: Option<Cow<'a, str>>,
}

impl StateAct<'_> {
    /// Returns the action without what borrows from a message; its input has been read.
    #[must_use]
    pub fn to_owned(&self) -> StateAct<'static> {
        let owned = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
        StateAct {
            call: self.call.to_owned(),
            room: owned(&self.room),
            if_version: self.if_version.as_ref().map(owned),
        }
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    name: Slot<'a>,
    #[serde(borrow, default)]
    version: Slot<'a>,
    #[serde(borrow, default)]
    room: Slot<'a>,
    #[serde(borrow, default)]
    have: Slot<'a>,
    #[serde(borrow, default)]
    action: Slot<'a>,
    #[serde(borrow, default)]
    id: Slot<'a>,
    #[serde(borrow, default, rename = "ifVersion")]
    if_version: Slot<'a>,
    #[serde(borrow, default, rename = "sentOn")]
    sent_on: Slot<'a>,
}

impl<'a> Fields<'a> {
    fn place(&self) -> Result<StatePlace<'a>, SyncError> {
        Ok(StatePlace {
            path: self.name.required_text("name")?,
            version: self.version.required_text("version")?,
            room: self.room.required_text("room")?,
        })
    }

    fn into_act(self, path: Cow<'a, str>, version: Cow<'a, str>) -> Result<StateAct<'a>, SyncError> {
        let room = self.room.required_text("room")?;
        let action = self.action.0.ok_or_else(|| bad_request("action"))?.get();
        let id = self.id.optional_text("id")?.map(checked_id).transpose()?;
        let if_version = self.if_version.optional_text("ifVersion")?;
        let sent_on = self.sent_on.optional_text("sentOn")?;
        let call = Call { path, version, data: Data::Json(action), id, stream: false, sent_on };
        Ok(StateAct { call, room, if_version })
    }
}

impl<'a> StatePlace<'a> {
    /// Reads the payload of a `stateClose` event.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about the first field, in the order of `product/state.md`, that is missing or of another type.
    pub fn from_socket(json: &'a str) -> Result<Self, SyncError> {
        read_object::<Fields<'_>>(json)?.place()
    }
}

impl<'a> StateOpen<'a> {
    /// Reads the payload of a `stateOpen` event.
    ///
    /// # Errors
    ///
    /// As [`StatePlace::from_socket`].
    pub fn from_socket(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        Ok(Self { place: fields.place()?, have: fields.have.optional_text("have")?, unless: None })
    }

    /// Reads the query of `GET /state/{path}/{version}?room=…`; a version that the caller has is in `If-None-Match`.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about the room, where there is none or more than one, and about any other name.
    pub fn from_http(http: HttpCall<'a>, query: &'a str) -> Result<Self, SyncError> {
        let mut room = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name != "room" || room.replace(value).is_some() {
                return Err(bad_request("room"));
            }
        }
        let room = room.ok_or_else(|| bad_request("room"))?;
        let place = StatePlace { path: Cow::Borrowed(http.path), version: Cow::Borrowed(http.version), room };
        // A header that cannot be read names nothing that we have given.
        let unless = http.if_none_match.and_then(Tags::read).unwrap_or(Tags(Some(Vec::new())));
        Ok(Self { place, have: None, unless: Some(unless) })
    }
}

impl<'a> StateAct<'a> {
    /// Reads the payload of a `stateAct` event.
    ///
    /// # Errors
    ///
    /// As [`StatePlace::from_socket`].
    pub fn from_socket(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        let path = fields.name.required_text("name")?;
        let version = fields.version.required_text("version")?;
        fields.into_act(path, version)
    }

    /// Reads the body of `POST /state/{path}/{version}`. The version that is meant is `ifVersion`, or in `If-Match`.
    ///
    /// # Errors
    ///
    /// As [`StateAct::from_socket`]; `name`, `version` and `id` of the body are ignored.
    pub fn from_http(http: HttpCall<'a>, body: &'a str) -> Result<Self, SyncError> {
        let mut fields: Fields<'_> = read_object(body)?;
        (fields.id, fields.sent_on) = (Slot::default(), Slot::default());
        let mut act = fields.into_act(Cow::Borrowed(http.path), Cow::Borrowed(http.version))?;
        act.call.id = http.id.map(|id| checked_id(Cow::Borrowed(id))).transpose()?;
        if act.if_version.is_none()
            && let Some(header) = http.if_match
        {
            let Tags(tags) = Tags::read(header).ok_or_else(|| bad_request("if-match"))?;
            act.if_version = tags.map(|tags| Cow::Owned(tags.join(",")));
        }
        Ok(act)
    }
}

/// Returns what stands in one tag: `"41"`, or `W/"41"`.
fn tag(header: &str) -> Option<&str> {
    let tag = header.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    (!tag.contains('"')).then_some(tag)
}

/// What leads a follower to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateUpdate<'a> {
    /// Operations (RFC 6902) on the value of this version.
    Patch(&'a str, &'a str),
    /// The whole value.
    Whole(&'a str),
}

/// JSON that the server has written itself.
fn raw(json: &str) -> &RawValue {
    serde_json::from_str(json).expect("values and patches are JSON")
}

/// Writes the answer to `stateOpen`: `{ status:"success", room, stateVersion, view }`, or `patch` in place of `view`.
///
/// Source: `tests/wire/state_open_answer.json` and `tests/wire/state_open_answer_patch.json`.
#[must_use]
pub fn answer_state(room: &str, version: &str, update: StateUpdate<'_>, retires: Option<Day>) -> Box<RawValue> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a> {
        status: &'static str,
        room: &'a str,
        state_version: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        view: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        patch: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        retires: Option<Day>,
    }
    let (view, patch) = match update {
        StateUpdate::Patch(_, patch) => (None, Some(raw(patch))),
        StateUpdate::Whole(view) => (Some(raw(view)), None),
    };
    json(&Answer { status: "success", room, state_version: version, view, patch, retires })
}

impl Packet {
    /// Writes what a follower of a value is told: `{ cb, room, pos, from, to, patch }`, or `{ cb, room, pos, to, view }`.
    ///
    /// Source: `tests/wire/state_patch.json` and `tests/wire/state_view.json`.
    #[must_use]
    pub fn state(cb: &str, room: &str, pos: &str, to: &str, update: StateUpdate<'_>) -> Self {
        #[derive(Serialize)]
        struct Told<'a> {
            cb: &'a str,
            room: &'a str,
            pos: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            from: Option<&'a str>,
            to: &'a str,
        }
        let (from, name, value) = match update {
            StateUpdate::Patch(from, patch) => (Some(from), &b",\"patch\":"[..], patch),
            StateUpdate::Whole(view) => (None, &b",\"view\":"[..], view),
        };
        let head = serde_json::to_vec(&Told { cb, room, pos, from, to }).expect("frames always have a JSON form");
        let head = head.strip_suffix(b"}").unwrap_or(&head);
        Self::event(event::STATE, &[head, name, value.as_bytes(), b"}"].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_what_stands_between_quotes() {
        for (header, expected) in [
            ("\"41.a\"", Some("41.a")),
            (" W/\"41\" ", Some("41")),
            ("\"\"", Some("")),
            ("41", None),
            ("*", None),
            ("\"41\", \"42\"", None),
        ] {
            assert_eq!(tag(header), expected, "{header}");
        }
    }

    #[test]
    fn what_a_follower_is_told_is_json_whatever_the_names_are() {
        let packet = Packet::state("a/b/v1", "r\"1", "p", "2", StateUpdate::Patch("1", "[]"));
        let expected = r#"42["state",{"cb":"a/b/v1","room":"r\"1","pos":"p","from":"1","to":"2","patch":[]}]"#;
        assert_eq!(packet.text(), expected);
        let packet = Packet::state("a/b/v1", "r", "p", "2", StateUpdate::Whole("{}"));
        assert_eq!(packet.text(), r#"42["state",{"cb":"a/b/v1","room":"r","pos":"p","to":"2","view":{}}]"#);
    }

    #[test]
    fn an_action_over_http_says_the_version_in_its_body_or_in_a_header() {
        let http =
            HttpCall { path: "a/b", version: "v1", id: Some("7"), if_match: Some("\"41\""), if_none_match: None };
        let version = |http: HttpCall<'static>, body: &'static str| {
            let act = StateAct::from_http(http, body);
            act.map(|act| act.if_version.map(Cow::into_owned)).map_err(|error| error.code().to_owned())
        };
        assert_eq!(version(http, r#"{"room":"r","action":1}"#), Ok(Some("41".to_owned())));
        assert_eq!(version(http, r#"{"room":"r","action":1,"ifVersion":"40"}"#), Ok(Some("40".to_owned())));
        let list = HttpCall { if_match: Some("\"41\", W/\"7.x\""), ..http };
        assert_eq!(version(list, r#"{"room":"r","action":1}"#), Ok(Some("41,7.x".to_owned())));
        let any = HttpCall { if_match: Some("*"), ..http };
        assert_eq!(version(any, r#"{"room":"r","action":1}"#), Ok(None));
        let wrong = HttpCall { if_match: Some("41"), ..http };
        assert_eq!(version(wrong, r#"{"room":"r","action":1}"#), Err("sync-bad-request".to_owned()));
    }

    #[test]
    fn a_reader_over_http_says_what_it_has() {
        let http = HttpCall { path: "a/b", version: "v1", id: None, if_match: None, if_none_match: None };
        let has = |header: Option<&'static str>| {
            let open = StateOpen::from_http(HttpCall { if_none_match: header, ..http }, "room=r").expect("a room");
            ["41", "7.x"].map(|version| open.unless.as_ref().is_some_and(|tags| tags.name(version)))
        };
        for (header, expected) in [
            (None, [false, false]),
            (Some("\"41\""), [true, false]),
            (Some("W/\"41\""), [true, false]),
            (Some("\"40\" , \"7.x\""), [false, true]),
            (Some(" * "), [true, true]),
            (Some("41"), [false, false]),
            (Some("\"41\", 7"), [false, false]),
        ] {
            assert_eq!(has(header), expected, "{header:?}");
        }
    }
}
