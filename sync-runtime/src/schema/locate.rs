//! From a place in a text to a place in what it says.
//!
//! serde says where in the text it stopped. A deserializer that notes where in the value it is would be compiled once more for each type of an
//! app, and this is asked of an input that is refused for its format alone.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Path;

/// Returns the path of the innermost value of `json`, which is valid, that ends at `offset` or behind it and begins before it.
pub(super) fn locate(json: &str, offset: usize) -> String {
    inside(json, offset, &Path::top())
}

fn inside(json: &str, offset: usize, at: &Path<'_>) -> String {
    let within = |raw: &RawValue| {
        // What serde hands out is a part of the text.
        let start = (raw.get().as_ptr() as usize).wrapping_sub(json.as_ptr() as usize);
        (start < offset && offset <= start + raw.get().len()).then(|| offset - start)
    };
    if json.trim_start().starts_with('{') {
        let Ok(Entries(entries)) = serde_json::from_str(json) else { return at.to_string() };
        let found = entries.iter().find_map(|(name, raw)| Some((name, raw.get(), within(raw)?)));
        return found.map_or_else(|| at.to_string(), |(name, raw, offset)| inside(raw, offset, &at.field(name)));
    }
    let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) else { return at.to_string() };
    let found = items.iter().enumerate().find_map(|(index, raw)| Some((index, raw.get(), within(raw)?)));
    found.map_or_else(|| at.to_string(), |(index, raw, offset)| inside(raw, offset, &at.index(index)))
}

/// The entries of an object, in the order of the text.
struct Entries<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((Name(name), raw)) = map.next_entry()? {
            entries.push((name, raw));
        }
        Ok(Entries(entries))
    }
}

/// A name that is borrowed where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

#[cfg(test)]
mod tests {
    use super::locate;

    #[test]
    fn a_place_in_the_text_is_a_place_in_the_value() {
        let json = r#"{"a":"x","b":[1,{"c":"bad"},[]],"n\u0061me":{"d":null}}"#;
        let check = |up_to: &str, expected: &str| {
            let offset = json.find(up_to).map(|start| start + up_to.len()).expect("a part of the text");
            assert_eq!(locate(json, offset), expected, "{up_to}");
        };
        check(r#""a":"x""#, "a");
        check(r#""a":"#, "");
        check(r#""bad""#, "b[1].c");
        check(r#"{"c":"bad"}"#, "b[1]");
        check("[]]", "b");
        check("null", "name.d");
        check("}}", "");
        assert_eq!(locate("3", 1), "");
        assert_eq!(locate("", 1), "");
    }
}
