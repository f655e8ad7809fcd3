//! Opaque tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::id::Id;

/// A fresh token: 32 random bytes as 43 characters. It is shown once, to its user, and never kept.
pub struct Token(String);

/// What is kept of a token: its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// Draws a token from the operating system's random source.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness: no session can be safe then.
    #[must_use]
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system has randomness");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Returns the text for the user.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TokenHash {
    /// Hashes what a client sent as its token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Makes a key of the bytes that a store has kept.
    #[must_use]
    pub fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for a store that keeps them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the number of the session: another hash, since this one lets in whoever can write to the store.
    pub(super) fn session_id(&self) -> Id {
        let hash: [u8; 32] = Sha256::new_with_prefix("session id").chain_update(self.0).finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Id::of(half)
    }

    pub(crate) fn first_byte(&self) -> u8 {
        self.0[0]
    }
}

// A token in a log is a session given away.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}
