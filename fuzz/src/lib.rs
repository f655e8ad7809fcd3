//! What holds of everything that a stranger can send: one function for each fuzz target.
//!
//! Each takes any bytes and panics where something does not hold. The targets call them with what their engine makes up; `tests/it/fuzzed.rs`
//! is made of the same functions and calls them with what was found by that, which is kept in `corpus/`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use sync::__private::{
    Asker, Call, Data, HttpCall, IgnoreSelf, Inbound, InboundKind, Message, MutationCall, PresenceUpdate, PullCall,
    PushCall, ScopesCall, SnapshotCall, StateAct, StateOpen, StatePlace, SyncCall, accepted, client_address,
    cookie_token, session_cookie,
};
use sync::axum::http::{HeaderMap, HeaderName, HeaderValue};
use sync::schema::{InputSchema, decode, encode};
use sync::serde_json::value::RawValue;
use sync::serde_json::{Map, Value, from_str, json};
use sync::{Config, Environment};

/// One shape of each kind that an input can have.
#[sync::wire]
pub struct Input {
    id: String,
    #[validate(range(max = 10))]
    weight: Option<u32>,
    #[wire(number)]
    far: i64,
    at: Option<(f64, i8)>,
    all: bool,
    kind: Option<Kind>,
    tags: Option<Vec<String>>,
    names: Option<BTreeMap<String, u16>>,
    inner: Option<Vec<Inner>>,
}

/// An enum whose variants have fields.
#[sync::wire]
pub enum Kind {
    /// None.
    Plain,
    /// Some.
    Round { radius: f32 },
}

/// An object in a list.
#[sync::wire]
pub struct Inner {
    text: String,
}

/// What the fields of a query can be.
#[sync::wire]
pub struct Query {
    id: String,
    limit: Option<u32>,
    all: Option<bool>,
}

/// A text of Socket.IO: the packet, the event, the message, the input of a call. What was read, written and read again is the same.
pub fn frames(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Some(packet) = Inbound::read(text) else { return };
    let written = write_packet(&packet);
    assert_eq!(Inbound::read(&written), Some(packet), "{text}");
    let Ok(parts) = from_str::<Vec<&RawValue>>(packet.json) else { return };
    let [name, payload, ..] = parts[..] else { return };
    let Ok(name) = from_str::<String>(name.get()) else { return };
    let Ok(message) = Message::read(&name, payload.get()) else { return };
    if let Message::Sync(SyncCall { call, .. }) | Message::Request(call) = &message {
        let Data::Json(data) = call.data else { panic!("a socket sends no query: {text}") };
        input(data);
    }
    let written = write_message(&message).to_string();
    let again = Message::read(&name, &written).unwrap_or_else(|misread| panic!("{text}: {misread:?} in {written}"));
    assert_eq!(write_message(&again), write_message(&message), "{text}");
}

/// What comes over HTTP, by its first byte: the body of an event, the body of a request, an action, a query.
pub fn bodies(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let Ok(text) = str::from_utf8(bytes) else { return };
    let http = HttpCall { path: "a/b", version: "v1", id: Some("a-1"), if_match: None, if_none_match: None };
    match kind % 4 {
        0 => {
            let Ok(call) = SyncCall::from_http(http, text) else { return };
            assert_eq!(
                (&*call.call.path, &*call.call.version),
                ("a/b", "v1"),
                "only the address says what is called: {text}"
            );
            let written = write_message(&Message::Sync(call)).to_string();
            let by_socket = SyncCall::from_socket(&written).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(
                write_message(&Message::Sync(by_socket)).to_string(),
                written,
                "both doors read the same: {text}"
            );
        }
        1 => {
            let Ok(Call { data: Data::Json(data), .. }) = Call::from_http(http, Data::Json(text)) else { return };
            assert_eq!(data, text);
            input(data);
        }
        2 => {
            let Ok(act) = StateAct::from_http(http, text) else { return };
            let written = write_message(&Message::StateAct(act)).to_string();
            let by_socket = StateAct::from_socket(&written).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(
                write_message(&Message::StateAct(by_socket)).to_string(),
                written,
                "both doors read the same: {text}"
            );
        }
        _ => query(text),
    }
}

