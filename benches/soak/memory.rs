//! How much memory a server may have more than before.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use harness::{digits, median, resident_bytes};

/// What is left of growth when it is noise, as a share of what there was.
const BOUND: f64 = 1.05;
/// How often memory is read for one figure, and how far apart.
const READINGS: usize = 10;
const APART: Duration = Duration::from_millis(200);

/// The memory of a server at two moments, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Growth {
    pub(crate) before: f64,
    pub(crate) after: f64,
}

impl Growth {
    /// Returns how much of the memory before there is after.
    pub(crate) fn ratio(self) -> f64 {
        self.after / self.before
    }

    /// Returns an error if that is too much of `what` it is.
    pub(crate) fn check(self, what: &str) -> Result<(), String> {
        if self.ratio() <= BOUND {
            return Ok(());
        }
        let (before, after) = (megabytes(self.before), megabytes(self.after));
        Err(format!("{what} memory has grown from {before} to {after} MB: expected at most {BOUND} times as much"))
    }
}

/// The memory of a process over time.
pub(crate) struct Curve {
    pid: u32,
    begun: Instant,
    /// In bytes, and how long after the beginning.
    readings: Vec<(Duration, f64)>,
}

impl Curve {
    /// Begins now.
    pub(crate) fn new(pid: u32) -> Self {
        Self { pid, begun: Instant::now(), readings: Vec::new() }
    }

    /// Reads it, unless that was done a moment ago.
    pub(crate) fn look(&mut self) -> io::Result<()> {
        let now = self.begun.elapsed();
        if self.readings.last().is_none_or(|(last, _)| *last + APART <= now) {
            self.readings.push((now, resident_bytes(self.pid)? as f64));
        }
        Ok(())
    }

    /// Returns the reading in the middle of those behind `from`, for so long.
    pub(crate) fn median(&self, from: Duration, long: Duration) -> f64 {
        let readings = self.readings.iter().filter(|(when, _)| (from..from + long).contains(when));
        median(&readings.map(|(_, bytes)| *bytes).collect::<Vec<_>>())
    }
}

/// Reads how much memory a process has, a few times within two seconds, and returns the one in the middle.
pub(crate) fn resident(pid: u32) -> io::Result<f64> {
    let mut readings = Vec::with_capacity(READINGS);
    for _ in 0..READINGS {
        sleep(APART);
        readings.push(resident_bytes(pid)? as f64);
    }
    Ok(median(&readings))
}

/// Writes bytes as megabytes.
pub(crate) fn megabytes(bytes: f64) -> String {
    digits(bytes / 1e6)
}
