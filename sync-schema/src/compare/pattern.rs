//! Whether one pattern of names opens all that another opens.

use crate::room::is_room_character;

/// A letter, or one or more letters of any kind.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Letter(char),
    Parameter,
}

/// Returns whether each name of `old` is one of `new`: `{room}` includes `chess-{game}`. What parameters are called does not matter.
pub(super) fn includes(new: &str, old: &str) -> bool {
    is_inside(&parts(old), &parts(new))
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(sign) = rest.chars().next() {
        match (sign, rest.split_once('}')) {
            ('{', Some((_, after))) => {
                parts.push(Part::Parameter);
                rest = after;
            }
            _ => {
                parts.push(Part::Letter(sign));
                rest = &rest[sign.len_utf8()..];
            }
        }
    }
    parts
}

/// A parameter of `new` takes one or more parts of `old`: each is at least a letter, and a parameter no letter that a parameter may not have.
fn is_inside(old: &[Part], new: &[Part]) -> bool {
    let takes = |part: &Part| match part {
        Part::Letter(letter) => is_room_character(*letter),
        Part::Parameter => true,
    };
    // `is_open[i]`: what is before the place in `new` takes the first `i` parts of `old`.
    let mut is_open = vec![false; old.len() + 1];
    is_open[0] = true;
    for part in new {
        let before = std::mem::replace(&mut is_open, vec![false; old.len() + 1]);
        for (index, taken) in old.iter().enumerate() {
            is_open[index + 1] = match part {
                Part::Letter(_) => before[index] && taken == part,
                Part::Parameter => takes(taken) && (before[index] || is_open[index]),
            };
        }
    }
    is_open[old.len()]
}

#[cfg(test)]
mod tests {
    use super::includes;

    #[test]
    fn a_pattern_includes_what_it_opens_all_of() {
        for (new, old, expected) in [
            ("chess-{game}", "chess-{game_id}", true),
            ("{room}", "chess-{game}", true),
            ("chess-{game}", "{room}", false),
            ("chess-{game}", "chess-1", true),
            ("chess-1", "chess-{game}", false),
            ("chess-{game}", "chess-{game}-{seat}", true),
            ("chess-{game}-{seat}", "chess-{game}", false),
            ("chess-{game}", "chess-", false),
            ("go-{game}", "chess-{game}", false),
            ("{a}:{b}", "x:{b}", true),
            ("{a}", "x:{b}", false),
            ("lobby", "lobby", true),
            ("", "", true),
            ("{a}", "", false),
        ] {
            assert_eq!(includes(new, old), expected, "{new} includes {old}");
        }
    }
}
