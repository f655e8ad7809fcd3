//! What is in the file, and what is read and written there.

use std::time::Duration;

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::clock::{Instant, calendar};
use crate::id::Id;
use crate::rooms::SenderKey;
use crate::rooms::durable::changes::{Changes, RoomChanges};
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
            seq INTEGER NOT NULL,  -- the number of the last event
            behind INTEGER NOT NULL -- what has happened behind this event is here, but for what was replaced
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
        ) STRICT, WITHOUT ROWID;
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
    ", "
        CREATE TABLE trial (       -- what is written to see whether it can be
            bytes BLOB NOT NULL
        ) STRICT;
    "],
    cache: 2 << 10,
    loss: "whoever comes back to a room with `history = durable` is told that it may have missed something",
};

/// How many of its earlier lives a room knows: a server that is started again and again has many.
const LIVES: u32 = 32;

/// How much of a room is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// In events.
    pub(super) events: usize,
    /// In bytes, as they are written.
    pub(super) bytes: usize,
    /// How old.
    pub(super) age: Duration,
}

/// What an earlier process has left of a room: in the file, or to the process that takes over from it.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredRoom {
    /// The last place that was given, in the life that begins now.
    pub(in crate::rooms) end: Position,
    /// Behind which event everything is here that was not replaced.
    pub(in crate::rooms) behind: u64,
    /// The last places of the lives before.
    pub(in crate::rooms) earlier: Vec<Position>,
    /// Who is known again.
    pub(in crate::rooms) members: Vec<(SenderKey, StoredMember)>,
    /// The events, oldest first.
    pub(in crate::rooms) events: Vec<StoredEvent>,
}

/// An event that an earlier process has left.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Its place, in the life that begins now.
    pub at: Position,
    /// When it happened; written in milliseconds since 1970.
    #[serde(with = "by_calendar")]
    pub happened: Instant,
    /// As for another server; empty for one that could not be written.
    pub text: String,
}

impl StoredRoom {
    /// Takes the events, oldest first.
    pub fn take_events(&mut self) -> Vec<StoredEvent> {
        std::mem::take(&mut self.events)
    }

    /// Notes that what was before this event, and the event itself, cannot be shown.
    pub fn begin_behind(&mut self, at: Position) {
        self.behind = at.seq;
    }
}

/// One who is known again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(in crate::rooms) struct StoredMember {
    since: u64,
    told: Option<Told>,
    /// In milliseconds since 1970.
    until: Option<i64>,
}

impl StoredMember {
    /// Says what is written of somebody.
    pub(in crate::rooms) fn new(known: &OneKnown) -> Self {
        let until = known.until.map(|until| later(calendar(), until.saturating_duration_since(Instant::now())));
        Self { since: known.since, told: known.told, until }
    }
}

/// Makes of what was read somebody who is not here, and may come back.
pub(in crate::rooms) fn restored(member: StoredMember, age: Duration) -> OneKnown {
    let left = member.until.map_or(age, |until| since(calendar(), until).min(age));
    OneKnown { since: member.since, seats: 0, newest: 0, told: member.told, until: Some(Instant::now() + left) }
}

/// Moments of this process, as others read them.
mod by_calendar {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{earlier, since};
    use crate::clock::{Instant, calendar};

    /// Returns when it was `at` in milliseconds since 1970, where it is `now` by the calendar and `clock` here.
    pub(super) fn instant(at: i64, now: i64, clock: Instant) -> Instant {
        clock.checked_sub(since(at, now)).unwrap_or(clock)
    }

