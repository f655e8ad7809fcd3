//! What the rules of a field say of its values, as far as it can be read: they stand in the model as they were written.

use serde_json::{Number, Value, json};

/// What one rule says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    /// A number from `min` to `max`.
    Range { min: Option<f64>, max: Option<f64> },
    /// So many characters or items.
    Length { min: Option<usize>, max: Option<usize> },
    /// A text such as this one.
    Like(&'static str),
}

impl Bound {
    /// Writes a number as its field has numbers.
    pub(super) fn number(&self, number: f64, is_fraction: bool) -> Value {
        if is_fraction { Number::from_f64(number).map_or(Value::Null, Value::Number) } else { json!(number as i64) }
    }
}

/// Reads rules; what cannot be read, such as a bound that is a constant, is passed over.
pub(super) fn bounds(rules: &[String]) -> Vec<Bound> {
    rules.iter().filter_map(|rule| bound(rule)).collect()
}

/// Reads rules likewise, each with the reason for which it refuses something: its name, or the `code` that it says.
pub(super) fn bounds_with_reasons(rules: &[String]) -> Vec<(Bound, String)> {
    let reason = |rule: &str| {
        let said =
            rule.split_once("code").and_then(|(_, rest)| rest.split('"').nth(1)).map(|code| code.replace('_', "-"));
        said.unwrap_or_else(|| rule.split('(').next().unwrap_or_default().trim().to_owned())
    };
    rules.iter().filter_map(|rule| Some((bound(rule)?, reason(rule)))).collect()
}

fn bound(rule: &str) -> Option<Bound> {
    let (name, arguments) = match rule.split_once('(') {
        Some((name, arguments)) => (name.trim(), arguments.trim_end().strip_suffix(')')?),
        None => (rule.trim(), ""),
    };
    let value = |wanted: &str| {
        arguments.split(',').find_map(|argument| {
            let (name, value) = argument.split_once('=')?;
            (name.trim() == wanted).then(|| value.replace([' ', '_'], ""))
        })
    };
    let size = |wanted: &str| value(wanted).and_then(|value| value.parse::<usize>().ok());
    let number = |wanted: &str| value(wanted).and_then(|value| value.parse::<f64>().ok());
    match name {
        "range" => {
            let (min, max) = (number("min"), number("max"));
            (min.is_some() || max.is_some()).then_some(Bound::Range { min, max })
        }
        "length" => {
            let equal = size("equal");
            let (min, max) = (equal.or_else(|| size("min")), equal.or_else(|| size("max")));
            (min.is_some() || max.is_some()).then_some(Bound::Length { min, max })
        }
        "email" => Some(Bound::Like("ada@example.com")),
        "url" => Some(Bound::Like("https://example.com/")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: &str, expected: Option<Bound>) {
        assert_eq!(bound(rule), expected, "{rule}");
    }

    #[test]
    fn a_rule_refuses_for_its_name_or_for_what_it_says() {
        let reasons = |rule: &str| {
            bounds_with_reasons(&[rule.to_owned()]).into_iter().map(|(_, reason)| reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons("range(min=1,max=100)"), ["range"]);
        assert_eq!(reasons("range(max = 10, code = \"too_heavy\")"), ["too-heavy"]);
        assert_eq!(reasons("length(code=\"short\",min=2)"), ["short"]);
    }

    #[test]
    fn what_a_rule_says_is_read_as_it_is_written() {
        check("range(min=1,max=100)", Some(Bound::Range { min: Some(1.0), max: Some(100.0) }));
        check("range(min = -1_000)", Some(Bound::Range { min: Some(-1000.0), max: None }));
        check("range(max = LIMIT)", None);
        check("length(min=1, max=500)", Some(Bound::Length { min: Some(1), max: Some(500) }));
        check("length(equal = 3)", Some(Bound::Length { min: Some(3), max: Some(3) }));
        check("email", Some(Bound::Like("ada@example.com")));
        check("custom(function = \"even\")", None);
    }
}
