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
///
/// serde reads what has its tag inside to its end before it looks at it, and a list to its end whatever came of its last item. So where it
/// stopped at the end of a list, `reads` is asked whether the text would be read without that item.
pub(super) fn locate(json: &str, offset: usize, reads: &dyn Fn(&str) -> bool) -> String {
    Finder { json, reads }.inside(json, offset, &Path::top())
}

struct Finder<'a> {
    json: &'a str,
    reads: &'a dyn Fn(&str) -> bool,
}

impl Finder<'_> {
    fn inside(&self, json: &str, offset: usize, at: &Path<'_>) -> String {
        let within = |raw: &RawValue| {
            let start = place(raw.get(), json);
            (start < offset && offset <= start + raw.get().len()).then(|| offset - start)
        };
        if json.trim_start().starts_with('{') {
            let Ok(Entries(entries)) = serde_json::from_str(json) else { return at.to_string() };
            let found = entries.iter().find_map(|(name, raw)| Some((name, raw.get(), within(raw)?)));
            return found
                .map_or_else(|| at.to_string(), |(name, raw, offset)| self.inside(raw, offset, &at.field(name)));
        }
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) else { return at.to_string() };
        let found = items.iter().enumerate().find_map(|(index, raw)| Some((index, raw.get(), within(raw)?)));
        match found.or_else(|| self.last(json, offset, &items)) {
            Some((index, raw, offset)) => self.inside(raw, offset, &at.index(index)),
            None => at.to_string(),
        }
    }

    /// The last item of the list `json`, if serde stopped behind the list because of it.
    fn last<'i>(&self, json: &str, offset: usize, items: &[&'i RawValue]) -> Option<(usize, &'i str, usize)> {
        let last = items.last()?.get();
        if offset < json.trim_end().len() {
            return None;
        }
        let before = match items.iter().rev().nth(1) {
            Some(item) => place(item.get(), self.json) + item.get().len(),
            None => place(json, self.json) + json.find('[')? + 1,
        };
        let end = place(last, self.json) + last.len();
        let without = format!("{}{}", self.json.get(..before)?, self.json.get(end..)?);
        (self.reads)(&without).then_some((items.len() - 1, last, last.len()))
    }
}

/// Where `part` begins in `text`, of which it is a part: serde hands out slices of what it reads.
fn place(part: &str, text: &str) -> usize {
    (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize)
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
            assert_eq!(locate(json, offset, &|_| false), expected, "{up_to}");
        };
        check(r#""a":"x""#, "a");
        check(r#""a":"#, "");
        check(r#""bad""#, "b[1].c");
        check(r#"{"c":"bad"}"#, "b[1]");
        check("[]]", "b");
        check("null", "name.d");
        check("}}", "");
        assert_eq!(locate("3", 1, &|_| true), "");
        assert_eq!(locate("", 1, &|_| true), "");
    }

    #[test]
    fn behind_a_list_its_last_item_is_asked_about() {
        let check = |json: &str, without: &str, expected: &str| {
            let offset = json.find(']').map(|end| end + 1).expect("a list");
            assert_eq!(locate(json, offset, &|text| text == without), expected, "{json}");
        };
        check(r#"{"a":[1, 2 ],"b":3}"#, r#"{"a":[1 ],"b":3}"#, "a[1]");
        check(r#"{"a":[ 2]}"#, r#"{"a":[]}"#, "a[0]");
        check(r#"{"a":[ 2]}"#, "another text", "a");
        check(r#"{"a":[]}"#, "another text", "a");
    }
}
