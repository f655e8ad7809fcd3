//! What one mutation makes of the entities of its scope, on top of what is there, until it is known whether it is kept.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::store::{Change, ChangeKind};
use crate::error::SyncError;
use crate::route::{Rows, SqlAnswer, SqlError, SqlValue};

/// How many changes one mutation may make.
const MOST_CHANGES: usize = 10_000;
/// How many bytes of JSON they may have together, before and after.
const MOST_BYTES: usize = 8 << 20;

/// The entities of one scope as they are before a mutation.
pub(super) trait Reads {
    /// Why nothing can be read any more.
    type Error;

    /// Returns the JSON of an entity.
    fn find(&self, entity: &str, id: &str) -> Result<Option<Box<str>>, Self::Error>;

    /// Visits the key and the JSON of each entity of a type, by key.
    fn each(&self, entity: &str, visit: &mut Visit<'_>) -> Result<Result<(), SyncError>, Self::Error>;

    /// Returns how many entities of a type there are.
    fn count(&self, entity: &str) -> Result<u64, Self::Error>;

    /// Writes a row of a table, or deletes it, where entities of this type are such; `None` where they are not. It is undone where what it
    /// belongs to is not kept.
    fn write_row(
        &self,
        entity: &str,
        id: &str,
        was_there: bool,
        data: Option<&str>,
    ) -> Option<RowWritten<Self::Error>> {
        let _ = (entity, id, was_there, data);
        None
    }

    /// Carries out a statement of the app's; it is undone where what it belongs to is not kept.
    fn sql(&self, statement: &str, values: &[SqlValue]) -> Result<Result<SqlAnswer, SqlError>, Self::Error>;
}

/// Whether a row was written.
pub(super) type RowWritten<E> = Result<Result<(), SyncError>, E>;

/// Takes the key and the JSON of an entity.
pub(super) type Visit<'v> = dyn FnMut(&str, &str) -> Result<(), SyncError> + 'v;

/// The type of an entity, and its key.
pub(super) type Key = (Box<str>, Box<str>);

/// A change, and the JSON of its entity before it.
pub(super) type Made = (Change, Option<Box<str>>);

/// What was written and is read before what is below it.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// What was written, as it is now; `None`: it is gone.
    now: BTreeMap<Key, Option<Box<str>>>,
    /// How many more there are of each type.
    more: HashMap<Box<str>, i64>,
}

impl Layer {
    /// Returns what was written, by key.
    pub(super) fn now(&self) -> &BTreeMap<Key, Option<Box<str>>> {
        &self.now
    }

    /// Forgets what is not of these.
    #[cfg(feature = "postgres")]
    pub(super) fn retain(&mut self, is_kept: impl Fn(&Key) -> bool) {
        self.now.retain(|key, _| is_kept(key));
    }

    /// Takes what was written on top of this.
    #[cfg(any(test, feature = "postgres"))]
    pub(super) fn take_over(&mut self, upper: Self) {
        self.now.extend(upper.now);
        for (entity, more) in upper.more {
            *self.more.entry(entity).or_default() += more;
        }
    }

    /// Returns the entities of a scope with what was written.
    pub(super) fn over<'l, R>(&'l self, below: &'l R) -> Over<'l, R> {
        Over { layer: self, below }
    }

    /// Writes what an entity is now, of a type that nobody counts.
    #[cfg(any(test, feature = "postgres"))]
    pub(super) fn put(&mut self, key: Key, now: Option<Box<str>>) {
        self.now.insert(key, now);
    }

    fn write(&mut self, (entity, id): (&str, &str), data: Option<Box<str>>, more: i64) {
        self.now.insert((entity.into(), id.into()), data);
        match self.more.get_mut(entity) {
            Some(count) => *count += more,
            None => drop(self.more.insert(entity.into(), more)),
        }
    }
}

/// The entities of a scope, with a layer on top.
pub(super) struct Over<'l, R> {
    layer: &'l Layer,
    below: &'l R,
}

