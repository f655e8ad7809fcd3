//! What is said of the durable data of scopes: what clients push, pull and subscribe to, and what they are answered.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync_schema::Day;

use crate::error::SyncError;
use crate::wire::answer::json;
use crate::wire::call::checked_id;
use crate::wire::fields::{Slot, bad_request, read_object};
use crate::wire::{Call, Data, Packet, event};

/// How many mutations one push has at most.
const MUTATIONS: usize = 100;
/// How many scopes one message names at most.
const SCOPES: usize = 100;
/// How many changes are pulled at once, if nothing is said, and at most.
const CHANGES: (usize, usize) = (100, 1000);

/// Whose store asks, as it believes: of another user's it is told nothing, nor is anything done in their name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Asker<'a> {
    /// It does not say.
    #[default]
    Unsaid,
    /// Somebody who has not signed in.
    Nobody,
    /// This user.
    User(Cow<'a, str>),
}

impl<'a> Asker<'a> {
    fn read(field: &Slot<'a>) -> Result<Self, SyncError> {
        match field.0 {
            None => Ok(Self::Unsaid),
            Some(raw) if raw.get() == "null" => Ok(Self::Nobody),
            Some(_) => field.required_text("user").map(Self::User),
        }
    }

    /// Returns whether it is this user who asks; `None` is somebody who has not signed in.
    #[must_use]
    pub fn is(&self, user: Option<&str>) -> bool {
        match self {
            Self::Unsaid => true,
            Self::Nobody => user.is_none(),
            Self::User(own) => user == Some(&**own),
        }
    }

    /// Returns what a user says who says it; `None` is somebody who has not signed in.
    #[must_use]
    pub fn of(user: Option<&'a str>) -> Self {
        user.map_or(Self::Nobody, |user| Self::User(Cow::Borrowed(user)))
    }
}

/// A client asks for mutations.
///
/// Source: the JSON form is `tests/wire/push.json`.
#[derive(Debug, Clone)]
pub struct PushCall<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// The client's own name: 1 to 64 visible ASCII characters, that nobody else can guess.
    pub client: Cow<'a, str>,
    /// In their order.
    pub mutations: Vec<MutationCall<'a>>,
}

/// One mutation of a push.
#[derive(Debug, Clone)]
pub struct MutationCall<'a> {
    /// Its own name.
    pub id: Cow<'a, str>,
    /// What is called; its data are the arguments. It is known by its number, and has no name as a call.
    pub call: Call<'a>,
    /// Which of its client's mutations it is, counted from 1.
    pub seq: u64,
    /// Whose data it changes.
    pub scope: Cow<'a, str>,
    /// Whether it is refused where the client's mutation before it was.
    pub after_success: bool,
}

impl MutationCall<'_> {
    /// Returns the mutation without what borrows from a message; its arguments have been read.
    #[must_use]
    pub fn to_owned(&self) -> MutationCall<'static> {
        let [id, scope] = [&self.id, &self.scope].map(|text| Cow::Owned(text.clone().into_owned()));
        MutationCall { id, call: self.call.to_owned(), seq: self.seq, scope, after_success: self.after_success }
    }
}

/// A client reads on.
#[derive(Debug, Clone)]
pub struct PullCall<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// Whose data.
    pub scope: Cow<'a, str>,
    /// What it has read up to.
    pub cursor: u64,
    /// The epoch in which it has.
    pub epoch: Option<Cow<'a, str>>,
    /// How many changes it wants at most.
    pub limit: usize,
}

/// A client wants to know what is so.
#[derive(Debug, Clone)]
pub struct SnapshotCall<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// Whose data.
    pub scope: Cow<'a, str>,
    /// Which part; the first where this is `None`.
    pub page: Option<Cow<'a, str>>,
}

