use super::{Todo, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
    /// As it was, where this is left out.
    pub title: Option<String>,
    /// As it was, where this is left out.
    pub done: Option<bool>,
}

/// Changes what is given, and nothing else: of two who change one field, the last one counts; two who change different ones do not meet.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    let is_there = tx.update(&args.id, |todo: &mut Todo| {
        if let Some(title) = &args.title {
            todo.title.clone_from(title);
        }
        todo.done = args.done.unwrap_or(todo.done);
    })?;
    if is_there { Ok(()) } else { Err(sync::error!("todo-gone").status(409)) }
}
