//! Holds JSON text against a shape in one walk, without building values.
//!
//! Only where an enum has no tag, or its tag comes late, a part of the text is looked at twice. The first thing that is wrong
//! ends the walk.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::input::{Choice, Key, Node, Object, Slot};
use super::{InputSchema, InvalidInput, Path, Reading, effort, formats, object};

/// How often, on average, a character may be looked at again where enums have no tag; each level of such enums repeats the ones below.
const REPEATS: usize = 256;

/// Checks that `json` is one value that fits `slot`.
pub(super) fn check(schema: &InputSchema, slot: Slot, json: &str, at: &Path<'_>) -> Result<(), InvalidInput> {
    let work = Cell::new(work(json));
    let walk = Walk { schema, reports: true, failure: RefCell::new(None), work: &work };
    walk.run(slot, json, at, 0).map_err(|_| {
        let failure = walk.failure.borrow_mut().take();
        failure.unwrap_or_else(|| InvalidInput::new(at, "invalid-json"))
    })
}

/// How many characters of `json` may be looked at again, and values in it passed on by serde.
fn work(json: &str) -> usize {
    REPEATS.saturating_mul(json.len() + 256)
}

/// What one walk through a text shares.
pub(super) struct Walk<'s> {
    schema: &'s InputSchema,
    /// Whether it says what is wrong; it may also only ask whether a variant fits.
    reports: bool,
    failure: RefCell<Option<InvalidInput>>,
    /// How many characters may still be looked at again.
    work: &'s Cell<usize>,
}

impl<'s> Walk<'s> {
    /// Checks that `json` is one value that fits `slot`.
    fn run(&self, slot: Slot, json: &str, at: &Path<'_>, depth: usize) -> Result<(), serde_json::Error> {
        let mut text = serde_json::Deserializer::from_str(json);
        Check { walk: self, slot, at, depth }.deserialize(&mut text)?;
        text.end()
    }

    pub(super) fn object(&self, index: usize) -> &'s Object {
        &self.schema.objects[index]
    }

    /// Remembers what is wrong, unless something is known already, and returns an error that ends the walk.
    pub(super) fn fail<E: Error>(&self, at: &Path<'_>, reason: &'static str) -> E {
        let mut failure = self.failure.borrow_mut();
        if self.reports && failure.is_none() {
            *failure = Some(InvalidInput::new(at, reason));
        }
        E::custom(reason)
    }

    /// Takes the next value as text, to be checked when it is known what it must be.
    pub(super) fn later<'de, D: Deserializer<'de>>(&self, text: D, at: &Path<'_>) -> Result<&'de RawValue, D::Error> {
        let raw = <&RawValue>::deserialize(text).inspect_err(|_| {
            self.fail::<serde_json::Error>(at, "invalid-json");
        })?;
        self.repeat(raw, at)?;
        Ok(raw)
    }

    /// Counts `raw` as text that is looked at once more.
    fn repeat<E: Error>(&self, raw: &RawValue, at: &Path<'_>) -> Result<(), E> {
        let left = self.work.get().checked_sub(raw.get().len()).ok_or_else(|| self.fail(at, "too-deep"))?;
        self.work.set(left);
        Ok(())
    }

    /// Returns whether `raw` fits `slot`.
    fn fits<E: Error>(&self, raw: &RawValue, slot: Slot, at: &Path<'_>, depth: usize) -> Result<bool, E> {
        self.repeat(raw, at)?;
        let trial = Walk { reports: false, failure: RefCell::new(None), ..*self };
        Ok(trial.run(slot, raw.get(), at, depth).is_ok())
    }

    /// Has serde read `raw`; this, too, is looking at it again.
    fn read<E: Error>(&self, raw: &RawValue, reading: Reading, at: &Path<'_>) -> Result<Option<usize>, E> {
        // What lies around it, such as a megabyte of spaces, buys it no more.
        let limit = self.work.get().min(work(raw.get()));
        let (variant, left) = effort::within(limit, || reading(raw.get()));
        if left == 0 {
            // Who asked whether a variant fits gets no answer either.
            self.work.set(0);
            return Err(self.fail(at, "too-deep"));
        }
        self.work.set(self.work.get() - (limit - left));
        Ok(variant)
    }
}

