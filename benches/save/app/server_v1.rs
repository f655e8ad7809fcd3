use crate::Ctx;
use crate::app::Person;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    #[validate(range(min = 1, max = 100))]
    pub amount: i32,
    #[validate(length(max = 80))]
    pub note: Option<String>,
    pub items: Vec<ItemROUTE>,
}

#[wire]
pub struct ItemROUTE {
    pub name: String,
    pub weight: f64,
    pub kind: KindROUTE,
}

#[wire]
pub enum KindROUTE {
    Small,
    Large,
    Other { label: String },
}

#[wire]
pub struct ServerOutput {
    pub new_value: i32,
    pub items: Vec<ItemROUTE>,
    pub by: Person,
}

/// Adds to the room's counter.
#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    let new_value = input.amount + 1;
    Ok(ServerOutput { new_value, items: input.items.clone(), by: ctx.sender() })
}
