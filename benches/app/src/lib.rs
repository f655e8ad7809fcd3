//! An app whose handlers do next to nothing, so that what is left is ours.

mod app;
#[path = "sync.generated.rs"]
pub mod routes;

pub use app::{App, Session, server};

sync::app!(routes, app::App);