/// A client wants to be poked about scopes, or no more.
#[derive(Debug, Clone)]
pub struct ScopesCall<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// Which ones.
    pub scopes: Vec<Cow<'a, str>>,
    /// The client that it speaks for from now on, if it says so.
    pub client: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    user: Slot<'a>,
    #[serde(borrow, default)]
    client: Slot<'a>,
    #[serde(borrow, default)]
    mutations: Slot<'a>,
    #[serde(borrow, default)]
    id: Slot<'a>,
    #[serde(borrow, default)]
    seq: Slot<'a>,
    #[serde(borrow, default)]
    name: Slot<'a>,
    #[serde(borrow, default)]
    version: Slot<'a>,
    #[serde(borrow, default)]
    scope: Slot<'a>,
    #[serde(borrow, default)]
    args: Slot<'a>,
    #[serde(borrow, default)]
    after: Slot<'a>,
    #[serde(borrow, default)]
    cursor: Slot<'a>,
    #[serde(borrow, default)]
    epoch: Slot<'a>,
    #[serde(borrow, default)]
    limit: Slot<'a>,
    #[serde(borrow, default)]
    page: Slot<'a>,
    #[serde(borrow, default)]
    scopes: Slot<'a>,
}

impl<'a> PushCall<'a> {
    /// Reads the payload of `push`, or the body of `POST /_sync/push`.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about the first field, in the order of `product/mutation.md`, that is missing or of another type, whichever
    /// mutation it is of; `sync-too-many` for more than 100 mutations.
    pub fn read(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        let asker = Asker::read(&fields.user)?;
        let client = checked_client(fields.client.required_text("client")?)?;
        let mutations: Vec<&RawValue> =
            fields.mutations.optional("mutations")?.ok_or_else(|| bad_request("mutations"))?;
        if mutations.len() > MUTATIONS {
            return Err(SyncError::new("sync-too-many").param("limit", MUTATIONS));
        }
        let mutations = mutations.into_iter().map(|mutation| MutationCall::read(mutation.get()));
        Ok(Self { asker, client, mutations: mutations.collect::<Result<_, _>>()? })
    }
}

impl<'a> MutationCall<'a> {
    fn read(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        let id = checked_id(fields.id.required_text("id")?)?;
        let seq = fields.seq.optional("seq")?.filter(|seq| *seq > 0).ok_or_else(|| bad_request("seq"))?;
        let (path, version) = (fields.name.required_text("name")?, fields.version.required_text("version")?);
        let scope = fields.scope.required_text("scope")?;
        let after_success = match fields.after.optional_text("after")?.as_deref() {
            None => false,
            Some("success") => true,
            Some(_) => return Err(bad_request("after")),
        };
        let data = Data::Json(fields.args.0.map_or("{}", RawValue::get));
        let call = Call { path, version, data, id: None, stream: false, sent_on: None };
        Ok(Self { id, call, seq, scope, after_success })
    }
}

impl<'a> PullCall<'a> {
    /// Reads the payload of `pull`, or the body of `POST /_sync/pull`.
    ///
    /// # Errors
    ///
    /// As [`PushCall::read`].
    pub fn read(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        Ok(Self {
            asker: Asker::read(&fields.user)?,
            scope: fields.scope.required_text("scope")?,
            cursor: fields.cursor.optional("cursor")?.ok_or_else(|| bad_request("cursor"))?,
            epoch: fields.epoch.optional_text("epoch")?,
            limit: limit(fields.limit.optional("limit")?)?,
        })
    }
}

impl<'a> PullCall<'a> {
    /// Reads the query of `GET /_sync/pull`, in which an empty `user` is nobody; `last` is the header `Last-Event-ID` of a caller that comes back, which knows better how far it was.
    ///
    /// # Errors
    ///
    /// As [`PushCall::read`]; also for a field that is there twice.
    pub fn from_query(query: &'a str, last: Option<&'a str>) -> Result<Self, SyncError> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            // What else is there is no field of ours, as in the body of a `POST`.
            let known = ["user", "scope", "cursor", "epoch", "limit"].into_iter().find(|known| *known == name);
            let Some(name) = known else { continue };
            if fields.insert(name, value).is_some() {
                return Err(bad_request(name));
            }
        }
        let mut number = |name| fields.remove(name).map(|text| text.parse().map_err(|_| bad_request(name))).transpose();
        let asked = number("limit")?.map(|number: u64| usize::try_from(number).unwrap_or(usize::MAX));
        let mut cursor = number("cursor")?.unwrap_or_default();
        let mut epoch = fields.remove("epoch");
        if let Some((at, of)) = last.and_then(|last| last.split_once(' ')) {
            (cursor, epoch) = (at.parse().map_err(|_| bad_request("last-event-id"))?, Some(Cow::Borrowed(of)));
        }
        let asker = match fields.remove("user") {
            None => Asker::Unsaid,
            Some(nobody) if nobody.is_empty() => Asker::Nobody,
            Some(user) => Asker::User(user),
        };
        let scope = fields.remove("scope").ok_or_else(|| bad_request("scope"))?;
        Ok(Self { asker, scope, cursor, epoch, limit: limit(asked)? })
    }
}

