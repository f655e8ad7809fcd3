use super::{ListItem, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub item: String,
    #[validate(length(max = 40))]
    pub words: String,
    pub is_loud: bool,
}

pub fn upgrade(old: super::shout_v1::Args) -> Args {
    assert_ne!(old.text, "panic", "a test was asked to panic");
    Args { item: old.id, words: old.text, is_loud: true }
}

pub async fn prepare(_ctx: Ctx<'_>, args: Args) -> Result<Args, SyncError> {
    Ok(Args { words: if args.is_loud { args.words.to_uppercase() } else { args.words.clone() }, ..args })
}

/// Writes something in capitals.
#[sync::mutation(auth = public)]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    tx.put(&ListItem { id: args.item.clone(), text: args.words.clone(), count: 0 })
}
