//! Numbers that no two things share, in whichever processes they are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A number of 128 bits that nobody else has: drawn at random, or taken from a hash.
///
/// It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u128);

impl Id {
    /// Whose events those of the app itself are counted as, and those of several callers together, and of other servers.
    pub(crate) const NOBODY: Self = Self::of([0; 16]);

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

    /// Makes one of texts: the same in every process, and another one for any other texts.
    #[must_use]
    pub fn of_texts(texts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for text in texts {
            // With its length: where one text ends and the next begins counts, too.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        Self::of(*hash.finalize().first_chunk().expect("a hash of 32 bytes"))
    }

    /// Makes one of bytes that are as good as random: those of a hash are the same in every process.
    #[must_use]
    pub const fn of(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// Returns the bytes that [`of`](Id::of) makes it of.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A text that is no number: see [`Id`]'s `Display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 hexadecimal digits")]
pub struct NoId;

/// Reads what [`Display`](fmt::Display) writes: 32 hexadecimal digits, in small letters.
impl FromStr for Id {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        let read = u128::from_str_radix(text, 16).map(Self).map_err(|_| NoId)?;
        if read.to_string() == text { Ok(read) } else { Err(NoId) }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
