//! From a value to JSON text, without silent changes.
//!
//! serde_json writes `NaN` and infinities as `null`, and JavaScript rounds whole numbers beyond 2^53. Both arrive as something that
//! was never sent, so both are errors here. [`Exact`] is a serde serializer that looks at each number and passes on everything else.

use std::fmt::Display;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::value::RawValue;

use super::MAX_INTEGER;

/// A value that JSON or JavaScript cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("output cannot be written as JSON")]
pub struct EncodeError {
    #[from]
    source: serde_json::Error,
}

/// Writes `value` as JSON text.
///
/// # Errors
///
/// A number that is not finite, a whole number beyond ±[`MAX_INTEGER`], or a type's own refusal.
///
/// # Examples
///
/// ```
/// assert_eq!(sync::schema::encode(&(1.5, "a"))?, br#"[1.5,"a"]"#);
/// assert!(sync::schema::encode(&f64::NAN).is_err());
/// assert!(sync::schema::encode(&u64::MAX).is_err());
/// # Ok::<(), sync::schema::EncodeError>(())
/// ```
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut json = Vec::with_capacity(128);
    encode_into(&mut json, value)?;
    Ok(json)
}

/// Writes `value` as JSON text that is known to be JSON, to be put into other JSON as it is.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_raw<T: Serialize + ?Sized>(value: &T) -> Result<Box<RawValue>, EncodeError> {
    Ok(serde_json::value::to_raw_value(&ExactValue(value))?)
}

/// Appends `value` to `json` as JSON text.
///
/// # Errors
///
/// As [`encode`]; what has been appended by then stays.
pub fn encode_into<T: Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) -> Result<(), EncodeError> {
    value.serialize(Exact(&mut serde_json::Serializer::new(json)))?;
    Ok(())
}

/// A serializer, or a part of one, that refuses numbers which would not arrive as they are.
struct Exact<S>(S);

/// A value whose numbers are looked at.
struct ExactValue<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Serialize for ExactValue<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Exact(serializer))
    }
}

fn exact<E: Error>(number: impl TryInto<i64> + Display + Copy) -> Result<(), E> {
    match number.try_into() {
        Ok(number) if (-MAX_INTEGER..=MAX_INTEGER).contains(&number) => Ok(()),
        _ => Err(E::custom(format_args!("a whole number is beyond ±{MAX_INTEGER}, which JavaScript would round"))),
    }
}

fn finite<E: Error>(is_finite: bool) -> Result<(), E> {
    if is_finite { Ok(()) } else { Err(E::custom("a number is not finite, which JSON would write as null")) }
}

macro_rules! pass {
    ($($method:ident($($name:ident: $kind:ty),*);)*) => { $(
        fn $method(self, $($name: $kind),*) -> Result<S::Ok, S::Error> {
            self.0.$method($($name),*)
        }
    )* };
}

macro_rules! look_at {
    ($($method:ident($kind:ty): $check:expr;)*) => { $(
        fn $method(self, number: $kind) -> Result<S::Ok, S::Error> {
            $check(number)?;
            self.0.$method(number)
        }
    )* };
}

macro_rules! open {
    ($($method:ident($($name:ident: $kind:ty),*) -> $part:ident;)*) => { $(
        fn $method(self, $($name: $kind),*) -> Result<Self::$part, S::Error> {
            self.0.$method($($name),*).map(Exact)
        }
    )* };
}

impl<S: Serializer> Serializer for Exact<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Exact<S::SerializeSeq>;
    type SerializeTuple = Exact<S::SerializeTuple>;
    type SerializeTupleStruct = Exact<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Exact<S::SerializeTupleVariant>;
    type SerializeMap = Exact<S::SerializeMap>;
    type SerializeStruct = Exact<S::SerializeStruct>;
    type SerializeStructVariant = Exact<S::SerializeStructVariant>;

    look_at! {
        serialize_i64(i64): exact;
        serialize_i128(i128): exact;
        serialize_u64(u64): exact;
        serialize_u128(u128): exact;
        serialize_f32(f32): |number: f32| finite(number.is_finite());
        serialize_f64(f64): |number: f64| finite(number.is_finite());
    }

    pass! {
        serialize_bool(value: bool);
        serialize_i8(value: i8);
        serialize_i16(value: i16);
        serialize_i32(value: i32);
        serialize_u8(value: u8);
        serialize_u16(value: u16);
        serialize_u32(value: u32);
        serialize_char(value: char);
        serialize_str(value: &str);
        serialize_bytes(value: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    open! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&ExactValue(value))
    }

    fn serialize_newtype_struct<T>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error>
    where
        T: Serialize + ?Sized,
    {
        self.0.serialize_newtype_struct(name, &ExactValue(value))
    }

    fn serialize_newtype_variant<T>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error>
    where
        T: Serialize + ?Sized,
    {
        self.0.serialize_newtype_variant(name, index, variant, &ExactValue(value))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! lists {
    ($($part:ident: $method:ident;)*) => { $(
        impl<S: $part> $part for Exact<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.0.$method(&ExactValue(value))
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )* };
}

lists! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

macro_rules! records {
    ($($part:ident),*) => { $(
        impl<S: $part> $part for Exact<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
                self.0.serialize_field(name, &ExactValue(value))
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), S::Error> {
                self.0.skip_field(name)
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )* };
}

records!(SerializeStruct, SerializeStructVariant);

impl<S: SerializeMap> SerializeMap for Exact<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(&ExactValue(key))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&ExactValue(value))
    }

    fn serialize_entry<K, V>(&mut self, key: &K, value: &V) -> Result<(), S::Error>
    where
        K: Serialize + ?Sized,
        V: Serialize + ?Sized,
    {
        self.0.serialize_entry(&ExactValue(key), &ExactValue(value))
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &impl Serialize, expected: Option<&str>) {
        let json = encode(value).ok().map(|json| String::from_utf8_lossy(&json).into_owned());
        assert_eq!(json.as_deref(), expected);
        let raw = encode_raw(value).ok();
        assert_eq!(raw.as_deref().map(RawValue::get), expected);
    }

    #[test]
    fn numbers_that_arrive_as_they_are_pass() {
        check(&[MAX_INTEGER, -MAX_INTEGER], Some("[9007199254740991,-9007199254740991]"));
        check(&(1e300, -0.5_f32), Some("[1e+300,-0.5]"));
    }

    #[test]
    fn numbers_that_would_arrive_changed_are_refused_at_every_depth() {
        check(&(MAX_INTEGER + 1), None);
        check(&Some([i64::MIN]), None);
        check(&json!({ "a": [{ "b": u64::MAX }] }), None);
        check(&BTreeMap::from([("a", f32::INFINITY)]), None);
        check(&BTreeMap::from([(u64::MAX, 1)]), None);
        check(&(1_u128 << 100), None);
    }

    #[test]
    fn text_that_is_json_already_passes_as_it_is() {
        let raw = RawValue::from_string("18446744073709551615".to_owned()).unwrap();
        check(&raw, Some("18446744073709551615"));
    }
}
