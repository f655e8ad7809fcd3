//! The routes of an app with their types.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::shape::{Shape, Types};

/// A day of the calendar, in UTC; its text is that of ISO 8601, `2027-03-01`.
pub type Day = chrono::NaiveDate;

/// Everything that a front end can know about an app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Api {
    /// The folder of the app's `Cargo.toml`, absolute; where `[package.metadata.sync]` is read.
    pub manifest_dir: String,
    /// What the paths of the app's own types begin with: the name of its library; empty where that is not known.
    #[serde(default)]
    pub library: String,
    /// The routes, sorted by lane, page, name and version.
    pub routes: Vec<RouteTypes>,
    /// The app's session, as a client reads it from `/auth/session`.
    pub session: WireType,
    /// What others may know of a user.
    pub public: WireType,
    /// The names of rooms that rules open, as the patterns of these: `chess-{game_id}`, sorted.
    #[serde(default)]
    pub rooms: Vec<String>,
    /// The names of scopes that rules open, likewise.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What lives in scopes, sorted by name.
    #[serde(default)]
    pub entities: Vec<EntityTypes>,
    /// Where it can be seen who is there; `None` where no rule of a room has it.
    pub presence: Option<PresenceTypes>,
    /// Every error code that the app can answer with, sorted: the framework's and the app's own.
    pub error_codes: Vec<String>,
    /// The fingerprints of contracts that were released and hold, the newest last.
    #[serde(default)]
    pub released: Vec<String>,
    /// The definitions that all shapes above refer to.
    pub types: Types,
}

/// The rooms whose members can see who is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PresenceTypes {
    /// The patterns of their rules, `chess-{game_id}`, sorted.
    pub rooms: Vec<String>,
    /// What people say of themselves.
    pub data: WireType,
}

/// What lives in the scopes of a page: durable data, told apart by its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EntityTypes {
    /// The page.
    pub page: String,
    /// What it is called on the wire: `todo`.
    pub name: String,
    /// How the field with its key is called in JSON.
    pub key: String,
    /// The file that it is written in, relative to the app's folder.
    pub source: String,
    /// The names of its scopes, as the pattern of their rule: `todos-{list}`.
    pub scope: String,
    /// What it is.
    pub wire: WireType,
}

/// One way for a front end and the server to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Lane {
    /// Something happened, and a room hears of it: `src/<page>/_sync/`.
    Event,
    /// Question and answer, and nobody else hears it: `src/<page>/_api/`.
    Request,
    /// One value for each room, changed by actions alone: `src/<page>/_state/`.
    State,
    /// Durable data, changed by mutations that happen once: `src/<page>/_mutation/`.
    Mutation,
}

impl Lane {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Event, Self::Request, Self::State, Self::Mutation];

    /// Returns its name: `event`, `request`, `state` or `mutation`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Request => "request",
            Self::State => "state",
            Self::Mutation => "mutation",
        }
    }
}

/// One version of one route, whatever its lane.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RouteTypes {
    /// The lane, in which page, name and version are its own.
    pub lane: Lane,
    /// The page, nested pages with slashes: `test/nestedTest`; `root` for that of `src` itself.
    pub page: String,
    /// The name inside the page.
    pub name: String,
    /// The version: `v1`.
    pub version: String,
    /// The doc comment of the handler; of the filter where there is no handler.
    pub docs: String,
    /// The handler files, relative to the app's folder, with forward slashes; server first.
    pub sources: Vec<String>,
    /// Which rooms it can be sent to, as the pattern of their rule, `chess-{game_id}`, or [`EVERYONE`](crate::EVERYONE); `None` for any room, and in
    /// lanes without rooms.
    pub room: Option<String>,
    /// What crosses the network for this route, in the order of the lane's documentation.
    pub payloads: Vec<Payload>,
    /// What is stored of it, where that outlives the server; it is read again by whichever build comes next.
    #[serde(default)]
    pub stored: Option<WireType>,
    /// The last day on which it is answered, if one was announced: `cargo sync release --retire`.
    #[serde(default)]
    pub retires: Option<Day>,
}

impl RouteTypes {
    /// Returns how a contract names it: `event chess/move v1`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}/{} {}", self.lane.word(), self.page, self.name, self.version)
    }

    /// Returns its page, name and version with slashes, as callers over HTTP write it: `chess/move/v1`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}/{}", self.page, self.name, self.version)
    }

    /// Returns what a caller sends.
    #[must_use]
    pub fn input(&self) -> Option<&Payload> {
        self.payloads.iter().find(|payload| payload.direction == Direction::ToServer)
    }
}

/// One of the things that travel for a route.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payload {
    /// What it is called in TypeScript: `clientInput`.
    pub name: Cow<'static, str>,
    /// Which way it goes.
    pub direction: Direction,
    /// What it is; `None` for one that this route does not have, such as a stream.
    pub wire: Option<WireType>,
    /// It can stand in the query of a URL, where a field has one value and no parts.
    pub is_query: bool,
}

impl Payload {
    /// What a caller sends.
    #[must_use]
    pub fn input(name: impl Into<Cow<'static, str>>, wire: WireType) -> Self {
        Self { name: name.into(), direction: Direction::ToServer, wire: Some(wire), is_query: false }
    }

    /// What a caller sends in the query of a URL.
    #[must_use]
    pub fn query(name: impl Into<Cow<'static, str>>, wire: WireType) -> Self {
        Self { is_query: true, ..Self::input(name, wire) }
    }

    /// What the server sends.
    #[must_use]
    pub fn output(name: impl Into<Cow<'static, str>>, wire: WireType) -> Self {
        Self { name: name.into(), direction: Direction::FromServer, wire: Some(wire), is_query: false }
    }

    /// What the server could send and this route never does.
    #[must_use]
    pub fn never(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), direction: Direction::FromServer, wire: None, is_query: false }
    }
}

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// From the server.
    FromServer,
    /// To the server.
    ToServer,
}

/// A type in one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireType {
    /// Which JSON it is.
    pub shape: Shape,
}
