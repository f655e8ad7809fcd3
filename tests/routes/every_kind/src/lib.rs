use sync::error;
#[path = "sync.generated.rs"]
pub mod routes;

pub fn refuse() -> sync::SyncError {
    error!("refused-everywhere")
}
