//! An app whose handlers misbehave in every way that a test needs.

mod app;
#[path = "sync.generated.rs"]
pub mod routes;

pub use app::{App, BUSY, Session, server, server_with_files};

sync::app!(routes, app::App);
