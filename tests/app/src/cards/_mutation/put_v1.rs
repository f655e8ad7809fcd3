use super::{Card, Tx};
use crate::Ctx;
use crate::routes::cards::_entity::CardState;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    #[wire(number)]
    pub id: i64,
    pub title: String,
    /// That of the scope, where this is left out.
    pub board: Option<String>,
}

/// Adds a card, or counts that it was written once more; there are three at most.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    let board = args.board.as_deref().or(ctx.room().strip_prefix("cards-")).unwrap_or_default();
    let before = tx.get::<Card>(&args.id)?;
    let is_new = before.is_none();
    let card = Card {
        id: args.id,
        board: board.to_owned(),
        title: args.title.clone(),
        done: false,
        count: before.as_ref().map_or(0, |card| card.count + 1),
        text: before.as_ref().and_then(|card| card.text.clone()),
        due: None,
        tags: vec!["a \"b\"".to_owned(), "c".to_owned()],
        extra: before
            .as_ref()
            .and_then(|card| card.extra.clone())
            .or_else(|| Some(sync::serde_json::json!({ "by": ctx.session().user_id }))),
        state: CardState::Open,
        heft: before.as_ref().and_then(|card| card.heft).or(Some(0.5)),
    };
    if is_new {
        tx.create(&card)?
    } else {
        tx.put(&card)?
    }
    let (count, list) = (tx.count::<Card>()?, tx.list::<Card>()?);
    assert_eq!(count, list.len());
    if count > 3 { Err(sync::error!("list-full", max = 3)) } else { Ok(()) }
}
