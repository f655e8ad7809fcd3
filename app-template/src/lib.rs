//! A Syncwright app: handlers in `src/<page>/_sync/`, what they share in `app.rs`, how people sign in in `auth.rs`.

mod app;
mod auth;
mod page;
#[path = "sync.generated.rs"]
pub mod routes;

sync::app!(routes, app::App);
