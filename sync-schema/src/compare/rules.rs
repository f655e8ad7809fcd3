//! Rules about values, as they are written: `range(min=1,max=100)`. What a caller sent that was good has to be good.

use super::changes::Kind;

/// A rule that has changed: what kind of a change that is, and what to say of it.
pub(super) struct RuleChange {
    pub(super) kind: Kind,
    pub(super) what: String,
}

/// Compares the rules about one value.
pub(super) fn rules(old: &[String], new: &[String]) -> Vec<RuleChange> {
    let mut changes = Vec::new();
    for is in new.iter().filter(|is| !old.contains(is)) {
        match old.iter().find(|was| name(was) == name(is) && !new.contains(was)) {
            Some(was) => changes.push(changed(was, is)),
            None => changes.push(RuleChange { kind: Kind::RuleAdded, what: format!("there is a new rule, `{is}`") }),
        }
    }
    for was in old.iter().filter(|was| !new.iter().any(|is| name(is) == name(was))) {
        changes.push(RuleChange { kind: Kind::RuleRemoved, what: format!("the rule `{was}` is gone") });
    }
    changes
}

fn changed(was: &str, is: &str) -> RuleChange {
    let kind = match (without_code(was), without_code(is)) {
        (was, is) if was == is => Kind::RuleLoosened,
        (was, is) if matches!(name(&is), "range" | "length") && is_looser(&was, &is) => Kind::RuleLoosened,
        _ => Kind::RuleTightened,
    };
    RuleChange { kind, what: format!("the rule `{was}` has become `{is}`") }
}

/// `range`, of `range(min=1)`.
fn name(rule: &str) -> &str {
    rule.split(['(', '=']).next().unwrap_or_default().trim()
}

fn arguments(rule: &str) -> Vec<(&str, &str)> {
    let inside = rule.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    top_level(inside)
        .into_iter()
        .map(|part| part.split_once('=').map_or((part, ""), |(key, value)| (key.trim(), value.trim())))
        .collect()
}

/// What commas part that stand in no bracket and no text.
fn top_level(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut depth, mut is_text, mut is_escaped) = (Vec::new(), 0, 0_i32, false, false);
    for (at, sign) in text.char_indices() {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            _ if is_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// By which code the error says it is no bound.
fn without_code(rule: &str) -> String {
    let kept: Vec<String> = arguments(rule)
        .into_iter()
        .filter(|(key, _)| *key != "code" && *key != "message")
        .map(|(key, value)| if value.is_empty() { key.to_owned() } else { format!("{key}={value}") })
        .collect();
    format!("{}({})", name(rule), kept.join(","))
}

/// Whether every value within the bounds of `was` is within those of `is`; `equal` is both bounds.
fn is_looser(was: &str, is: &str) -> bool {
    let (was, is) = (arguments(was), arguments(is));
    let bound = |of: &[(&str, &str)], keys: &[&str]| {
        of.iter().find(|(key, _)| keys.contains(key)).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
    };
    let low = ["min", "exclusive_min", "equal"];
    let high = ["max", "exclusive_max", "equal"];
    let within = |keys: &[&str], is_low: bool| match (bound(&was, keys), bound(&is, keys)) {
        (_, None) => true,
        (None, Some(_)) => false,
        // A constant that only a compiler knows.
        (Some((_, was)), Some((_, is))) if was == "?" || is == "?" => true,
        (Some((was_key, was)), Some((is_key, is))) => {
            if was == is || number(&was).is_some_and(|was| number(&is) == Some(was)) {
                // A bound that is not itself allowed any more is tighter.
                return !is_key.starts_with("exclusive") || was_key.starts_with("exclusive");
            }
            match (number(&was), number(&is)) {
                (Some(was), Some(is)) => {
                    if is_low {
                        is < was
                    } else {
                        is > was
                    }
                }
                // Names of constants, whose values are not known here.
                _ => false,
            }
        }
    };
    within(&low, true) && within(&high, false)
}

fn number(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|sign| *sign != '_').collect();
    // `100u64`; `1e5` is a number as it is.
    let suffix = ["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f32", "f64"];
    let digits = suffix.iter().find_map(|suffix| plain.strip_suffix(suffix)).unwrap_or(&plain);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_held_against_each_other() {
        use Kind::{RuleAdded, RuleLoosened, RuleRemoved, RuleTightened};
        for (old, new, expected) in [
            (&["range(min=1,max=100)"][..], &["range(min=1,max=100)"][..], &[][..]),
            (&["range(min=1,max=100)"], &["range(min=0,max=1_000)"], &[RuleLoosened]),
            (&["range(min=1,max=100)"], &["range(min=2,max=100)"], &[RuleTightened]),
            (&["range(min=1)"], &["range(min=1,max=100)"], &[RuleTightened]),
            (&["range(min=1,max=100)"], &["range(min=1)"], &[RuleLoosened]),
            (&["range(min=1)"], &["range(exclusive_min=1)"], &[RuleTightened]),
            (&["range(exclusive_min=1)"], &["range(min=1)"], &[RuleLoosened]),
            (&["range(max=1.5)"], &["range(max=2)"], &[RuleLoosened]),
            (&["range(max=5u8)"], &["range(max=4u8)"], &[RuleTightened]),
            (&["range(max=5u8)"], &["range(max=6u8)"], &[RuleLoosened]),
            (&["length(max=1_000)"], &["length(max=1000)"], &[RuleLoosened]),
            (&["range(min=1.0)"], &["range(min=1)"], &[RuleLoosened]),
            (&["length(max=LIMIT)"], &["length(max=OTHER)"], &[RuleTightened]),
            (&["length(max=10)"], &["length(max=?)"], &[RuleLoosened]),
            (&["length(max=10)"], &["length(min=1,max=?)"], &[RuleTightened]),
            (&["length(equal=3)"], &["length(min=1,max=3)"], &[RuleLoosened]),
            (&["length(min=1,max=3)"], &["length(equal=3)"], &[RuleTightened]),
            (&["length(max=5)"], &["length(max=5,code=\"too, long\")"], &[RuleLoosened]),
            (&[], &["email"], &[RuleAdded]),
            (&["email"], &[], &[RuleRemoved]),
            (&["custom(function=a)"], &["custom(function=b)"], &[RuleTightened]),
            (&["regex(path=*A)", "email"], &["email", "regex(path=*A)"], &[]),
        ] {
            let to_owned = |rules: &[&str]| rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>();
            let found: Vec<_> = rules(&to_owned(old), &to_owned(new)).into_iter().map(|change| change.kind).collect();
            assert_eq!(found, expected, "{old:?} to {new:?}");
        }
    }
}
