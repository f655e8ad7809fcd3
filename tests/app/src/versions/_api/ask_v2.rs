use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    pub words: Vec<String>,
    #[serde(default)]
    pub is_loud: bool,
}

#[wire]
pub struct Output {
    pub lengths: Vec<u32>,
}

pub fn upgrade(old: super::ask_v1::Input) -> Input {
    Input { words: vec![old.word], is_loud: false }
}

pub fn downgrade(new: &Output) -> super::ask_v1::Output {
    super::ask_v1::Output { length: new.lengths.iter().fold(0, |sum, length| sum.saturating_add(*length)) }
}

/// Counts the letters of words.
#[sync::request(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    let lengths = input.words.iter().map(|word| u32::try_from(word.chars().count()).unwrap_or(u32::MAX));
    Ok(Output { lengths: lengths.collect() })
}
