use super::{Todo, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Asked {
    pub id: String,
}

pub fn upgrade(old: super::rename_v2::Args) -> Asked {
    Asked { id: old.id }
}

/// Gives one another name.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Asked) -> Result<(), SyncError> {
    tx.put(&Todo { id: args.id.clone() })
}
