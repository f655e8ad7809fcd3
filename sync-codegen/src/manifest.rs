//! What an app's `Cargo.toml` says to us: `[package.metadata.sync]`.

use std::path::Path;

/// The file, seen from the app's folder.
pub(crate) const FILE: &str = "Cargo.toml";

/// What generated tests are told of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Contract {
    /// The routes, and the patterns of room rules, that are open to those who have not signed in.
    pub(crate) public: Vec<String>,
    /// The routes that panic on purpose.
    pub(crate) may_panic: Vec<String>,
    /// Whether handlers wait for something outside of the process, whose time is that of the machine.
    pub(crate) real_time: bool,
}

/// Reads `public`, `may_panic` and `real_time`; what is not there says nothing.
///
/// # Errors
///
/// What is of another kind than it must be.
pub(crate) fn contract(manifest: &str) -> Result<Contract, String> {
    // One that cannot be read at all, cargo has told about.
    let Ok(table) = read(manifest) else { return Ok(Contract::default()) };
    let real_time = match find(&table, "real_time") {
        None => false,
        Some(value) => value.as_bool().ok_or_else(|| of_kind("real_time", "`true` or `false`", value))?,
    };
    Ok(Contract { public: names(&table, "public")?, may_panic: names(&table, "may_panic")?, real_time })
}

/// Reads `[package.metadata.sync] types` in the text of an app's `Cargo.toml`: where its TypeScript goes, seen from the app's folder.
///
/// # Errors
///
/// That it is missing, or is no `.ts` file inside of the app.
pub fn types_path(manifest: &str) -> Result<String, String> {
    let table = read(manifest)?;
    let Some(value) = find(&table, "types") else {
        return Err("it does not say where the TypeScript goes".into());
    };
    let Some(path) = value.as_str() else { return Err(of_kind("types", "a text", value)) };
    if Path::new(path).is_relative() && path.ends_with(".ts") {
        Ok(path.to_owned())
    } else {
        Err(format!("`types` in [package.metadata.sync] is a `.ts` file, seen from the app's folder, not `{path}`"))
    }
}

fn read(manifest: &str) -> Result<toml::Table, String> {
    manifest.parse().map_err(|error: toml::de::Error| error.message().to_owned())
}

fn find<'t>(table: &'t toml::Table, key: &str) -> Option<&'t toml::Value> {
    let of_sync = ["package", "metadata", "sync"].into_iter().try_fold(table, |table, key| table.get(key)?.as_table());
    of_sync?.get(key)
}

fn names(table: &toml::Table, key: &str) -> Result<Vec<String>, String> {
    let Some(value) = find(table, key) else { return Ok(Vec::new()) };
    let names = value.as_array().and_then(|list| list.iter().map(|name| name.as_str().map(str::to_owned)).collect());
    names.ok_or_else(|| of_kind(key, "a list of texts", value))
}

fn of_kind(key: &str, expected: &str, value: &toml::Value) -> String {
    format!("`{key}` in [package.metadata.sync] is {expected}, not {}", article(value.type_str()))
}

fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    fn check(manifest: &str, expected: Expect) {
        let text = super::types_path(manifest).unwrap_or_else(|error| format!("error: {error}"));
        expected.assert_eq(&text);
    }

    #[test]
    fn the_place_of_the_types_is_named_in_the_manifest() {
        check("[package.metadata.sync]\ntypes = \"web/src/api.ts\"", expect!["web/src/api.ts"]);
    }

    #[test]
    fn what_an_editor_adds_to_a_manifest_changes_nothing() {
        check("\u{feff}[package.metadata.sync]\r\ntypes = \"web/src/api.ts\"\r\n", expect!["web/src/api.ts"]);
    }

    #[test]
    fn a_missing_or_wrong_place_is_told() {
        check("[package]\nname = \"app\"", expect!["error: it does not say where the TypeScript goes"]);
        check("[package.metadata.sync]", expect!["error: it does not say where the TypeScript goes"]);
        check(
            "[package.metadata.sync]\ntypes = 5",
            expect!["error: `types` in [package.metadata.sync] is a text, not an integer"],
        );
        check(
            "[package.metadata.sync]\ntypes = [\"a.ts\"]",
            expect!["error: `types` in [package.metadata.sync] is a text, not an array"],
        );
        check(
            "[package.metadata.sync]\ntypes = \"/tmp/api.ts\"",
            expect![
                "error: `types` in [package.metadata.sync] is a `.ts` file, seen from the app's folder, not `/tmp/api.ts`"
            ],
        );
        check(
            "[package.metadata.sync]\ntypes = \"api.js\"",
            expect![
                "error: `types` in [package.metadata.sync] is a `.ts` file, seen from the app's folder, not `api.js`"
            ],
        );
        check("[package", expect!["error: unclosed table, expected `]`"]);
    }

    #[test]
    fn what_tests_are_told_is_a_list_of_names() {
        let contract = |manifest: &str| match super::contract(manifest) {
            Ok(contract) => format!("{:?} {:?} {}", contract.public, contract.may_panic, contract.real_time),
            Err(error) => format!("error: {error}"),
        };
        let check = |manifest: &str, expected: Expect| expected.assert_eq(&contract(manifest));
        check("[package]\nname = \"app\"", expect!["[] [] false"]);
        check(
            "[package.metadata.sync]\npublic = [\"chess/watch/v1\"]\nmay_panic = [\"chess/fail/v1\"]\nreal_time = true",
            expect![[r#"["chess/watch/v1"] ["chess/fail/v1"] true"#]],
        );
        check(
            "[package.metadata.sync]\npublic = \"chess/watch/v1\"",
            expect!["error: `public` in [package.metadata.sync] is a list of texts, not a string"],
        );
        check(
            "[package.metadata.sync]\nmay_panic = [1]",
            expect!["error: `may_panic` in [package.metadata.sync] is a list of texts, not an array"],
        );
        check(
            "[package.metadata.sync]\nreal_time = \"yes\"",
            expect!["error: `real_time` in [package.metadata.sync] is `true` or `false`, not a string"],
        );
    }
}
