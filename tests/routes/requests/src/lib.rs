#[path = "sync.generated.rs"]
pub mod routes;
