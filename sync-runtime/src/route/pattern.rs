//! Which room names a rule opens.

use std::fmt;

use sync_schema::is_room_character;

/// Which room names a rule opens: literal parts and parameters in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern(pub &'static [Segment]);

/// One part of a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// These bytes.
    Literal(&'static str),
    /// One or more of `A–Z a–z 0–9 _ . ~ @ -`.
    Parameter(&'static str),
}

/// Writes the pattern as a rule has it: `chess-{game_id}`.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Literal(text) => f.write_str(text),
            Segment::Parameter(name) => write!(f, "{{{name}}}"),
        })
    }
}

/// Finds what a name belongs to, among all that have a pattern: it is the one with the longest beginning, and no other, whether or not the rest of the name
/// fits.
pub(crate) fn longest<T>(all: impl IntoIterator<Item = T>, name: &str, pattern: impl Fn(&T) -> Pattern) -> Option<T> {
    let candidates = all.into_iter().filter(|one| name.starts_with(pattern(one).beginning()));
    candidates.max_by_key(|one| pattern(one).beginning().len())
}

impl Pattern {
    /// Returns the literal beginning, by which a name finds its rule.
    #[must_use]
    pub fn beginning(&self) -> &'static str {
        match self.0.first() {
            Some(Segment::Literal(text)) => text,
            _ => "",
        }
    }

    /// Returns the values of the parameters, or `None` when `name` is not of this form.
    ///
    /// A parameter takes as much as it can: the last place where the literal behind it fits.
    ///
    /// # Examples
    ///
    /// ```
    /// use sync::__private::{Pattern, Segment};
    ///
    /// let game = Pattern(&[Segment::Literal("game-"), Segment::Parameter("id"), Segment::Literal("-chat")]);
    /// assert_eq!(game.parameters("game-a-chat-chat"), Some(vec!["a-chat"]));
    /// assert_eq!(game.parameters("game--chat"), None);
    /// assert_eq!(game.parameters("game-ä-chat"), None);
    /// ```
    #[must_use]
    pub fn parameters<'n>(&self, name: &'n str) -> Option<Vec<&'n str>> {
        let mut values = Vec::new();
        matches_from(self.0, name, &mut values).then_some(values)
    }
}

fn matches_from<'n>(segments: &[Segment], rest: &'n str, values: &mut Vec<&'n str>) -> bool {
    match segments.split_first() {
        None => rest.is_empty(),
        Some((Segment::Literal(text), behind)) => {
            rest.strip_prefix(text).is_some_and(|rest| matches_from(behind, rest, values))
        }
        Some((Segment::Parameter(_), behind)) => {
            let longest = rest.bytes().take_while(|byte| is_room_character(char::from(*byte))).count();
            (1..=longest).rev().any(|len| {
                let kept = values.len();
                values.push(&rest[..len]);
                let fits = matches_from(behind, &rest[len..], values);
                if !fits {
                    values.truncate(kept);
                }
                fits
            })
        }
    }
}
