//! The contracts that pages may have been built with.

use std::sync::OnceLock;

use crate::api::describe;
use crate::route::{App, Table};
use crate::wire::Known;

/// A page that has not said which one is its.
const UNSAID: u8 = 0;
/// That of the server itself.
const OWN: u8 = 1;
/// None of those that are known.
const UNKNOWN: u8 = 2;
/// The first of those that were released.
const RELEASED: u8 = 3;

/// The contracts that a server knows, by numbers that its sockets keep.
pub(super) struct Contracts {
    describe: Box<dyn Fn() -> String + Send + Sync>,
    /// Once somebody has asked: to describe an app is work.
    own: OnceLock<&'static str>,
    released: &'static [&'static str],
}

impl Contracts {
    pub(super) fn of<A: App>(table: &'static Table<A>) -> Self {
        let newest = table.released.len().saturating_sub(usize::from(u8::MAX - RELEASED));
        let describe = Box::new(|| describe(table).fingerprint());
        Self { describe, own: OnceLock::new(), released: &table.released[newest..] }
    }

    fn own(&self) -> &'static str {
        // Once in the life of a server.
        self.own.get_or_init(|| (self.describe)().leak())
    }

    /// Returns the number of a contract, by its fingerprint.
    pub(super) fn number(&self, contract: Option<&str>) -> u8 {
        let Some(contract) = contract else { return UNSAID };
        if contract == self.own() {
            return OWN;
        }
        let place = self.released.iter().position(|released| *released == contract);
        place.and_then(|place| u8::try_from(place).ok()).map_or(UNKNOWN, |place| place.saturating_add(RELEASED))
    }

    /// Says what is known of one; `None` where none was said.
    pub(super) fn known(&self, number: u8) -> Option<Known> {
        match number {
            UNSAID => None,
            OWN => Some(Known::Same),
            UNKNOWN => Some(Known::Unknown),
            _ => Some(Known::Kept),
        }
    }

    /// Returns the fingerprint of one; `None` where none was said. Of one that is not known, a text that no other has.
    pub(super) fn fingerprint(&self, number: u8) -> Option<String> {
        (number != UNSAID).then(|| self.label(number).to_owned())
    }

    /// Returns the fingerprint of one, or what it is called that has none here.
    pub(super) fn label(&self, number: u8) -> &'static str {
        match number {
            UNSAID => "unsaid",
            OWN => self.own(),
            UNKNOWN => "unknown",
            _ => self.released.get(usize::from(number - RELEASED)).unwrap_or(&"unknown"),
        }
    }
}
