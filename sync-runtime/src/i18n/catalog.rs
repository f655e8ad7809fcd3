//! All messages, by language.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde_json::Value;
use sync_schema::language_tag;

use crate::error::SyncError;
use crate::i18n::locale::{Locale, lookup, negotiate};

/// The framework's messages.
const FRAMEWORK: [(&str, &str); 4] = [
    ("en", include_str!("locales/en.ftl")),
    ("de", include_str!("locales/de.ftl")),
    ("fr", include_str!("locales/fr.ftl")),
    ("nl", include_str!("locales/nl.ftl")),
];

/// The messages of the framework and of an app.
///
/// A code without a message in the reader's language (`de-AT`, then `de`) is looked up in the default language, English; a code
/// without any message is answered with the code itself.
pub struct Catalog {
    // In step with the bundles, each in the form of `language_tag`; the default language first.
    names: Vec<String>,
    bundles: ArcSwap<Vec<Bundle>>,
}

type Bundle = FluentBundle<FluentResource>;

/// A catalog that is being put together.
#[derive(Default)]
struct Draft {
    names: Vec<String>,
    bundles: Vec<Bundle>,
}

/// A message file of the app that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The folder is not named after a language.
    #[error("`locales/{0}` is not named after a language: expected a tag such as `nl` or `pt-BR`")]
    Language(String),
    /// The file is not Fluent.
    #[error("`locales/{language}/{file}` is not Fluent: {reason}")]
    Syntax {
        /// The folder.
        language: String,
        /// The file in it.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// It cannot be read.
    #[error("`{0}` cannot be read")]
    File(String, #[source] std::io::Error),
    /// The files on the disk are of other languages than those that the program was built with.
    #[error("the languages are others than this program was built with: build it")]
    Languages,
}

impl Catalog {
    /// Combines the framework's messages with those of an app: (language, file name, Fluent text).
    ///
    /// # Errors
    ///
    /// Names the first file that cannot be used.
    pub fn new(app: &[(&str, &str, &str)]) -> Result<Self, CatalogError> {
        let Draft { names, bundles } = Draft::new(app)?;
        Ok(Self { names, bundles: ArcSwap::from_pointee(bundles) })
    }

    /// Takes the app's messages from the files `<language>/<file>.ftl` in `folder`, in place of those that it has.
    ///
    /// # Errors
    ///
    /// Names the first file that cannot be used, or that there are other languages than before; nothing has changed then.
    pub fn read_anew(&self, folder: &Path) -> Result<(), CatalogError> {
        let files = message_files(folder)?;
        let app: Vec<_> = files.iter().map(|(language, file, text)| (&**language, &**file, &**text)).collect();
        let Draft { names, bundles } = Draft::new(&app)?;
        if names != self.names {
            return Err(CatalogError::Languages);
        }
        self.bundles.store(Arc::new(bundles));
        Ok(())
    }

    /// Returns the first of `wanted` that there are messages for, or the default language.
    #[must_use]
    pub fn negotiate<'w>(&self, wanted: impl IntoIterator<Item = &'w str>) -> Locale {
        wanted.into_iter().find_map(|tag| negotiate(tag, &self.names)).unwrap_or(Locale(0))
    }

    /// Returns the locale for `tag`, if there is one.
    #[must_use]
    pub fn locale(&self, tag: &str) -> Option<Locale> {
        // The usual case needs no parsing: what a session holds is mostly one of our own names.
        self.names.iter().position(|name| name == tag).map(Locale).or_else(|| negotiate(tag, &self.names))
    }

    /// Returns the tag of a locale.
    #[must_use]
    pub fn name(&self, locale: Locale) -> &str {
        &self.names[locale.0]
    }

    /// Returns the sentence for an error.
    #[must_use]
    pub fn sentence(&self, error: &SyncError, locale: Locale) -> String {
        let arguments = arguments(error);
        let bundles = self.bundles.load();
        let found = lookup(self.name(locale), &self.names).chain([Locale(0)]).find_map(|Locale(index)| {
            let bundle = &bundles[index];
            let pattern = bundle.get_message(error.code())?.value()?;
            let mut problems = Vec::new();
            let sentence = bundle.format_pattern(pattern, Some(&arguments), &mut problems);
            if !problems.is_empty() {
                tracing::warn!(code = error.code(), locale = %self.names[index], ?problems, "a message cannot be filled in");
            }
            Some(sentence.into_owned())
        });
        found.unwrap_or_else(|| error.code().to_owned())
    }

    /// Returns the tags of all languages.
    #[cfg(feature = "testing")]
    pub(crate) fn languages(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Returns whether a code has a sentence in this very language, or in one that it is a special case of.
    #[cfg(feature = "testing")]
    pub(crate) fn has_sentence(&self, code: &str, language: &str) -> bool {
        self.variables(code, language).is_some()
    }

    /// Returns what the sentence of a code in this language asks for; `None` where there is none.
    #[cfg(feature = "testing")]
    pub(crate) fn variables(&self, code: &str, language: &str) -> Option<std::collections::BTreeSet<String>> {
        use fluent_bundle::resolver::errors::{ReferenceKind, ResolverError};
        let name = language_tag(language)?;
        let bundles = self.bundles.load();
        let mut own = lookup(&name, &self.names).map(|Locale(index)| &bundles[index]);
        let (bundle, pattern) = own.find_map(|bundle| Some((bundle, bundle.get_message(code)?.value()?)))?;
        let mut problems = Vec::new();
        bundle.format_pattern(pattern, None, &mut problems);
        let asked = problems.into_iter().filter_map(|problem| match problem {
            fluent_bundle::FluentError::ResolverError(ResolverError::Reference(ReferenceKind::Variable { id })) => {
                Some(id)
            }
            _ => None,
        });
        Some(asked.collect())
    }
}

impl Draft {
    fn new(app: &[(&str, &str, &str)]) -> Result<Self, CatalogError> {
        let mut draft = Self::default();
        for (language, text) in FRAMEWORK {
            draft.add(language, "sync.ftl", text)?;
        }
        for (language, file, text) in app {
            draft.add(language, file, text)?;
        }
        Ok(draft)
    }

    fn add(&mut self, language: &str, file: &str, text: &str) -> Result<(), CatalogError> {
        // Some editors begin a file with a mark that Fluent would take for the beginning of a message's id.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| CatalogError::Syntax {
            language: language.to_owned(),
            file: file.to_owned(),
            reason: errors.first().map(ToString::to_string).unwrap_or_default(),
        })?;
        let index = self.bundle_of(language)?;
        // The app's files come after the framework's, so that an app can word a framework code its own way.
        self.bundles[index].add_resource_overriding(resource);
        Ok(())
    }

    fn bundle_of(&mut self, language: &str) -> Result<usize, CatalogError> {
        let unknown = || CatalogError::Language(language.to_owned());
        let name = language_tag(language).ok_or_else(unknown)?;
        if let Some(index) = self.names.iter().position(|known| *known == name) {
            return Ok(index);
        }
        let mut bundle = FluentBundle::new_concurrent(vec![name.parse().map_err(|_| unknown())?]);
        // Isolation marks are for mixed scripts in running text; in JSON they are invisible characters that break comparisons.
        bundle.set_use_isolating(false);
        self.names.push(name);
        self.bundles.push(bundle);
        Ok(self.bundles.len() - 1)
    }
}

