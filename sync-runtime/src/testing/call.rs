//! What a test calls, and what it is answered.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::id::Id;
use crate::route::{EventRoute, RequestRoute};
use crate::schema::{Lane, Wire, encode, query_of};

/// How long the path of a `GET` may be, with its query: more than that may be cut off on its way.
const URL: usize = 8000;

/// One call of a route, whichever door it goes through.
///
/// # Examples
///
/// ```
/// use sync::serde_json::json;
/// use sync::testing::Call;
///
/// let call = Call::event("examples/updateCounter", "v1").to("game-room-1").with(json!({ "amount": 5 })).ignore_self();
/// assert_eq!(call.route(), "examples/updateCounter/v1");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub(super) lane: Lane,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) room: String,
    pub(super) data: Option<Value>,
    /// `ignoreSelf`, `id`, `stream`: what else is said of it.
    pub(super) more: Map<String, Value>,
}

impl Call {
    /// Calls a route of the event lane by its name, `<page>/<name>`, and its version, `v1`.
    #[must_use]
    pub fn event(name: &str, version: &str) -> Self {
        Self::new(Lane::Event, name, version)
    }

    /// Acts on a state, likewise; the action is what it is sent [with](Call::with).
    #[must_use]
    pub fn action(name: &str, version: &str) -> Self {
        Self::new(Lane::State, name, version)
    }

    /// Acts only if the value is still of this version.
    #[must_use]
    pub fn if_version(self, version: &str) -> Self {
        self.saying("ifVersion", json!(version))
    }

    /// Calls a route of the request lane, likewise.
    #[must_use]
    pub fn request(name: &str, version: &str) -> Self {
        Self::new(Lane::Request, name, version)
    }

    pub(super) fn new(lane: Lane, name: &str, version: &str) -> Self {
        let (name, version) = (name.to_owned(), version.to_owned());
        Self { lane, name, version, room: String::new(), data: None, more: Map::new() }
    }

    /// Calls an event by its type, in a room of the kind that it is sent to.
    #[must_use]
    pub fn of_event<E: EventRoute>(room: impl Into<E::Room>, input: &E::Input) -> Self
    where
        E::Input: Wire,
        E::Room: Into<String>,
    {
        let room: String = room.into().into();
        Self::event(E::PATH, E::VERSION).to(&room).with(value_of(input))
    }

    /// Calls a request by its type.
    #[must_use]
    pub fn of_request<R: RequestRoute>(input: &R::Input) -> Self
    where
        R::Input: Wire,
    {
        Self::request(R::PATH, R::VERSION).with(value_of(input))
    }

    /// Sends it to this room.
    #[must_use]
    pub fn to(mut self, room: &str) -> Self {
        room.clone_into(&mut self.room);
        self
    }

    /// Sends this input, right or wrong; without it, the call has none.
    #[must_use]
    pub fn with(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// Leaves out the calling tab where the event is delivered.
    #[must_use]
    pub fn ignore_self(self) -> Self {
        self.saying("ignoreSelf", json!(true))
    }

    /// Leaves out all tabs of the calling session.
    #[must_use]
    pub fn ignore_session(self) -> Self {
        self.saying("ignoreSelf", json!("session"))
    }

    /// Gives the call a name: a repeat of it is answered alike, and runs nothing.
    #[must_use]
    pub fn named(self, id: &str) -> Self {
        self.saying("id", json!(id))
    }

    /// Asks for what the handler streams to its caller; it comes as [`Frame::Stream`](super::Frame::Stream). It needs a [name](Call::named).
    #[must_use]
    pub fn streaming(self) -> Self {
        self.saying("stream", json!(true))
    }

    fn saying(mut self, field: &str, value: Value) -> Self {
        self.more.insert(field.to_owned(), value);
        self
    }

    /// Returns `<page>/<name>/<version>`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("{}/{}", self.name, self.version)
    }

    /// Returns the Socket.IO event, and what it carries.
    pub(super) fn by_socket(&self) -> (&'static str, Value) {
        let mut payload = self.more.clone();
        payload.insert("name".to_owned(), json!(self.name));
        payload.insert("version".to_owned(), json!(self.version));
        payload.extend(self.data.clone().map(|data| ("data".to_owned(), data)));
        match self.lane {
            Lane::Event => {
                payload.insert("receiver".to_owned(), json!(self.room));
                ("sync", Value::Object(payload))
            }
            Lane::Request => ("request", Value::Object(payload)),
            Lane::State => {
                payload.insert("room".to_owned(), json!(self.room));
                let action = payload.remove("data").unwrap_or_default();
                payload.insert("action".to_owned(), action);
                ("stateAct", Value::Object(payload))
            }
            Lane::Mutation => ("push", self.pushed()),
        }
    }

