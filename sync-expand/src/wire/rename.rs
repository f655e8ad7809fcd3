//! serde's rules for names.

use syn::LitStr;

use super::mistakes::WireMistakes;

/// A rule of `#[serde(rename_all = "…")]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rename {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

const RULES: [(&str, Rename); 8] = [
    ("lowercase", Rename::Lower),
    ("UPPERCASE", Rename::Upper),
    ("PascalCase", Rename::Pascal),
    ("camelCase", Rename::Camel),
    ("snake_case", Rename::Snake),
    ("SCREAMING_SNAKE_CASE", Rename::ScreamingSnake),
    ("kebab-case", Rename::Kebab),
    ("SCREAMING-KEBAB-CASE", Rename::ScreamingKebab),
];

impl Rename {
    /// Reads the name of a rule.
    pub(super) fn parse(rule: &LitStr, mistakes: &mut WireMistakes) -> Option<Self> {
        let name = rule.value();
        let found = RULES.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule);
        if found.is_none() {
            let known: Vec<_> = RULES.iter().map(|(known, _)| format!("`{known}`")).collect();
            mistakes.add(rule, format!("unknown rule `{name}`"), format!("it can be {}", known.join(", ")));
        }
        found
    }

    /// The name of a field that Rust calls `field`, in snake case.
    pub(super) fn field(self, field: &str) -> String {
        match self {
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => field.split('_').map(|word| capital(word, char::to_ascii_uppercase)).collect(),
            Self::Camel => capital(&Self::Pascal.field(field), char::to_ascii_lowercase),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// The name of a variant that Rust calls `variant`, in Pascal case.
    pub(super) fn variant(self, variant: &str) -> String {
        match self {
            Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Camel => capital(variant, char::to_ascii_lowercase),
            Self::Snake => snake(variant),
            Self::ScreamingSnake => snake(variant).to_ascii_uppercase(),
            Self::Kebab => snake(variant).replace('_', "-"),
            Self::ScreamingKebab => snake(variant).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn capital(word: &str, change: fn(&char) -> char) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| std::iter::once(change(&first)).chain(letters).collect()).unwrap_or_default()
}

fn snake(variant: &str) -> String {
    let mut name = String::new();
    for (index, letter) in variant.char_indices() {
        if index > 0 && letter.is_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_serde() {
        let fields = RULES.map(|(_, rule)| rule.field("the_new_value"));
        let expected = [
            "the_new_value",
            "THE_NEW_VALUE",
            "TheNewValue",
            "theNewValue",
            "the_new_value",
            "THE_NEW_VALUE",
            "the-new-value",
            "THE-NEW-VALUE",
        ];
        assert_eq!(fields, expected);
        let variants = RULES.map(|(_, rule)| rule.variant("NotMyTurn"));
        let expected = [
            "notmyturn",
            "NOTMYTURN",
            "NotMyTurn",
            "notMyTurn",
            "not_my_turn",
            "NOT_MY_TURN",
            "not-my-turn",
            "NOT-MY-TURN",
        ];
        assert_eq!(variants, expected);
    }
}