    pub(super) fn serialize<S: Serializer>(happened: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
        earlier(calendar(), happened.elapsed()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        Ok(instant(i64::deserialize(deserializer)?, calendar(), Instant::now()))
    }
}

/// Returns the key under which positions are written, which is `new` for a new file.
pub(super) fn key(file: &Connection, new: &[u8; 16]) -> rusqlite::Result<[u8; 16]> {
    keep_key(file, new)?;
    file.query_row("SELECT key FROM secret", [], |row| row.get(0))
}

/// Has a file have this key that has none: it may be another one than before.
fn keep_key(file: &Connection, key: &[u8; 16]) -> rusqlite::Result<()> {
    let mut insert =
        file.prepare_cached("INSERT INTO secret (key) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM secret)")?;
    insert.execute(params![key]).map(drop)
}

/// Returns the names of the rooms that are there.
pub(super) fn names(file: &Connection) -> rusqlite::Result<Vec<String>> {
    file.prepare("SELECT name FROM rooms ORDER BY name")?.query_map([], |row| row.get(0))?.collect()
}

/// Begins another life of a room, and returns what is to be known in it: what is within the bounds.
///
/// It has an epoch of its own: of a copy of the file that was put back nobody can know what came after it, and whoever has heard more than it
/// has is told so.
pub(super) fn begin_life(file: &Connection, room: &str, epoch: u64, bounds: Bounds) -> rusqlite::Result<StoredRoom> {
    let now = calendar();
    let mut select = file.prepare_cached("SELECT epoch, seq, behind FROM rooms WHERE name = ?1")?;
    let (old, end, behind): (i64, i64, i64) =
        select.query_row([room], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    end_life(file, room, old, end, now, bounds.age)?;
    let (behind, events) = last_events(file, room, behind, end, now, bounds)?;
    file.prepare_cached("UPDATE rooms SET epoch = ?2 WHERE name = ?1")?.execute(params![room, number(epoch)])?;
    trim(file, room, behind)?;
    let mut go = file.prepare_cached("UPDATE members SET until = ?2 WHERE room = ?1 AND until IS NULL")?;
    go.execute(params![room, later(now, bounds.age)])?;
    let clock = Instant::now();
    let event = |(seq, at, text)| StoredEvent {
        at: Position::of_event(epoch, unsigned(seq)),
        happened: by_calendar::instant(at, now, clock),
        text,
    };
    Ok(StoredRoom {
        end: Position::of_event(epoch, unsigned(end)),
        behind,
        earlier: lives(file, room)?,
        members: members(file, room, now)?,
        events: events.into_iter().map(event).collect(),
    })
}

/// Notes where a life has ended, and forgets those that are too old, or too many.
fn end_life(file: &Connection, room: &str, epoch: i64, end: i64, now: i64, age: Duration) -> rusqlite::Result<()> {
    let mut insert =
        file.prepare_cached("INSERT OR REPLACE INTO lives (room, epoch, seq, ended) VALUES (?1, ?2, ?3, ?4)")?;
    insert.execute(params![room, epoch, end, now])?;
    let mut forget = file.prepare_cached(
        "DELETE FROM lives WHERE room = ?1 AND (ended < ?2 OR epoch NOT IN
             (SELECT epoch FROM lives WHERE room = ?1 ORDER BY ended DESC, seq DESC LIMIT ?3))",
    )?;
    forget.execute(params![room, earlier(now, age), LIVES]).map(drop)
}

/// The number of an event, its time, and its text.
type StoredRow = (i64, i64, String);

/// Reads the last events that are within the bounds, oldest first, each with its number and its time, and behind which event they are all.
fn last_events(
    file: &Connection,
    room: &str,
    behind: i64,
    end: i64,
    now: i64,
    bounds: Bounds,
) -> rusqlite::Result<(u64, Vec<StoredRow>)> {
    let oldest = earlier(now, bounds.age);
    let mut select = file.prepare_cached(
        "SELECT seq, at, text FROM events WHERE room = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq DESC",
    )?;
    let mut rows = select.query(params![room, behind, end])?;
    let (mut events, mut bytes, mut behind) = (Vec::new(), 0, behind);
    while let Some(row) = rows.next()? {
        let event: StoredRow = (row.get(0)?, row.get(1)?, row.get(2)?);
        bytes += event.2.len();
        if event.1 < oldest || events.len() == bounds.events || bytes > bounds.bytes {
            behind = event.0;
            break;
        }
        events.push(event);
    }
    events.reverse();
    // The last one is not replaced by any: where it is missing, nothing can be said of the others.
    if events.last().is_none_or(|(seq, ..)| *seq != end) {
        return Ok((unsigned(end), Vec::new()));
    }
    Ok((unsigned(behind), events))
}

fn lives(file: &Connection, room: &str) -> rusqlite::Result<Vec<Position>> {
    let mut select = file.prepare_cached("SELECT epoch, seq FROM lives WHERE room = ?1")?;
    let lives = select.query_map([room], |row| Ok(Position::of_event(unsigned(row.get(0)?), unsigned(row.get(1)?))))?;
    lives.collect()
}

fn members(file: &Connection, room: &str, now: i64) -> rusqlite::Result<Vec<(SenderKey, StoredMember)>> {
    let mut select = file.prepare_cached(
        "SELECT who, since, sent, resumed, judged, until FROM members WHERE room = ?1 AND until > ?2",
    )?;
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

/// Writes this many bytes that say nothing: the last that a full disk has would do for a few.
pub(super) fn try_to_write(file: &Connection, key: &[u8; 16], bytes: usize) -> rusqlite::Result<()> {
    keep_key(file, key)?;
    // Of one that was given up.
    end_trial(file)?;
    file.prepare_cached("INSERT INTO trial (bytes) VALUES (?1)")?.execute([vec![0; bytes]]).map(drop)
}

/// Gives their place back.
pub(super) fn end_trial(file: &Connection) -> rusqlite::Result<()> {
    file.prepare_cached("DELETE FROM trial")?.execute([]).map(drop)
}

/// Writes what has happened.
pub(super) fn write(file: &Connection, key: &[u8; 16], changes: &Changes) -> rusqlite::Result<()> {
    keep_key(file, key)?;
    let now = calendar();
    changes.by_room().try_for_each(|(room, changes)| write_room(file, room, changes, now))
}

fn write_room(file: &Connection, room: &str, changes: &RoomChanges, now: i64) -> rusqlite::Result<()> {
    if changes.is_other {
        forget(file, room)?;
    }
    if let Some(start) = changes.start {
        give_number(file, room, start, start.seq)?;
    }
    add_events(file, room, &changes.events, now)?;
    for seq in &changes.replaced {
        file.prepare_cached("DELETE FROM events WHERE room = ?1 AND seq = ?2")?.execute(params![room, number(*seq)])?;
    }
    if let Some(behind) = changes.behind {
        trim(file, room, behind)?;
    }
    changes.known.iter().try_for_each(|(key, known)| match known {
        Some(known) => know(file, room, key, known),
        None => forget_member(file, room, key),
    })
}

fn add_events(file: &Connection, room: &str, events: &[(Position, String)], now: i64) -> rusqlite::Result<()> {
    let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) else { return Ok(()) };
    // In the place of one that had none in the end.
    let mut insert =
        file.prepare_cached("INSERT OR REPLACE INTO events (room, seq, at, text) VALUES (?1, ?2, ?3, ?4)")?;
    for (at, text) in events {
        insert.execute(params![room, number(at.seq), now, text])?;
    }
    give_number(file, room, *last, first.seq - 1)
}

/// Notes the last place that was given in a room; of one that is not in the file, nothing is there but what comes `behind`.
fn give_number(file: &Connection, room: &str, at: Position, behind: u64) -> rusqlite::Result<()> {
    let mut give = file.prepare_cached(
        "INSERT INTO rooms (name, epoch, seq, behind) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq",
    )?;
    give.execute(params![room, number(at.epoch), number(at.seq), number(behind)]).map(drop)
}

fn trim(file: &Connection, room: &str, behind: u64) -> rusqlite::Result<()> {
    let mut begin = file.prepare_cached("UPDATE rooms SET behind = ?2 WHERE name = ?1 AND behind < ?2")?;
    begin.execute(params![room, number(behind)])?;
    let mut delete = file.prepare_cached("DELETE FROM events WHERE room = ?1 AND seq <= ?2")?;
    delete.execute(params![room, number(behind)]).map(drop)
}

/// Knows somebody in a room; in one that is not in the file, nobody can be known again.
fn know(file: &Connection, room: &str, key: &SenderKey, known: &StoredMember) -> rusqlite::Result<()> {
    let StoredMember { since, told, until } = *known;
    file.prepare_cached(
        "INSERT OR REPLACE INTO members (room, who, since, sent, resumed, judged, until)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM rooms WHERE name = ?1)",
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

fn forget_member(file: &Connection, room: &str, key: &SenderKey) -> rusqlite::Result<()> {
    let mut delete = file.prepare_cached("DELETE FROM members WHERE room = ?1 AND who = ?2")?;
    delete.execute(params![room, bytes_of(key)]).map(drop)
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

/// Forgets all rooms.
pub(super) fn forget_all(file: &Connection) -> rusqlite::Result<()> {
    file.execute_batch("DELETE FROM rooms; DELETE FROM lives; DELETE FROM events; DELETE FROM members;")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::durable::changes::Note;
    use crate::rooms::known::OneKnown;

    const ROOM: &str = "lasting-a";
    const KEY: [u8; 16] = [7; 16];
    const BOUNDS: Bounds = Bounds { events: 100, bytes: 1000, age: Duration::from_secs(60) };
    const WHO: SenderKey = SenderKey { session: Id::of([1; 16]), tab: None };

    fn file() -> Connection {
        let file = Connection::open_in_memory().expect("memory");
        SCHEMA.migrations.iter().for_each(|migration| file.execute_batch(migration).expect("valid SQL"));
        file
    }

    fn changed(notes: impl IntoIterator<Item = Note>, events: std::ops::Range<u64>) -> Changes {
        let mut changes = Changes::default();
        notes.into_iter().for_each(|note| changes.add(note));
        events.for_each(|seq| changes.add_event(&ROOM.into(), Position::of_event(1, seq), format!("text {seq:4}")));
        changes
    }

    fn opened() -> Note {
        Note::Opened { room: ROOM.into(), start: Position::of_event(1, 0) }
    }

    fn known() -> Note {
        let known = OneKnown { since: 0, seats: 1, newest: 1, told: None, until: None };
        Note::Known { room: ROOM.into(), key: WHO, known: Some(StoredMember::new(&known)) }
    }

    fn numbers(stored: &mut StoredRoom) -> Vec<u64> {
        stored.take_events().iter().map(|event| event.at.seq).collect()
    }

    #[test]
    fn what_was_replaced_is_no_hole_and_what_was_trimmed_is() {
        let file = file();
        write(&file, &KEY, &changed([opened(), known()], 1..10)).expect("a file");
        let notes = [4, 7].map(|seq| Note::Replaced { room: ROOM.into(), seq });
        write(&file, &KEY, &changed(notes, 10..11)).expect("a file");
        write(&file, &KEY, &changed([Note::Trimmed { room: ROOM.into(), behind: 2 }], 11..12)).expect("a file");
        let mut stored = begin_life(&file, ROOM, 2, BOUNDS).expect("a room");
        assert_eq!((stored.behind, stored.end), (2, Position::of_event(2, 11)));
        assert_eq!(numbers(&mut stored), [3, 5, 6, 8, 9, 10, 11]);
        assert_eq!(stored.earlier, [Position::of_event(1, 11)]);
        assert_eq!(stored.members.len(), 1);
    }

    #[test]
    fn no_more_is_read_than_is_kept() {
        let file = file();
        write(&file, &KEY, &changed([opened()], 1..201)).expect("a file");
        let mut stored = begin_life(&file, ROOM, 2, Bounds { events: 10, ..BOUNDS }).expect("a room");
        assert_eq!((stored.behind, numbers(&mut stored).len()), (190, 10));
        let mut stored = begin_life(&file, ROOM, 3, Bounds { bytes: 25, ..BOUNDS }).expect("a room");
        assert_eq!((stored.behind, numbers(&mut stored)), (198, vec![199, 200]));
        file.execute("UPDATE events SET at = at - 61000 WHERE seq <= 199", []).expect("a file");
        let mut stored = begin_life(&file, ROOM, 4, BOUNDS).expect("a room");
        assert_eq!((stored.behind, numbers(&mut stored)), (199, vec![200]));
    }

    #[test]
    fn a_server_that_is_started_again_and_again_knows_its_last_lives() {
        let file = file();
        write(&file, &KEY, &changed([opened()], 1..2)).expect("a file");
        for epoch in 2..100 {
            let stored = begin_life(&file, ROOM, epoch, BOUNDS).expect("a room");
            assert!(stored.earlier.contains(&Position::of_event(epoch - 1, 1)));
            assert!(stored.earlier.len() <= LIVES as usize);
        }
    }

    #[test]
    fn a_file_in_the_place_of_another_has_what_came_since() {
        let file = file();
        write(&file, &KEY, &changed([known()], 41..44)).expect("a file");
        assert_eq!(key(&file, &[8; 16]).expect("a key"), KEY, "positions that were given can be read");
        let mut stored = begin_life(&file, ROOM, 2, BOUNDS).expect("a room");
        assert_eq!((stored.behind, numbers(&mut stored)), (40, vec![41, 42, 43]));
        let other = self::file();
        write(&other, &KEY, &changed([known()], 1..1)).expect("a file");
        let orphans: i64 = other.query_row("SELECT count(*) FROM members", [], |row| row.get(0)).expect("a file");
        assert_eq!(orphans, 0, "of a room that is not there nobody would ever be forgotten");
    }
}
