//! A server at which nobody is.

use std::error::Error;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::memory::resident;
use crate::server::Server;

/// What its gauges are then. The one connection is that of whoever asks.
const GAUGES: [(&str, f64); 9] = [
    ("sync_sockets", 0.0),
    ("sync_rooms", 0.0),
    ("sync_members", 0.0),
    ("sync_history_bytes", 0.0),
    ("sync_idempotency_bytes", 0.0),
    ("sync_queue_bytes", 0.0),
    ("sync_calls_in_flight", 0.0),
    ("sync_sessions", 0.0),
    ("sync_connections", 1.0),
];

/// How long it may take. What is kept of rooms is forgotten within seconds as it is configured here; sessions are looked through once a minute.
const PATIENCE: Duration = Duration::from_secs(100);
/// How long a budget of an address takes to be full again, after which it is forgotten, and some time more.
const AFTERWARDS: Duration = Duration::from_secs(8);

/// The memory of a server at which nobody is, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quiet {
    /// What it has allocated and not freed.
    pub(crate) allocated: f64,
    /// What it has of the system's: what the allocator keeps is in it.
    pub(crate) resident: f64,
}

/// Waits until nobody is there and nothing is kept of anybody, and returns how much memory the server has then.
///
/// # Errors
///
/// If a gauge does not come back.
pub(crate) fn memory(server: &Server) -> Result<Quiet, Box<dyn Error>> {
    let begun = Instant::now();
    while let Some(wrong) = wrong_gauges(server)? {
        if begun.elapsed() > PATIENCE {
            return Err(format!("nobody is there, but {wrong}").into());
        }
        sleep(Duration::from_millis(500));
    }
    sleep(AFTERWARDS);
    Ok(Quiet { allocated: server.allocated()?, resident: resident(server.pid())? })
}

/// Writes which gauges have other values than they should, and what they should be.
fn wrong_gauges(server: &Server) -> Result<Option<String>, Box<dyn Error>> {
    let metrics = server.metrics()?;
    let mut wrong = Vec::new();
    for (name, expected) in GAUGES {
        let value = *metrics.get(name).ok_or_else(|| format!("there is no metric `{name}`"))?;
        if value != expected {
            wrong.push(format!("`{name}` is {value}: expected {expected}"));
        }
    }
    Ok((!wrong.is_empty()).then(|| wrong.join(", ")))
}
