use super::{ListItem, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
    pub amount: u32,
}

/// A service says how much it really is.
///
/// # Errors
///
/// `list-refused` for more than it has.
pub async fn prepare(_ctx: Ctx<'_>, args: Args) -> Result<Args, SyncError> {
    tokio::task::yield_now().await;
    match args.amount {
        // The service says nothing.
        21 => std::future::pending().await,
        34 => Err(sync::error!("list-refused").status(503)),
        13 => Err(sync::error!("list-refused").status(409)),
        amount => Ok(Args { amount: amount * 2, ..args }),
    }
}

/// Counts: what two do at once is both done.
#[sync::mutation(auth = public, rate_limit = "off")]
pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    assert_ne!(args.amount, 8, "a test was asked to panic, by {}", ctx.room());
    let mut item = tx.get::<ListItem>(&args.id)?.ok_or_else(|| sync::error!("list-gone").status(404))?;
    item.count += args.amount;
    tx.put(&item)
}
