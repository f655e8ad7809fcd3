//! The lanes of an app as data: where the files of each lie, how they are called, and what becomes of them.
//!
//! A *lane* is one way for front end and server to meet: events, requests, states, mutations. To the scanner it is a folder and a form of file names, to
//! the checks the attributes in its files, to the emitters a field of the table and a map in TypeScript. Whoever needs to know
//! one of these reads it here; a lane that is not in [`LANES`] does not exist.

use crate::syntax::handler_file::Kind;

/// Every lane, in the order in which the table and the TypeScript have them.
pub const LANES: &[&Lane] = &[&EVENT, &REQUEST, &STATE, &MUTATION];

/// Something happened, and everybody in a room hears of it.
static EVENT: Lane = Lane {
    name: sync_schema::Lane::Event,
    folder: "_sync",
    forms: &[
        Form {
            kind: Kind::Server,
            side: Some("server"),
            runs: "runs once",
            handler: "__Server",
            example: "#[sync::server] pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError>",
        },
        Form {
            kind: Kind::Client,
            side: Some("client"),
            runs: "runs for each member",
            handler: "__Client",
            example: "#[sync::client] pub fn main(member: Member<'_>) -> bool",
        },
    ],
    has_own_module: false,
    table: Table {
        field: "events",
        entries: &[
            (&[Kind::Server, Kind::Client], "Paired"),
            (&[Kind::Server], "ServerOnly"),
            (&[Kind::Client], "ClientOnly"),
        ],
        cost: "O(1): no filter, an event is encoded once.",
        named: Named::Event,
        tests: &[
            "needs_a_login",
            "refuses_an_ended_session",
            "needs_membership",
            "keeps_to_its_rooms",
            "refuses_malformed_input",
            "keeps_to_its_bounds",
            "survives_fuzzed_input",
            "refuses_too_large_input",
            "refuses_other_versions",
            "refuses_in_the_readers_language",
            "answers_alike_over_http",
            "answers_a_repeat_once",
            "delivers_what_it_answers",
            "is_limited",
        ],
    },
    typescript: TypeScript {
        prefix: "Sync",
        map: "Every version of every route, by page and name.",
        paths: "Every route as calls name it: page, slash, name.",
        payloads: &[
            ("clientInput", "What a caller sends."),
            ("serverOutput", "What the handler answers; every member gets it."),
            ("clientOutput", "What a member gets for itself."),
            ("serverStream", "What the handler streams."),
            ("clientStream", "What the filter streams."),
        ],
        receiver: "receiver",
    },
};

/// A question and its answer, of which nobody but the caller hears.
static REQUEST: Lane = Lane {
    name: sync_schema::Lane::Request,
    folder: "_api",
    forms: &[Form {
        kind: Kind::Request,
        side: None,
        runs: "answers its caller alone",
        handler: "__Request",
        example: "#[sync::request] pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError>",
    }],
    has_own_module: true,
    table: Table {
        field: "requests",
        entries: &[(&[Kind::Request], "RequestOnly")],
        cost: "O(1): nobody but the caller hears of it.",
        named: Named::Request,
        tests: &[
            "needs_a_login",
            "refuses_an_ended_session",
            "refuses_malformed_input",
            "keeps_to_its_bounds",
            "survives_fuzzed_input",
            "refuses_too_large_input",
            "refuses_other_versions",
            "refuses_in_the_readers_language",
            "answers_alike_over_http",
            "answers_a_repeat_once",
            "is_limited",
        ],
    },
    typescript: TypeScript {
        prefix: "Api",
        map: "Every version of every request, by page and name.",
        paths: "Every request as calls name it: page, slash, name.",
        payloads: &[
            ("input", "What a caller asks."),
            ("output", "What the handler answers."),
            ("stream", "What the handler streams."),
        ],
        receiver: "receiver",
    },
};

/// One value for each room: changed by actions alone, and shown to those who follow it.
static STATE: Lane = Lane {
    name: sync_schema::Lane::State,
    folder: "_state",
    forms: &[Form {
        kind: Kind::State,
        side: None,
        runs: "is changed by one action after the other",
        handler: "__State",
        example: "#[sync::state(room = \"…\")] impl sync::SharedState for State { … }",
    }],
    has_own_module: true,
    table: Table {
        field: "states",
        entries: &[(&[Kind::State], "StateOnly")],
        cost: "O(views): a change is found and written once for each group of followers.",
        named: Named::State,
        tests: &[
            "needs_a_login",
            "refuses_an_ended_session",
            "needs_membership",
            "keeps_to_its_rooms",
            "refuses_malformed_input",
            "keeps_to_its_bounds",
            "survives_fuzzed_input",
            "refuses_too_large_input",
            "refuses_other_versions",
            "refuses_in_the_readers_language",
            "answers_alike_over_http",
            "answers_a_repeat_once",
            "is_limited",
        ],
    },
    typescript: TypeScript {
        prefix: "State",
        map: "Every version of every state, by page and name.",
        paths: "Every state as it is called: page, slash, name.",
        payloads: &[("view", "What a member sees."), ("action", "What changes it.")],
        receiver: "receiver",
    },
};

