use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    #[validate(length(min = 1, max = 9))]
    pub word: String,
}

/// It has a bug: the word may be empty.
pub fn upgrade(old: super::narrow_v1::Input) -> Input {
    Input { word: old.word }
}

#[sync::request(auth = public)]
pub async fn main(_ctx: Ctx<'_>, _input: &Input) -> Result<(), SyncError> {
    Ok(())
}
