//! A route, as the words of a command name it.

use sync_codegen::lane::{self, LANES, Lane};

use crate::failure::Failure;

/// `event chess/move`, `chess/move`, `room chess`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RouteWords {
    /// Which kind of file it is about.
    pub(crate) kind: WordKind,
    /// The page: `test/nestedTest`, or `root`.
    pub(crate) page: String,
    /// The name inside the page; `` for the rule of its rooms.
    pub(crate) name: String,
}

/// What the first word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordKind {
    /// A route of this lane.
    Route(&'static Lane),
    /// The rule of a page's rooms.
    Room,
}

impl RouteWords {
    /// Reads one or two words; a route without its lane is an event.
    pub(crate) fn read(words: &[String]) -> Result<Self, Failure> {
        Self::understood(words).map_err(Failure::usage)
    }

    fn understood(words: &[String]) -> Result<Self, Failure> {
        let (kind, path) = match words {
            [path] => ("event", path),
            [kind, path] => (kind.as_str(), path),
            _ => return Err(Failure::with_help("which route is not said", "write `cargo sync new event chess/move`")),
        };
        if kind == "room" {
            return Self { kind: WordKind::Room, page: path.to_owned(), name: String::new() }.checked();
        }
        let Some(lane) = lane::called(kind) else { return Err(unknown_kind(kind)) };
        let Some((page, name)) = path.rsplit_once('/') else {
            let help = format!("write `{path}/<name>`, or `root/{path}` for the page of `src/` itself");
            return Err(Failure::with_help(format!("`{path}` is a page or a name, but not both"), help));
        };
        Self { kind: WordKind::Route(lane), page: page.to_owned(), name: name.to_owned() }.checked()
    }

    fn checked(self) -> Result<Self, Failure> {
        match sync_codegen::page_mistake(&self.page) {
            Some(mistake) => Err(Failure::with_help(mistake.what, mistake.help)),
            None => Ok(self),
        }
    }

    /// Returns the lane, unless it is about a room.
    pub(crate) fn lane(&self) -> Option<&'static Lane> {
        match self.kind {
            WordKind::Route(lane) => Some(lane),
            WordKind::Room => None,
        }
    }

    /// Returns the folder of the page, relative to the app: `src/chess`.
    pub(crate) fn folder(&self) -> String {
        if self.page == "root" { "src".to_owned() } else { format!("src/{}", self.page) }
    }
}

fn unknown_kind(kind: &str) -> Failure {
    let known: Vec<_> = LANES.iter().map(|lane| lane.name).chain(["room"]).collect();
    let help = match sync_schema::nearest(kind, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it is one of {}", known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    };
    Failure::with_help(format!("`{kind}` is no lane"), help)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::RouteWords;

    fn check(words: &str, expected: Expect) {
        let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
        let text = match RouteWords::read(&words) {
            Ok(route) => {
                let kind = route.lane().map_or("room", |lane| lane.name);
                format!("{kind}, {} in {}", route.name, route.folder())
            }
            Err(failure) => format!("error: {failure}"),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn a_route_is_named_as_it_is_called() {
        check("chess/move", expect!["event, move in src/chess"]);
        check("request test/nestedTest/find", expect!["request, find in src/test/nestedTest"]);
        check("event root/announce", expect!["event, announce in src"]);
        check("room chess", expect!["room,  in src/chess"]);
    }

    #[test]
    fn what_is_missing_or_unknown_is_told() {
        check(
            "evnt chess/move",
            expect![[r#"
            error: `evnt` is no lane
              = help: did you mean `event`?"#]],
        );
        check(
            "room ../../x",
            expect![[r#"
            error: the page `..` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
              = help: choose another name, for example move"#]],
        );
        check(
            "event /chess/move",
            expect![[r#"
            error: the page `` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
              = help: choose another name, for example move"#]],
        );
        check(
            "event chess/_sync/move",
            expect![[r#"
            error: `_sync` is the folder of a lane, not a page
              = help: leave it out"#]],
        );
        check(
            "move",
            expect![[r#"
            error: `move` is a page or a name, but not both
              = help: write `move/<name>`, or `root/move` for the page of `src/` itself"#]],
        );
    }
}
