//! Places in a room's order, opaque to those who read them.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::id::Id;

/// A place in one room's order: the events of an epoch are numbered 1, 2, 3 … without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The history that `seq` counts in, less than [`EPOCHS`](Position::EPOCHS); a room whose history is lost starts a new one.
    pub epoch: u64,
    /// The number of the event, less than 2^48; 0 is the place before the first.
    pub seq: u64,
    /// 0 for the place of an event, which is the same for all; for the place where somebody joined, a random number:
    /// nobody can tell from two joins whether something happened between them.
    pub salt: u32,
}

impl Position {
    /// How many epochs there are to tell apart.
    pub const EPOCHS: u64 = 1 << 48;

    /// Returns the place of an event.
    #[must_use]
    pub fn of_event(epoch: u64, seq: u64) -> Self {
        Self { epoch, seq, salt: 0 }
    }

    /// Draws an epoch that no other room has.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness.
    #[must_use]
    pub fn random_epoch() -> u64 {
        let mut epoch = [0; 8];
        getrandom::fill(&mut epoch).expect("the operating system has randomness");
        u64::from_ne_bytes(epoch) % Self::EPOCHS
    }

    /// Returns the place of somebody who joins behind this one.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness.
    #[must_use]
    pub fn joined(self) -> Self {
        let mut salt = [0; 4];
        getrandom::fill(&mut salt).expect("the operating system has randomness");
        Self { salt: u32::from_ne_bytes(salt).max(1), ..self }
    }
}

/// How long a position is as text.
const SEALED: usize = 22;
/// The longest text that may be a position, in bytes (PRODUCT §5).
const LONGEST: usize = 64;

/// Turns positions into text and back.
///
/// On the wire a position is one encrypted block: that of an event is equal for all members, and two of them say nothing about how many
/// events lie between, so that nobody can count what was skipped for it.
///
/// # Examples
///
/// ```
/// use sync::__private::{Position, PositionKey};
///
/// let key = PositionKey::new([7; 16]);
/// let place = Position::of_event(1, 2);
/// assert_eq!(key.open(&key.seal(place)), Some(place));
/// assert_eq!(key.open("not a position"), None);
/// ```
pub struct PositionKey {
    cipher: Aes128,
    bytes: [u8; 16],
}

impl PositionKey {
    /// Creates the key from 16 random bytes.
    #[must_use]
    pub fn new(key: [u8; 16]) -> Self {
        Self { cipher: Aes128::new(&key.into()), bytes: key }
    }

    /// Returns the bytes, for the process that takes over from this one.
    pub(crate) fn bytes(&self) -> [u8; 16] {
        self.bytes
    }

    /// Writes a position: 22 characters.
    #[must_use]
    pub fn seal(&self, position: Position) -> String {
        let mut block = [0; 16];
        block[..6].copy_from_slice(&position.epoch.to_be_bytes()[2..]);
        block[6..12].copy_from_slice(&position.seq.to_be_bytes()[2..]);
        block[12..].copy_from_slice(&position.salt.to_be_bytes());
        let mut block = block.into();
        self.cipher.encrypt_block(&mut block);
        URL_SAFE_NO_PAD.encode(block)
    }

    /// Writes that somebody, named by these texts, is behind a place since they came there: 44 characters that nobody else can write, and that
    /// prove nothing for anybody else.
    #[must_use]
    pub fn seal_membership(&self, who: &[&str], since: Position) -> String {
        let since = self.seal(since);
        let proof = self.proof(who, &since);
        [since, proof].concat()
    }

    /// Reads since when somebody has been there; `None` for a text that does not prove it.
    #[must_use]
    pub fn open_membership(&self, who: &[&str], text: &str) -> Option<Position> {
        let (since, proof) = text.split_at_checked(SEALED)?;
        // Nobody can come nearer to one by trying: each try is a message, and the texts differ in 128 bits.
        (self.proof(who, since) == proof).then(|| self.open(since))?
    }

    fn proof(&self, who: &[&str], since: &str) -> String {
        let texts = [who, &["member since", since]].concat();
        URL_SAFE_NO_PAD.encode(self.number_of(&texts).to_bytes())
    }

    /// Returns a number of what these texts name: the same on every server that has the key, and nobody else can tell what it is of.
    #[must_use]
    pub fn number_of(&self, texts: &[&str]) -> Id {
        let mut block = Id::of_texts(texts).to_bytes().into();
        self.cipher.encrypt_block(&mut block);
        Id::of(block.into())
    }

    /// Reads a position; `None` for a text that is none. A text sealed under another key gives an epoch that no room has.
    #[must_use]
    pub fn open(&self, text: &str) -> Option<Position> {
        if text.len() > LONGEST {
            return None;
        }
        let block: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let mut block = block.into();
        self.cipher.decrypt_block(&mut block);
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let salt = u32::try_from(number(&block[12..])).ok()?;
        Some(Position { epoch: number(&block[..6]), seq: number(&block[6..12]), salt })
    }
}

impl std::fmt::Debug for PositionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PositionKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_membership_is_one_person_s_in_one_room_and_cannot_be_changed() {
        let key = PositionKey::new([7; 16]);
        let since = Position::of_event(3, 41);
        let text = key.seal_membership(&["ada", "chat"], since);
        assert_eq!((text.len(), key.open_membership(&["ada", "chat"], &text)), (2 * SEALED, Some(since)));
        for who in [["bob", "chat"], ["ada", "game"]] {
            assert_eq!(key.open_membership(&who, &text), None);
        }
        let earlier = key.seal(Position::of_event(3, 1));
        let forged = [&earlier, &text[SEALED..]].concat();
        for wrong in ["", "é", &text[1..], &forged, &text[..SEALED], &[&text, "A"].concat()] {
            assert_eq!(key.open_membership(&["ada", "chat"], wrong), None, "{wrong}");
        }
        assert_eq!(PositionKey::new([8; 16]).open_membership(&["ada", "chat"], &text), None);
    }
}
