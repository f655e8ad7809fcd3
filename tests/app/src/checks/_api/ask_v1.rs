use super::super::_may::{Asked, Ran, may};
use crate::Ctx;
use sync::SyncError;

/// Answers whom its check lets through.
#[sync::request(auth = public, check = may, timeout = 0.3, method = GET)]
pub async fn main(ctx: Ctx<'_>, _input: &Asked) -> Result<Ran, SyncError> {
    ctx.app().begun.send_modify(|begun| *begun += 1);
    Ok(Ran { ran: true })
}
