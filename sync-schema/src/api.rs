//! The routes of an app with their types.

use crate::{Shape, Types};

/// Everything that a front end can know about an app.
#[derive(Debug, Clone)]
pub struct Api {
    /// The folder of the app's `Cargo.toml`, absolute; where `[package.metadata.sync]` is read.
    pub manifest_dir: String,
    /// The routes, sorted by page, name and version.
    pub routes: Vec<RouteTypes>,
    /// The app's session, as a client reads it from `/auth/session`.
    pub session: WireType,
    /// What others may know of a user.
    pub public: WireType,
    /// Every error code that the app can answer with, sorted: the framework's and the app's own.
    pub error_codes: Vec<String>,
    /// The definitions that all shapes above refer to.
    pub types: Types,
}

/// One version of one route.
#[derive(Debug, Clone)]
pub struct RouteTypes {
    /// The page, nested pages with slashes: `test/nestedTest`; `root` for `src/_sync`.
    pub page: String,
    /// The name inside the page.
    pub name: String,
    /// The version: `v1`.
    pub version: String,
    /// The doc comment of the handler: the server's, or the client's where there is no server file.
    pub docs: String,
    /// The handler files, relative to the app's folder, with forward slashes; server first.
    pub sources: Vec<String>,
    /// What a caller sends.
    pub client_input: WireType,
    /// What the handler answers and every member gets; `{}` where there is no server file.
    pub server_output: WireType,
    /// What each member gets for itself; `{}` where there is no client file or where it is a gate.
    pub client_output: WireType,
    /// What the handler streams, if it streams.
    pub server_stream: Option<WireType>,
    /// What the filter streams, if it streams.
    pub client_stream: Option<WireType>,
}

/// A type in one place, with a way to send a value through it.
#[derive(Debug, Clone)]
pub struct WireType {
    /// Which JSON it is.
    pub shape: Shape,
    /// Reads JSON text as this type with serde and writes it again; the error is serde's own sentence.
    ///
    /// This lets a test compare what Rust really writes with what the shape, and so the TypeScript, says.
    pub round_trip: fn(&str) -> Result<String, String>,
}
