use crate::Ctx;
use crate::routes::strict::take_v1::server::ClientInput;
use sync::SyncError;

/// Takes it and does nothing.
#[sync::request(auth = public)]
pub async fn main(_ctx: Ctx<'_>, _input: &ClientInput) -> Result<(), SyncError> {
    Ok(())
}
