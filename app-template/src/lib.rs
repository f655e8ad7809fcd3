//! A Syncwright app: events in `src/<page>/_sync/`, requests in `src/<page>/_api/`, what they share in `app.rs`, how people sign in in `auth.rs`.

mod app;
mod auth;
mod page;
#[path = "sync.generated.rs"]
pub mod routes;

sync::app!(routes, app::App);