    /// Writes a push of one mutation, by a client that nobody has heard of.
    fn pushed(&self) -> Value {
        let client = Id::random().to_string();
        let id = self.more.get("id").cloned().unwrap_or_else(|| json!(client));
        let (name, version, scope) = (&self.name, &self.version, &self.room);
        let mut mutation = json!({ "id": id, "seq": 1, "name": name, "version": version, "scope": scope });
        if let Some(args) = &self.data {
            mutation["args"] = args.clone();
        }
        json!({ "client": client, "mutations": [mutation] })
    }

    /// Returns the path, the name of the call if it has one, and the body of a `POST`.
    pub(super) fn by_http(&self) -> (String, Option<&str>, Value) {
        let id = self.more.get("id").and_then(Value::as_str);
        let route = self.route();
        match self.lane {
            Lane::Event => {
                let mut body = self.more.clone();
                body.remove("id");
                body.insert("receiver".to_owned(), json!(self.room));
                body.extend(self.data.clone().map(|data| ("data".to_owned(), data)));
                (format!("/sync/{route}"), id, Value::Object(body))
            }
            Lane::Request => (format!("/api/{route}"), id, self.data.clone().unwrap_or_else(|| json!({}))),
            Lane::State => {
                let mut body = self.more.clone();
                body.remove("id");
                body.insert("room".to_owned(), json!(self.room));
                body.insert("action".to_owned(), self.data.clone().unwrap_or_default());
                (format!("/state/{route}"), id, Value::Object(body))
            }
            Lane::Mutation => ("/_sync/push".to_owned(), None, self.pushed()),
        }
    }

    /// Returns the path of a `GET` with its query, and the name of the call if it has one; `None` for what no URL can carry.
    pub(super) fn by_get(&self) -> Option<(String, Option<&str>)> {
        let (path, id, input) = self.by_http();
        let path = format!("{path}?{}", query_of(&input)?);
        (path.len() <= URL).then_some((path, id))
    }
}

/// Writes what travels as it travels.
pub(super) fn value_of(value: &impl Wire) -> Value {
    let json = encode(value).unwrap_or_else(|error| panic!("an input that cannot be written: {error}"));
    serde_json::from_slice(&json).expect("what was written is JSON")
}

/// What the server has answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply(pub(super) Value);

impl Reply {
    /// Returns the envelope as it came.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// Returns whether it is a success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.0["status"] == "success"
    }

    /// Returns the error code; empty for a success.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0["errorCode"].as_str().unwrap_or_default()
    }

    /// Returns one of the parameters of an error; null where there is none of this name.
    #[must_use]
    pub fn param(&self, name: &str) -> &Value {
        &self.0["errorParams"][name]
    }

    /// Returns the result, or why there is none.
    ///
    /// # Errors
    ///
    /// What the server has refused, and why.
    ///
    /// # Panics
    ///
    /// When the result is no `T`.
    pub fn result<T: DeserializeOwned>(self) -> Result<T, Refusal> {
        let Value::Object(mut envelope) = self.checked()?.0 else { unreachable!("a success is an object") };
        let result = envelope.remove("result").unwrap_or_default();
        let read = serde_json::from_value(result.clone());
        Ok(read.unwrap_or_else(|error| panic!("`{result}` is no `{}`: {error}", std::any::type_name::<T>())))
    }

    /// Returns the success, or why it is none.
    ///
    /// # Errors
    ///
    /// What the server has refused, and why.
    pub fn checked(self) -> Result<Self, Refusal> {
        if self.is_success() { Ok(self) } else { Err(Refusal::of(&self.0)) }
    }
}

/// What the server has answered over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub text: String,
    /// The envelope; of a body that is no JSON, nothing.
    pub reply: Reply,
}

/// A call that was refused, or has failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code} {params}: {message}")]
pub struct Refusal {
    /// The error code.
    pub code: String,
    /// Its parameters, an object.
    pub params: Value,
    /// The sentence, in the reader's language.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
}

impl Refusal {
    pub(super) fn of(envelope: &Value) -> Self {
        let text = |field: &str| envelope[field].as_str().unwrap_or_default().to_owned();
        let status = envelope["httpStatus"].as_u64().and_then(|status| status.try_into().ok());
        Self {
            code: text("errorCode"),
            params: envelope["errorParams"].clone(),
            message: text("message"),
            status: status.unwrap_or_default(),
        }
    }
}
