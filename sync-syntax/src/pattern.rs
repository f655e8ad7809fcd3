//! The names of rooms that a rule opens: `chess-{game_id}`.
//!
//! A pattern is literal text and `{parameters}` in turn. Which rooms exist, and who may enter one, it does not know.

use std::collections::BTreeSet;
use std::fmt;

use sync_schema::{EVERYONE, ROOM_NAME_LIMIT, is_room_character};

/// The pattern of one room rule.
///
/// ```
/// use sync_syntax::pattern::{Pattern, Segment};
///
/// let pattern = Pattern::parse("chess-{game_id}")?;
/// assert_eq!(pattern.segments, [Segment::Literal("chess-".into()), Segment::Parameter("game_id".into())]);
/// assert_eq!(pattern.literal_beginning(), "chess-");
/// assert_eq!(pattern.parameters().collect::<Vec<_>>(), ["game_id"]);
/// # Ok::<(), sync_syntax::pattern::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The parts from left to right: at least one, never two of a kind side by side, no literal empty.
    pub segments: Vec<Segment>,
}

/// One part of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// These characters, as they are.
    Literal(String),
    /// One or more of `A–Z a–z 0–9 _ . ~ @ -`; the name of an argument of the rule's function.
    Parameter(String),
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub help: String,
}

/// Writes the pattern as it is read.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments.iter().try_for_each(|segment| match segment {
            Segment::Literal(text) => f.write_str(text),
            Segment::Parameter(name) => write!(f, "{{{name}}}"),
        })
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for an empty pattern, the name [`EVERYONE`], a character that a room name cannot have, a brace without its partner, a
    /// parameter that is no Rust name or stands twice, and two parameters with nothing between them.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text == EVERYONE {
            return Err(error(
                format!("`{EVERYONE}` is everybody who is connected, and no room that a rule could open"),
                format!("choose another name; a route is sent to everybody with `room = {EVERYONE}`, without quotes"),
            ));
        }
        let segments = split(text)?;
        let pattern = Self { segments };
        pattern.refuse_ambiguity()?;
        Ok(pattern)
    }

    /// Returns the text before the first parameter; a room belongs to the rule with the longest one that matches.
    #[must_use]
    pub fn literal_beginning(&self) -> &str {
        match self.segments.first() {
            Some(Segment::Literal(text)) => text,
            _ => "",
        }
    }

    /// Returns the names of the parameters, from left to right.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    fn refuse_ambiguity(&self) -> Result<(), PatternError> {
        if self.segments.is_empty() {
            return Err(error(
                "the room pattern is empty",
                "write the names that the rule opens, such as \"chess-{game_id}\"",
            ));
        }
        for pair in self.segments.windows(2) {
            if let [Segment::Parameter(left), Segment::Parameter(right)] = pair {
                return Err(error(
                    format!("nothing tells `{{{left}}}` and `{{{right}}}` apart in a room name"),
                    format!("put text between them: \"{{{left}}}-{{{right}}}\""),
                ));
            }
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.parameters().find(|name| !seen.insert(*name)) {
            return Err(error(
                format!("the parameter `{{{twice}}}` stands twice in the pattern"),
                "give each parameter its own name",
            ));
        }
        Ok(())
    }
}

fn split(text: &str) -> Result<Vec<Segment>, PatternError> {
    let mut segments = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('{') {
            let Some((name, behind)) = inside.split_once('}') else {
                return Err(error(format!("`{rest}` opens a parameter and does not close it"), "add the `}`"));
            };
            segments.push(Segment::Parameter(parameter(name)?));
            rest = behind;
        } else {
            let (literal, behind) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
            segments.push(Segment::Literal(checked_literal(literal)?));
            rest = behind;
        }
    }
    Ok(segments)
}

fn parameter(name: &str) -> Result<String, PatternError> {
    if syn::parse_str::<syn::Ident>(name).is_ok() && name.is_ascii() {
        return Ok(name.to_owned());
    }
    Err(error(
        format!("`{{{name}}}` is not the name of an argument"),
        "write the name of an argument of the function below between the braces, such as `{game_id}`",
    ))
}