/// Durable data that lives in scopes: changed by mutations that happen once, also by those who were offline.
static MUTATION: Lane = Lane {
    name: sync_schema::Lane::Mutation,
    folder: "_mutation",
    forms: &[Form {
        kind: Kind::Mutation,
        side: None,
        runs: "changes durable data once",
        handler: "__Mutation",
        example: "#[sync::mutation] pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>) -> Result<(), SyncError>",
    }],
    has_own_module: true,
    table: Table {
        field: "mutations",
        entries: &[(&[Kind::Mutation], "MutationOnly")],
        cost: "O(subscribers): a commit is told once, with its changes, to each who is up to date.",
        named: Named::Mutation,
        tests: &[],
    },
    typescript: TypeScript {
        prefix: "Mutation",
        map: "Every version of every mutation, by page and name.",
        paths: "Every mutation as it is called: page, slash, name.",
        payloads: &[("args", "What a mutation is told.")],
        receiver: "scope",
    },
};

/// One lane.
#[derive(Debug, PartialEq, Eq)]
pub struct Lane {
    /// What the compiled app calls it.
    pub name: sync_schema::Lane,
    /// The folder of its files in a page.
    pub folder: &'static str,
    /// The files that one version of a route can have, in the order in which a route names its sources; at least one.
    pub forms: &'static [Form],
    /// Whether its files are modules of one that is called like the folder; otherwise they are modules of the page's own.
    pub(crate) has_own_module: bool,
    pub(crate) table: Table,
    pub(crate) typescript: TypeScript,
}

/// One file of a route.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// The attribute on its `main`.
    pub kind: Kind,
    /// The word in the file's name between the route's name and the version; `None` where a route has one file.
    pub side: Option<&'static str>,
    /// When its `main` runs: `runs once`.
    pub runs: &'static str,
    /// The type beside `main` on which the attribute implements what the table needs.
    pub(crate) handler: &'static str,
    /// The shortest thing that can stand in it.
    pub(crate) example: &'static str,
}

/// What a lane is in the dispatch table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// The field with its routes.
    pub(crate) field: &'static str,
    /// The runtime's type for a route with these files.
    pub(crate) entries: &'static [(&'static [Kind], &'static str)],
    /// What one call costs where no filter runs.
    pub(crate) cost: &'static str,
    /// By which type the app names its routes.
    pub(crate) named: Named,
    /// The tests that are generated for each of its routes: functions of `sync::testing::contract`.
    pub(crate) tests: &'static [&'static str],
}

/// By which type an app names the routes of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// One that stands for each: `Event` in its module.
    Event,
    /// One that the attribute has made: `Request`.
    Request,
    /// The type of its value.
    State,
    /// One that the attribute has made, by which nobody but the table calls it.
    Mutation,
}

/// What a lane is in TypeScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeScript {
    /// Begins the names of its map and of all that is looked up there: `SyncTypeMap`, `SyncPagePath`, `SyncClientInput`.
    pub(crate) prefix: &'static str,
    /// The doc comment of the map.
    pub(crate) map: &'static str,
    /// The doc comment of the union of all its routes.
    pub(crate) paths: &'static str,
    /// The payloads of a route, each with a doc comment; their order is that of `sync_schema::RouteTypes`.
    pub(crate) payloads: &'static [(&'static str, &'static str)],
    /// What the place is called that a call of a route of some kind is sent to.
    pub(crate) receiver: &'static str,
}

/// Returns the lane called `word`, as [`sync_schema::Lane::word`] does.
#[must_use]
pub fn called(word: &str) -> Option<&'static Lane> {
    LANES.iter().copied().find(|lane| lane.name.word() == word)
}

/// Returns the lane whose files lie in folders called `name`.
#[must_use]
pub fn in_folder(name: &str) -> Option<&'static Lane> {
    LANES.iter().copied().find(|lane| lane.folder == name)
}

