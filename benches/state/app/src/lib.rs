//! An app whose values are as large as the name of their room says, and whose actions do next to nothing, so that what is left is ours.

mod app;
#[path = "sync.generated.rs"]
pub mod routes;

pub use app::{App, server};

sync::app!(routes, app::App);
