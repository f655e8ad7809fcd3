//! Holds a JSON object against its fields.
//!
//! An object without enums is checked as it is read. Where an enum's variant decides about further fields, those that come before
//! the tag wait as text until it is known.

use std::borrow::Cow;
use std::mem;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Path;
use super::check::{Check, Name, Walk, check_key};
use super::input::{Object, Tagged};

/// Checks the entries of `map` against `object`.
pub(super) fn check<'de, A>(check: Check<'_, '_>, object: &Object, map: A) -> Result<(), A::Error>
where
    A: MapAccess<'de>,
{
    if object.enums.is_empty() { check_plain(check, object, map) } else { check_tagged(check, object, map) }
}

fn check_plain<'de, A: MapAccess<'de>>(check: Check<'_, '_>, object: &Object, mut map: A) -> Result<(), A::Error> {
    let mut seen = Seen::default();
    let mut next = 0;
    while let Some(name) = map.next_key_seed(Name)? {
        let Some(index) = object.find(&name, next) else {
            unknown(check, &[object], &name, Streamed(&mut map))?;
            continue;
        };
        next = index + 1;
        known(check, object, index, &mut seen, Streamed(&mut map))?;
    }
    complete(check, object, &seen)
}

/// Checks the value of the field at `index`.
fn known<'de, V: Value<'de>>(
    check: Check<'_, '_>,
    object: &Object,
    index: usize,
    seen: &mut Seen,
    value: V,
) -> Result<(), V::Error> {
    let field = &object.fields[index];
    let at = check.at.field(&field.names.name);
    if !seen.insert(index) {
        return Err(check.walk.fail(&at, "duplicate-field"));
    }
    value.read(check.inner(field.slot, &at))
}

/// Checks an entry that is no field of `objects`: it belongs to their map, or nowhere.
fn unknown<'de, V: Value<'de>>(
    check: Check<'_, '_>,
    objects: &[&Object],
    name: &str,
    value: V,
) -> Result<(), V::Error> {
    let at = check.at.key(&name);
    if let Some((key, slot)) = objects.iter().find_map(|object| object.rest.as_ref()) {
        check_key(key, name).map_err(|reason| check.walk.fail::<V::Error>(&at, reason))?;
        return value.read(check.inner(*slot, &at));
    }
    Err(check.walk.fail(&at, "unknown-field"))
}

/// Checks that no field of `object` is missing.
fn complete<E: Error>(check: Check<'_, '_>, object: &Object, seen: &Seen) -> Result<(), E> {
    let mut fields = object.fields.iter().enumerate();
    match fields.find(|(index, field)| field.required && !seen.contains(*index)) {
        None => Ok(()),
        Some((_, field)) => Err(check.walk.fail(&check.at.field(&field.names.name), "missing")),
    }
}

fn check_tagged<'de, A: MapAccess<'de>>(check: Check<'_, '_>, object: &Object, mut map: A) -> Result<(), A::Error> {
    let mut entries = Entries {
        check,
        parts: vec![(object, Seen::default())],
        undecided: object.enums.iter().collect(),
        tags: Vec::new(),
        waiting: Vec::new(),
    };
    while let Some(name) = map.next_key_seed(Name)? {
        entries.take(name, Streamed(&mut map))?;
    }
    entries.finish()
}

/// The entries of an object some of whose fields are decided by others.
struct Entries<'a, 's, 'de> {
    check: Check<'a, 's>,
    /// The objects whose fields are known to belong here, with those that have been seen.
    parts: Vec<(&'a Object, Seen)>,
    /// Enums whose variant is not known yet.
    undecided: Vec<&'a Tagged>,
    /// The tags of those whose variant is known.
    tags: Vec<&'a str>,
    /// Entries that may belong to one of the undecided.
    waiting: Vec<(Cow<'de, str>, &'de RawValue)>,
}

