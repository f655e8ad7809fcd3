//! Numbers that no two things share, in whichever processes they are.

use std::fmt;

/// A number of 128 bits that nobody else has: drawn at random, or taken from a hash.
///
/// It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u128);

impl Id {
    /// Draws one.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system has randomness");
        Self::of(bytes)
    }

    /// Makes one of bytes that are as good as random: those of a hash are the same in every process.
    #[must_use]
    pub fn of(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
