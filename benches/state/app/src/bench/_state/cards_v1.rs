use std::collections::BTreeMap;

use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// How many cards have a kilobyte of JSON, about.
const CARDS_OF_KILOBYTE: usize = 9;
/// How many there are at least.
const FEWEST: usize = 4;

/// Cards on a board.
#[wire(patch)]
#[derive(PartialEq)]
pub struct State {
    pub cards: BTreeMap<String, Card>,
}

/// One card.
#[wire(patch)]
#[derive(PartialEq)]
pub struct Card {
    pub title: String,
    pub text: String,
    pub x: u32,
    pub y: u32,
    pub done: bool,
}

#[wire]
pub enum Action {
    Move { id: String, x: u32 },
}

/// As many kilobytes as the name of the room says: `bench-10k-0` has ten.
#[sync::state(room = "bench-{name}", auth = public, ttl = "10m", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(key: StateKey<'_>) -> Self {
        let kilobytes = key.id().split_once('k').and_then(|(kilobytes, _)| kilobytes.parse().ok());
        Self::of(kilobytes.unwrap_or(0))
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        let Action::Move { id, x } = action;
        if let Some(card) = self.cards.get_mut(id) {
            card.x = *x;
        }
        Ok(())
    }
}

impl State {
    /// Makes a value of so many kilobytes of JSON, about.
    pub fn of(kilobytes: usize) -> Self {
        let card = |number| Card {
            title: format!("Card {number}"),
            text: "the quick brown fox jumps over the lazy dog".to_owned(),
            x: 100,
            y: 200,
            done: false,
        };
        let count = FEWEST.max(kilobytes * CARDS_OF_KILOBYTE);
        Self { cards: (0..count).map(|number| (format!("c{number:05}"), card(number))).collect() }
    }
}