impl<R: Reads> Reads for Over<'_, R> {
    type Error = R::Error;

    fn find(&self, entity: &str, id: &str) -> Result<Option<Box<str>>, R::Error> {
        if self.layer.now.is_empty() {
            return self.below.find(entity, id);
        }
        match self.layer.now.get(&(entity.into(), id.into())) {
            Some(now) => Ok(now.clone()),
            None => self.below.find(entity, id),
        }
    }

    fn each(&self, entity: &str, visit: &mut Visit<'_>) -> Result<Result<(), SyncError>, R::Error> {
        let from: Key = (entity.into(), "".into());
        let own = self.layer.now.range(from..).take_while(|((of, _), _)| **of == *entity);
        let mut own = own.map(|((_, id), now)| (&**id, now.as_deref())).peekable();
        let mut visit_now = |id: &str, now: Option<&str>| now.map_or(Ok(()), |json| visit(id, json));
        let read = self.below.each(entity, &mut |id, json| {
            while let Some((before, now)) = own.next_if(|(own, _)| *own < id) {
                visit_now(before, now)?;
            }
            match own.next_if(|(own, _)| *own == id) {
                Some((_, now)) => visit_now(id, now),
                None => visit_now(id, Some(json)),
            }
        })?;
        Ok(read.and_then(|()| own.try_for_each(|(id, now)| visit_now(id, now))))
    }

    fn count(&self, entity: &str) -> Result<u64, R::Error> {
        let more = self.layer.more.get(entity).copied().unwrap_or_default();
        Ok(self.below.count(entity)?.saturating_add_signed(more))
    }

    fn write_row(&self, entity: &str, id: &str, was_there: bool, data: Option<&str>) -> Option<RowWritten<R::Error>> {
        self.below.write_row(entity, id, was_there, data)
    }

    fn sql(&self, statement: &str, values: &[SqlValue]) -> Result<Result<SqlAnswer, SqlError>, R::Error> {
        self.below.sql(statement, values)
    }
}

/// The entities of a scope with what a mutation has written. Nothing of it is written anywhere else.
pub(super) struct Overlay<'r, R: Reads> {
    reads: &'r R,
    /// The cursor of the last change.
    head: u64,
    time: i64,
    written: Written,
    bytes: usize,
    /// What was read last: whoever changes an entity reads it twice.
    last: RefCell<Option<(Key, Option<Box<str>>)>>,
    failed: RefCell<Option<R::Error>>,
}

/// What a mutation has done.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// In their order.
    pub(super) made: Vec<Made>,
    /// What each entity that was written is in the end.
    pub(super) layer: Layer,
    /// The rows of tables among them, which are logged when they are read back.
    pub(super) rows: Vec<Key>,
}