/// Checks one value.
#[derive(Clone, Copy)]
pub(super) struct Check<'a, 's> {
    pub(super) walk: &'a Walk<'s>,
    pub(super) slot: Slot,
    pub(super) at: &'a Path<'a>,
    /// How many arrays and objects are around the value.
    pub(super) depth: usize,
}

impl<'a, 's> Check<'a, 's> {
    fn node(&self) -> &'s Node {
        self.walk.schema.resolve(self.slot).0
    }

    fn fail<E: Error>(&self, reason: &'static str) -> E {
        self.walk.fail(self.at, reason)
    }

    fn expected<E: Error>(&self) -> E {
        self.fail(expectation(self.node()))
    }

    /// The check of a value inside this one.
    pub(super) fn inner<'b>(&self, slot: Slot, at: &'b Path<'b>) -> Check<'b, 's>
    where
        'a: 'b,
    {
        Check { walk: self.walk, slot, at, depth: self.depth + 1 }
    }

    fn enter<E: Error>(&self) -> Result<(), E> {
        if self.depth < self.walk.schema.nesting { Ok(()) } else { Err(self.fail("too-deep")) }
    }

    /// Finds the first variant that fits, and refuses the value if serde reads it as another one: it takes more than fits.
    fn untagged<'de, D>(&self, variants: &[Slot], reading: Option<Reading>, text: D) -> Result<(), D::Error>
    where
        D: Deserializer<'de>,
    {
        let raw = self.walk.later(text, self.at)?;
        let (_, nullable) = self.walk.schema.resolve(self.slot);
        if nullable && raw.get() == "null" {
            return Ok(());
        }
        let mut fitting = None;
        for (index, &variant) in variants.iter().enumerate() {
            if self.walk.fits(raw, variant, self.at, self.depth)? {
                fitting = Some(index);
                break;
            }
        }
        match (fitting, reading) {
            (None, _) => Err(self.fail("no-variant-matches")),
            // Before the first one there is none that serde could stop at.
            (Some(0), _) | (Some(_), None) => Ok(()),
            (Some(_), Some(reading)) => match self.walk.read(raw, reading, self.at)? {
                read if read == fitting => Ok(()),
                // What serde refuses altogether does not arrive.
                None => Ok(()),
                Some(_) => Err(self.fail("no-variant-matches")),
            },
        }
    }

    fn unit_variant<E: Error>(&self, variants: &[Choice], name: &str) -> Result<(), E> {
        match variants.iter().find(|variant| variant.names.include(name)) {
            None => Err(self.fail("unknown-variant")),
            Some(Choice { carries: None, .. }) => Ok(()),
            Some(Choice { carries: Some(_), .. }) => Err(self.fail("expected-object")),
        }
    }

    fn variant<'de, A: MapAccess<'de>>(&self, variants: &[Choice], mut map: A) -> Result<(), A::Error> {
        let Some(name) = map.next_key_seed(Name)? else { return Err(self.fail("unknown-variant")) };
        let variant = variants.iter().find(|variant| variant.names.include(&name));
        match variant.ok_or_else(|| self.fail("unknown-variant"))? {
            Choice { names, carries: Some(slot) } => {
                map.next_value_seed(self.inner(*slot, &self.at.field(&names.name)))?;
            }
            Choice { carries: None, .. } => return Err(self.fail("expected-string")),
        }
        map.next_key_seed(Name)?.map_or(Ok(()), |key| Err(self.walk.fail(&self.at.key(&key), "unknown-field")))
    }

    fn map<'de, A: MapAccess<'de>>(&self, key: &Key, value: Slot, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Name)? {
            let at = self.at.key(&name);
            check_key(key, &name).map_err(|reason| self.walk.fail::<A::Error>(&at, reason))?;
            map.next_value_seed(self.inner(value, &at))?;
        }
        Ok(())
    }

    fn tuple<'de, A: SeqAccess<'de>>(&self, items: &[Slot], mut seq: A) -> Result<(), A::Error> {
        for (index, &item) in items.iter().enumerate() {
            let found = seq.next_element_seed(self.inner(item, &self.at.index(index)))?;
            found.ok_or_else(|| self.fail("wrong-length"))?;
        }
        seq.next_element::<IgnoredAny>()?.map_or(Ok(()), |_| Err(self.fail("wrong-length")))
    }

    fn array<'de, A: SeqAccess<'de>>(&self, item: Slot, mut seq: A) -> Result<(), A::Error> {
        for index in 0.. {
            if seq.next_element_seed(self.inner(item, &self.at.index(index)))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn any<'de, A: MapAccess<'de>>(&self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(self.inner(self.slot, self.at))?;
        }
        Ok(())
    }
}

