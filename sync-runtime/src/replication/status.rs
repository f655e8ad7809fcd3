//! What is told of a reader: what it does, how far it has come, and what is in its way.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::watch;

use super::position::Lsn;
use crate::clock::calendar;
use crate::log::{AsideRow, ByStrategy, SetAside};

/// What a reader does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Doing {
    /// It begins.
    Starting,
    /// Another server reads.
    Following,
    /// It makes a slot, or waits for one.
    Preparing,
    /// It copies the tables.
    Copying,
    /// It reads what has happened since the copy.
    CatchingUp,
    /// It reads what happens.
    Live,
    /// Something is in its way.
    Stopped,
}

/// What is told of a reader, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// What it does.
    pub(crate) state: Doing,
    /// Whether the scopes of rows may be read.
    pub(crate) readable: bool,
    /// What is in its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// Up to where all is stored: a place in the write-ahead log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<String>,
    /// How many bytes the database has written behind that.
    pub(crate) lag_bytes: u64,
    /// How long ago all was stored that was written then, if there is more or it does not read.
    pub(crate) lag_seconds: f64,
    /// How many transactions were stored here.
    pub(crate) transactions: u64,
    /// How many rows.
    pub(crate) rows: u64,
    /// How many rows were copied.
    pub(crate) copied: u64,
    /// How often all was read anew.
    pub(crate) copies: u64,
    /// How many clients do what next, in all scopes; `None` where the log does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clients: Option<ByStrategy>,
    /// The rows that could not be placed; `None` where the log does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set_aside: Option<Aside>,
}

/// The rows that could not be placed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Aside {
    /// How many.
    pub(crate) count: u64,
    /// The last of them, the newest first.
    pub(crate) last: Vec<AsideLine>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct AsideLine {
    entity: Box<str>,
    id: Box<str>,
    why: Box<str>,
    position: Box<str>,
    time: i64,
}

/// What a reader says of itself.
#[derive(Debug)]
pub(crate) struct Status {
    said: Mutex<Said>,
    /// Whether the scopes of rows may be read.
    is_live: watch::Sender<bool>,
    transactions: AtomicU64,
    rows: AtomicU64,
    copied: AtomicU64,
    copies: AtomicU64,
}

#[derive(Debug)]
struct Said {
    doing: Doing,
    problem: Option<String>,
    /// Up to where all is stored, in words.
    position: Option<String>,
    /// Up to where all of it that is for us is stored.
    reached: Lsn,
    /// Up to where the database had written when it was asked last, and when that was, in milliseconds since 1970.
    written: (Lsn, i64),
    /// When all was reached that the database had written by then.
    caught_up: i64,
}

impl Default for Status {
    fn default() -> Self {
        let said = Said {
            doing: Doing::Starting,
            problem: None,
            position: None,
            reached: Lsn(0),
            written: (Lsn(0), calendar()),
            caught_up: calendar(),
        };
        Self {
            said: Mutex::new(said),
            is_live: watch::Sender::new(false),
            transactions: AtomicU64::default(),
            rows: AtomicU64::default(),
            copied: AtomicU64::default(),
            copies: AtomicU64::default(),
        }
    }
}

impl Status {
    /// Returns whether the scopes of rows may be read.
    pub(crate) fn is_live(&self) -> bool {
        *self.is_live.borrow()
    }

    /// Waits until they may be read.
    pub(super) async fn live(&self) {
        // It is told for as long as this is there.
        self.is_live.subscribe().wait_for(|is_live| *is_live).await.map_or_else(drop, drop);
    }

    pub(super) fn does(&self, doing: Doing) {
        let mut said = self.said.lock();
        said.doing = doing;
        said.problem = None;
        if doing == Doing::Copying {
            drop(said);
            self.lacks_rows();
        }
    }

    /// What is stored is of no moment, and nobody may read it yet. Whoever is only cut off from the database has all that it had.
    pub(super) fn lacks_rows(&self) {
        self.is_live.send_replace(false);
    }

    /// It follows another server, which says whether the scopes of rows may be read.
    pub(super) fn follows(&self, is_live: bool) {
        self.does(Doing::Following);
        self.is_live.send_replace(is_live);
    }

    pub(super) fn stops(&self, problem: String) {
        let mut said = self.said.lock();
        said.doing = Doing::Stopped;
        said.problem = Some(problem);
    }

    /// It goes on as soon as something is out of its way.
    pub(super) fn waits(&self, problem: String) {
        self.said.lock().problem = Some(problem);
    }

    pub(super) fn begins_anew(&self) {
        self.copies.fetch_add(1, Ordering::Relaxed);
        self.lacks_rows();
    }

    pub(super) fn copied(&self, rows: u64) {
        self.copied.fetch_add(rows, Ordering::Relaxed);
    }

    /// A transaction was read.
    pub(super) fn committed(&self, rows: u64) {
        self.transactions.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// All is stored up to a place.
    pub(super) fn stored(&self, at: Lsn, is_live: bool) {
        self.reached(at);
        self.stored_at(at.to_string(), is_live);
    }

    /// The same of a place that is called otherwise.
    pub(super) fn stored_at(&self, position: String, is_live: bool) {
        let mut said = self.said.lock();
        said.position = Some(position);
        said.doing = if is_live { Doing::Live } else { Doing::CatchingUp };
        said.problem = None;
        drop(said);
        if *self.is_live.borrow() != is_live {
            self.is_live.send_replace(is_live);
        }
    }

    /// Returns up to where all is stored, in words.
    pub(super) fn position(&self) -> Option<String> {
        self.said.lock().position.clone()
    }

    /// Up to a place there is nothing more for us.
    pub(super) fn reached(&self, at: Lsn) {
        let mut said = self.said.lock();
        said.reached = said.reached.max(at);
    }

    /// The database has written up to a place; where it counts otherwise, so many bytes wait.
    pub(super) fn written(&self, at: Lsn) {
        let (mut said, now) = (self.said.lock(), calendar());
        if said.reached >= said.written.0 {
            said.caught_up = said.written.1;
        }
        said.written = (at, now);
    }

    /// Tells all of it.
    pub(crate) fn report(&self, aside: Option<SetAside>, clients: Option<ByStrategy>) -> Report {
        let said = self.said.lock();
        let lag_bytes = if said.position.is_some() { said.written.0.0.saturating_sub(said.reached.0) } else { 0 };
        let is_behind = lag_bytes > 0 || matches!(said.doing, Doing::Stopped | Doing::Preparing | Doing::Copying);
        let behind = calendar().saturating_sub(said.caught_up).max(0);
        Report {
            state: said.doing,
            readable: self.is_live(),
            problem: said.problem.clone(),
            position: said.position.clone(),
            lag_bytes,
            lag_seconds: if is_behind { behind as f64 / 1000.0 } else { 0.0 },
            transactions: self.transactions.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
            copied: self.copied.load(Ordering::Relaxed),
            copies: self.copies.load(Ordering::Relaxed),
            clients,
            set_aside: aside.map(|SetAside { count, last }| {
                let line = |AsideRow { entity, id, why, position, time }| AsideLine { entity, id, why, position, time };
                Aside { count, last: last.into_iter().map(line).collect() }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_on_while_their_database_is_away() {
        let status = Status::default();
        status.does(Doing::Preparing);
        assert!(!status.is_live(), "there are none yet");
        status.stored_at("1".to_owned(), true);
        status.stops("the connection is lost".to_owned());
        status.does(Doing::Preparing);
        assert!(status.is_live());
        status.does(Doing::Copying);
        assert!(!status.is_live());
    }
}
