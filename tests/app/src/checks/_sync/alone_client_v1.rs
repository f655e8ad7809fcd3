use super::super::_may::{Asked, may};
use crate::{Ctx, Member};
use sync::SyncError;

async fn may_shout(ctx: Ctx<'_>, input: &Asked) -> Result<(), SyncError> {
    may(ctx, input).await
}

/// Reaches everybody, if its check lets the caller through.
#[sync::client(auth = public, check = may_shout)]
pub fn main(_member: Member<'_>, input: &Asked) -> bool {
    !input.may.is_empty()
}
