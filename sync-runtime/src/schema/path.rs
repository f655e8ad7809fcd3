//! Where in an input something is wrong, and why.

use std::borrow::Cow;
use std::fmt;

/// A place in an input, in wire names: `tags[1].weight`.
///
/// Each place borrows the one around it, so that walking through a correct input allocates nothing.
///
/// # Examples
///
/// ```
/// use sync::schema::Path;
///
/// let top = Path::top();
/// let tags = top.field("tags");
/// let second = tags.index(1);
/// assert_eq!(second.field("weight").to_string(), "tags[1].weight");
/// assert_eq!(top.to_string(), "");
/// ```
#[derive(Clone, Copy)]
pub struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Top,
    Field(&'a str),
    Index(usize),
    Key(&'a dyn fmt::Display),
}

/// The caller chooses the keys of maps and the names of unknown fields; more than this many characters of one are not repeated.
const LONGEST_KEY: usize = 64;

impl<'a> Path<'a> {
    /// The input as a whole.
    #[must_use]
    pub const fn top() -> Path<'static> {
        Path { outer: None, step: Step::Top }
    }

    /// The field `name` of this place.
    #[must_use]
    pub const fn field(&'a self, name: &'a str) -> Path<'a> {
        Path { outer: Some(self), step: Step::Field(name) }
    }

    /// The item at `index` of this place, counted from 0.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Path<'a> {
        Path { outer: Some(self), step: Step::Index(index) }
    }

    /// The entry `key` of this place; the key is the caller's, and cut if it is long.
    #[must_use]
    pub const fn key(&'a self, key: &'a dyn fmt::Display) -> Path<'a> {
        Path { outer: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(outer) = self.outer else { return Ok(()) };
        outer.fmt(out)?;
        if !matches!((outer.step, self.step), (Step::Top, _) | (_, Step::Index(_))) {
            out.write_str(".")?;
        }
        match self.step {
            Step::Top => Ok(()),
            Step::Field(name) => out.write_str(name),
            Step::Index(index) => write!(out, "[{index}]"),
            Step::Key(key) => out.write_str(&shortened(&key.to_string())),
        }
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Path({self})")
    }
}

/// Cuts a key of the caller's to what is worth repeating.
fn shortened(key: &str) -> Cow<'_, str> {
    match key.char_indices().nth(LONGEST_KEY) {
        None => Cow::Borrowed(key),
        Some((end, _)) => Cow::Owned(format!("{}…", &key[..end])),
    }
}

/// An input that is not what the route takes.
///
/// It becomes the error `sync-invalid-input` with the parameters `path` and `reason`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("input is refused at `{path}`: {reason}")]
pub struct InvalidInput {
    /// The deepest known place, in wire names: `tags[1].weight`; empty for the input as a whole.
    pub path: String,
    /// Why, as a token in kebab case: `missing`, `unknown-field`, `out-of-range`, or the code of a rule.
    pub reason: Cow<'static, str>,
}

impl InvalidInput {
    /// Says that the input is refused at `path` for `reason`.
    #[must_use]
    pub fn new(path: &Path<'_>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.to_string(), reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_follows_without_a_dot_even_at_the_top() {
        assert_eq!(Path::top().index(0).field("x").to_string(), "[0].x");
        assert_eq!(Path::top().field("a").index(2).index(3).to_string(), "a[2][3]");
    }

    #[test]
    fn a_long_key_is_cut_between_characters() {
        let key = "é".repeat(100);
        assert_eq!(Path::top().field("scores").key(&key).to_string(), format!("scores.{}…", "é".repeat(64)));
    }
}