/// Reads the message files in `folder`, in the order in which a build has them: language, name, text.
fn message_files(folder: &Path) -> Result<Vec<(String, String, String)>, CatalogError> {
    let unreadable = |path: &Path| {
        let path = path.display().to_string();
        move |error| CatalogError::File(path, error)
    };
    let mut files = Vec::new();
    for language in std::fs::read_dir(folder).map_err(unreadable(folder))?.flatten() {
        let path = language.path();
        // A file beside the folders is nobody's.
        for file in std::fs::read_dir(&path).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".ftl") && !name.starts_with('.') {
                let text = std::fs::read_to_string(file.path()).map_err(unreadable(&file.path()))?;
                files.push((language.file_name().to_string_lossy().into_owned(), name, text));
            }
        }
    }
    files.sort();
    Ok(files)
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Catalog").field(&self.names).finish()
    }
}

fn arguments(error: &SyncError) -> FluentArgs<'_> {
    let mut arguments = FluentArgs::new();
    for (name, value) in error.params() {
        arguments.set(name.as_ref(), fluent_value(value));
    }
    if let Some(subject) = error.subject() {
        arguments.set("subject", subject);
    }
    arguments
}

fn fluent_value(value: &Value) -> FluentValue<'_> {
    match value {
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string().into(), FluentValue::from),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sync_schema::FRAMEWORK_CODES;

    fn check(error: &SyncError, language: &str, expected: &str) {
        let catalog = Catalog::new(&[
            ("en", "app.ftl", "game-full = The game is full: { $max } players.\nroom-forbidden = Not for you."),
            ("pt-BR", "app.ftl", "game-full = O jogo está cheio: { $max } jogadores."),
        ])
        .expect("valid messages");
        assert_eq!(catalog.sentence(error, catalog.negotiate([language])), expected);
    }

    #[test]
    fn every_framework_code_has_a_sentence_in_every_language() {
        let catalog = Catalog::new(&[]).expect("valid messages");
        for bundle in catalog.bundles.load().iter() {
            for (code, _) in FRAMEWORK_CODES {
                assert!(bundle.get_message(code).is_some_and(|message| message.value().is_some()), "{code}");
            }
        }
    }

    #[test]
    fn the_reader_gets_the_nearest_language_and_english_otherwise() {
        let full = SyncError::new("game-full").param("max", 4);
        check(&full, "pt", "O jogo está cheio: 4 jogadores.");
        check(&full, "nl", "The game is full: 4 players.");
        check(&full, "not a tag", "The game is full: 4 players.");
        check(&SyncError::new("game-lost"), "en", "game-lost");
    }

    #[test]
    fn a_number_reads_the_same_in_the_parameters_and_in_the_sentence() {
        const LIMIT: i64 = 9_007_199_254_740_991;
        for (max, parameter) in [
            (json!(LIMIT), json!(LIMIT)),
            (json!(-LIMIT), json!(-LIMIT)),
            (json!(LIMIT + 2), json!("9007199254740993")),
            (json!(i64::MIN), json!("-9223372036854775808")),
            (json!(u64::MAX), json!("18446744073709551615")),
            (json!([1, LIMIT + 2]), json!([1, "9007199254740993"])),
            (json!({ "a": LIMIT + 2 }), json!({ "a": "9007199254740993" })),
            (json!(0.5), json!(0.5)),
        ] {
            let full = SyncError::new("game-full").param("max", max);
            assert_eq!(full.params()["max"], parameter);
            let text = parameter.as_str().map_or_else(|| parameter.to_string(), str::to_owned);
            check(&full, "en", &format!("The game is full: {text} players."));
        }
    }

    #[test]
    fn messages_are_read_anew_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |language: &str, text: &str| {
            std::fs::create_dir_all(folder.path().join(language)).expect("a folder");
            std::fs::write(folder.path().join(language).join("app.ftl"), text).expect("a file");
        };
        let full = SyncError::new("game-full");
        let catalog = Catalog::new(&[("en", "app.ftl", "game-full = Full.")]).expect("valid messages");
        let said = || catalog.sentence(&full, Locale(0));
        write("en", "game-full = No place.");
        catalog.read_anew(folder.path()).expect("valid messages");
        assert_eq!(said(), "No place.");
        write("en", "game-full =");
        assert!(matches!(catalog.read_anew(folder.path()), Err(CatalogError::Syntax { .. })));
        assert_eq!(said(), "No place.");
        write("en", "game-full = Full again.");
        write("pt-BR", "game-full = Cheio.");
        assert!(matches!(catalog.read_anew(folder.path()), Err(CatalogError::Languages)));
        assert_eq!(said(), "No place.");
    }

    #[test]
    fn an_app_can_word_a_framework_code_its_own_way() {
        check(&SyncError::new("room-forbidden"), "en", "Not for you.");
    }

    #[test]
    fn every_spelling_of_a_language_finds_its_messages() {
        let required = SyncError::new("auth-required");
        let german = Catalog::new(&[]).expect("valid messages").sentence(&required, Locale(1));
        for tag in ["de", "DE", "de_DE", "de-u-co-phonebk", "de-DE-x-private"] {
            check(&required, tag, &german);
            let catalog = Catalog::new(&[(tag, "app.ftl", "auth-required = Halt.")]).expect(tag);
            assert_eq!(catalog.sentence(&required, catalog.locale("de-DE").expect("german")), "Halt.", "{tag}");
            assert_eq!(catalog.locale(tag), catalog.locale("de-DE"), "{tag}");
        }
    }

    #[test]
    fn what_a_region_does_not_say_its_language_says() {
        let austrian = Catalog::new(&[("de-AT", "app.ftl", "game-full = Voll.")]).expect("valid messages");
        let reader = austrian.negotiate(["de-AT"]);
        assert_eq!(austrian.name(reader), "de-AT");
        assert_eq!(austrian.sentence(&SyncError::new("game-full"), reader), "Voll.");
        let required = SyncError::new("auth-required");
        assert_eq!(austrian.sentence(&required, reader), austrian.sentence(&required, austrian.negotiate(["de"])));
    }

    #[test]
    fn what_an_editor_adds_to_a_file_changes_no_message() {
        let plain = "game-full = Full.\ngame-lost = Lost:\n    { $why }\n";
        let lost = SyncError::new("game-lost").param("why", "time");
        for text in
            [plain.to_owned(), format!("\u{feff}{plain}"), plain.replace('\n', "\r\n"), format!("\u{feff}\r\n{plain}")]
        {
            let catalog =
                Catalog::new(&[("en", "app.ftl", &text), ("en", "none.ftl", ""), ("en", "mark.ftl", "\u{feff}")]);
            let catalog = catalog.expect("valid messages");
            assert_eq!(catalog.sentence(&SyncError::new("game-full"), Locale(0)), "Full.", "{text:?}");
            assert_eq!(catalog.sentence(&lost, Locale(0)).replace('\r', ""), "Lost:\ntime", "{text:?}");
        }
    }

    #[test]
    fn a_file_that_is_not_fluent_is_named() {
        let error = Catalog::new(&[("en", "app.ftl", "= no id")]).expect_err("not Fluent");
        assert!(error.to_string().starts_with("`locales/en/app.ftl` is not Fluent: "), "{error}");
    }
}