impl<'r, R: Reads> Overlay<'r, R> {
    /// Begins behind the cursor `head`.
    pub(super) fn new(reads: &'r R, head: u64, time: i64) -> Self {
        let (written, last, failed) = Default::default();
        Self { reads, head, time, written, bytes: 0, last, failed }
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// Why something could not be read, whatever the mutation has made of that.
    pub(super) fn into_written(self) -> Result<Written, R::Error> {
        match self.failed.into_inner() {
            Some(failed) => Err(failed),
            None => Ok(self.written),
        }
    }

    /// Asks what is below, unless that has failed before: there is no transaction any more then.
    fn ask<T>(&self, ask: impl FnOnce(&Over<'_, R>) -> Result<T, R::Error>) -> Result<T, SyncError> {
        let unavailable = || SyncError::new("store-unavailable");
        if self.failed.borrow().is_some() {
            return Err(unavailable());
        }
        ask(&self.written.layer.over(self.reads)).map_err(|error| {
            *self.failed.borrow_mut() = Some(error);
            unavailable()
        })
    }

    /// Writes a row of a table; `None` where it is none.
    fn written_row(
        &mut self,
        (entity, id): (&'static str, &str),
        was_there: bool,
        data: Option<&str>,
        more: i64,
    ) -> Option<Result<bool, SyncError>> {
        let mut is_row = true;
        let written = self.ask(|over| {
            let written = over.write_row(entity, id, was_there, data);
            is_row = written.is_some();
            written.unwrap_or(Ok(Ok(())))
        });
        if !is_row {
            return None;
        }
        Some(written.and_then(|done| done).map(|()| {
            self.written.layer.write((entity, id), data.map(Box::from), more);
            self.written.rows.push((entity.into(), id.into()));
            self.last.replace(None);
            was_there
        }))
    }

    fn find(&self, entity: &str, id: &str) -> Result<Option<Box<str>>, SyncError> {
        if let Some((_, read)) = self.last.borrow().as_ref().filter(|((of, last), _)| (&**of, &**last) == (entity, id))
        {
            return Ok(read.clone());
        }
        let read = self.ask(|over| over.find(entity, id))?;
        *self.last.borrow_mut() = Some(((entity.into(), id.into()), read.clone()));
        Ok(read)
    }
}

impl<R: Reads> Rows for Overlay<'_, R> {
    fn get(&self, entity: &'static str, id: &str) -> Result<Option<String>, SyncError> {
        Ok(self.find(entity, id)?.map(Into::into))
    }

    fn each(
        &self,
        entity: &'static str,
        visit: &mut dyn FnMut(&str) -> Result<(), SyncError>,
    ) -> Result<(), SyncError> {
        self.ask(|over| over.each(entity, &mut |_, json| visit(json)))?
    }

    fn count(&self, entity: &'static str) -> Result<u64, SyncError> {
        self.ask(|over| over.count(entity))
    }

    fn write(&mut self, entity: &'static str, id: &str, data: Option<&str>) -> Result<bool, SyncError> {
        let before = self.find(entity, id)?;
        let (kind, more) = match (&before, data) {
            (None, None) => return Ok(false),
            (Some(before), Some(data)) if **before == *data => return Ok(true),
            (None, Some(_)) => (ChangeKind::Create, 1),
            (Some(_), Some(_)) => (ChangeKind::Update, 0),
            (Some(_), None) => (ChangeKind::Delete, -1),
        };
        self.bytes += data.map_or(0, str::len) + before.as_ref().map_or(0, |before| before.len());
        let is_full = self.written.made.len() == MOST_CHANGES;
        for (limit, is_over) in [(MOST_CHANGES, is_full), (MOST_BYTES, self.bytes > MOST_BYTES)] {
            if is_over {
                return Err(SyncError::new("sync-too-large").param("limit", limit));
            }
        }
        if let Some(written) = self.written_row((entity, id), before.is_some(), data, more) {
            return written;
        }
        self.head += 1;
        let data: Option<Box<str>> = data.map(Box::from);
        self.written.layer.write((entity, id), data.clone(), more);
        self.last.replace(None);
        let is_there = before.is_some();
        let change = Change { cursor: self.head, entity: entity.into(), id: id.into(), kind, data, time: self.time };
        self.written.made.push((change, before));
        Ok(is_there)
    }

    fn sql(&mut self, statement: &str, values: &[SqlValue]) -> Result<SqlAnswer, SqlError> {
        let lost = |_| SqlError { is_conflict: false, message: "the transaction has failed".to_owned() };
        self.ask(|over| over.sql(statement, values)).map_err(lost)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entities in memory.
    struct Stored(BTreeMap<Key, Box<str>>);

    impl Reads for Stored {
        type Error = ();

        fn find(&self, entity: &str, id: &str) -> Result<Option<Box<str>>, ()> {
            if id == "unreadable" { Err(()) } else { Ok(self.0.get(&(entity.into(), id.into())).cloned()) }
        }

        fn each(&self, entity: &str, visit: &mut Visit<'_>) -> Result<Result<(), SyncError>, ()> {
            let mut all = self.0.iter().filter(|((of, _), _)| **of == *entity);
            Ok(all.try_for_each(|((_, id), json)| visit(id, json)))
        }

        fn count(&self, entity: &str) -> Result<u64, ()> {
            Ok(self.0.keys().filter(|(of, _)| **of == *entity).count() as u64)
        }

        fn sql(&self, _: &str, _: &[SqlValue]) -> Result<Result<SqlAnswer, SqlError>, ()> {
            Err(())
        }
    }

    fn stored(all: &[(&str, &str)]) -> Stored {
        Stored(all.iter().map(|(id, json)| (("note".into(), (*id).into()), (*json).into())).collect())
    }

    fn list(overlay: &Overlay<'_, Stored>) -> String {
        let mut all = Vec::new();
        let visited = overlay.each("note", &mut |json| {
            all.push(json.to_owned());
            Ok(())
        });
        visited.expect("it can be read");
        assert_eq!(overlay.count("note").expect("it can be read"), all.len() as u64);
        all.join(" ")
    }

    #[test]
    fn what_was_written_is_read_in_its_place() {
        let stored = stored(&[("b", "b0"), ("d", "d0"), ("f", "f0")]);
        let mut overlay = Overlay::new(&stored, 7, 0);
        assert_eq!(list(&overlay), "b0 d0 f0");
        for (id, data) in [("a", Some("a1")), ("d", None), ("e", Some("e1")), ("f", Some("f1")), ("g", Some("g1"))] {
            overlay.write("note", id, data).expect("it is written");
        }
        assert_eq!(list(&overlay), "a1 b0 e1 f1 g1");
        assert_eq!(overlay.write("note", "d", None), Ok(false), "it is gone already");
        assert_eq!(overlay.write("note", "e", Some("e1")), Ok(true), "it is so already");
        assert_eq!(overlay.write("note", "d", Some("d2")), Ok(false));
        assert_eq!(overlay.write("note", "a", None), Ok(true));
        assert_eq!(list(&overlay), "b0 d2 e1 f1 g1");
        let Ok(Written { made, layer, .. }) = overlay.into_written() else { panic!("nothing has failed") };
        let made: Vec<_> =
            made.iter().map(|(change, before)| (change.cursor, &*change.id, before.as_deref())).collect();
        let expected = [
            (8, "a", None),
            (9, "d", Some("d0")),
            (10, "e", None),
            (11, "f", Some("f0")),
            (12, "g", None),
            (13, "d", None),
            (14, "a", Some("a1")),
        ];
        assert_eq!(made, expected);
        assert_eq!(layer.now().len(), 5);
        // And on top of that comes the next one.
        let over = layer.over(&stored);
        let mut next = Overlay::new(&over, 14, 0);
        next.write("note", "b", None).expect("it is written");
        next.write("note", "a", Some("a2")).expect("it is written");
        let mut both = Layer::default();
        let written = next.into_written().unwrap_or_else(|()| panic!("nothing has failed"));
        both.take_over(layer);
        both.take_over(written.layer);
        let mut all = Vec::new();
        let over = both.over(&stored);
        let visited = over.each("note", &mut |id, _| {
            all.push(id.to_owned());
            Ok(())
        });
        assert_eq!((visited, over.count("note")), (Ok(Ok(())), Ok(5)));
        assert_eq!(all.join(" "), "a d e f g");
    }

    #[test]
    fn what_cannot_be_read_ends_it_whatever_the_mutation_makes_of_that() {
        let stored = stored(&[]);
        let mut overlay = Overlay::new(&stored, 0, 0);
        overlay.write("note", "a", Some("1")).expect("it is written");
        assert!(overlay.get("note", "unreadable").is_err());
        assert!(
            overlay.get("note", "b").is_err() && overlay.count("note").is_err(),
            "there is no transaction any more"
        );
        assert!(overlay.into_written().is_err());
    }
}
