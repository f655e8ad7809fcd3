//! What the name of a file in the folder of a lane says: `updateCounter_server_v1.rs`.
//!
//! Names are taken letter by letter; whether a good name is unique in its folder is not decided here.

use sync_schema::nearest;

use crate::lane::{Form, Lane};
use sync_syntax::handler_file::Kind;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HandlerName {
    pub(crate) name: String,
    pub(crate) version: u32,
    /// Which of its route's files it is.
    pub(crate) form: &'static Form,
}

/// A name that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misnamed {
    pub(crate) what: String,
    pub(crate) help: String,
    /// What was meant, where there is one answer only: then the file is mounted as that, so that nothing else breaks.
    pub(crate) meant: Option<HandlerName>,
}

impl HandlerName {
    /// The name of the file: `updateCounter_server_v1.rs`.
    pub(crate) fn file_name(&self) -> String {
        self.form.file_name(&self.name, self.version)
    }

    /// The attribute that belongs in the file.
    pub(crate) fn kind(&self) -> Kind {
        self.form.kind
    }

    /// The other file of the same version.
    pub(crate) fn beside(&self, form: &'static Form) -> Self {
        Self { form, ..self.clone() }
    }
}

impl FileName {
    /// Reads the name, with its ending `.rs`, of a file of `lane`.
    pub(crate) fn parse(lane: &'static Lane, file_name: &str) -> Self {
        let stem = file_name.strip_suffix(".rs").unwrap_or(file_name);
        if stem.ends_with("_test") {
            return module_name_rule(stem).map_or(Self::Test, Self::Misnamed);
        }
        if stem.starts_with('_') {
            return module_name_rule(stem).map_or(Self::Shared, Self::Misnamed);
        }
        match handler(lane, stem) {
            Ok(name) => Self::Handler(name),
            Err(misnamed) => Self::Misnamed(misnamed),
        }
    }

    /// Returns the name that this is, or was meant to be.
    pub(crate) fn intended(&self) -> Option<&HandlerName> {
        match self {
            Self::Handler(name) => Some(name),
            Self::Misnamed(misnamed) => misnamed.meant.as_ref(),
            Self::Shared | Self::Test => None,
        }
    }
}

fn handler(lane: &'static Lane, stem: &str) -> Result<HandlerName, Misnamed> {
    match lane.forms {
        [form] if form.side.is_none() => plain(form, stem),
        forms => Sided { lane, first: &forms[0] }.read(stem),
    }
}

