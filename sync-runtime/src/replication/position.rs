//! Places in what a database writes, and what is stored of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A place in the write-ahead log of a Postgres, as a number of bytes.
///
/// As a text it is two numbers of which the second is no fraction: `0/9` comes before `0/10`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lsn(pub u64);

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

/// A text that is no [`Lsn`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in a write-ahead log, such as 0/16B3748")]
pub struct NoLsn(String);

impl FromStr for Lsn {
    type Err = NoLsn;

    fn from_str(text: &str) -> Result<Self, NoLsn> {
        let read = || {
            let (high, low) = text.split_once('/')?;
            let half = |digits: &str| u32::from_str_radix(digits, 16).ok().map(u64::from);
            Some(Self(half(high)? << 32 | half(low)?))
        };
        read().ok_or_else(|| NoLsn(text.to_owned()))
    }
}

impl Serialize for Lsn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lsn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is stored with what was read: of which source it is, and how far that has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored<At> {
    /// What it was read from: of anything else, nothing of this holds.
    pub origin: Origin,
    /// How far it has come.
    pub phase: Phase<At>,
}

/// What rows were read from, and by whom: where any of it is another one, all begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The cluster and its timeline, and the outbox where one is read.
    pub system: String,
    /// The database.
    pub database: String,
    /// The slot, or what takes its place.
    pub slot: String,
    /// What the tables and their replicas look like, as a hash.
    pub shape: String,
    /// What tells of changes, as a hash: the tables, and their places in the publication, or their triggers.
    pub told_by: String,
}

/// How far a reader has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum Phase<At> {
    /// What there was before is being forgotten.
    Forgetting,
    /// The tables are being copied.
    Copying {
        /// Where the stream begins that follows.
        from: At,
        /// How many tables are done.
        tables: usize,
        /// The key of the last row of the next one that is copied.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// What is committed is stored.
    Streaming {
        /// Up to where.
        at: At,
        /// From where on what is stored is what was committed: a copy that was gone on with is newer than that before.
        fence: At,
    },
}

impl<At: Ord> Phase<At> {
    /// Returns whether what is stored is of one moment.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Streaming { at, fence } if at >= fence)
    }
}

impl<At: Serialize + for<'de> Deserialize<'de> + Ord> Stored<At> {
    /// Reads what a log has stored; `None` for what another program has.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Writes it.
    pub fn text(&self) -> Box<str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// Returns whether all that is stored is of one moment, so that it may be read.
    pub fn is_live(&self) -> bool {
        self.phase.is_live()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_two_numbers() {
        for (text, number) in [("0/9", 9), ("0/10", 16), ("1/0", 1 << 32), ("16/B374D848", 0x16_B374_D848)] {
            let lsn: Lsn = text.parse().expect("a place");
            assert_eq!((lsn.0, lsn.to_string().as_str()), (number, text));
        }
        assert!("0/9".parse::<Lsn>().ok() < "0/10".parse::<Lsn>().ok());
        for text in ["", "0", "0/", "/0", "x/0", "0/123456789", "0/-1"] {
            assert_eq!(text.parse::<Lsn>(), Err(NoLsn(text.to_owned())));
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let origin = Origin {
            system: "7".into(),
            database: "app".into(),
            slot: "sync_app".into(),
            shape: "1f".into(),
            told_by: "(1,2,3)".into(),
        };
        let phases = [
            (Phase::Forgetting, r#"{"is":"forgetting"}"#, false),
            (
                Phase::Copying { from: Lsn(9), tables: 1, after: Some("k".into()) },
                r#"{"is":"copying","from":"0/9","tables":1,"after":"k"}"#,
                false,
            ),
            (Phase::Streaming { at: Lsn(9), fence: Lsn(16) }, r#"{"is":"streaming","at":"0/9","fence":"0/10"}"#, false),
            (
                Phase::Streaming { at: Lsn(16), fence: Lsn(16) },
                r#"{"is":"streaming","at":"0/10","fence":"0/10"}"#,
                true,
            ),
        ];
        for (phase, text, is_live) in phases {
            let stored = Stored { origin: origin.clone(), phase };
            let written = stored.text();
            assert!(written.ends_with(&format!(",\"phase\":{text}}}")), "{written}");
            assert_eq!((Stored::read(&written), stored.is_live()), (Some(stored.clone()), is_live));
        }
        assert_eq!(Stored::<Lsn>::read("{}"), None);
    }
}
