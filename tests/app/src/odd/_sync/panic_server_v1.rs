use crate::Ctx;
use sync::SyncError;

/// Has a bug.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    panic!("the test handler was asked to panic")
}
