//! What is in the file, and what is read and written there.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::clock::{Instant, calendar};
use crate::id::Id;
use crate::rooms::SenderKey;
use crate::rooms::durable::log::{Note, Write};
use crate::rooms::known::{OneKnown, Told};
use crate::storage::Schema;
use crate::wire::Position;

/// A file of its own: whoever moves it away, or finds it damaged, loses nothing but what can be shown of the past.
pub(super) const SCHEMA: Schema = Schema {
    file: "rooms.sqlite",
    migrations: &["
        CREATE TABLE secret (
            key BLOB NOT NULL      -- under which positions are written
        ) STRICT;
        CREATE TABLE rooms (
            name TEXT PRIMARY KEY,
            epoch INTEGER NOT NULL, -- the life of the room in which its events get their numbers now
            seq INTEGER NOT NULL   -- the number of the last event
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE lives (       -- the earlier ones, whose numbers go on in the next
            room TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,  -- the number of the last event
            ended INTEGER NOT NULL, -- in milliseconds since 1970
            PRIMARY KEY (room, epoch)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE events (
            room TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL,   -- in milliseconds since 1970
            text TEXT NOT NULL,    -- as for another server; empty for one that cannot be written
            PRIMARY KEY (room, seq)
        ) STRICT;
        CREATE TABLE members (     -- who is known again
            room TEXT NOT NULL,
            who BLOB NOT NULL,     -- the number of the session, and that of the page if it has one; nobody can sign in with them
            since INTEGER NOT NULL, -- behind which event they are shown what happened
            sent INTEGER,          -- the last events that they were told of when they went
            resumed INTEGER,
            judged INTEGER,
            until INTEGER,         -- in milliseconds since 1970; NULL: they are there
            PRIMARY KEY (room, who)
        ) STRICT, WITHOUT ROWID;
    "],
    loss: "whoever comes back to a room with `history = durable` is told that it may have missed something",
};

/// What an earlier process has left of a room.
#[derive(Debug)]
pub struct StoredRoom {
    /// Behind which place its events come, in the life that begins now.
    pub(in crate::rooms) start: Position,
    /// The last places of the lives before.
    pub(in crate::rooms) earlier: Vec<Position>,
    /// Who is known again.
    pub(in crate::rooms) members: Vec<(SenderKey, StoredMember)>,
    /// The events, oldest first.
    pub(in crate::rooms) events: Vec<String>,
}

impl StoredRoom {
    /// Takes the events, oldest first, each with its place; one that could not be written is empty.
    pub fn take_events(&mut self) -> impl Iterator<Item = (Position, String)> + use<> {
        let Position { epoch, seq, .. } = self.start;
        let places = (seq + 1..).map(move |seq| Position::of_event(epoch, seq));
        places.zip(std::mem::take(&mut self.events))
    }

    /// Returns what is left of it behind a place.
    #[must_use]
    pub fn behind(&self, start: Position) -> Self {
        Self { start, earlier: self.earlier.clone(), members: self.members.clone(), events: Vec::new() }
    }
}

/// One who is known again.
#[derive(Debug, Clone, Copy)]
pub(in crate::rooms) struct StoredMember {
    since: u64,
    told: Option<Told>,
    /// In milliseconds since 1970.
    until: Option<i64>,
}

impl StoredMember {
    /// Says what is written of somebody.
    pub(super) fn new(known: &OneKnown) -> Self {
        let until = known.until.map(|until| later(calendar(), until.saturating_duration_since(Instant::now())));
        Self { since: known.since, told: known.told, until }
    }
}

/// Makes of what was read somebody who is not here, and may come back.
pub(in crate::rooms) fn restored(member: StoredMember, age: Duration) -> OneKnown {
    let left = member.until.map_or(age, |until| since(calendar(), until).min(age));
    OneKnown { since: member.since, seats: 0, newest: 0, told: member.told, until: Some(Instant::now() + left) }
}

/// Returns the key under which positions are written, which is `new` for a new file.
pub(super) fn key(file: &Connection, new: [u8; 16]) -> rusqlite::Result<[u8; 16]> {
    let known = file.query_row("SELECT key FROM secret", [], |row| row.get(0)).optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    file.execute("INSERT INTO secret (key) VALUES (?1)", params![new])?;
    Ok(new)
}

/// Returns the names of the rooms that are there.
pub(super) fn names(file: &Connection) -> rusqlite::Result<Vec<String>> {
    file.prepare("SELECT name FROM rooms ORDER BY name")?.query_map([], |row| row.get(0))?.collect()
}

/// Begins another life of a room, and returns what is to be known in it: what is not older than `age`, and of the events those that follow
/// one on the other up to the last.
///
/// It has an epoch of its own: of a copy of the file that was put back nobody can know what came after it, and whoever has heard more than it
/// has is told so.
pub(super) fn begin_life(file: &Connection, room: &str, epoch: u64, age: Duration) -> rusqlite::Result<StoredRoom> {
    let now = calendar();
    let (old, end): (i64, i64) =
        file.query_row("SELECT epoch, seq FROM rooms WHERE name = ?1", [room], |row| Ok((row.get(0)?, row.get(1)?)))?;
    file.execute(
        "INSERT OR REPLACE INTO lives (room, epoch, seq, ended) VALUES (?1, ?2, ?3, ?4)",
        params![room, old, end, now],
    )?;
    file.execute("DELETE FROM lives WHERE room = ?1 AND ended < ?2", params![room, earlier(now, age)])?;
    file.execute("UPDATE rooms SET epoch = ?2 WHERE name = ?1", params![room, number(epoch)])?;
    file.execute("UPDATE members SET until = ?2 WHERE room = ?1 AND until IS NULL", params![room, later(now, age)])?;
    let events = last_events(file, room, end, earlier(now, age))?;
    let start = Position::of_event(epoch, unsigned(end) - events.len() as u64);
    Ok(StoredRoom { start, earlier: lives(file, room)?, members: members(file, room, now)?, events })
}

fn last_events(file: &Connection, room: &str, end: i64, oldest: i64) -> rusqlite::Result<Vec<String>> {
    let mut select =
        file.prepare("SELECT seq, text FROM events WHERE room = ?1 AND seq <= ?2 AND at >= ?3 ORDER BY seq DESC")?;
    let mut rows = select.query(params![room, end, oldest])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? != end - events.len() as i64 {
            break;
        }
        events.push(row.get(1)?);
    }
    events.reverse();
    Ok(events)
}

fn lives(file: &Connection, room: &str) -> rusqlite::Result<Vec<Position>> {
    let mut select = file.prepare("SELECT epoch, seq FROM lives WHERE room = ?1")?;
    let lives = select.query_map([room], |row| Ok(Position::of_event(unsigned(row.get(0)?), unsigned(row.get(1)?))))?;
    lives.collect()
}

fn members(file: &Connection, room: &str, now: i64) -> rusqlite::Result<Vec<(SenderKey, StoredMember)>> {
    let mut select =
        file.prepare("SELECT who, since, sent, resumed, judged, until FROM members WHERE room = ?1 AND until > ?2")?;
    let members =
        select.query_map(params![room, now], |row| Ok(key_of(row.get_ref(0)?.as_blob()?).zip(member(row).ok())))?;
    // What is no key is nobody's.
    members.filter_map(Result::transpose).collect()
}

fn member(row: &Row<'_>) -> rusqlite::Result<StoredMember> {
    let sent: Option<i64> = row.get(2)?;
    let (resumed, judged): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
    let told = sent.zip(judged).map(|(sent, judged)| Told {
        sent: unsigned(sent),
        resumed: resumed.map(unsigned),
        judged: unsigned(judged),
    });
    Ok(StoredMember { since: unsigned(row.get(1)?), told, until: row.get(5)? })
}

/// Writes something that changes nothing.
pub(super) fn touch(file: &Connection) -> rusqlite::Result<()> {
    file.execute("UPDATE secret SET key = key", []).map(drop)
}

/// Writes what has happened, in its order.
pub(super) fn write(file: &Connection, writes: &[Write]) -> rusqlite::Result<()> {
    let now = calendar();
    writes.iter().try_for_each(|write| match write {
        Write::Event { room, at, text } => event(file, room, *at, text, now),
        Write::Note(note) => self::note(file, note, now),
    })
}

fn event(file: &Connection, room: &str, at: Position, text: &str, now: i64) -> rusqlite::Result<()> {
    // In the place of one that had none in the end.
    file.prepare_cached("INSERT OR REPLACE INTO events (room, seq, at, text) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![room, number(at.seq), now, text])?;
    give_number(file, room, at)
}

/// Notes the last place that was given in a room.
fn give_number(file: &Connection, room: &str, at: Position) -> rusqlite::Result<()> {
    file.prepare_cached("INSERT OR REPLACE INTO rooms (name, epoch, seq) VALUES (?1, ?2, ?3)")?
        .execute(params![room, number(at.epoch), number(at.seq)])
        .map(drop)
}

fn note(file: &Connection, note: &Note, now: i64) -> rusqlite::Result<()> {
    match note {
        Note::Opened { room, start } => {
            forget(file, room)?;
            give_number(file, room, *start)
        }
        Note::Known { room, key, known: Some(known) } => know(file, room, key, known),
        Note::Known { room, key, known: None } => file
            .prepare_cached("DELETE FROM members WHERE room = ?1 AND who = ?2")?
            .execute(params![room, bytes_of(key)])
            .map(drop),
        Note::Trimmed { room, behind } => {
            file.prepare_cached("DELETE FROM events WHERE room = ?1 AND seq <= ?2")?
                .execute(params![room, number(*behind)])?;
            file.prepare_cached("DELETE FROM members WHERE room = ?1 AND until <= ?2")?
                .execute(params![room, now])
                .map(drop)
        }
        Note::Ended { room } => forget(file, room),
    }
}

fn know(file: &Connection, room: &str, key: &SenderKey, known: &StoredMember) -> rusqlite::Result<()> {
    let StoredMember { since, told, until } = *known;
    file.prepare_cached(
        "INSERT OR REPLACE INTO members (room, who, since, sent, resumed, judged, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        room,
        bytes_of(key),
        number(since),
        told.map(|told| number(told.sent)),
        told.and_then(|told| told.resumed).map(number),
        told.map(|told| number(told.judged)),
        until
    ])
    .map(drop)
}

/// Forgets all of a room.
pub(super) fn forget(file: &Connection, room: &str) -> rusqlite::Result<()> {
    for delete in [
        "DELETE FROM rooms WHERE name = ?1",
        "DELETE FROM lives WHERE room = ?1",
        "DELETE FROM events WHERE room = ?1",
        "DELETE FROM members WHERE room = ?1",
    ] {
        file.prepare_cached(delete)?.execute([room])?;
    }
    Ok(())
}

fn bytes_of(key: &SenderKey) -> Vec<u8> {
    let tab = key.tab.map(Id::to_bytes);
    key.session.to_bytes().into_iter().chain(tab.into_iter().flatten()).collect()
}

fn key_of(bytes: &[u8]) -> Option<SenderKey> {
    let (session, tab) = bytes.split_first_chunk()?;
    let tab = if tab.is_empty() { None } else { Some(Id::of(tab.try_into().ok()?)) };
    Some(SenderKey { session: Id::of(*session), tab })
}

/// Numbers and epochs are below 2^48.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn later(time: i64, by: Duration) -> i64 {
    time.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}

fn earlier(time: i64, by: Duration) -> i64 {
    time.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}

fn since(earlier: i64, later: i64) -> Duration {
    Duration::from_millis(u64::try_from(later.saturating_sub(earlier)).unwrap_or_default())
}
