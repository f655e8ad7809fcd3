use crate::Ctx;
use sync::{SyncError, wire};

/// Names that every object of JavaScript has already.
#[wire]
#[derive(PartialEq)]
pub struct Words {
    pub constructor: Option<i32>,
    pub to_string: Option<String>,
    #[serde(default)]
    pub value_of: bool,
}

#[wire]
pub struct ServerOutput {
    pub words: Words,
    #[serde(rename = "__proto__")]
    pub proto: i32,
}

/// Says again what was said.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &Words) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { words: input.clone(), proto: 5 })
}
