//! One member: when it goes, how, and as whom it comes back.

use std::io;
use std::time::{Duration, Instant};

use harness::Socket;

use crate::clients::{address, chance};
use crate::day::MEMBERS_OF_ROOM;
use crate::day::arrivals::{Page, Wanted};
use crate::day::heard::Heard;
use crate::server::Server;

/// A member, whether it is in its room or not.
pub(super) struct Member {
    number: usize,
    page: Page,
    /// `None` while it is away.
    pub(super) socket: Option<Socket>,
    /// What this page has heard; `None` if it has never been in.
    pub(super) heard: Option<Heard>,
    /// The first event whose latency counts: those before it may have waited for the member.
    pub(super) counts_from: u64,
    /// How often it has gone.
    goings: u64,
    /// When it goes, or comes back; `None` while it is coming.
    pub(super) changes: Option<Instant>,
}

impl Member {
    pub(super) fn new(server: &Server, number: usize) -> Self {
        let page = Page {
            // Those who call have addresses of their own.
            from: address((number / MEMBERS_OF_ROOM + number % MEMBERS_OF_ROOM) as u64),
            token: number.is_multiple_of(2).then(|| server.token(number as u64).to_owned()),
            tab: tab(number, 0),
            room: room(number / MEMBERS_OF_ROOM),
        };
        Self { number, page, socket: None, heard: None, counts_from: 0, goings: 0, changes: None }
    }

    /// Returns the number of its room.
    pub(super) fn room(&self) -> usize {
        self.number / MEMBERS_OF_ROOM
    }

    /// Returns the name of its room.
    pub(super) fn room_name(&self) -> &str {
        &self.page.room
    }

    /// Returns what it is called in a report.
    pub(super) fn name(&self) -> String {
        format!("member {} of `{}`", self.number, self.page.room)
    }

    /// Returns whether it has gone and is not on its way back.
    pub(super) fn is_away(&self) -> bool {
        self.socket.is_none() && self.changes.is_some()
    }

    /// Returns whether it is the one that calls, which stays.
    pub(super) fn is_caller(&self) -> bool {
        self.number.is_multiple_of(MEMBERS_OF_ROOM)
    }

    /// Returns how many of so many events it has not heard, though it must; all of them if it has not come in.
    pub(super) fn missing(&self, events: u64) -> u64 {
        self.heard.as_ref().map_or(events, |heard| heard.missing(events))
    }

    /// Stays for 5 to 25 seconds.
    pub(super) fn stay(&mut self, now: Instant) {
        let long = Duration::from_millis(5000 + self.chance() % 20_000);
        self.changes = (!self.is_caller()).then(|| now + long);
    }

    /// Goes, as a page that is closed or as a network that is gone: for up to 3 seconds, or in one of eight cases for longer than events are
    /// kept in a room that is so busy. Comes back as the page that it was, or in one of four cases as a new one.
    pub(super) fn leave(&mut self, now: Instant) -> io::Result<()> {
        let Some(mut socket) = self.socket.take() else { return Ok(()) };
        self.goings += 1;
        let chance = self.chance();
        match chance % 3 {
            0 => socket.reset()?,
            1 => socket.say_close()?,
            _ => drop(socket),
        }
        let long = if chance >> 8 & 7 == 0 { 12_000 } else { 100 + (chance >> 16) % 2900 };
        self.changes = Some(now + Duration::from_millis(long));
        if chance >> 11 & 3 == 0 {
            self.page.tab = tab(self.number, self.goings);
            self.heard = None;
        }
        Ok(())
    }

    /// Comes back, or comes.
    pub(super) fn wanted(&mut self) -> Wanted {
        self.changes = None;
        let after = self.heard.as_ref().map(|heard| heard.pos.clone());
        Wanted { member: self.number, page: self.page.clone(), after }
    }

    fn chance(&self) -> u64 {
        chance(self.goings << 16 | self.number as u64)
    }
}

fn room(number: usize) -> String {
    format!("bench-day-{number:02}")
}

fn tab(member: usize, goings: u64) -> String {
    format!("{:032x}", u128::from(chance(member as u64)) << 64 | u128::from(goings))
}
