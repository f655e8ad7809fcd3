//! A TypeScript type as a tree, and how it is laid out.

use std::fmt::Write as _;

/// Lines are broken when they would be longer.
const WIDTH: usize = 120;

/// A type expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// `number`, `null`, a name, a literal.
    Word(String),
    /// `T[]`.
    Array(Box<Tree>),
    /// `[A, B]`.
    Tuple(Vec<Tree>),
    /// `Name<A, B>`.
    Generic(&'static str, Vec<Tree>),
    /// `{ … }`.
    Object(Vec<Member>),
    /// `A | B`, each with its docs.
    Union(Vec<(String, Tree)>),
    /// `A & B`.
    Both(Vec<Tree>),
}

/// A property of an object type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The doc comment, as in [`sync_schema::Definition::docs`].
    pub docs: String,
    /// What stands before the colon, without `?`: `name`, `'a-b'`, `[key: string]`.
    pub property: String,
    /// Whether it may be absent.
    pub is_optional: bool,
    /// Its type.
    pub tree: Tree,
}

impl Tree {
    /// A type that is one word.
    #[must_use]
    pub fn word(word: impl Into<String>) -> Self {
        Self::Word(word.into())
    }

    /// An alternative of `trees`; one of them alone if there is but one.
    #[must_use]
    pub fn union(trees: Vec<(String, Tree)>) -> Self {
        let mut all: Vec<(String, Tree)> = Vec::new();
        for (docs, tree) in trees {
            let inner = match tree {
                Self::Union(inner) => inner,
                tree => vec![(docs, tree)],
            };
            for (docs, tree) in inner {
                if !all.iter().any(|(_, known)| *known == tree) {
                    all.push((docs, tree));
                }
            }
        }
        match all.len() {
            0 => Self::word("never"),
            1 => all.remove(0).1,
            _ => Self::Union(all),
        }
    }

    /// The layout of the type behind `column` signs. A declaration is always broken.
    ///
    /// Lines after the first are indented as seen from the first.
    #[must_use]
    pub fn text(&self, column: usize, is_declaration: bool) -> String {
        let flat = self.flat();
        let fits = column + flat.chars().count() <= WIDTH;
        if fits && !self.has_docs() && !is_declaration { flat } else { self.broken() }
    }

    fn has_docs(&self) -> bool {
        match self {
            Self::Word(_) => false,
            Self::Array(item) => item.has_docs(),
            Self::Tuple(items) | Self::Generic(_, items) | Self::Both(items) => items.iter().any(Self::has_docs),
            Self::Object(members) => members.iter().any(|member| !member.docs.is_empty() || member.tree.has_docs()),
            Self::Union(trees) => trees.iter().any(|(docs, tree)| !docs.is_empty() || tree.has_docs()),
        }
    }

    /// The type on one line.
    #[must_use]
    pub fn flat(&self) -> String {
        let list = |trees: &[Self]| trees.iter().map(Self::flat).collect::<Vec<_>>().join(", ");
        match self {
            Self::Word(word) => word.clone(),
            Self::Array(item) => format!("{}[]", item.grouped(Self::flat)),
            Self::Tuple(items) => format!("[{}]", list(items)),
            Self::Generic(name, arguments) => format!("{name}<{}>", list(arguments)),
            Self::Object(members) if members.is_empty() => "Record<string, never>".into(),
            Self::Object(members) => {
                let members = members.iter().map(|member| format!("{}{}", member.head(), member.tree.flat()));
                format!("{{ {} }}", members.collect::<Vec<_>>().join("; "))
            }
            Self::Union(trees) => trees.iter().map(|(_, tree)| tree.flat()).collect::<Vec<_>>().join(" | "),
            Self::Both(trees) => {
                let parts = trees.iter().map(|tree| tree.grouped(Self::flat));
                parts.collect::<Vec<_>>().join(" & ")
            }
        }
    }

    /// The type in parentheses where something binds closer than it does.
    fn grouped(&self, text: impl Fn(&Self) -> String) -> String {
        match self {
            Self::Union(_) | Self::Both(_) => format!("({})", text(self)),
            _ => text(self),
        }
    }

