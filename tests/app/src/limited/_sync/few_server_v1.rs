use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {}

/// Three times at once, and then once in an hour.
#[sync::server(auth = public, empty_room = allow, rate_limit = "1/h, burst 3")]
pub async fn main(_ctx: Ctx<'_>, _input: &ClientInput) -> Result<(), SyncError> {
    Ok(())
}