impl<'a, 's: 'a, 'de> Entries<'a, 's, 'de> {
    fn take<V: Value<'de>>(&mut self, name: Cow<'de, str>, value: V) -> Result<(), V::Error> {
        let check = self.check;
        for (object, seen) in &mut self.parts {
            if let Some(index) = object.find(&name, 0) {
                return known(check, object, index, seen, value);
            }
        }
        if let Some(position) = self.undecided.iter().position(|undecided| decides(undecided, &name)) {
            return self.decide(position, name, value);
        }
        if self.tags.contains(&name.as_ref()) {
            return Err(check.walk.fail(&check.at.field(&name), "duplicate-field"));
        }
        if self.undecided.is_empty() {
            let objects: Vec<&Object> = self.parts.iter().map(|(object, _)| *object).collect();
            return unknown(check, &objects, &name, value);
        }
        let text = value.text(check.walk, &check.at.key(&name))?;
        self.waiting.push((name, text));
        Ok(())
    }

    /// Learns the variant of an enum from the entry `name`, and with it what may stand here.
    fn decide<V: Value<'de>>(&mut self, position: usize, name: Cow<'de, str>, value: V) -> Result<(), V::Error> {
        let decided = self.undecided.remove(position);
        match &decided.tag {
            Some(tag) => {
                let at = self.check.at.field(tag);
                let object = value.read(Tag { walk: self.check.walk, decided, at: &at })?;
                self.tags.push(tag);
                self.add(object);
            }
            None => {
                let variant = decided.variants.iter().find(|(names, _)| names.include(&name));
                self.add(variant.map_or(0, |(_, object)| *object));
                self.take(name, value)?;
            }
        }
        self.settle().map_err(V::Error::custom)
    }

    fn add(&mut self, object: usize) {
        let object = self.check.walk.object(object);
        self.parts.push((object, Seen::default()));
        self.undecided.extend(&object.enums);
    }

    /// Takes the waiting entries that can be taken now, in the order of the text.
    fn settle(&mut self) -> Result<(), serde_json::Error> {
        let deciding = |entries: &Self| {
            entries
                .waiting
                .iter()
                .position(|(name, _)| entries.undecided.iter().any(|undecided| decides(undecided, name)))
        };
        while let Some(position) = deciding(self) {
            let (name, text) = self.waiting.remove(position);
            self.take(name, text)?;
        }
        if self.undecided.is_empty() {
            for (name, text) in mem::take(&mut self.waiting) {
                self.take(name, text)?;
            }
        }
        Ok(())
    }

    fn finish<E: Error>(self) -> Result<(), E> {
        let Check { walk, at, .. } = self.check;
        match self.undecided.first() {
            Some(Tagged { tag: Some(tag), .. }) => return Err(walk.fail(&at.field(tag), "missing")),
            Some(Tagged { tag: None, .. }) => return Err(walk.fail(at, "unknown-variant")),
            None => {}
        }
        self.parts.iter().try_for_each(|(object, seen)| complete(self.check, object, seen))
    }
}

/// Returns whether the entry `name` tells the variant of `undecided`.
fn decides(undecided: &Tagged, name: &str) -> bool {
    match &undecided.tag {
        Some(tag) => tag == name,
        None => undecided.variants.iter().any(|(names, _)| names.include(name)),
    }
}

/// Where the value of an entry comes from.
trait Value<'de> {
    type Error: Error;

    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Self::Error>;

    /// Takes the value as it is written.
    fn text(self, walk: &Walk<'_>, at: &Path<'_>) -> Result<&'de RawValue, Self::Error>;
}

/// A value that is read now.
struct Streamed<'m, A>(&'m mut A);

impl<'de, A: MapAccess<'de>> Value<'de> for Streamed<'_, A> {
    type Error = A::Error;

    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(seed)
    }

    fn text(self, walk: &Walk<'_>, at: &Path<'_>) -> Result<&'de RawValue, A::Error> {
        self.0.next_value_seed(Later { walk, at })
    }
}

impl<'de> Value<'de> for &'de RawValue {
    type Error = serde_json::Error;

    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, serde_json::Error> {
        seed.deserialize(&mut serde_json::Deserializer::from_str(self.get()))
    }

    fn text(self, _: &Walk<'_>, _: &Path<'_>) -> Result<&'de RawValue, serde_json::Error> {
        Ok(self)
    }
}

struct Later<'a, 's> {
    walk: &'a Walk<'s>,
    at: &'a Path<'a>,
}

impl<'de> DeserializeSeed<'de> for Later<'_, '_> {
    type Value = &'de RawValue;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<&'de RawValue, D::Error> {
        self.walk.later(text, self.at)
    }
}

/// Reads the tag of an enum: the index of the object that its variant adds.
#[derive(Clone, Copy)]
struct Tag<'a, 's> {
    walk: &'a Walk<'s>,
    decided: &'a Tagged,
    at: &'a Path<'a>,
}

impl<'de> DeserializeSeed<'de> for Tag<'_, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<usize, D::Error> {
        // Whatever the value is, it is not a string if `visit_str` does not see it.
        text.deserialize_any(self).inspect_err(|_| {
            self.walk.fail::<D::Error>(self.at, "expected-string");
        })
    }
}

impl<'de> Visitor<'de> for Tag<'_, '_> {
    type Value = usize;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("expected-string")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        let variant = self.decided.variants.iter().find(|(names, _)| names.include(name));
        variant.map(|(_, object)| *object).ok_or_else(|| self.walk.fail(self.at, "unknown-variant"))
    }
}

/// Which fields have been seen, by index.
#[derive(Default)]
struct Seen {
    first: u64,
    further: Vec<u64>,
}

impl Seen {
    /// Returns whether `index` is new.
    fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (index / 64, 1 << (index % 64));
        let word = match word.checked_sub(1) {
            None => &mut self.first,
            Some(word) => {
                self.further.resize(self.further.len().max(word + 1), 0);
                &mut self.further[word]
            }
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    fn contains(&self, index: usize) -> bool {
        let (word, bit) = (index / 64, 1 << (index % 64));
        let word = match word.checked_sub(1) {
            None => self.first,
            Some(word) => self.further.get(word).copied().unwrap_or_default(),
        };
        word & bit != 0
    }
}
