//! An app of two rooms, of which one outlives the process: what happens in them is a number, so that every gap and every repeat shows.

mod app;
#[path = "sync.generated.rs"]
pub mod routes;

pub use app::{App, server};

sync::app!(routes, app::App);
