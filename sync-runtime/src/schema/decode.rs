//! From JSON text to an input that has passed every check.

use super::{InputSchema, InvalidInput, Path, Wire};

/// Reads `json` as the input of a route: shape, then value, then rules.
///
/// `schema` is that of `T`, built once. The happy path allocates nothing beyond the value, except where an enum has its tag inside.
///
/// # Errors
///
/// The first thing that is wrong: in the order of the text for the shape, in the order of the fields for the rules.
///
/// # Examples
///
/// ```
/// use sync::schema::{InputSchema, decode};
///
/// #[sync::wire]
/// struct Tag {
///     #[validate(range(max = 10))]
///     weight: u32,
/// }
///
/// let schema = InputSchema::of::<Vec<Tag>>();
/// let tags: Vec<Tag> = decode(&schema, r#"[{ "weight": 3 }]"#)?;
/// assert_eq!(tags[0].weight, 3);
///
/// let refused = decode::<Vec<Tag>>(&schema, r#"[{ "weight": 3 }, { "weight": 11 }]"#).unwrap_err();
/// assert_eq!((refused.path.as_str(), refused.reason.as_ref()), ("[1].weight", "range"));
/// # Ok::<(), sync::schema::InvalidInput>(())
/// ```
pub fn decode<T: Wire>(schema: &InputSchema, json: &str) -> Result<T, InvalidInput> {
    schema.check(json)?;
    let input: T = serde_json::from_str(json).map_err(|_| refused_by_serde::<T>(json))?;
    input.check_rules(&Path::top())?;
    Ok(input)
}

/// Says where serde refuses what fits the shape: a format that only the type itself knows.
fn refused_by_serde<T: Wire>(json: &str) -> InvalidInput {
    let mut text = serde_json::Deserializer::from_str(json);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut text) {
        Err(error) if error.path().iter().len() > 0 => error.path().to_string(),
        _ => String::new(),
    };
    InvalidInput { path, reason: "invalid-format".into() }
}