/// The lines of a head, `name: value`: who it says that a request is from.
pub fn headers(bytes: &[u8]) {
    let headers = read_headers(bytes);
    addresses(&headers);
    cookies(&headers);
    for language in headers.get_all("accept-language").iter().filter_map(|value| value.to_str().ok()) {
        let wanted = accepted(language);
        assert!(wanted.len() <= language.split(',').count(), "{language}");
    }
}

/// An input that is taken is written as one that is taken and says the same; serde takes whatever has the shape.
fn input(json: &str) {
    let schema = InputSchema::of::<Input>();
    match decode::<Input>(&schema, json) {
        Ok(value) => {
            let written = encode(&value).expect("what was read can be written");
            let text = str::from_utf8(&written).expect("JSON is text");
            let again = decode::<Input>(&schema, text).unwrap_or_else(|wrong| panic!("{json}: {wrong:?} in {text}"));
            assert_eq!(encode(&again).expect("JSON"), written, "{json}");
        }
        Err(wrong) => assert_ne!(wrong.reason, "invalid-format", "{json}: {wrong:?}"),
    }
}

/// Whatever a query is, it stands for an object; what is taken of it says the same when it is written in the plainest way.
fn query(text: &str) {
    let schema = InputSchema::of::<Query>();
    let json = schema.json_of_query(text);
    // Not into a map: names may come twice.
    assert!(json.starts_with('{') && from_str::<&RawValue>(&json).is_ok(), "{text}: {json}");
    let Ok(read) = decode::<Query>(&schema, &json) else { return };
    let written = [
        Some(format!("id={}", escaped(&read.id))),
        read.limit.map(|limit| format!("limit={limit}")),
        read.all.map(|all| format!("all={all}")),
    ];
    let written = written.into_iter().flatten().collect::<Vec<_>>().join("&");
    let again = decode::<Query>(&schema, &schema.json_of_query(&written));
    let again = again.unwrap_or_else(|wrong| panic!("{text}: {wrong:?} in {written}"));
    assert_eq!((again.id, again.limit, again.all), (read.id, read.limit, read.all), "{text}");
}

const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));
const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

/// Nothing that a client writes makes it anybody else: a peer that is no proxy is itself, and one behind a proxy is who the proxy says, or
/// the proxy where the client has made what it says unreadable.
fn addresses(sent: &HeaderMap) {
    let mut config = Config::default();
    config.trusted_proxies = vec!["10.0.0.0/8".to_owned()];
    assert_eq!(client_address(CLIENT, sent, &config), CLIENT, "{sent:?}");
    let found = client_address(PROXY, sent, &config);
    let lines = ["x-forwarded-for", "forwarded"].into_iter().flat_map(|name| sent.get_all(name));
    let written: String = lines.map(|line| String::from_utf8_lossy(line.as_bytes()) + "\n").collect();
    // An address can be written in many ways: one of IPv6 is not looked for.
    assert!(found == PROXY || found.is_ipv6() || written.contains(&found.to_string()), "{sent:?}: {found}");
    for (name, other, said) in
        [("x-forwarded-for", "forwarded", "203.0.113.7"), ("forwarded", "x-forwarded-for", "for=203.0.113.7")]
    {
        let mut appended = sent.clone();
        appended.append(name, HeaderValue::from_static(said));
        let found = client_address(PROXY, &appended, &config);
        let may_hide = sent.contains_key(other);
        assert!(found == CLIENT || (found == PROXY && may_hide), "{appended:?}: {found}");
        // A proxy may also lengthen the last line, as nginx does.
        let lines: Vec<_> = sent.get_all(name).iter().cloned().collect();
        let Some((last, before)) = lines.split_last() else { continue };
        let mut lengthened = sent.clone();
        lengthened.remove(name);
        for line in before {
            lengthened.append(name, line.clone());
        }
        let line = [last.as_bytes(), b", ", said.as_bytes()].concat();
        lengthened.append(name, HeaderValue::from_bytes(&line).expect("two values are one"));
        let found = client_address(PROXY, &lengthened, &config);
        assert!(found == CLIENT || (found == PROXY && (may_hide || name == "forwarded")), "{lengthened:?}: {found}");
    }
}

