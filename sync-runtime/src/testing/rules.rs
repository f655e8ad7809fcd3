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
