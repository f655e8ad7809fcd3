//! What callers of the first version sent, and what they were answered: the second one answers for it.

use sync::wire;

#[wire]
pub struct ClientInput {
    #[validate(length(max = 20))]
    pub to: String,
    #[serde(default)]
    pub is_quick: bool,
}

#[wire]
pub struct ServerOutput {
    pub place: String,
}
