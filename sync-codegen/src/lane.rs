//! The lanes of an app as data: where the files of each lie, how they are called, and what becomes of them.
//!
//! A *lane* is one way for front end and server to meet: events, requests, states, mutations. To the scanner it is a folder and a form of file names, to
//! the checks the attributes in its files, to the emitters a field of the table and a map in TypeScript. Replicas are one that no front end
//! calls: rows of a database come by it. Whoever needs to know one of these reads it here; a lane that is not in [`LANES`] does not exist.

use sync_syntax::handler_file::Kind;

/// Every lane, in the order in which the table and the TypeScript have them.
pub const LANES: &[&Lane] = &[&EVENT, &REQUEST, &STATE, &MUTATION, &REPLICA];

/// Something happened, and everybody in a room hears of it.
static EVENT: Lane = Lane {
    name: "event",
    folder: "_sync",
    forms: &[
        Form {
            kind: Kind::Server,
            side: Some("server"),
            runs: "runs once",
            handler: "__Server",
            function: "main",
            example: "#[sync::server] pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError>",
        },
        Form {
            kind: Kind::Client,
            side: Some("client"),
            runs: "runs for each member",
            handler: "__Client",
            function: "main",
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
    },
    api: Some(Api {
        name: sync_schema::Lane::Event,
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
    }),
};

/// A question and its answer, of which nobody but the caller hears.
static REQUEST: Lane = Lane {
    name: "request",
    folder: "_api",
    forms: &[Form {
        kind: Kind::Request,
        side: None,
        runs: "answers its caller alone",
        handler: "__Request",
        function: "main",
        example: "#[sync::request] pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError>",
    }],
    has_own_module: true,
    table: Table {
        field: "requests",
        entries: &[(&[Kind::Request], "RequestOnly")],
        cost: "O(1): nobody but the caller hears of it.",
        named: Named::Request,
    },
    api: Some(Api {
        name: sync_schema::Lane::Request,
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
    }),
};

/// One value for each room: changed by actions alone, and shown to those who follow it.
static STATE: Lane = Lane {
    name: "state",
    folder: "_state",
    forms: &[Form {
        kind: Kind::State,
        side: None,
        runs: "is changed by one action after the other",
        handler: "__State",
        function: "main",
        example: "#[sync::state(room = \"…\")] impl sync::SharedState for State { … }",
    }],
    has_own_module: true,
    table: Table {
        field: "states",
        entries: &[(&[Kind::State], "StateOnly")],
        cost: "O(views): a change is found and written once for each group of followers.",
        named: Named::State,
    },
    api: Some(Api {
        name: sync_schema::Lane::State,
        typescript: TypeScript {
            prefix: "State",
            map: "Every version of every state, by page and name.",
            paths: "Every state as it is called: page, slash, name.",
            payloads: &[("view", "What a member sees."), ("action", "What changes it.")],
            receiver: "receiver",
        },
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
            "reads_what_was_stored",
            "is_limited",
        ],
    }),
};

/// Durable data that lives in scopes: changed by mutations that happen once, also by those who were offline.
static MUTATION: Lane = Lane {
    name: "mutation",
    folder: "_mutation",
    forms: &[Form {
        kind: Kind::Mutation,
        side: None,
        runs: "changes durable data once",
        handler: "__Mutation",
        function: "main",
        example: "#[sync::mutation] pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>) -> Result<(), SyncError>",
    }],
    has_own_module: true,
    table: Table {
        field: "mutations",
        entries: &[(&[Kind::Mutation], "MutationOnly")],
        cost: "O(subscribers): a commit is told once, with its changes, to each who is up to date.",
        named: Named::Mutation,
    },
    api: Some(Api {
        name: sync_schema::Lane::Mutation,
        typescript: TypeScript {
            prefix: "Mutation",
            map: "Every version of every mutation, by page and name.",
            paths: "Every mutation as it is called: page, slash, name.",
            payloads: &[("args", "What a mutation is told.")],
            receiver: "scope",
        },
        tests: &[],
    }),
};