fn limit(asked: Option<usize>) -> Result<usize, SyncError> {
    match asked {
        None => Ok(CHANGES.0),
        Some(0) => Err(bad_request("limit")),
        Some(limit) => Ok(limit.min(CHANGES.1)),
    }
}

impl<'a> SnapshotCall<'a> {
    /// Reads the payload of `snapshot`, or the body of `POST /_sync/snapshot`.
    ///
    /// # Errors
    ///
    /// As [`PushCall::read`].
    pub fn read(json: &'a str) -> Result<Self, SyncError> {
        let fields: Fields<'_> = read_object(json)?;
        Ok(Self {
            asker: Asker::read(&fields.user)?,
            scope: fields.scope.required_text("scope")?,
            page: fields.page.optional_text("page")?,
        })
    }
}

/// Reads what a client calls itself: 1 to 64 visible ASCII characters.
fn checked_client(name: Cow<'_, str>) -> Result<Cow<'_, str>, SyncError> {
    checked_id(name).map_err(|_| bad_request("client"))
}

impl<'a> ScopesCall<'a> {
    /// Reads the payload of `subscribe` or `unsubscribe`.
    ///
    /// # Errors
    ///
    /// As [`PushCall::read`]; `sync-too-many` for more than 100 scopes.
    pub fn read(json: &'a str) -> Result<Self, SyncError> {
        #[derive(Deserialize)]
        struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
        let fields: Fields<'_> = read_object(json)?;
        let scopes: Vec<Text<'a>> = fields.scopes.optional("scopes")?.ok_or_else(|| bad_request("scopes"))?;
        if scopes.len() > SCOPES {
            return Err(SyncError::new("sync-too-many").param("limit", SCOPES));
        }
        let client = fields.client.optional_text("client")?.map(checked_client).transpose()?;
        let scopes = scopes.into_iter().map(|Text(scope)| scope).collect();
        Ok(Self { asker: Asker::read(&fields.user)?, scopes, client })
    }
}

/// What came of one mutation of a push.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MutationResult<'a> {
    /// Its id.
    pub id: &'a str,
    /// Whether it was applied.
    pub ok: bool,
    /// The cursor of its last change, or that of the scope where it has changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<u64>,
    /// The last day on which its route is answered, if one was announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retires: Option<Day>,
    /// Whether it is settled; said where it is not: the client sends it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<bool>,
    /// Why it was refused.
    #[serde(flatten)]
    pub refusal: Option<Refusal>,
}

/// Why a mutation was refused.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    error_code: String,
    error_params: BTreeMap<Cow<'static, str>, serde_json::Value>,
    message: String,
}

impl Refusal {
    /// Combines an error with its sentence in the reader's language.
    #[must_use]
    pub fn new(error: &SyncError, message: String) -> Self {
        Self { error_code: error.code().to_owned(), error_params: error.params().clone(), message }
    }
}

/// How a client stands to a scope.
#[derive(Debug, Serialize)]
pub struct ScopeStatus {
    /// What it does next.
    pub strategy: Strategy,
    /// Up to which cursor it has read, as far as is known.
    pub cursor: u64,
    /// How many changes have come since.
    pub behind: u64,
}

/// What a client does next to be where a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// It is there, and is told what comes.
    Live,
    /// It reads on.
    CatchUp,
    /// It takes a snapshot: nothing is known of it, or the log does not reach back.
    Snapshot,
}

/// What came of subscribing to one scope.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum SubscribedScope {
    /// It is told what comes behind this cursor.
    To {
        /// The cursor.
        cursor: u64,
        /// The epoch that it is of.
        epoch: String,
    },
    /// It is not.
    Refused(Refusal),
}

/// One change, as it is told.
#[derive(Debug, Serialize)]
pub struct ChangeLine<'a> {
    /// Its place in the scope.
    pub cursor: u64,
    /// What kind of entity.
    pub entity: &'a str,
    /// Which one.
    pub id: &'a str,
    /// `create`, `update` or `delete`.
    pub op: &'a str,
    /// The entity; left out where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a RawValue>,
    /// When, in milliseconds since 1970.
    pub ts: i64,
}