/// Returns the lane in whose files `kind` stands, and the file; `None` for a room rule.
pub(crate) fn of_kind(kind: Kind) -> Option<(&'static Lane, &'static Form)> {
    LANES.iter().copied().find_map(|lane| Some((lane, lane.form(kind)?)))
}

/// Returns the folder of the page that a file in `folder` belongs to: `src/chess` for `src/chess/_sync` and for `src/chess`.
pub(crate) fn page_folder(folder: &str) -> &str {
    match folder.rsplit_once('/') {
        Some((page, last)) if in_folder(last).is_some() => page,
        _ => folder,
    }
}

/// Returns the patterns of all handler files, as the headers of generated files name them: `src/**/_sync/*.rs`.
pub(crate) fn sources() -> impl Iterator<Item = String> {
    LANES.iter().map(|lane| format!("src/**/{}/*.rs", lane.folder))
}

impl Lane {
    /// Returns the file in which `kind` stands, if it is one of this lane.
    #[must_use]
    pub fn form(&self, kind: Kind) -> Option<&Form> {
        self.forms.iter().find(|form| form.kind == kind)
    }

    /// Returns the file with the word `side` in its name.
    #[must_use]
    pub fn form_of_side(&self, side: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.side == Some(side))
    }

    /// Returns whether its routes are sent to rooms.
    #[must_use]
    pub fn has_rooms(&self) -> bool {
        matches!(self.name, sync_schema::Lane::Event | sync_schema::Lane::State)
    }

    /// Returns the words that tell the files of one route apart; none where a route has one file.
    pub(crate) fn sides(&self) -> impl Iterator<Item = &'static str> {
        self.forms.iter().filter_map(|form| form.side)
    }
}

impl Form {
    /// Returns the name of the file of a route: `updateCounter_server_v1.rs`.
    #[must_use]
    pub fn file_name(&self, route: &str, version: u32) -> String {
        match self.side {
            Some(side) => format!("{route}_{side}_v{version}.rs"),
            None => format!("{route}_v{version}.rs"),
        }
    }
}

impl TypeScript {
    /// Returns the name of the map.
    pub(crate) fn type_map(&self) -> String {
        format!("{}TypeMap", self.prefix)
    }

    /// Returns the name of the type that looks the payload `name` up.
    pub(crate) fn lookup(&self, name: &str) -> String {
        let (first, rest) = name.split_at(name.len().min(1));
        format!("{}{}{rest}", self.prefix, first.to_ascii_uppercase())
    }

    /// Returns whether the file declares a type called `name` for the lane.
    pub(crate) fn declares(&self, name: &str) -> bool {
        let is_lookup = |word: &str| self.payloads.iter().any(|(payload, _)| is_capitalized(word, payload));
        let is_own = |word: &str| matches!(word, "TypeMap" | "PagePath" | "Name" | "Version") || is_lookup(word);
        let all = name.strip_prefix("Full").and_then(|rest| rest.strip_suffix("Path"));
        name.strip_prefix(self.prefix).is_some_and(is_own) || all == Some(self.prefix)
    }
}

/// `ClientInput` of `clientInput`.
fn is_capitalized(word: &str, of: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.eq_ignore_ascii_case(of)
        && word.get(1..) == of.get(1..)
}

#[cfg(test)]
mod tests {
    use super::{EVENT, LANES, REQUEST};

    #[test]
    fn a_lane_knows_the_names_that_it_declares() {
        let names = ["SyncTypeMap", "SyncPagePath", "SyncName", "SyncVersion", "SyncClientInput", "FullSyncPath"];
        for name in names {
            assert!(EVENT.typescript.declares(name), "{name}");
        }
        for name in ["SyncclientInput", "SyncClientinput", "Sync", "SyncThing", "FullPath", "FullSyncThingPath"] {
            assert!(!EVENT.typescript.declares(name), "{name}");
        }
        assert_eq!(EVENT.typescript.lookup("clientInput"), "SyncClientInput");
        assert!(REQUEST.typescript.declares("ApiInput") && !REQUEST.typescript.declares("SyncClientInput"));
    }

    #[test]
    fn files_of_a_lane_are_told_apart_and_make_a_route() {
        for lane in LANES {
            assert_eq!(
                lane.sides().count(),
                if lane.forms.len() > 1 { lane.forms.len() } else { 0 },
                "{}",
                lane.folder
            );
            for form in lane.forms {
                assert!(lane.table.entries.iter().any(|(files, _)| *files == [form.kind]), "{:?} alone", form.kind);
            }
        }
    }
}
