//! What the name of a file in a `_sync` folder says: `updateCounter_server_v1.rs`.
//!
//! Names are taken letter by letter; whether a good name is unique in its folder is not decided here.

use crate::syntax::nearest::nearest;

/// A file name, understood or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileName {
    /// `<name>_<side>_v<n>.rs`.
    Handler(HandlerName),
    /// `_x.rs`: a plain module that handlers share.
    Shared,
    /// `x_test.rs`.
    Test,
    /// Anything else, with what is wrong and what would fix it.
    Misnamed(Misnamed),
}

/// The parts of a handler's file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HandlerName {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) side: Side,
}

/// Which of a route's two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Client,
    Server,
}

/// A name that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misnamed {
    pub(crate) what: String,
    pub(crate) help: String,
    /// What was meant, where there is one answer only: then the file is mounted as that, so that nothing else breaks.
    pub(crate) meant: Option<HandlerName>,
}

impl Side {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl HandlerName {
    /// The name of the file: `updateCounter_server_v1.rs`.
    pub(crate) fn file_name(&self) -> String {
        format!("{}_{}_v{}.rs", self.name, self.side.word(), self.version)
    }
}

impl FileName {
    /// Reads a file name with its ending `.rs`.
    pub(crate) fn parse(file_name: &str) -> Self {
        let stem = file_name.strip_suffix(".rs").unwrap_or(file_name);
        if stem.ends_with("_test") {
            return module_name_rule(stem).map_or(Self::Test, Self::Misnamed);
        }
        if stem.starts_with('_') {
            return module_name_rule(stem).map_or(Self::Shared, Self::Misnamed);
        }
        match handler(stem) {
            Ok(name) => Self::Handler(name),
            Err(misnamed) => Self::Misnamed(misnamed),
        }
    }
}

fn handler(stem: &str) -> Result<HandlerName, Misnamed> {
    let parts = stem.split('_').collect::<Vec<_>>();
    let (name, side, version) = match parts.as_slice() {
        [name @ .., side, version] if looks_like_version(version) => (name.join("_"), *side, *version),
        [name @ .., version, side] if looks_like_version(version) && exact_side(side).is_some() => {
            return Err(turned_round(&name.join("_"), side, version));
        }
        [name @ .., side] if exact_side(side).is_some() => return Err(without_version(&name.join("_"), side)),
        [name @ .., side, version] if exact_side(side).is_some() => {
            return Err(wrong_version(&name.join("_"), side, version));
        }
        [version] if looks_like_version(version) => return Err(without_name("server", version)),
        _ => return Err(without_both(stem)),
    };
    if name.is_empty() && exact_side(side).is_some() {
        return Err(without_name(side, version));
    }
    let Some(side) = exact_side(side) else { return Err(without_side(&name, side, version)) };
    let Some(number) = version_number(version) else { return Err(wrong_version(&name, side.word(), version)) };
    let handler = HandlerName { name, version: number, side };
    match name_rule(&handler.name) {
        None => Ok(handler),
        Some((what, help)) => Err(bad_name(&handler, what, help)),
    }
}

/// `v` and digits; anything else that stands there is taken for a part of the name.
fn looks_like_version(part: &str) -> bool {
    part.strip_prefix(['v', 'V'])
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `v1`, `v2` …, without leading zeros.
fn version_number(part: &str) -> Option<u32> {
    let number = part.strip_prefix('v')?;
    let digits_only = number.bytes().all(|byte| byte.is_ascii_digit());
    if number.starts_with('0') || !digits_only { None } else { number.parse().ok() }
}

fn exact_side(part: &str) -> Option<Side> {
    match part {
        "client" => Some(Side::Client),
        "server" => Some(Side::Server),
        _ => None,
    }
}

fn without_side(name: &str, side: &str, version: &str) -> Misnamed {
    let meant = match nearest(side, ["server", "client"]).and_then(exact_side) {
        Some(side) => version_number(version).map(|version| HandlerName { name: name.to_owned(), version, side }),
        None => None,
    };
    match meant {
        Some(meant) if !name.is_empty() => Misnamed {
            what: format!("`{side}` is no side of a route"),
            help: format!("did you mean `{}`?", meant.file_name()),
            meant: name_rule(name).is_none().then_some(meant),
        },
        _ => {
            let name = if name.is_empty() { side.to_owned() } else { format!("{name}_{side}") };
            let version = version_number(version).unwrap_or(1);
            Misnamed {
                what: "file name does not say which side it is".into(),
                help: format!(
                    "rename it to {name}_server_v{version}.rs if it runs once, \
                     or {name}_client_v{version}.rs if it runs for each member"
                ),
                meant: None,
            }
        }
    }
}

fn without_version(name: &str, side: &str) -> Misnamed {
    if name.is_empty() {
        return without_name(side, "v1");
    }
    Misnamed {
        what: "file name does not say which version it is".into(),
        help: format!("rename it to {name}_{side}_v1.rs"),
        meant: meant(name, side, 1),
    }
}

fn wrong_version(name: &str, side: &str, version: &str) -> Misnamed {
    if name.is_empty() {
        return without_name(side, "v1");
    }
    let digits = version.trim_start_matches(|character: char| !character.is_ascii_digit());
    let (what, number) = match digits.parse::<u64>() {
        Ok(0) if version == "v0" => ("versions start at `v1`, this is `v0`".to_owned(), 1),
        Ok(number) if version.starts_with("v0") && number > 0 => {
            (format!("the version `{version}` starts with a zero"), number)
        }
        Ok(number) if u32::try_from(number).is_err() => (format!("the version `{version}` is too large"), 1),
        Ok(number) => (format!("`{version}` is no version"), number.max(1)),
        Err(_) => (format!("`{version}` is no version"), 1),
    };
    Misnamed {
        what,
        help: format!("rename it to {name}_{side}_v{number}.rs"),
        meant: u32::try_from(number).ok().and_then(|number| meant(name, side, number)),
    }
}

fn turned_round(name: &str, side: &str, version: &str) -> Misnamed {
    if name.is_empty() {
        return without_name(side, version);
    }
    let number = version_number(version).unwrap_or(1);
    Misnamed {
        what: format!("the side stands before the version: `{side}_v{number}`"),
        help: format!("rename it to {name}_{side}_v{number}.rs"),
        meant: meant(name, side, number),
    }
}

fn without_both(stem: &str) -> Misnamed {
    let name = suggested_name(stem);
    Misnamed {
        what: "file name says neither side nor version".into(),
        help: format!(
            "rename it to {name}_server_v1.rs if it runs once, to {name}_client_v1.rs if it runs for each member, \
             or to _{name}.rs if handlers share it"
        ),
        meant: None,
    }
}

fn without_name(side: &str, version: &str) -> Misnamed {
    Misnamed {
        what: "file name does not say which route it is".into(),
        help: format!("put the route's name in front, as in move_{side}_{version}.rs"),
        meant: None,
    }
}

fn bad_name(handler: &HandlerName, what: String, help: Option<String>) -> Misnamed {
    let better = HandlerName { name: suggested_name(&handler.name), ..handler.clone() };
    Misnamed {
        what,
        help: help.unwrap_or_else(|| format!("rename it, for example to {}", better.file_name())),
        meant: None,
    }
}

fn module_name_rule(stem: &str) -> Option<Misnamed> {
    let is_plain = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let has_letter = stem.bytes().any(|byte| byte.is_ascii_alphanumeric());
    (!is_plain || !has_letter).then(|| Misnamed {
        what: format!("`{stem}` is no name for a module"),
        help: "use letters, digits and `_`".into(),
        meant: None,
    })
}

fn meant(name: &str, side: &str, version: u32) -> Option<HandlerName> {
    let side = exact_side(side)?;
    name_rule(name).is_none().then(|| HandlerName { name: name.to_owned(), version, side })
}

/// Says what is wrong with the name of a route or of a page's folder, and what to do if a better spelling is not enough.
///
/// A name stands in a URL, in TypeScript and, as a key, in JavaScript objects; and it must survive a checkout on any system.
pub(crate) fn name_rule(name: &str) -> Option<(String, Option<String>)> {
    if matches!(name, "__proto__" | "constructor" | "prototype") {
        let what = format!("`{name}` has a meaning of its own in JavaScript");
        return Some((what, Some("choose another name".into())));
    }
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
    let has_letter = name.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if is_plain && starts_well && has_letter {
        return None;
    }
    Some((
        format!("`{name}` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`"),
        None,
    ))
}

/// The nearest good name: each run of other characters becomes one `-`.
pub(crate) fn suggested_name(name: &str) -> String {
    let is_good = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    let words = name.split(|character| !is_good(character)).map(|word| word.trim_matches('-'));
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").trim_matches('_').to_owned();
    if name.is_empty() { "move".into() } else { name }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{FileName, HandlerName};

    fn check(stem: &str, expected: Expect) {
        let describe = |name: &HandlerName| format!("{} {} {}", name.name, name.side.word(), name.version);
        let text = match FileName::parse(&format!("{stem}.rs")) {
            FileName::Handler(name) => describe(&name),
            FileName::Shared => "shared".into(),
            FileName::Test => "test".into(),
            FileName::Misnamed(error) => {
                let meant =
                    error.meant.as_ref().map(|name| format!("\nmounted as {}", describe(name))).unwrap_or_default();
                format!("error: {}\n  = help: {}{meant}", error.what, error.help)
            }
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn a_good_name_has_three_parts_and_keeps_its_letters() {
        check("updateCounter_server_v1", expect!["updateCounter server 1"]);
        check("update_counter_client_v12", expect!["update_counter client 12"]);
        check("my-move_server_v1", expect!["my-move server 1"]);
        check("2fa_server_v1", expect!["2fa server 1"]);
        check("server_server_v1", expect!["server server 1"]);
        check("move_v1_server_v2", expect!["move_v1 server 2"]);
    }

    #[test]
    fn shared_modules_and_tests_are_no_routes() {
        check("_rules", expect!["shared"]);
        check("_move_server_v1", expect!["shared"]);
        check("move_test", expect!["test"]);
        check("_rules_test", expect!["test"]);
        check(
            "_my-rules",
            expect![[r#"
            error: `_my-rules` is no name for a module
              = help: use letters, digits and `_`"#]],
        );
        check(
            "_",
            expect![[r#"
            error: `_` is no name for a module
              = help: use letters, digits and `_`"#]],
        );
    }

    #[test]
    fn a_file_without_a_side_is_refused() {
        check(
            "move_v1",
            expect![[r#"
            error: file name does not say which side it is
              = help: rename it to move_server_v1.rs if it runs once, or move_client_v1.rs if it runs for each member"#]],
        );
        check(
            "move_player_v2",
            expect![[r#"
            error: file name does not say which side it is
              = help: rename it to move_player_server_v2.rs if it runs once, or move_player_client_v2.rs if it runs for each member"#]],
        );
    }

    #[test]
    fn an_unknown_side_is_told_the_nearest_right_one() {
        check(
            "foo_sever_v1",
            expect![[r#"
            error: `sever` is no side of a route
              = help: did you mean `foo_server_v1.rs`?
            mounted as foo server 1"#]],
        );
        check(
            "foo_Client_v1",
            expect![[r#"
            error: `Client` is no side of a route
              = help: did you mean `foo_client_v1.rs`?
            mounted as foo client 1"#]],
        );
    }

    #[test]
    fn a_file_without_a_version_is_refused() {
        check(
            "move_server",
            expect![[r#"
            error: file name does not say which version it is
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
        check(
            "move",
            expect![[r#"
            error: file name says neither side nor version
              = help: rename it to move_server_v1.rs if it runs once, to move_client_v1.rs if it runs for each member, or to _move.rs if handlers share it"#]],
        );
        check(
            "mod",
            expect![[r#"
            error: file name says neither side nor version
              = help: rename it to mod_server_v1.rs if it runs once, to mod_client_v1.rs if it runs for each member, or to _mod.rs if handlers share it"#]],
        );
    }

    #[test]
    fn versions_are_numbers_from_1() {
        check(
            "move_server_v0",
            expect![[r#"
            error: versions start at `v1`, this is `v0`
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
        check(
            "move_server_v01",
            expect![[r#"
            error: the version `v01` starts with a zero
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
        check(
            "move_server_V1",
            expect![[r#"
            error: `V1` is no version
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
        check(
            "move_server_1",
            expect![[r#"
            error: `1` is no version
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
        check(
            "move_server_v1a",
            expect![[r#"
            error: `v1a` is no version
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
        check(
            "move_server_v99999999999",
            expect![[r#"
            error: the version `v99999999999` is too large
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
        check(
            "move_v1_server",
            expect![[r#"
            error: the side stands before the version: `server_v1`
              = help: rename it to move_server_v1.rs
            mounted as move server 1"#]],
        );
    }

    #[test]
    fn a_route_needs_a_name() {
        check(
            "server_v1",
            expect![[r#"
                error: file name does not say which route it is
                  = help: put the route's name in front, as in move_server_v1.rs"#]],
        );
        check(
            "client",
            expect![[r#"
            error: file name does not say which route it is
              = help: put the route's name in front, as in move_client_v1.rs"#]],
        );
        check(
            "v1",
            expect![[r#"
                error: file name does not say which route it is
                  = help: put the route's name in front, as in move_server_v1.rs"#]],
        );
    }

    #[test]
    fn a_name_can_stand_in_a_url_and_in_typescript() {
        check(
            "my move_server_v1",
            expect![[r#"
            error: `my move` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
              = help: rename it, for example to my-move_server_v1.rs"#]],
        );
        check(
            "zug-übung_server_v1",
            expect![[r#"
                error: `zug-übung` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
                  = help: rename it, for example to zug-bung_server_v1.rs"#]],
        );
        check(
            "a.b_server_v1",
            expect![[r#"
            error: `a.b` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
              = help: rename it, for example to a-b_server_v1.rs"#]],
        );
        check(
            "-a_server_v1",
            expect![[r#"
            error: `-a` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
              = help: rename it, for example to a_server_v1.rs"#]],
        );
        check(
            "constructor_server_v1",
            expect![[r#"
            error: `constructor` has a meaning of its own in JavaScript
              = help: choose another name"#]],
        );
    }
}
