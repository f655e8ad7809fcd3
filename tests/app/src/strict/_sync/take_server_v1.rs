use crate::Ctx;
use sync::{SyncError, wire};

/// A type of every shape in which an unknown field could hide.
#[wire]
pub struct ClientInput {
    #[validate(nested)]
    pub tags: Option<Vec<Tag>>,
    pub color: Option<Color>,
    pub mark: Option<Mark>,
    pub step: Option<Step>,
    pub answer: Option<Answer>,
    pub either: Option<Either>,
    pub tree: Option<Tree>,
    pub scores: Option<std::collections::BTreeMap<String, u8>>,
    pub day: Option<sync::chrono::NaiveDate>,
    pub note: Option<sync::serde_json::Value>,
}

#[wire]
pub struct Tag {
    pub name: String,
    #[validate(range(max = 10))]
    pub weight: u32,
}

#[wire]
pub enum Color {
    DarkRed,
    Green,
}

/// Some variants carry something, some do not.
#[wire]
pub enum Mark {
    Plain,
    Colored { color: Color },
}

#[wire]
#[serde(tag = "kind")]
pub enum Step {
    Pass,
    Move { to: String },
}

#[wire]
#[serde(tag = "kind", content = "value")]
pub enum Answer {
    No,
    Yes { reason: String },
}

#[wire]
#[serde(untagged)]
pub enum Either {
    Number { number: i32 },
    Text { text: String },
}

#[wire]
pub struct Tree {
    pub child: Option<Box<Tree>>,
}

/// Takes it and does nothing.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>, _input: &ClientInput) -> Result<(), SyncError> {
    Ok(())
}
