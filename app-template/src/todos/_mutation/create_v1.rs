use super::{Todo, Tx};
use crate::Ctx;
use crate::routes::todos::_scope::list_of;
use sync::{SyncError, wire};

/// How many a list has at most.
const MOST: usize = 100;

#[wire]
pub struct Args {
    pub id: String,
    #[validate(length(min = 1, max = 200))]
    pub title: String,
    pub place: String,
}

/// Adds something to do.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    if tx.count::<Todo>()? >= MOST {
        return Err(sync::error!("todos-full", max = MOST).status(409));
    }
    tx.create(&Todo {
        id: args.id.clone(),
        list: list_of(ctx.room()).to_owned(),
        title: args.title.clone(),
        done: false,
        votes: 0,
        place: args.place.clone(),
        author: ctx.session().name.clone(),
    })
}