/// `<name>_v<n>`.
fn plain(form: &'static Form, stem: &str) -> Result<HandlerName, Misnamed> {
    let (name, version) = stem.rsplit_once('_').unwrap_or(("", stem));
    // Digits alone and `v1a` are slips of a version; a word is a part of the name.
    let is_digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let begins_like_one =
        version.strip_prefix(['v', 'V']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if !is_digits && !begins_like_one {
        let name = suggested_name(stem);
        return Err(Misnamed {
            what: "file name does not say which version it is".into(),
            help: format!("rename it to {}, or to _{name}.rs if handlers share it", form.file_name(&name, 1)),
            meant: None,
        });
    }
    match version_number(version) {
        _ if name.is_empty() => Err(without_name(form, version)),
        None => Err(wrong_version(form, name, version)),
        Some(version) => named(HandlerName { name: name.to_owned(), version, form }),
    }
}

/// Reads `<name>_<side>_v<n>`.
struct Sided {
    lane: &'static Lane,
    /// Stands for any side, where a message needs one.
    first: &'static Form,
}

impl Sided {
    fn read(&self, stem: &str) -> Result<HandlerName, Misnamed> {
        let parts = stem.split('_').collect::<Vec<_>>();
        let (name, side, version) = match parts.as_slice() {
            [name @ .., side, version] if looks_like_version(version) => (name.join("_"), *side, *version),
            parts => return Err(self.without_version_at_the_end(stem, parts)),
        };
        let Some(form) = self.lane.form_of_side(side) else { return Err(self.without_side(&name, side, version)) };
        match version_number(version) {
            _ if name.is_empty() => Err(without_name(form, version)),
            None => Err(wrong_version(form, &name, version)),
            Some(version) => named(HandlerName { name, version, form }),
        }
    }

    fn without_version_at_the_end(&self, stem: &str, parts: &[&str]) -> Misnamed {
        let name = |count: usize| parts[..parts.len().saturating_sub(count)].join("_");
        let mut backwards = parts.iter().rev().copied();
        let (last, before) = (backwards.next().unwrap_or_default(), backwards.next());
        match (before.and_then(|part| self.lane.form_of_side(part)), self.lane.form_of_side(last)) {
            (_, Some(form)) => match before.filter(|version| looks_like_version(version)) {
                Some(version) => turned_round(&name(2), form, last, version),
                None => without_version(&name(1), form),
            },
            (Some(form), None) => wrong_version(form, &name(2), last),
            (None, None) if before.is_none() && looks_like_version(last) => without_name(self.first, last),
            (None, None) => self.without_both(stem),
        }
    }

    fn without_side(&self, name: &str, side: &str, version: &str) -> Misnamed {
        let near = nearest(side, self.lane.sides()).and_then(|side| self.lane.form_of_side(side));
        let meant = near.zip(version_number(version));
        match meant.map(|(form, version)| HandlerName { name: name.to_owned(), version, form }) {
            Some(meant) if !name.is_empty() => Misnamed {
                what: format!("`{side}` is no side of a route"),
                help: format!("did you mean `{}`?", meant.file_name()),
                meant: name_rule(name).is_none().then_some(meant),
            },
            _ => {
                let name = if name.is_empty() { side.to_owned() } else { format!("{name}_{side}") };
                let version = version_number(version).unwrap_or(1);
                let forms = self.lane.forms.iter();
                let names = forms.map(|form| format!("{} if it {}", form.file_name(&name, version), form.runs));
                Misnamed {
                    what: "file name does not say which side it is".into(),
                    help: format!("rename it to {}", names.collect::<Vec<_>>().join(", or ")),
                    meant: None,
                }
            }
        }
    }

    fn without_both(&self, stem: &str) -> Misnamed {
        let name = suggested_name(stem);
        let forms = self.lane.forms.iter();
        let names = forms.map(|form| format!("to {} if it {}", form.file_name(&name, 1), form.runs));
        Misnamed {
            what: "file name says neither side nor version".into(),
            help: format!("rename it {}, or to _{name}.rs if handlers share it", names.collect::<Vec<_>>().join(", ")),
            meant: None,
        }
    }
}

/// Takes a name all of whose parts are there.
fn named(handler: HandlerName) -> Result<HandlerName, Misnamed> {
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

fn without_version(name: &str, form: &'static Form) -> Misnamed {
    if name.is_empty() {
        return without_name(form, "v1");
    }
    Misnamed {
        what: "file name does not say which version it is".into(),
        help: format!("rename it to {}", form.file_name(name, 1)),
        meant: meant(name, form, 1),
    }
}

fn wrong_version(form: &'static Form, name: &str, version: &str) -> Misnamed {
    if name.is_empty() {
        return without_name(form, "v1");
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
    let number = u32::try_from(number).unwrap_or(1);
    Misnamed { what, help: format!("rename it to {}", form.file_name(name, number)), meant: meant(name, form, number) }
}

fn turned_round(name: &str, form: &'static Form, side: &str, version: &str) -> Misnamed {
    if name.is_empty() {
        return without_name(form, version);
    }
    let number = version_number(version).unwrap_or(1);
    Misnamed {
        what: format!("the side stands before the version: `{side}_v{number}`"),
        help: format!("rename it to {}", form.file_name(name, number)),
        meant: meant(name, form, number),
    }
}

fn without_name(form: &Form, version: &str) -> Misnamed {
    let side = form.side.map(|side| format!("{side}_")).unwrap_or_default();
    Misnamed {
        what: "file name does not say which route it is".into(),
        help: format!("put the route's name in front, as in move_{side}{version}.rs"),
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

fn meant(name: &str, form: &'static Form, version: u32) -> Option<HandlerName> {
    name_rule(name).is_none().then(|| HandlerName { name: name.to_owned(), version, form })
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
    use crate::lane::in_folder;

    fn check(stem: &str, expected: Expect) {
        check_in("_sync", stem, expected);
    }

    fn check_in(folder: &str, stem: &str, expected: Expect) {
        let lane = in_folder(folder).expect("a lane");
        let describe = |name: &HandlerName| format!("{} {} {}", name.name, name.kind().word(), name.version);
        let text = match FileName::parse(lane, &format!("{stem}.rs")) {
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

    fn check_request(stem: &str, expected: Expect) {
        check_in("_api", stem, expected);
    }

    #[test]
    fn a_request_has_no_side() {
        check_request("find_v1", expect!["find request 1"]);
        check_request("find_game_v12", expect!["find_game request 12"]);
        check_request("restart_server_v1", expect!["restart_server request 1"]);
        check_request("2fa_v1", expect!["2fa request 1"]);
        check_request("_rules", expect!["shared"]);
        check_request("find_test", expect!["test"]);
    }

    #[test]
    fn a_request_has_a_version() {
        check_request(
            "find",
            expect![[r#"
            error: file name does not say which version it is
              = help: rename it to find_v1.rs, or to _find.rs if handlers share it"#]],
        );
        check_request(
            "find_game",
            expect![[r#"
            error: file name does not say which version it is
              = help: rename it to find_game_v1.rs, or to _find_game.rs if handlers share it"#]],
        );
        check_request(
            "find_v",
            expect![[r#"
            error: file name does not say which version it is
              = help: rename it to find_v_v1.rs, or to _find_v.rs if handlers share it"#]],
        );
        check_request(
            "find_2fa",
            expect![[r#"
            error: file name does not say which version it is
              = help: rename it to find_2fa_v1.rs, or to _find_2fa.rs if handlers share it"#]],
        );
        check_request(
            "mod",
            expect![[r#"
            error: file name does not say which version it is
              = help: rename it to mod_v1.rs, or to _mod.rs if handlers share it"#]],
        );
    }

    #[test]
    fn versions_of_requests_are_numbers_from_1() {
        check_request(
            "find_v0",
            expect![[r#"
            error: versions start at `v1`, this is `v0`
              = help: rename it to find_v1.rs
            mounted as find request 1"#]],
        );
        check_request(
            "find_v01",
            expect![[r#"
            error: the version `v01` starts with a zero
              = help: rename it to find_v1.rs
            mounted as find request 1"#]],
        );
        check_request(
            "find_V1",
            expect![[r#"
            error: `V1` is no version
              = help: rename it to find_v1.rs
            mounted as find request 1"#]],
        );
        check_request(
            "find_1",
            expect![[r#"
            error: `1` is no version
              = help: rename it to find_v1.rs
            mounted as find request 1"#]],
        );
        check_request(
            "find_v1a",
            expect![[r#"
            error: `v1a` is no version
              = help: rename it to find_v1.rs
            mounted as find request 1"#]],
        );
        check_request(
            "find_v99999999999",
            expect![[r#"
            error: the version `v99999999999` is too large
              = help: rename it to find_v1.rs
            mounted as find request 1"#]],
        );
    }

    #[test]
    fn a_request_has_a_name_that_can_stand_everywhere() {
        check_request(
            "v1",
            expect![[r#"
            error: file name does not say which route it is
              = help: put the route's name in front, as in move_v1.rs"#]],
        );
        check_request(
            "my find_v1",
            expect![[r#"
            error: `my find` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
              = help: rename it, for example to my-find_v1.rs"#]],
        );
        check_request(
            "constructor_v1",
            expect![[r#"
            error: `constructor` has a meaning of its own in JavaScript
              = help: choose another name"#]],
        );
    }
}