fn checked_literal(literal: &str) -> Result<String, PatternError> {
    // It could never match.
    if literal.len() > ROOM_NAME_LIMIT {
        return Err(error(
            "the room pattern is longer than any room name",
            format!("a room name has at most {ROOM_NAME_LIMIT} bytes: shorten it"),
        ));
    }
    match literal.chars().find(|character| !is_room_character(*character)) {
        None => Ok(literal.to_owned()),
        Some('}') => {
            Err(error("a `}` closes no parameter", "add the `{` before the parameter's name, or remove the `}`"))
        }
        Some(character) => Err(error(
            format!("a room name cannot contain `{character}`"),
            "use letters, digits, `_`, `.`, `~`, `@` and `-`, with parameters in braces",
        )),
    }
}

fn error(what: impl Into<String>, help: impl Into<String>) -> PatternError {
    PatternError { what: what.into(), help: help.into() }
}

/// Both halves on two lines, as a compile error shows them.
impl fmt::Display for PatternError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\nhelp: {}", self.what, self.help)
    }
}

impl std::error::Error for PatternError {}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{Pattern, Segment};

    fn check(pattern: &str, expected: Expect) {
        let text = match Pattern::parse(pattern) {
            Ok(pattern) => pattern.segments.iter().map(describe).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&text);
    }

    fn describe(segment: &Segment) -> String {
        match segment {
            Segment::Literal(text) => format!("{text:?}"),
            Segment::Parameter(name) => format!("<{name}>"),
        }
    }

    #[test]
    fn literals_and_parameters_take_turns() {
        check("chess-{game_id}", expect![[r#""chess-" <game_id>"#]]);
        check("{id}", expect!["<id>"]);
        check("lobby", expect![[r#""lobby""#]]);
        check("a.{x}~{y}@z", expect![[r#""a." <x> "~" <y> "@z""#]]);
    }

    #[test]
    fn the_name_of_everybody_is_no_pattern() {
        check(
            "all",
            expect![[r#"
                `all` is everybody who is connected, and no room that a rule could open
                help: choose another name; a route is sent to everybody with `room = all`, without quotes"#]],
        );
        check("all-{id}", expect![[r#""all-" <id>"#]]);
    }

    #[test]
    fn parameters_without_text_between_them_are_refused() {
        check(
            "game-{a}{b}",
            expect![[r#"
                nothing tells `{a}` and `{b}` apart in a room name
                help: put text between them: "{a}-{b}""#]],
        );
    }

    #[test]
    fn a_parameter_that_stands_twice_is_refused() {
        check(
            "{id}-{id}",
            expect![[r#"
                the parameter `{id}` stands twice in the pattern
                help: give each parameter its own name"#]],
        );
    }

    #[test]
    fn a_parameter_is_the_name_of_an_argument() {
        let help = expect![[r#"
            `{}` is not the name of an argument
            help: write the name of an argument of the function below between the braces, such as `{game_id}`"#]];
        check("game-{}", help);
        check(
            "game-{type}",
            expect![[r#"
                `{type}` is not the name of an argument
                help: write the name of an argument of the function below between the braces, such as `{game_id}`"#]],
        );
        check(
            "{a-b}",
            expect![[r#"
                `{a-b}` is not the name of an argument
                help: write the name of an argument of the function below between the braces, such as `{game_id}`"#]],
        );
    }

    #[test]
    fn braces_come_in_pairs() {
        check(
            "game-{id",
            expect![[r#"
                `{id` opens a parameter and does not close it
                help: add the `}`"#]],
        );
        check(
            "game-id}",
            expect![[r#"
                a `}` closes no parameter
                help: add the `{` before the parameter's name, or remove the `}`"#]],
        );
    }

    #[test]
    fn a_character_that_no_room_name_has_is_refused() {
        check(
            "game/{id}",
            expect![[r#"
                a room name cannot contain `/`
                help: use letters, digits, `_`, `.`, `~`, `@` and `-`, with parameters in braces"#]],
        );
        check(
            "",
            expect![[r#"
                the room pattern is empty
                help: write the names that the rule opens, such as "chess-{game_id}""#]],
        );
    }
}
