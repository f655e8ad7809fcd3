use crate::{Auth, Ctx};
use sync::SyncError;

const BROKEN: Auth = Auth::public().when("broken", |_session| panic!("the test condition was asked to panic"));

/// Can never be called: its condition has a bug.
#[sync::request(auth = BROKEN)]
pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
