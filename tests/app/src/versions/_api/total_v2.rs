use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    pub terms: Vec<u32>,
}

#[wire]
pub struct Output {
    pub terms: Vec<u32>,
}

pub fn upgrade(_: super::total_v1::Input) -> Input {
    Input { terms: vec![1] }
}

/// It has a bug: the sum may be too large.
pub fn downgrade(new: &Output) -> super::total_v1::Output {
    super::total_v1::Output { total: new.terms.iter().sum() }
}

#[sync::request(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    Ok(Output { terms: input.terms.clone() })
}
