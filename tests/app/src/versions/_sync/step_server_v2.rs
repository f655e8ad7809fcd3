//! As the first version, with a speed; no `main` either.

use super::v1;
use sync::wire;

#[wire]
pub struct ClientInput {
    #[validate(length(max = 20))]
    pub to: String,
    #[validate(range(min = 1, max = 9))]
    pub speed: u8,
}

#[wire]
pub struct ServerOutput {
    pub place: String,
    pub speed: u8,
}

pub fn upgrade(old: v1::server::ClientInput) -> ClientInput {
    assert_ne!(old.to, "upgrade-panic", "a test was asked to panic");
    ClientInput { to: old.to, speed: if old.is_quick { 9 } else { 1 } }
}

pub fn downgrade(output: &ServerOutput) -> v1::server::ServerOutput {
    v1::server::ServerOutput { place: output.place.clone() }
}
