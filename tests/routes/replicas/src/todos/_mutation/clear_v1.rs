use super::{Todo, Tx};

#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>) -> Result<(), SyncError> {
    tx.delete::<Todo>("a").map(drop)
}