    /// The type over several lines.
    fn broken(&self) -> String {
        match self {
            Self::Word(_) => self.flat(),
            Self::Array(item) => format!("{}[]", item.grouped(Self::broken)),
            Self::Tuple(items) => format!("[{}\n]", lines(items)),
            Self::Generic(name, arguments) => format!("{name}<{}\n>", lines(arguments)),
            Self::Object(members) if members.is_empty() => self.flat(),
            Self::Object(members) => {
                let mut text = String::from("{\n");
                members.iter().for_each(|member| text.push_str(&indented(&member.text())));
                text + "}"
            }
            Self::Union(trees) => {
                let mut text = String::new();
                for (docs, tree) in trees {
                    let mut part = self::docs(docs).join("\n");
                    if !part.is_empty() {
                        part.push('\n');
                    }
                    let _ = write!(part, "| {}", tree.text(6, false));
                    text.push('\n');
                    text.push_str(indented(&part).trim_end());
                }
                text
            }
            Self::Both(trees) => {
                let parts = trees.iter().map(|tree| tree.grouped(|tree| tree.text(0, false)));
                parts.collect::<Vec<_>>().join(" & ")
            }
        }
    }
}

fn lines(trees: &[Tree]) -> String {
    let lines = trees.iter().map(|tree| format!("\n{}", indented(&(tree.text(4, false) + ",")).trim_end()));
    lines.collect()
}

impl Member {
    fn head(&self) -> String {
        format!("{}{}: ", self.property, if self.is_optional { "?" } else { "" })
    }

    fn text(&self) -> String {
        let mut text: String = docs(&self.docs).iter().map(|line| format!("{line}\n")).collect();
        let head = self.head();
        let _ = write!(text, "{head}{};", self.tree.text(head.len() + 6, false));
        text
    }
}

/// Indents each line, and ends the last one.
fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("  {line}\n") }).collect()
}

/// Lays out a doc comment; no lines if there is nothing to say.
#[must_use]
pub fn docs(docs: &str) -> Vec<String> {
    // A doc comment of Rust may hold what ends one of TypeScript.
    let docs = docs.replace("*/", "*\\/");
    let lines: Vec<_> = docs.trim().lines().map(str::trim_end).collect();
    match lines.as_slice() {
        [] => Vec::new(),
        [line] => vec![format!("/** {line} */")],
        lines => {
            let lines = lines.iter().map(|line| format!(" * {line}").trim_end().to_owned());
            std::iter::once("/**".to_owned()).chain(lines).chain([" */".to_owned()]).collect()
        }
    }
}

/// A text as a literal.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut literal = String::from("'");
    for sign in text.chars() {
        match sign {
            '\'' | '\\' => literal.extend(['\\', sign]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            // The two line separators would end the line in old readers of JavaScript.
            sign if sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}') => {
                let _ = write!(literal, "\\u{{{:x}}}", u32::from(sign));
            }
            sign => literal.push(sign),
        }
    }
    literal + "'"
}

/// The name of a property, in quotes where it needs them.
#[must_use]
pub fn property(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { quoted(name) }
}

/// Returns whether `name` is a plain name.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let is_start = |sign: char| sign.is_ascii_alphabetic() || matches!(sign, '_' | '$');
    name.starts_with(is_start) && name.chars().all(|sign| is_start(sign) || sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_docs_cannot_end_what_they_stand_in() {
        assert_eq!(quoted("it's \\ \n\u{2028}\u{7}"), r"'it\'s \\ \n\u{2028}\u{7}'");
        assert_eq!(docs(" a */ b"), ["/** a *\\/ b */"]);
        assert_eq!(docs("a\n\nb "), ["/**", " * a", " *", " * b", " */"]);
        assert_eq!(docs(" \n"), Vec::<String>::new());
    }

    #[test]
    fn names_that_are_none_are_quoted() {
        assert_eq!(
            ["newValue", "__proto__", "a-b", "1a", "ä", ""].map(property),
            ["newValue", "__proto__", "'a-b'", "'1a'", "'ä'", "''"]
        );
    }
}