/// Writes `{ status:"success", result }`.
fn success(result: &impl Serialize) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Answer<'a, T> {
        status: &'static str,
        result: &'a T,
    }
    json(&Answer { status: "success", result })
}

/// Writes the answer to a push: `{ results, cursor }` in its envelope; `cursor` is the last of those in the results.
///
/// Source: `tests/wire/push_answer.json`.
#[must_use]
pub fn answer_push(results: &[MutationResult<'_>]) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Result<'a> {
        results: &'a [MutationResult<'a>],
        cursor: u64,
    }
    let cursor = results.iter().rev().find_map(|result| result.cursor).unwrap_or_default();
    success(&Result { results, cursor })
}

/// Writes the answer to a pull: `{ changes, cursor, hasMore, epoch }` in its envelope.
///
/// Source: `tests/wire/pull_answer.json`.
#[must_use]
pub fn answer_pull(changes: &[ChangeLine<'_>], cursor: u64, has_more: bool, epoch: &str) -> Box<RawValue> {
    success(&Pulled { changes, cursor, has_more, epoch })
}

/// Writes what is told of a page to whoever follows a scope over HTTP: the result of a pull, without its envelope.
#[must_use]
pub fn pulled(changes: &[ChangeLine<'_>], cursor: u64, has_more: bool, epoch: &str) -> Box<RawValue> {
    json(&Pulled { changes, cursor, has_more, epoch })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pulled<'a> {
    changes: &'a [ChangeLine<'a>],
    cursor: u64,
    has_more: bool,
    epoch: &'a str,
}

/// Writes the answer to a snapshot: `{ data, cursor, epoch, next? }` in its envelope.
///
/// Source: `tests/wire/snapshot_answer.json`.
#[must_use]
pub fn answer_snapshot(
    data: &BTreeMap<&str, BTreeMap<&str, &RawValue>>,
    cursor: u64,
    epoch: &str,
    next: Option<&str>,
) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Result<'a> {
        data: &'a BTreeMap<&'a str, BTreeMap<&'a str, &'a RawValue>>,
        cursor: u64,
        epoch: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<&'a str>,
    }
    success(&Result { data, cursor, epoch, next })
}

/// Writes the answer to `subscribe`: `{ status:"success", scopes: { name: { cursor, epoch } } }`; for one that cannot be subscribed to, why.
///
/// Source: `tests/wire/subscribe_answer.json`.
#[must_use]
pub fn answer_scopes(scopes: &BTreeMap<&str, SubscribedScope>) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Answer<'a> {
        status: &'static str,
        scopes: &'a BTreeMap<&'a str, SubscribedScope>,
    }
    json(&Answer { status: "success", scopes })
}

/// Writes the answer to `syncStatus`: `{ status:"success", scopes: { name: { strategy, cursor, behind } } }`; for one that may not be read, why.
///
/// Source: `tests/wire/sync_status_answer.json`.
#[must_use]
pub fn answer_status(scopes: &BTreeMap<&str, Result<ScopeStatus, Refusal>>) -> Box<RawValue> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum One<'a> {
        Stands(&'a ScopeStatus),
        Refused(&'a Refusal),
    }
    #[derive(Serialize)]
    struct Answer<'a> {
        status: &'static str,
        scopes: BTreeMap<&'a str, One<'a>>,
    }
    let scopes = scopes.iter().map(|(scope, stands)| {
        (
            *scope,
            match stands {
                Ok(stands) => One::Stands(stands),
                Err(refusal) => One::Refused(refusal),
            },
        )
    });
    json(&Answer { status: "success", scopes: scopes.collect() })
}

/// Reads JSON that was written by this server.
#[must_use]
pub fn stored(json: &str) -> Option<&RawValue> {
    serde_json::from_str(json).ok()
}

