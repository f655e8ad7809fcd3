//! What the driver says to its children and what they answer: one JSON object a line, over standard input and output.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::bus::Traffic;
use harness::protocol::Route;

/// The first line of a server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Started {
    /// Where it listens, on the loopback interface.
    pub(crate) port: u16,
    /// What each member brings in its handshake; the ids of the users where the server has no sessions.
    #[serde(default)]
    pub(crate) tokens: Vec<String>,
}

/// What a generator is told to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// To connect all members and to join their rooms.
    Connect(Crowd),
    /// To send requests until all is delivered.
    Load(Load),
}

/// Who connects where.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Crowd {
    /// The members of a room take turns at them.
    pub(crate) servers: Vec<Started>,
    /// The processes whose CPU time is measured.
    pub(crate) pids: Vec<u32>,
    pub(crate) members: usize,
    /// How many rooms the members are spread over.
    pub(crate) rooms: usize,
    /// Whether servers need the generator's core, too: it sleeps while nothing comes.
    pub(crate) sleeps: bool,
}

/// Requests to send.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Load {
    pub(crate) route: Route,
    /// Bytes of text in a request.
    pub(crate) pad: usize,
    pub(crate) pace: Pace,
    /// How many requests the first member of each room sends.
    pub(crate) requests: u64,
    /// Whether this is the warm-up: the first frame of each member is read as JSON and compared field by field.
    pub(crate) is_warm_up: bool,
}

/// When the next request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// As soon as fewer than so many of the room have not reached all members.
    InFlight(usize),
    /// So many a second in each room, whatever has become of the earlier ones.
    PerSecond(u32),
}

/// What a generator answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// All members are in their rooms.
    Connected {
        /// The server's CPU time for it.
        cpu: Duration,
    },
    /// All is delivered, or nothing came for too long.
    Done(Outcome),
    /// It went wrong, and the generator is of no more use.
    Failed(String),
}

/// What became of a [`Load`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// How many frames the members should have got, and have but for [`Faults::lost`].
    pub(crate) deliveries: u64,
    /// The same, with those that came before the measurement: what [`Outcome::faults`] are out of.
    pub(crate) checked: u64,
    /// The server's CPU time.
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// How often the generator read from a socket.
    pub(crate) reads: u64,
    /// How often the generator looked for something to read and found nothing: if never, it was the bottleneck.
    pub(crate) idle: u64,
    pub(crate) faults: Faults,
    /// Where requests come at a fixed pace.
    pub(crate) latency: Option<Latency>,
    /// Where several servers meet on a bus; the driver adds it.
    pub(crate) bus: Option<Box<Traffic>>,
}

/// What must not happen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Faults {
    /// Frames that a member never got.
    pub(crate) lost: u64,
    /// Frames that a member got again.
    pub(crate) doubled: u64,
    /// Frames that a member got after one of a later request.
    pub(crate) reordered: u64,
    /// Requests that were not acknowledged, or not with success.
    pub(crate) unanswered: u64,
}

impl Faults {
    /// Counts all of them.
    pub(crate) fn total(&self) -> u64 {
        self.lost + self.doubled + self.reordered + self.unanswered
    }
}

/// Milliseconds from the moment at which a request was to be sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Latency {
    /// Until the first member had it, for each request.
    pub(crate) first: Vec<f64>,
    /// Until the last member had it, for each request.
    pub(crate) last: Vec<f64>,
    /// Of all deliveries: the 50th, 99th and 99.9th of a hundred.
    pub(crate) all: [f64; 3],
}

/// Writes one line.
pub(crate) fn tell(to: &mut impl Write, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

/// Reads one line; `None` at the end.
pub(crate) fn hear<T: DeserializeOwned>(from: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&line)?))
}
