//! The query of a URL as an input.

use super::InputSchema;
use super::input::Node;

impl InputSchema {
    /// Writes a query as the JSON object that it stands for, ready to be [checked](InputSchema::check).
    ///
    /// A query says nothing about types: `7` is a number where the field of this name takes one, and a text elsewhere. What does not fit,
    /// an unknown name or one that comes twice is written as it is; the check says what is wrong with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use sync::schema::InputSchema;
    ///
    /// #[sync::wire]
    /// struct Input { id: String, limit: Option<u32>, all: bool }
    ///
    /// let schema = InputSchema::of::<Input>();
    /// assert_eq!(schema.json_of_query("id=7&limit=7&all=true"), r#"{"id":"7","limit":7,"all":true}"#);
    /// assert!(schema.check(&schema.json_of_query("id=a%20b&all=yes")).is_err());
    /// ```
    #[must_use]
    pub fn json_of_query(&self, query: &str) -> String {
        let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
            let value = if self.takes_bare(&name, &value) { value.into_owned() } else { quoted(&value) };
            format!("{}:{value}", quoted(&name))
        });
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
    }

    /// Returns whether a field takes something that JSON writes without quotes, and this is it.
    fn takes_bare(&self, name: &str, value: &str) -> bool {
        match self.field_node(name) {
            Some(Node::Bool) => matches!(value, "true" | "false"),
            Some(Node::Integer { .. } | Node::Number { .. }) => {
                // JSON may have spaces around a number.
                value.trim_ascii() == value && serde_json::from_str::<serde_json::Number>(value).is_ok()
            }
            _ => false,
        }
    }

    /// Returns what the field of the outermost object called `name` must be.
    fn field_node(&self, name: &str) -> Option<&Node> {
        let Node::Object(index) = self.resolve(self.root).0 else { return None };
        let object = &self.objects[*index];
        let field = &object.fields[object.find(name, 0)?];
        Some(self.resolve(field.slot).0)
    }
}

/// Writes the fields of an object as a query, what has parts or is no text as its JSON; `None` for what is no object. What is null is left
/// out, as clients do it.
#[cfg(feature = "testing")]
pub(crate) fn query_of(json: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in json.as_object()?.iter().filter(|(_, value)| !value.is_null()) {
        match value {
            Value::String(text) => query.append_pair(name, text),
            other => query.append_pair(name, &other.to_string()),
        };
    }
    Some(query.finish())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
