//! One load while it runs: what is counted, and what waits.

use std::io;
use std::time::{Duration, Instant};

use harness::quantile;

use crate::control::{Faults, Latency, Load};
use crate::generator::expected::Expected;
use crate::generator::room::{Room, Times};
use crate::generator::seen::Seen;
use harness::protocol;

/// How long nothing may arrive before the rest is given up as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// One load while it runs.
pub(super) struct Run<'a> {
    pub(super) load: &'a Load,
    pub(super) pad: String,
    expected: Expected,
    pub(super) reads: u64,
    pub(super) idle: u64,
    pub(super) faults: Faults,
    pub(super) times: Option<Times>,
    /// When something last arrived.
    pub(super) heard: Instant,
    /// Which rooms may send another request.
    pub(super) finished: Vec<usize>,
    /// Senders whose requests the kernel may not have taken.
    pub(super) blocked: Vec<usize>,
    pub(super) ready: Vec<usize>,
}

impl<'a> Run<'a> {
    pub(super) fn new(load: &'a Load, members: usize) -> Self {
        let pad = protocol::pad(load.pad);
        Self {
            load,
            expected: Expected::new(load, &pad, members),
            pad,
            reads: 0,
            idle: 0,
            faults: Faults::default(),
            times: None,
            heard: Instant::now(),
            finished: Vec::new(),
            blocked: Vec::new(),
            ready: Vec::new(),
        }
    }

    pub(super) fn event(
        &mut self,
        member: usize,
        at: usize,
        packet: &[u8],
        now: Instant,
        seen: &mut Seen,
        room: &mut Room,
    ) -> io::Result<()> {
        let number = self.expected.number(member, &room.name, packet)?;
        if seen.note(number, &mut self.faults) && room.arrived(number, now, self.times.as_mut()) {
            self.finished.push(at);
        }
        Ok(())
    }

    pub(super) fn acknowledgement(&mut self, packet: &[u8], room: &mut Room) -> io::Result<()> {
        protocol::check_success(packet)?;
        room.unanswered = room.unanswered.saturating_sub(1);
        Ok(())
    }

    pub(super) fn is_under_way(&self, rooms: &[Room]) -> bool {
        let is_open = |room: &Room| room.left + room.in_flight + room.unanswered > 0;
        rooms.iter().any(is_open) && self.heard.elapsed() < PATIENCE
    }
}

/// Brings the times of a load into their final form.
pub(super) fn summary(times: Times) -> Latency {
    let all = [0.5, 0.99, 0.999].map(|share| quantile(&times.all, share));
    Latency { all, ..times.requests }
}
