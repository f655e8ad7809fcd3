//! Places in a room's order, opaque to those who read them.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A place in one room's order: the events of an epoch are numbered 1, 2, 3 … without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The history that `seq` counts in; a room whose history is lost starts a new one.
    pub epoch: u64,
    /// The number of the event; 0 is the place before the first.
    pub seq: u64,
}

/// Turns positions into text and back.
///
/// On the wire a position is one encrypted block: equal for all members, and two of them say nothing about how many events
/// lie between, so that nobody can count what was skipped for it.
///
/// # Examples
///
/// ```
/// use sync::__private::{Position, PositionKey};
///
/// let key = PositionKey::new([7; 16]);
/// let place = Position { epoch: 1, seq: 2 };
/// assert_eq!(key.open(&key.seal(place)), Some(place));
/// assert_eq!(key.open("not a position"), None);
/// ```
pub struct PositionKey(Aes128);

impl PositionKey {
    /// Creates the key from 16 random bytes.
    #[must_use]
    pub fn new(key: [u8; 16]) -> Self {
        Self(Aes128::new(&key.into()))
    }

    /// Writes a position: 22 characters.
    #[must_use]
    pub fn seal(&self, position: Position) -> String {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&position.epoch.to_be_bytes());
        block[8..].copy_from_slice(&position.seq.to_be_bytes());
        let mut block = block.into();
        self.0.encrypt_block(&mut block);
        URL_SAFE_NO_PAD.encode(block)
    }

    /// Reads a position; `None` for a text that is none. A text sealed under another key gives an epoch that no room has.
    #[must_use]
    pub fn open(&self, text: &str) -> Option<Position> {
        let block: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let mut block = block.into();
        self.0.decrypt_block(&mut block);
        let half = |range: std::ops::Range<usize>| block[range].try_into().ok().map(u64::from_be_bytes);
        Some(Position { epoch: half(0..8)?, seq: half(8..16)? })
    }
}

impl std::fmt::Debug for PositionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PositionKey")
    }
}
