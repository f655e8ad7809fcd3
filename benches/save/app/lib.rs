mod app;
#[path = "sync.generated.rs"]
pub mod routes;

sync::app!(routes, app::App);