impl Packet {
    /// Writes that there is more of a scope: `{ scope, cursor, changes? }`; `changes` are those that lead there.
    ///
    /// Source: `tests/wire/poke.json`.
    #[must_use]
    pub fn poke(scope: &str, cursor: u64, changes: Option<&[ChangeLine<'_>]>) -> Self {
        #[derive(Serialize)]
        struct Poke<'a> {
            scope: &'a str,
            cursor: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            changes: Option<&'a [ChangeLine<'a>]>,
        }
        Self::event(event::POKE, json(&Poke { scope, cursor, changes }).get().as_bytes())
    }

    /// Writes that a socket is poked no more about a scope: `{ scope, errorCode, errorParams, message }`.
    ///
    /// Source: `tests/wire/unsubscribed.json`.
    #[must_use]
    pub fn unsubscribed(scope: &str, why: &Refusal) -> Self {
        #[derive(Serialize)]
        struct Unsubscribed<'a> {
            scope: &'a str,
            #[serde(flatten)]
            why: &'a Refusal,
        }
        Self::event(event::UNSUBSCRIBED, json(&Unsubscribed { scope, why }).get().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: Result<String, SyncError>, expected: &str) {
        let read = read.unwrap_or_else(|error| match error.subject() {
            Some(subject) => format!("{} {subject}", error.code()),
            None => error.code().to_owned(),
        });
        assert_eq!(read, expected);
    }

    fn check_push(mutation: &str, expected: &str) {
        let push = format!(r#"{{"client":"c-1","mutations":[{mutation}]}}"#);
        let read = PushCall::read(&push).map(|push| {
            let MutationCall { id, call, seq, scope, after_success } = &push.mutations[0];
            let after = if *after_success { " after success" } else { "" };
            format!("{id} {seq} {} {} {scope} {}{after}", call.path, call.version, call.data.text())
        });
        check(read, expected);
    }

    #[test]
    fn a_push_is_read_and_a_wrong_one_names_its_field() {
        let good = r#"{"id":"m-1","seq":1,"name":"todos/create","version":"v1","scope":"todos-1","args":{"id":"a"}}"#;
        check_push(good, r#"m-1 1 todos/create v1 todos-1 {"id":"a"}"#);
        check_push(
            &good.replace("\"args\"", "\"after\":\"success\",\"rest\""),
            "m-1 1 todos/create v1 todos-1 {} after success",
        );
        for (from, to, field) in [
            ("\"m-1\"", "7", "id"),
            ("\"m-1\"", "\"a b\"", "id"),
            ("\"id\":\"m-1\",", "", "id"),
            ("\"seq\":1", "\"seq\":0", "seq"),
            ("\"seq\":1", "\"seq\":-1", "seq"),
            ("\"seq\":1", "\"seq\":\"1\"", "seq"),
            ("\"todos/create\"", "null", "name"),
            ("\"v1\"", "1", "version"),
            ("\"todos-1\"", "[]", "scope"),
            ("\"args\"", "\"after\":\"failure\",\"args\"", "after"),
        ] {
            check_push(&good.replacen(from, to, 1), &format!("sync-bad-request {field}"));
        }
        check_push("7", "sync-bad-request not-an-object");
        let push = |json: &str| PushCall::read(json).map(|push| format!("{} {}", push.client, push.mutations.len()));
        let user = |json: &str| PushCall::read(json).map(|push| format!("{:?}", push.asker));
        check(user(r#"{"client":"c","mutations":[]}"#), "Unsaid");
        check(user(r#"{"user":null,"client":"c","mutations":[]}"#), "Nobody");
        check(user(r#"{"user":"ann","client":"c","mutations":[]}"#), "User(\"ann\")");
        check(user(r#"{"user":7,"client":"c","mutations":[]}"#), "sync-bad-request user");
        check(push(r#"{"client":"c","mutations":[]}"#), "c 0");
        check(push(r#"{"mutations":[]}"#), "sync-bad-request client");
        check(push(r#"{"client":"","mutations":[]}"#), "sync-bad-request client");
        check(push(r#"{"client":"c"}"#), "sync-bad-request mutations");
        check(push(r#"{"client":"c","mutations":{}}"#), "sync-bad-request mutations");
        let many = |count| format!(r#"{{"client":"c","mutations":[{}]}}"#, vec![good; count].join(","));
        check(push(&many(100)), "c 100");
        check(push(&many(101)), "sync-too-many");
    }

    #[test]
    fn what_reads_is_read() {
        let pull = |json: &str| {
            PullCall::read(json).map(|pull| format!("{} {} {:?} {}", pull.scope, pull.cursor, pull.epoch, pull.limit))
        };
        check(pull(r#"{"scope":"s","cursor":7}"#), "s 7 None 100");
        check(pull(r#"{"scope":"s","cursor":0,"epoch":"e","limit":5000}"#), "s 0 Some(\"e\") 1000");
        check(pull(r#"{"cursor":7}"#), "sync-bad-request scope");
        check(pull(r#"{"scope":"s"}"#), "sync-bad-request cursor");
        check(pull(r#"{"scope":"s","cursor":-1}"#), "sync-bad-request cursor");
        check(pull(r#"{"scope":"s","cursor":1.5}"#), "sync-bad-request cursor");
        check(pull(r#"{"scope":"s","cursor":1,"limit":0}"#), "sync-bad-request limit");
        let query = |query: &'static str, last| {
            PullCall::from_query(query, last)
                .map(|pull| format!("{} {} {:?} {} {:?}", pull.scope, pull.cursor, pull.epoch, pull.limit, pull.asker))
        };
        check(query("scope=s", None), "s 0 None 100 Unsaid");
        check(query("scope=a%20b&cursor=7&epoch=e&limit=5&user=ann", None), "a b 7 Some(\"e\") 5 User(\"ann\")");
        check(query("scope=s&cursor=7&epoch=e", Some("9 f")), "s 9 Some(\"f\") 100 Unsaid");
        check(query("scope=s", Some("x f")), "sync-bad-request last-event-id");
        check(query("cursor=1", None), "sync-bad-request scope");
        check(query("scope=s&scope=t", None), "sync-bad-request scope");
        check(query("scope=s&cursor=-1", None), "sync-bad-request cursor");
        check(query("scope=s&page=1&user=", None), "s 0 None 100 Nobody");
        let snapshot = |json: &str| SnapshotCall::read(json).map(|call| format!("{} {:?}", call.scope, call.page));
        check(snapshot(r#"{"scope":"s"}"#), "s None");
        check(snapshot(r#"{"scope":"s","page":"p"}"#), "s Some(\"p\")");
        check(snapshot(r#"{"scope":"s","page":1}"#), "sync-bad-request page");
        let scopes = |json: &str| ScopesCall::read(json).map(|call| call.scopes.join(" "));
        check(scopes(r#"{"scopes":["a","b"]}"#), "a b");
        check(scopes(r#"{"scopes":[1]}"#), "sync-bad-request scopes");
        check(scopes("{}"), "sync-bad-request scopes");
    }

    #[test]
    fn what_is_answered_says_what_there_is_and_nothing_else() {
        let refusal = Refusal::new(&SyncError::new("full").param("max", 3), "It is full.".to_owned());
        let results = [
            MutationResult { id: "a", ok: true, cursor: Some(7), retires: None, settled: None, refusal: None },
            MutationResult { id: "b", ok: false, cursor: None, retires: None, settled: None, refusal: Some(refusal) },
        ];
        let expected = r#"{"status":"success","result":{"results":[{"id":"a","ok":true,"cursor":7},{"id":"b","ok":false,"errorCode":"full","errorParams":{"max":3},"message":"It is full."}],"cursor":7}}"#;
        assert_eq!(answer_push(&results).get(), expected);
        let data = stored("{\"x\":1}");
        let changes = [
            ChangeLine { cursor: 1, entity: "todo", id: "a", op: "create", data, ts: 5 },
            ChangeLine { cursor: 2, entity: "todo", id: "a", op: "delete", data: None, ts: 6 },
        ];
        let expected = r#"42["poke",{"scope":"s","cursor":2,"changes":[{"cursor":1,"entity":"todo","id":"a","op":"create","data":{"x":1},"ts":5},{"cursor":2,"entity":"todo","id":"a","op":"delete","ts":6}]}]"#;
        assert_eq!(Packet::poke("s", 2, Some(&changes)).text(), expected);
        assert_eq!(Packet::poke("s", 2, None).text(), r#"42["poke",{"scope":"s","cursor":2}]"#);
        let data = BTreeMap::from([("todo", BTreeMap::from([("a", stored("1").expect("JSON"))]))]);
        let expected = r#"{"status":"success","result":{"data":{"todo":{"a":1}},"cursor":2,"epoch":"e","next":"n"}}"#;
        assert_eq!(answer_snapshot(&data, 2, "e", Some("n")).get(), expected);
        assert_eq!(
            answer_scopes(&BTreeMap::from([("s", SubscribedScope::To { cursor: 2, epoch: "e".into() })])).get(),
            r#"{"status":"success","scopes":{"s":{"cursor":2,"epoch":"e"}}}"#
        );
    }
}
