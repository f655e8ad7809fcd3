//! What one mutation makes of the entities of its scope, on top of what is there, until it is known whether it is kept.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::store::{Change, ChangeKind};
use crate::error::SyncError;
use crate::route::Rows;

/// How many changes one mutation may make.
const MOST_CHANGES: usize = 10_000;
/// How many bytes of JSON they may have together.
const MOST_BYTES: usize = 4 << 20;

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
}

/// Takes the key and the JSON of an entity.
pub(super) type Visit<'v> = dyn FnMut(&str, &str) -> Result<(), SyncError> + 'v;

/// The type of an entity, and its key.
pub(super) type Key = (Box<str>, Box<str>);

/// A change, and the JSON of its entity before it.
pub(super) type Made = (Change, Option<Box<str>>);

/// The entities of a scope with what a mutation has written. Nothing of it is written anywhere else.
pub(super) struct Overlay<'r, R: Reads> {
    reads: &'r R,
    /// The cursor of the last change.
    head: u64,
    time: i64,
    made: Vec<Made>,
    bytes: usize,
    /// What was written, as it is now; `None`: it is gone.
    now: BTreeMap<Key, Option<Box<str>>>,
    /// How many more there are of each type.
    more: HashMap<&'static str, i64>,
    /// What was read last: whoever changes an entity reads it twice.
    last: RefCell<Option<(Key, Option<Box<str>>)>>,
    failed: RefCell<Option<R::Error>>,
}

/// What a mutation has done.
#[derive(Default)]
pub(super) struct Written {
    /// In their order.
    pub(super) made: Vec<Made>,
    /// What each entity that was written is in the end; `None`: it is gone.
    pub(super) now: BTreeMap<Key, Option<Box<str>>>,
}

impl<'r, R: Reads> Overlay<'r, R> {
    /// Begins behind the cursor `head`.
    pub(super) fn new(reads: &'r R, head: u64, time: i64) -> Self {
        let (made, now, more, last, failed) = Default::default();
        Self { reads, head, time, made, bytes: 0, now, more, last, failed }
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// Why something could not be read, whatever the mutation has made of that.
    pub(super) fn into_written(self) -> Result<Written, R::Error> {
        match self.failed.into_inner() {
            Some(failed) => Err(failed),
            None => Ok(Written { made: self.made, now: self.now }),
        }
    }

    fn noted<T>(&self, done: Result<T, R::Error>) -> Result<T, SyncError> {
        done.map_err(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            SyncError::new("store-unavailable")
        })
    }

    fn find(&self, entity: &str, id: &str) -> Result<Option<Box<str>>, SyncError> {
        let key: Key = (entity.into(), id.into());
        if let Some(now) = self.now.get(&key) {
            return Ok(now.clone());
        }
        if let Some((_, read)) = self.last.borrow().as_ref().filter(|(last, _)| *last == key) {
            return Ok(read.clone());
        }
        let read = self.noted(self.reads.find(entity, id))?;
        *self.last.borrow_mut() = Some((key, read.clone()));
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
        let from: Key = (entity.into(), "".into());
        let mut own = self.now.range(from..).take_while(|((of, _), _)| **of == *entity).peekable();
        let read = self.reads.each(entity, &mut |id, json| {
            while let Some((_, before)) = own.next_if(|((_, own), _)| **own < *id) {
                before.as_deref().map_or(Ok(()), &mut *visit)?;
            }
            match own.next_if(|((_, own), _)| **own == *id) {
                Some((_, now)) => now.as_deref().map_or(Ok(()), &mut *visit),
                None => visit(json),
            }
        });
        self.noted(read)??;
        own.try_for_each(|(_, rest)| rest.as_deref().map_or(Ok(()), &mut *visit))
    }

    fn count(&self, entity: &'static str) -> Result<u64, SyncError> {
        let count = self.noted(self.reads.count(entity))?;
        Ok(count.saturating_add_signed(self.more.get(entity).copied().unwrap_or_default()))
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
        self.bytes += data.map_or(0, str::len);
        for (limit, is_over) in [(MOST_CHANGES, self.made.len() == MOST_CHANGES), (MOST_BYTES, self.bytes > MOST_BYTES)]
        {
            if is_over {
                return Err(SyncError::new("sync-too-large").param("limit", limit));
            }
        }
        self.head += 1;
        let data: Option<Box<str>> = data.map(Box::from);
        self.now.insert((entity.into(), id.into()), data.clone());
        *self.more.entry(entity).or_default() += more;
        let is_there = before.is_some();
        let change = Change { cursor: self.head, entity: entity.into(), id: id.into(), kind, data, time: self.time };
        self.made.push((change, before));
        Ok(is_there)
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
        let Ok(Written { made, now }) = overlay.into_written() else { panic!("nothing has failed") };
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
        assert_eq!(now.len(), 5);
    }

    #[test]
    fn what_cannot_be_read_ends_it_whatever_the_mutation_makes_of_that() {
        let stored = stored(&[]);
        let mut overlay = Overlay::new(&stored, 0, 0);
        assert!(overlay.get("note", "unreadable").is_err());
        overlay.write("note", "a", Some("1")).expect("it is written");
        assert!(overlay.into_written().is_err());
    }
}
