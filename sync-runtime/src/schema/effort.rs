//! What serde may spend on finding the variant of an enum without a tag.
//!
//! serde tries one variant after the other, and where such enums lie inside each other, the ones inside again for each variant outside: a
//! short text can keep it busy for hours. Every such enum is therefore read through [`Measured`], which counts what it passes on while
//! [`within`] has set a limit.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

thread_local! {
    /// What may still be spent; no limit where nobody has set one.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// What passing on a value costs, measured in characters that the check looks at.
const VALUE: usize = 1;

/// Copying this much of a text costs one more.
const TEXT: usize = 32;

/// Runs `read`, which may have serde pass on values for `limit`; also returns what is left, 0 if it was stopped.
pub(super) fn within<T>(limit: usize, read: impl FnOnce() -> T) -> (T, usize) {
    struct Restore(Option<usize>);
    impl Drop for Restore {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }
    let _restore = Restore(LEFT.replace(Some(limit)));
    let read = read();
    (read, LEFT.get().unwrap_or_default())
}

fn spend<E: Error>(text: usize) -> Result<(), E> {
    let Some(left) = LEFT.get() else { return Ok(()) };
    let left = left.saturating_sub(VALUE + text / TEXT);
    LEFT.set(Some(left));
    if left > 0 { Ok(()) } else { Err(E::custom("too many ways to read it")) }
}

/// A deserializer, or a part of one, whose values are counted.
#[derive(Debug)]
pub struct Measured<D>(pub D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Measured<D> {
    type Error = D::Error;

    // Who does not know the variant takes whatever there is.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(Measured(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

macro_rules! pass {
    ($($method:ident($kind:ty);)*) => { $(
        fn $method<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            spend(0)?;
            self.0.$method(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Measured<V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(out)
    }

    pass! {
        visit_bool(bool);
        visit_i64(i64);
        visit_u64(u64);
        visit_f64(f64);
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        spend(0)?;
        self.0.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        spend(0)?;
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Measured(inner))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        spend(text.len())?;
        self.0.visit_str(text)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        spend(text.len())?;
        self.0.visit_borrowed_str(text)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<V::Value, E> {
        spend(text.len())?;
        self.0.visit_string(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        spend(0)?;
        self.0.visit_seq(Measured(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        spend(0)?;
        self.0.visit_map(Measured(map))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Measured<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Measured(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Measured<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(Measured(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Measured(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Measured<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Measured(text))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str) -> serde_json::Result<Value> {
        Value::deserialize(Measured(&mut serde_json::Deserializer::from_str(text)))
    }

    #[test]
    fn everything_is_passed_on_and_counted_while_there_is_a_limit() {
        let text = r#"{"a":[1,-1,1.5,null,true],"b":"c"}"#;
        let value = json!({ "a": [1, -1, 1.5, null, true], "b": "c" });
        let (read, left) = within(100, || read(text).expect("JSON"));
        assert_eq!((read, left), (value, 100 - 10 * VALUE));
    }

    #[test]
    fn at_the_limit_reading_stops_and_outside_there_is_none() {
        let text = serde_json::to_string(&vec![0; 100]).expect("JSON");
        let (refused, left) = within(100, || read(&text).is_err());
        assert_eq!((refused, left), (true, 0));
        read(&text).expect("no limit");
        let long = serde_json::to_string(&"a".repeat(100 * TEXT)).expect("JSON");
        assert_eq!(within(100, || read(&long).is_err()), (true, 0));
    }
}