/// In production only a cookie that no neighbour of the host can set is a session, and none that comes with the request of a foreign page.
/// The cookie that we set is the one that we read.
fn cookies(sent: &HeaderMap) {
    let mut config = Config::default();
    config.environment = Environment::Production;
    let lines = || sent.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
    if let Some(token) = cookie_token(sent, &config) {
        let is_ours = |line: &str| {
            line.split(';')
                .filter_map(|pair| pair.split_once('='))
                .any(|(name, value)| name.trim() == "__Host-session" && value.trim() == token)
        };
        assert!(lines().any(is_ours), "{sent:?}: {token}");
        assert!(!token.is_empty());
    }
    let mut foreign = sent.clone();
    foreign.remove("origin");
    foreign.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
    assert_eq!(cookie_token(&foreign, &config), None, "{foreign:?}");

    let token: String = lines().flat_map(str::chars).filter(char::is_ascii_alphanumeric).take(43).collect();
    if !token.is_empty() {
        let set = session_cookie(&token, Duration::from_secs(60), &config);
        let mut ours = HeaderMap::new();
        let pair = set.split(';').next().expect("a pair");
        ours.insert("cookie", HeaderValue::from_str(pair).expect("a value"));
        ours.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        assert_eq!(cookie_token(&ours, &config).as_deref(), Some(token.as_str()), "{set}");
    }
}

fn read_headers(bytes: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(64) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) =
            (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(line[colon + 1..].trim_ascii()));
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// Writes a packet with all that it may leave out.
fn write_packet(packet: &Inbound<'_>) -> String {
    let kind = match packet.kind {
        InboundKind::Connect => "0".to_owned(),
        InboundKind::Disconnect => "1".to_owned(),
        InboundKind::Event => "2".to_owned(),
        InboundKind::BinaryEvent(count) => format!("5{count}-"),
        InboundKind::Answer(0) => "3".to_owned(),
        InboundKind::Answer(count) => format!("6{count}-"),
    };
    let id = packet.id.map(|id| id.to_string()).unwrap_or_default();
    format!("{kind}{},{id}{}", packet.namespace, packet.json)
}

