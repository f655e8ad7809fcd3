//! A server takes over from the one before it, on the same machine: its listening socket, its files, what it knows, and the connections of its clients.
//!
//! They meet at a socket in the folder of the server's files. Until the new one is ready, nothing changes for anybody. Then the old one stands
//! still, hands over what it has, and goes on as if nothing had been, unless the new one says that it has taken it and is told to go: so at any
//! time one of them has the connections, and never both.
//!
//! ```text
//! new ──► old   Hello          old ──► new   Welcome, with the listening socket and the locks of files
//! new ──► old   Ready                        Rest, with the connections             (the old one stands still from here …)
//! new ──► old   Taken                        Go                                     (… to here)
//! ```

mod claim;
mod offer;
mod swap;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::dispatch::Estate;
use crate::transport::HandedConnection;

pub(super) use claim::{Connections, Handed, Predecessor};
use offer::{Offer, Successor};

/// Raised when what is said here means something else than before.
const PROTOCOL: u32 = 1;
/// How long either may take to greet the other.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// How long a new server may take to be ready.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long it may take then to go on where the old one stands, which nobody is served meanwhile.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);

/// What a new server says.
#[derive(Debug, Serialize, Deserialize)]
enum New {
    /// It would take over.
    Hello { protocol: u32 },
    /// It has all that it needs but what the old one has.
    Ready,
    /// It is where the old one was.
    Taken,
}

/// What an old server says; `C` is one connection.
#[derive(Debug, Serialize, Deserialize)]
enum Old<C> {
    /// The files come beside: the listening socket, which somebody else may hold, too, and these locks.
    Welcome { is_handed_down: bool, locks: Vec<PathBuf> },
    /// What it knows. The connections come beside, in this order.
    Rest { estate: Box<Estate>, connections: Vec<C> },
    /// From now on all of it belongs to the new one.
    Go,
    /// It goes on itself.
    Stay { why: String },
}

/// As it is heard.
type OldWord = Old<HandedConnection>;

/// Why a server could not take over from the one that runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeoverError {
    /// It does not hand over.
    #[error("the server that runs goes on: {0}")]
    Stays(String),
    /// It has ended, or says what cannot be understood.
    #[error("the server that runs, found at `takeover.sock` in the folder of its files, cannot be understood")]
    Lost(#[from] io::Error),
}

/// Where the two meet.
fn meeting_place(config: &Config) -> PathBuf {
    config.data.join("takeover.sock")
}

/// What is said is not what is to be said next.
fn unclear() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the other server says what is not its turn")
}
