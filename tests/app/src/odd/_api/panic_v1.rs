use crate::Ctx;
use sync::SyncError;

/// Has a bug.
#[sync::request(auth = public)]
pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    panic!("the test request was asked to panic")
}
