//! Message files: readable, each message once, and one for every code in every language.

use std::collections::{BTreeMap, BTreeSet};

use sync_schema::FRAMEWORK_CODES;

use crate::diagnostic::Diagnostic;
use crate::scan::{LocaleFile, Tree};

/// The framework has sentences of its own for these; an app need not have one.
fn is_framework_code(code: &str) -> bool {
    FRAMEWORK_CODES.iter().any(|(known, _)| *known == code)
}

/// Files that Fluent cannot read.
pub(super) fn unreadable_messages(tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for locale in &tree.locales {
        problems.extend(locale.errors.iter().map(|error| {
            let what = format!("not a Fluent message: {}", lower_first(&error.what));
            Diagnostic::new(&locale.path, what, "write `code = sentence`, further lines of a sentence indented")
                .at_line(error.line)
        }));
    }
    problems
}

/// Messages that a language has twice: the second would be ignored.
pub(super) fn repeated_messages(tree: &Tree) -> Vec<Diagnostic> {
    let mut seen = BTreeMap::<(&str, &str), (&str, usize)>::new();
    let mut problems = Vec::new();
    for (language, locale) in languages(tree) {
        for (message, line) in &locale.messages {
            match seen.get(&(language, message.as_str())) {
                None => drop(seen.insert((language, message), (&locale.path, *line))),
                Some((path, first)) => {
                    let what = format!("the message `{message}` is there already: {path}:{first}");
                    problems.push(Diagnostic::new(&locale.path, what, "remove one of them").at_line(*line));
                }
            }
        }
    }
    problems
}

/// Folders in `locales/` that are no language.
pub(super) fn unknown_languages(tree: &Tree) -> Vec<Diagnostic> {
    let wrong = tree.locales.iter().filter(|locale| locale.language.is_none());
    wrong
        .map(|locale| {
            let what = format!("`{}` is no language", locale.folder);
            Diagnostic::new(&locale.path, what, "name the folder after the language, such as `en`, `nl` or `pt-BR`")
        })
        .collect()
}

/// The message files of languages, `de_DE` and `de-DE` being one.
fn languages(tree: &Tree) -> impl Iterator<Item = (&str, &LocaleFile)> {
    tree.locales.iter().filter_map(|locale| Some((locale.language.as_deref()?, locale)))
}

/// Returns, for each code that a language has no sentence for, where it is used and which file to add it to; sorted.
///
/// A build goes on without it, and the reader sees the default language: this is a warning there, an error before a release.
pub(crate) fn missing_messages(tree: &Tree) -> Vec<Diagnostic> {
    let languages = self::languages(tree).map(|(language, _)| language).collect::<BTreeSet<_>>();
    let languages = if languages.is_empty() { BTreeSet::from(["en"]) } else { languages };
    let mut first_uses = BTreeMap::new();
    for (code, path, line) in tree.error_codes().filter(|(code, ..)| !is_framework_code(code)) {
        let first = first_uses.entry(code).or_insert((path, line));
        *first = (*first).min((path, line));
    }
    let mut missing = Vec::new();
    for (code, (path, line)) in first_uses {
        for language in languages.iter().filter(|language| !defines(tree, language, code)) {
            let what = format!("`{code}` has no sentence in `{language}`");
            let help = format!("add `{code} = …` to {}", file_for(tree, language, code));
            missing.push(Diagnostic::new(path, what, help).at_line(line));
        }
    }
    missing.sort();
    missing
}

fn defines(tree: &Tree, language: &str, code: &str) -> bool {
    // The reader of `de-AT` gets what `de` says.
    let is_part_of = |other| language.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    languages(tree).any(|(other, locale)| is_part_of(other) && has_message(locale, code))
}

/// The file that has it in another language, else the first there is, else `app.ftl`.
fn file_for(tree: &Tree, language: &str, code: &str) -> String {
    let elsewhere = tree.locales.iter().find(|locale| has_message(locale, code));
    let own = languages(tree).find(|(other, _)| *other == language).map(|(_, locale)| locale);
    let file = elsewhere.or(own).map_or("app.ftl", |locale| locale.file.as_str());
    format!("locales/{}/{file}", own.map_or(language, |locale| locale.folder.as_str()))
}

fn has_message(locale: &LocaleFile, code: &str) -> bool {
    locale.messages.iter().any(|(message, _)| message == code)
}

fn lower_first(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
