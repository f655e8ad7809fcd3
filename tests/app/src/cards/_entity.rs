use sync::serde_json::Value;
use sync::{Uuid, chrono, wire};

/// A row with a column of each kind.
#[sync::entity(table = "public.cards")]
pub struct Card {
    #[key]
    #[wire(number)]
    pub id: i64,
    /// The boards that it is on, with commas between them; none where it is empty.
    pub board: String,
    #[validate(length(min = 1, max = 40))]
    pub title: String,
    pub done: bool,
    pub count: i32,
    /// Large, so that a database keeps it beside the row.
    pub text: Option<String>,
    pub due: Option<chrono::DateTime<chrono::Utc>>,
    pub tags: Vec<String>,
    pub extra: Option<Value>,
    pub state: CardState,
    #[serde(rename = "weight")]
    pub heft: Option<f64>,
}

/// What has become of a card.
#[wire]
pub enum CardState {
    Open,
    Shut,
}

/// A row that refers to another one.
#[sync::entity(table = "public.remarks")]
pub struct Remark {
    #[key]
    pub id: Uuid,
    #[wire(number)]
    pub card: i64,
    pub board: String,
    pub text: String,
}
