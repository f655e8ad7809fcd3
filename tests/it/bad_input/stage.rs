//! Sends one bad message through every door that can carry it, in four languages, and looks whether the server goes on.

use std::fmt::Formatter;
use std::net::SocketAddr;

use reqwest::header::{ACCEPT_LANGUAGE, ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Body, Method, Url};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value, json};
use sync::{App, Running};
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, Identity};

use super::table::GOOD;

/// The limit for a message: 1 MB.
pub(super) const LIMIT: usize = 1_000_000;

/// Where a request goes that names no other path.
const POSTED_TO: &str = "/sync/examples/updateCounter/v1";

/// Every refused value contains this, and no answer does.
const SECRET: &str = "s3";

/// A refusal, in full and in four languages, and everything that is refused in this way.
pub(super) struct Case {
    pub(super) refused: Refused,
    /// In English, Dutch, German and French.
    pub(super) sentences: [&'static str; 4],
    /// What is wrong, and the message.
    pub(super) sent: Vec<(&'static str, Sent)>,
}

/// Code, status, and `errorParams` as JSON.
pub(super) struct Refused(pub(super) &'static str, pub(super) u16, pub(super) &'static str);

/// A message and its sender.
pub(super) struct Sent {
    who: Who,
    how: How,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Who {
    /// Somebody who has signed in and is in the room.
    Member,
    /// Somebody who has not signed in.
    Guest,
}

enum How {
    /// The fields of a call besides its name and version, and its input where that is all there is to it.
    Call {
        path: String,
        version: String,
        fields: String,
        input: Option<String>,
    },
    /// What stands in the place of a call's object.
    Payload(String),
    /// A correct call, filled up to so many bytes.
    Sized(usize),
    /// A message of a socket: the JSON array of an event.
    Event(String),
    /// A `sync` event with binary data.
    Binary,
    /// What stands behind the `?` of a `GET`.
    Query(String),
    Request(Box<Request>),
}

struct Request {
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

impl Request {
    /// Puts what is wrong with this one into a good `get`; `None` where that is its body, or that it is sent by `GET`.
    fn without_body(&self, get: Request) -> Option<Request> {
        let is_json = self.headers.iter().any(|(name, value)| name == CONTENT_TYPE && value == "application/json");
        if self.body != GOOD.as_bytes() || !is_json || self.method == Method::GET {
            return None;
        }
        let method = if self.method == Method::POST { get.method } else { self.method.clone() };
        let path = if self.path == POSTED_TO {
            get.path
        } else {
            self.path.replacen(Lane::Event.folder(), Lane::Request.folder(), 1)
        };
        let headers = self.headers.iter().filter(|(name, _)| name != CONTENT_TYPE).cloned().collect();
        Some(Request { method, path, headers, body: get.body })
    }
}

/// `sync` with these fields in its object, and `POST` with the same in its body.
pub(super) fn call(fields: &str) -> Sent {
    How::Call { path: String::new(), version: String::new(), fields: fields.to_owned(), input: None }.by_member()
}

/// A call with this input, in any lane.
pub(super) fn data(data: &str) -> Sent {
    with_input("", "", data)
}

fn with_input(path: &str, version: &str, data: &str) -> Sent {
    let fields = format!(r#""data":{data},"receiver":"{{room}}""#);
    let (path, version, input) = (path.to_owned(), version.to_owned(), Some(data.to_owned()));
    How::Call { path, version, fields, input }.by_member()
}

/// A call with this input and something more beside it, spelled as in `fields`: all of it in its object, and the input alone where a body
/// is no more than that.
pub(super) fn spelled(fields: &str, input: &str) -> Sent {
    let (path, version) = (String::new(), String::new());
    How::Call { path, version, fields: fields.to_owned(), input: Some(input.to_owned()) }.by_member()
}

/// A call of another route, in any lane.
pub(super) fn to(path: &str, version: &str) -> Sent {
    with_input(path, version, "{}")
}

/// `sync` with this payload, and `POST` with this body.
pub(super) fn payload(json: &str) -> Sent {
    How::Payload(json.to_owned()).by_member()
}

/// A correct call of exactly so many bytes: the array of the event, or the body.
pub(super) fn sized(bytes: usize) -> Sent {
    How::Sized(bytes).by_member()
}

/// An event, by socket only.
pub(super) fn event(name: &str, payload: &str) -> Sent {
    raw(&format!(r#"["{name}",{payload}]"#))
}

/// The array of an event, by socket only.
pub(super) fn raw(array: &str) -> Sent {
    How::Event(array.to_owned()).by_member()
}

/// An action on the value of a room, as both doors take it: `fields` are those besides name and version.
pub(super) fn act(what: &'static str, path: &str, version: &str, fields: &str) -> [(&'static str, Sent); 2] {
    let named = format!(r#"{{"name":"{path}","version":"{version}",{fields}}}"#);
    let posted = post(format!("{{{fields}}}")).path(&format!("/state/{path}/{version}"));
    [(what, event("stateAct", &named)), (what, posted)]
}

/// A correct call, by socket only, but for its `id`.
pub(super) fn with_id(id: &str) -> Sent {
    let call = r#""name":"examples/updateCounter","version":"v1","data":{"amount":1},"receiver":"game-room-1""#;
    event("sync", &format!(r#"{{{call},"id":{id}}}"#))
}

/// A call with binary data, by socket only.
pub(super) fn binary() -> Sent {
    How::Binary.by_member()
}

/// A call with this query, by `GET` only.
pub(super) fn query(query: &str) -> Sent {
    How::Query(query.to_owned()).by_member()
}

/// A request with this body, by HTTP only.
pub(super) fn post(body: impl AsRef<[u8]>) -> Sent {
    let request = Request {
        method: Method::POST,
        path: POSTED_TO.to_owned(),
        headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body: body.as_ref().to_vec(),
    };
    How::Request(Box::new(request)).by_member()
}

impl How {
    fn by_member(self) -> Sent {
        Sent { who: Who::Member, how: self }
    }
}

impl Sent {
    pub(super) fn by_guest(self) -> Self {
        Self { who: Who::Guest, ..self }
    }

    pub(super) fn method(self, method: Method) -> Self {
        self.change(|request| request.method = method)
    }

    pub(super) fn path(self, path: &str) -> Self {
        self.change(|request| request.path = path.to_owned())
    }

    pub(super) fn header(self, name: &'static str, value: &str) -> Self {
        self.change(|request| {
            request.headers.retain(|(known, _)| known != name);
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header value");
            request.headers.push((HeaderName::from_static(name), value));
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Request)) -> Self {
        match &mut self.how {
            How::Request(request) => change(request),
            _ => panic!("only a request has methods, paths and headers"),
        }
        self
    }
}

/// Something inside of itself so many times.
pub(super) fn deep(open: &str, times: usize, close: &str) -> String {
    format!("{}1{}", open.repeat(times), close.repeat(times))
}

/// The query that says the same as an input; `None` for what no query can say.
fn query_of(input: &str) -> Option<String> {
    let Entries(entries) = serde_json::from_str(input).ok()?;
    let mut url = Url::parse("http://a").expect("a URL");
    for (name, value) in entries {
        let text = match value {
            Value::String(text) => text,
            Value::Array(_) | Value::Object(_) => return None,
            scalar => scalar.to_string(),
        };
        url.query_pairs_mut().append_pair(&name, &text);
    }
    Some(url.query().unwrap_or_default().to_owned())
}

/// The fields of a JSON object in their order, those that are there twice as well.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Entries;

            fn expecting(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// The route that is called, well or badly, and how.
pub(super) struct Script {
    pub(super) lane: Lane,
    /// Whether what is wrong is sent by `GET`, and by no other door; the route must take it.
    pub(super) by_get: bool,
    pub(super) path: &'static str,
    pub(super) version: &'static str,
    pub(super) room: &'static str,
    /// An input that is accepted.
    pub(super) good: &'static str,
    /// The page on which the members hear of it.
    pub(super) page: &'static str,
}

/// A server with a reader for each language, in one room, and somebody else in the same room.
pub(super) struct Stage {
    script: Script,
    address: SocketAddr,
    http: reqwest::Client,
    readers: Vec<Reader>,
    bystander: Client,
}

/// One language, and how its reader comes to it.
struct Reader {
    language: &'static str,
    /// What requests ask for; somebody whose session has a language of its own asks for another one.
    accept: &'static str,
    token: String,
    member: Client,
    guest: Client,
}

impl Stage {
    /// Connects everybody; `session` makes a session from a name and a language.
    pub(super) async fn new<A: App>(
        running: &Running<A>,
        script: Script,
        session: impl Fn(&str, Option<&str>) -> A::Session,
    ) -> Self {
        let address = running.address();
        let mut readers = Vec::new();
        // By default, by the session against the request, by the handshake, and by a header of the handshake.
        let ways = [("en", None, "en"), ("nl", Some("nl"), "fr"), ("de", None, "de-CH, en;q=0.5"), ("fr", None, "fr")];
        for (language, chosen, accept) in ways {
            let token = running.handle().sessions().create(session(language, chosen)).await.expect("a store");
            let token = token.as_str().to_owned();
            let lang = (language == "de").then_some("de");
            let headers = vec![("accept-language", accept.to_owned())];
            let member = Identity { auth: json!({ "token": token, "lang": lang }), headers: headers.clone() };
            let guest = Identity { auth: json!({ "lang": language }), headers: Vec::new() };
            let member = connect(address, member, Some(&script)).await;
            readers.push(Reader { language, accept, token, member, guest: connect(address, guest, None).await });
        }
        let token = running.handle().sessions().create(session("bystander", None)).await.expect("a store");
        let bystander = connect(address, Identity::token(token.as_str()), Some(&script)).await;
        Self { script, address, http: reqwest::Client::new(), readers, bystander }
    }

    /// Sends everything in `cases` that the lane of the script has, lists what was answered otherwise, and returns how much was sent.
    pub(super) async fn check(&mut self, cases: Vec<Case>) -> usize {
        let (mut wrong, mut count) = (Vec::new(), 0);
        for Case { refused, sentences, sent } in cases {
            for (what, sent) in sent {
                for (reader, sentence) in sentences.iter().enumerate() {
                    let answers = self.send(reader, &sent).await;
                    assert!(self.script.lane == Lane::Request || !answers.is_empty(), "no door carries {what}");
                    count += answers.len();
                    for (door, answer) in answers {
                        let complaint = refused.complain(sentence, &answer);
                        wrong.extend(complaint.map(|complaint| format!("{door}: {what}: {complaint}")));
                        self.go_on(reader, sent.who, what).await;
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
        count
    }

    /// Sends one message through every door that can carry it, and returns what each answered.
    pub(super) async fn send(&mut self, reader: usize, sent: &Sent) -> Vec<(&'static str, String)> {
        let mut answers = Vec::new();
        let array = self.event(&sent.how).filter(|_| !self.script.by_get);
        let reading = &mut self.readers[reader];
        let socket = if sent.who == Who::Member { &mut reading.member } else { &mut reading.guest };
        if let Some(array) = array {
            let ack = match sent.how {
                How::Binary => socket.start_binary(&array, b"s3cret").await,
                _ => socket.start_raw(&array).await,
            };
            answers.push(("socket", socket.ack(ack).await.to_string()));
        }
        if let Some(request) = self.request(&sent.how) {
            answers.push(("http", self.answer(reader, sent.who, request).await));
        }
        answers
    }

    /// Calls well: through the same socket, over HTTP, and from somebody else, who heard of nothing in between.
    async fn go_on(&mut self, reader: usize, who: Who, what: &str) {
        let good = data(self.script.good).how;
        let array = self.event(&good).expect("a socket carries it");
        let Self { readers, bystander, script, .. } = self;
        let reading = &mut readers[reader];
        if who == Who::Guest {
            let rooms = reading.guest.call("joinedRooms", json!({})).await;
            assert_eq!(rooms, json!({ "status": "success", "rooms": [] }), "{what}");
        }
        let answer = called(&mut reading.member, &array).await;
        hear(bystander, script, &answer, what).await;
        let answer = called(bystander, &array).await;
        hear(bystander, script, &answer, what).await;
        let request = self.request(&good).expect("HTTP carries it");
        let answer = self.answer(reader, Who::Member, request).await;
        hear(&mut self.bystander, &self.script, &serde_json::from_str(&answer).expect("JSON"), what).await;
    }

    /// Returns the array of an event; `None` for what a socket cannot carry, or what its lane does not have.
    fn event(&self, how: &How) -> Option<String> {
        let array = match how {
            How::Call { input: None, .. } if self.script.lane == Lane::Request => return None,
            How::Call { .. } => format!(r#"["sync",{{{},{}}}]"#, self.names(how), self.fields(how)),
            How::Payload(json) => format!(r#"["sync",{json}]"#),
            How::Sized(bytes) => {
                let call = format!(r#"["sync",{{{},{},"x":""}}]"#, self.names(how), self.good_fields());
                let more = bytes - call.len() + "sync".len() - self.script.lane.event().len();
                call.replace(r#""x":"""#, &format!(r#""x":"{}""#, "x".repeat(more)))
            }
            How::Event(array) => array.clone(),
            How::Binary => r#"["sync",{"_placeholder":true,"num":0}]"#.to_owned(),
            How::Query(_) | How::Request(_) => return None,
        };
        Some(array.replacen(r#"["sync""#, &format!(r#"["{}""#, self.script.lane.event()), 1))
    }

    fn request(&self, how: &How) -> Option<Request> {
        match self.script.lane {
            Lane::Event => self.event_request(how),
            Lane::Request if self.script.by_get => self.query_request(how),
            Lane::Request => self.bare_request(how),
        }
    }

    /// Returns a request without a body; what is wrong stands in its query or its head.
    fn query_request(&self, how: &How) -> Option<Request> {
        let (path, version) = self.route(how);
        let path = format!("{}/{path}/{version}", Lane::Request.folder());
        let get = |query: &str| {
            let (method, headers) = (Method::GET, Vec::new());
            Request { method, path: format!("{path}?{query}"), headers, body: Vec::new() }
        };
        match how {
            How::Call { input, .. } => Some(get(&query_of(input.as_deref()?)?)),
            How::Query(query) => Some(get(query)),
            How::Request(posted) => posted.without_body(get(&query_of(self.script.good)?)),
            How::Payload(_) | How::Sized(_) | How::Event(_) | How::Binary => None,
        }
    }

    /// Returns a request whose body is the bare input.
    fn bare_request(&self, how: &How) -> Option<Request> {
        let body = match how {
            How::Call { input, .. } => input.clone()?,
            How::Sized(bytes) => self.script.good.to_owned() + &" ".repeat(bytes - self.script.good.len()),
            How::Request(_) => self.script.good.to_owned(),
            How::Payload(_) | How::Event(_) | How::Binary | How::Query(_) => return None,
        };
        let mut request = self.event_request(how)?;
        if request.body == GOOD.as_bytes() || !matches!(how, How::Request(_)) {
            request.body = body.into();
        }
        request.path = request.path.replacen(Lane::Event.folder(), Lane::Request.folder(), 1);
        Some(request)
    }

    fn event_request(&self, how: &How) -> Option<Request> {
        let (path, version) = self.route(how);
        let body = match how {
            How::Call { .. } => format!("{{{}}}", self.fields(how)),
            How::Payload(json) => json.clone(),
            How::Sized(bytes) => {
                let call = format!(r#"{{{},"x":""}}"#, self.good_fields());
                call.replace(r#""x":"""#, &format!(r#""x":"{}""#, "x".repeat(bytes - call.len())))
            }
            How::Event(_) | How::Binary | How::Query(_) => return None,
            How::Request(request) => {
                let Request { method, path, headers, body } = &**request;
                let (method, path, headers) = (method.clone(), path.clone(), headers.clone());
                return Some(Request { method, path, headers, body: body.clone() });
            }
        };
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Some(Request { method: Method::POST, path: format!("/sync/{path}/{version}"), headers, body: body.into() })
    }

    async fn answer(&self, reader: usize, who: Who, request: Request) -> String {
        let Reader { language, accept, token, .. } = &self.readers[reader];
        let url = format!("http://{}{}", self.address, request.path);
        let mut sending = self.http.request(request.method, url);
        sending = match who {
            Who::Member => sending.header(ACCEPT_LANGUAGE, *accept).bearer_auth(token),
            Who::Guest => sending.header(ACCEPT_LANGUAGE, *language),
        };
        for (name, value) in request.headers {
            sending = sending.header(name, value);
        }
        let response = sending.body(Body::from(request.body)).send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        assert_eq!(headers[CONTENT_TYPE], "application/json");
        let methods = if self.script.by_get { "GET, HEAD, POST" } else { "POST" };
        assert_eq!(headers.get(ALLOW).is_some_and(|allowed| allowed == methods), status == 405, "{headers:?}");
        let text = response.text().await.expect("a text");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        let expected = answer.get("httpStatus").and_then(Value::as_u64).unwrap_or(200);
        assert_eq!(u64::from(status.as_u16()), expected, "{answer}");
        text
    }

    /// The route that is called; a message that names none is for the one of the script.
    fn route<'a>(&'a self, how: &'a How) -> (&'a str, &'a str) {
        match how {
            How::Call { path, version, .. } if !path.is_empty() => (path, version),
            _ => (self.script.path, self.script.version),
        }
    }

    fn names(&self, how: &How) -> String {
        let (path, version) = self.route(how);
        format!(r#""name":"{path}","version":"{version}""#)
    }

    fn fields(&self, how: &How) -> String {
        let How::Call { fields, .. } = how else { return String::new() };
        fields.replace("{room}", self.script.room)
    }

    fn good_fields(&self) -> String {
        format!(r#""data":{},"receiver":"{}""#, self.script.good, self.script.room)
    }
}

impl Refused {
    /// Says how `answer` differs from this refusal.
    fn complain(&self, sentence: &str, answer: &str) -> Option<String> {
        let Self(code, status, params) = self;
        let expected = json!({
            "status": "error",
            "errorCode": code,
            "errorParams": serde_json::from_str::<Value>(params).expect("JSON in the table"),
            "message": sentence,
            "httpStatus": status,
        });
        if answer.contains(SECRET) {
            return Some(format!("the refused value is repeated: {answer}"));
        }
        let found: Value = serde_json::from_str(answer).expect("JSON");
        (found != expected).then(|| format!("\n  expected {expected}\n  but got  {found}"))
    }
}

async fn connect(address: SocketAddr, identity: Identity, room: Option<&Script>) -> Client {
    let mut client = Client::connect(address, identity).await.expect("a connection");
    if let Some(script) = room {
        client.join(script.room).await;
        client.show(script.page).await;
    }
    client
}

async fn called(socket: &mut Client, array: &str) -> Value {
    let ack = socket.start_raw(array).await;
    socket.ack(ack).await
}

/// The next thing that somebody hears is what this answer answers.
async fn hear(client: &mut Client, script: &Script, answer: &Value, what: &str) {
    assert_eq!(answer["status"], "success", "after {what}: {answer}");
    if script.lane == Lane::Request {
        assert_eq!(client.frames_so_far().await, Vec::<Value>::new(), "after {what}");
        return;
    }
    let frame = client.frame().await;
    assert_eq!(frame["cb"], format!("{}/{}", script.path, script.version), "after {what}");
    assert_eq!(frame["serverOutput"], answer["result"], "after {what}");
}