/// Rows of a database that are durable data: which scopes each row belongs to. Nobody calls it.
static REPLICA: Lane = Lane {
    name: "replica",
    folder: "_replica",
    forms: &[Form {
        kind: Kind::Replica,
        side: None,
        runs: "says which scopes a row belongs to",
        handler: "__Replica",
        function: "scopes",
        example: "#[sync::replica] pub fn scopes(row: &Todo) -> impl IntoIterator<Item = Scope>",
    }],
    has_own_module: true,
    table: Table {
        field: "replicas",
        entries: &[(&[Kind::Replica], "ReplicaOf")],
        cost: "O(scopes): a row is written once in each scope that it belongs to.",
        named: Named::Replica,
    },
    api: None,
};

/// One lane.
#[derive(Debug, PartialEq, Eq)]
pub struct Lane {
    /// What people call it: `event`.
    pub name: &'static str,
    /// The folder of its files in a page.
    pub folder: &'static str,
    /// The files that one version of a route can have, in the order in which a route names its sources; at least one.
    pub forms: &'static [Form],
    /// Whether its files are modules of one that is called like the folder; otherwise they are modules of the page's own.
    pub(crate) has_own_module: bool,
    pub(crate) table: Table,
    /// How it is called from outside; `None` where nobody calls it.
    pub api: Option<Api>,
}

/// How a lane is called from outside.
#[derive(Debug, PartialEq, Eq)]
pub struct Api {
    /// What the compiled app calls it.
    pub name: sync_schema::Lane,
    pub(crate) typescript: TypeScript,
    /// The tests that are generated for each of its routes: functions of `sync::testing::contract`.
    pub(crate) tests: &'static [&'static str],
}

/// One file of a route.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// The attribute on its function.
    pub kind: Kind,
    /// What the function is called: `main` where it is called from outside.
    pub function: &'static str,
    /// The word in the file's name between the route's name and the version; `None` where a route has one file.
    pub side: Option<&'static str>,
    /// When it runs: `runs once`.
    pub runs: &'static str,
    /// The type beside the function on which the attribute implements what the table needs.
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
    /// Likewise; it is no route.
    Replica,
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

/// Returns the lane called `word`.
#[must_use]
pub fn called(word: &str) -> Option<&'static Lane> {
    LANES.iter().copied().find(|lane| lane.name == word)
}

/// Returns the lanes that a front end calls, and how.
pub(crate) fn called_from_outside() -> impl Iterator<Item = (&'static Lane, &'static Api)> {
    LANES.iter().copied().filter_map(|lane| Some((lane, lane.api.as_ref()?)))
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
    LANES.iter().map(|lane| lane.sources())
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
        self.is(sync_schema::Lane::Event) || self.is(sync_schema::Lane::State)
    }

    /// Returns whether the compiled app calls it so.
    #[must_use]
    pub fn is(&self, name: sync_schema::Lane) -> bool {
        self.api.as_ref().is_some_and(|api| api.name == name)
    }

    /// Returns the pattern of its files: `src/**/_sync/*.rs`.
    pub(crate) fn sources(&self) -> String {
        format!("src/**/{}/*.rs", self.folder)
    }

    /// Returns its place among all of them.
    pub(crate) fn place(&self) -> Option<usize> {
        LANES.iter().position(|lane| *lane == self)
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
    use super::{EVENT, LANES, Lane, REQUEST, TypeScript};

    fn typescript(lane: &Lane) -> &TypeScript {
        &lane.api.as_ref().expect("it is called").typescript
    }

    #[test]
    fn a_lane_knows_the_names_that_it_declares() {
        let names = ["SyncTypeMap", "SyncPagePath", "SyncName", "SyncVersion", "SyncClientInput", "FullSyncPath"];
        for name in names {
            assert!(typescript(&EVENT).declares(name), "{name}");
        }
        for name in ["SyncclientInput", "SyncClientinput", "Sync", "SyncThing", "FullPath", "FullSyncThingPath"] {
            assert!(!typescript(&EVENT).declares(name), "{name}");
        }
        assert_eq!(typescript(&EVENT).lookup("clientInput"), "SyncClientInput");
        assert!(typescript(&REQUEST).declares("ApiInput") && !typescript(&REQUEST).declares("SyncClientInput"));
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