fn write_message(message: &Message<'_>) -> Value {
    match message {
        Message::Sync(SyncCall { call, receiver, ignore_self, report }) => {
            let ignore_self = match ignore_self {
                IgnoreSelf::No => json!(false),
                IgnoreSelf::Socket => json!(true),
                IgnoreSelf::Session => json!("session"),
            };
            let own = [("receiver", json!(receiver)), ("ignoreSelf", ignore_self), ("report", json!(report))];
            with(write_call(call), own)
        }
        Message::Request(call) => Value::Object(write_call(call)),
        Message::StateAct(StateAct { call, room, if_version }) => {
            let mut written = write_call(call);
            let action = written.remove("data").unwrap_or_default();
            written.remove("stream");
            written.extend(if_version.as_ref().map(|version| ("ifVersion".to_owned(), json!(version))));
            with(written, [("room", json!(room)), ("action", action)])
        }
        Message::StateOpen(StateOpen { place, have, .. }) => match have {
            Some(have) => with(write_place(place), [("have", json!(have))]),
            None => Value::Object(write_place(place)),
        },
        Message::StateClose(place) => Value::Object(write_place(place)),
        Message::Push(PushCall { asker, client, mutations }) => {
            let mutations: Vec<_> = mutations.iter().map(write_mutation).collect();
            with(write_asker(asker), [("client", json!(client)), ("mutations", json!(mutations))])
        }
        Message::Pull(PullCall { asker, scope, cursor, epoch, limit }) => {
            let mut written = write_asker(asker);
            written.extend(epoch.as_ref().map(|epoch| ("epoch".to_owned(), json!(epoch))));
            with(written, [("scope", json!(scope)), ("cursor", json!(cursor)), ("limit", json!(limit))])
        }
        Message::Snapshot(SnapshotCall { asker, scope, page }) => {
            let mut written = write_asker(asker);
            written.extend(page.as_ref().map(|page| ("page".to_owned(), json!(page))));
            with(written, [("scope", json!(scope))])
        }
        Message::Subscribe(call) | Message::Unsubscribe(call) | Message::SyncStatus(call) => {
            let ScopesCall { asker, scopes, client } = call;
            let mut written = write_asker(asker);
            written.extend(client.as_ref().map(|client| ("client".to_owned(), json!(client))));
            with(written, [("scopes", json!(scopes))])
        }
        Message::Join { room, after, membership, presence } => {
            let texts = [("after", after), ("membership", membership)];
            let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
            with(texts.collect(), [("room", json!(room)), ("presence", json!(presence))])
        }
        Message::Leave { room } => json!({ "room": room }),
        Message::Listen { routes, contract } => {
            let contract = contract.as_ref().map(|contract| ("contract".to_owned(), json!(contract)));
            with(contract.into_iter().collect(), [("routes", json!(routes))])
        }
        Message::Presence(PresenceUpdate { away, said }) => {
            let mut written = Map::new();
            written.extend(away.map(|away| ("away".to_owned(), json!(away))));
            if let Some((room, data)) = said {
                written.insert("room".to_owned(), json!(room));
                written.insert("data".to_owned(), from_str(data.get()).unwrap_or(Value::Null));
            }
            Value::Object(written)
        }
        Message::Joined => Value::Null,
        // One whose parameters were too many has none, and is told apart by nothing that could be written.
        Message::Locate(location) => {
            json!({ "pathName": location.path_name, "searchParams": location.search_params })
        }
        Message::Cancel { id } => json!({ "id": id }),
    }
}

/// Writes a call with its input; one that no tree can hold (too deep, half a surrogate) is written as nothing.
fn write_call(call: &Call<'_>) -> Map<String, Value> {
    let data = match call.data {
        Data::Json(data) => from_str(data).unwrap_or(Value::Null),
        Data::Query(query) => json!(query),
    };
    let stream = call.stream;
    let Value::Object(mut written) =
        json!({ "name": call.path, "version": call.version, "data": data, "stream": stream })
    else {
        unreachable!("an object was written")
    };
    let texts = [("id", &call.id), ("sentOn", &call.sent_on)];
    written.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))));
    written
}

fn write_mutation(mutation: &MutationCall<'_>) -> Value {
    let MutationCall { id, call, seq, scope, after_success } = mutation;
    let mut written = write_call(call);
    let args = written.remove("data").unwrap_or_default();
    written.remove("stream");
    written.extend(after_success.then(|| ("after".to_owned(), json!("success"))));
    with(written, [("id", json!(id)), ("seq", json!(seq)), ("scope", json!(scope)), ("args", args)])
}

fn write_place(place: &StatePlace<'_>) -> Map<String, Value> {
    let StatePlace { path, version, room } = place;
    Map::from_iter(
        [("name", path), ("version", version), ("room", room)].map(|(name, text)| (name.to_owned(), json!(text))),
    )
}

fn write_asker(asker: &Asker<'_>) -> Map<String, Value> {
    let user = match asker {
        Asker::Unsaid => None,
        Asker::Nobody => Some(Value::Null),
        Asker::User(user) => Some(json!(user)),
    };
    user.map(|user| ("user".to_owned(), user)).into_iter().collect()
}

fn with<const N: usize>(mut object: Map<String, Value>, more: [(&str, Value); N]) -> Value {
    object.extend(more.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(object)
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