/// The word for a value that is of another kind than `node`.
fn expectation(node: &Node) -> &'static str {
    match node {
        Node::Null => "expected-null",
        Node::Bool => "expected-boolean",
        Node::Integer { .. } => "expected-integer",
        Node::Number { .. } => "expected-number",
        Node::String | Node::Char | Node::Text(_) => "expected-string",
        Node::Array(_) | Node::Tuple(_) => "expected-array",
        Node::Map(..) | Node::Object(_) => "expected-object",
        Node::External(variants) if variants.iter().all(|variant| variant.carries.is_none()) => "expected-string",
        Node::External(variants) if variants.iter().all(|variant| variant.carries.is_some()) => "expected-object",
        Node::External(_) => "unknown-variant",
        Node::Untagged(..) => "no-variant-matches",
        Node::Any | Node::Alias(_) => "invalid-json",
    }
}

/// Says what is wrong with a key, if anything is.
pub(super) fn check_key(key: &Key, text: &str) -> Result<(), &'static str> {
    match key {
        Key::String => Ok(()),
        Key::OneOf(names) if names.iter().any(|names| names.include(text)) => Ok(()),
        Key::OneOf(_) => Err("unknown-variant"),
        Key::Integer { min, max } => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            if !is_decimal || (digits.len() > 1 && digits.starts_with('0')) {
                return Err("expected-integer");
            }
            let fits = text.parse().is_ok_and(|number: i64| (*min..=*max).contains(&number));
            if fits { Ok(()) } else { Err("out-of-range") }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Check<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<(), D::Error> {
        if let Node::Untagged(variants, reading) = self.node() {
            return self.untagged(variants, *reading, text);
        }
        // What no visit has refused was not JSON; the innermost check that sees this knows the place best.
        text.deserialize_any(self).inspect_err(|_| {
            self.fail::<D::Error>("invalid-json");
        })
    }
}

impl<'de> Visitor<'de> for Check<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(expectation(self.node()))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self.walk.schema.resolve(self.slot) {
            (_, true) | (Node::Null | Node::Any, _) => Ok(()),
            _ => Err(self.expected()),
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        match self.node() {
            Node::Bool | Node::Any => Ok(()),
            _ => Err(self.expected()),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        match self.node() {
            Node::Integer { min, max } if (*min..=*max).contains(&number) => Ok(()),
            Node::Integer { .. } => Err(self.fail("out-of-range")),
            Node::Number { .. } | Node::Any => Ok(()),
            _ => Err(self.expected()),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        match self.node() {
            Node::Number { max } if number.abs() <= *max => Ok(()),
            Node::Number { .. } => Err(self.fail("out-of-range")),
            // JSON has one kind of number, and whole ones beyond 64 bits arrive here.
            Node::Integer { .. } if number.fract() == 0.0 && number.abs() >= 9e18 => Err(self.fail("out-of-range")),
            Node::Any => Ok(()),
            _ => Err(self.expected()),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match self.node() {
            Node::String | Node::Any => Ok(()),
            Node::Char if text.chars().count() == 1 => Ok(()),
            Node::Text(format) if formats::is_valid(format, text) => Ok(()),
            Node::Char | Node::Text(_) => Err(self.fail("invalid-format")),
            Node::External(variants) => self.unit_variant(variants, text),
            _ => Err(self.expected()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.enter()?;
        match self.node() {
            Node::Array(item) => self.array(*item, seq),
            Node::Tuple(items) => self.tuple(items, seq),
            Node::Any => self.array(self.slot, seq),
            _ => Err(self.expected()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.enter()?;
        match self.node() {
            Node::Object(index) => object::check(self, self.walk.object(*index), map),
            Node::Map(key, value) => self.map(key, *value, map),
            Node::External(variants) => self.variant(variants, map),
            Node::Any => self.any(map),
            _ => Err(self.expected()),
        }
    }
}

/// Reads the name of a field, borrowed from the text unless it is written with escapes.
pub(super) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Cow<'de, str>, D::Error> {
        text.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
