//! `cargo sync` as somebody types it: what it prints, what it writes, and what it says to mistakes.

use std::ffi::OsString;
use std::io::{Result as IoResult, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use cargo_sync::Terminal;
use expect_test::{Expect, expect};

/// Everything that was written, results and the rest.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        self.0.lock().expect("a lock").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> IoResult<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("a lock").clone()).expect("text")
    }
}

/// Runs `cargo sync` with these words in a folder; returns what it ended with, its results, and what it said besides.
pub(crate) fn run(folder: &Path, words: &str) -> (ExitCode, String, String) {
    let (out, err) = (Written::default(), Written::default());
    let arguments = ["cargo-sync", "sync", "--dir"].into_iter().map(OsString::from).chain([folder.into()]);
    let arguments = arguments.chain(words.split_whitespace().map(OsString::from));
    let code = cargo_sync::run(arguments, &mut Terminal::to(out.clone(), err.clone()));
    let place = folder.display().to_string();
    (code, out.text().replace(&place, "…"), err.text().replace(&place, "…"))
}

/// Compares what is printed, one stream after the other, and whether it has worked.
fn check(folder: &Path, words: &str, works: bool, expected: Expect) {
    let (code, out, err) = run(folder, words);
    // What is indented as a whole stays so.
    let lines: String = format!("{out}{err}").lines().map(|line| format!("|{line}\n")).collect();
    expected.assert_eq(&lines);
    assert_eq!(code == ExitCode::SUCCESS, works, "{words}");
}

/// The least app, in a folder of its own.
fn app() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, ..) = run(folder.path(), "init app-of-a-test --bare");
    assert_eq!(code, ExitCode::SUCCESS);
    folder
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).expect("a file")
}

#[test]
fn what_can_be_asked_for_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    check(
        folder.path(),
        "--help",
        true,
        expect![[r#"
            |The command line of Syncwright: cargo sync
            |
            |Usage: cargo sync [OPTIONS] <COMMAND>
            |
            |Commands:
            |  init         Make a new app that builds and passes its tests
            |  new          Write the files of a new route, or the missing file of one
            |  remove       Remove a route, or one file of it
            |  dev          Build and run the app, and do so again whenever a file is saved
            |  list         Print the routes and rooms of the app
            |  check        Find mistakes, missing translations and stale generated files
            |  expand       Print the code that is generated for the app, or for one route
            |  docs         Write down the routes with their types, rules and docs
            |  release      Promise what the app can be called with, and hold every later build to it
            |  diff         Tell what has changed of what the app can be called with
            |  plan         Tell what this build would mean for those who are connected to a running server
            |  replication  Make, look at or take away what rows of a Postgres are read by
            |  completions  Print completions for a shell
            |  help         Print this message or the help of the given subcommand(s)
            |
            |Options:
            |      --dir <DIR>       The folder in which to look for the app, or one inside of it [default: .]
            |  -p, --package <NAME>  The package with the handlers, where a workspace has several apps
            |      --color <WHEN>    Whether to write colours [default: auto] [possible values: auto, always,
            |                        never]
            |  -h, --help            Print help
            |  -V, --version         Print version
        "#]],
    );
    check(
        folder.path(),
        "new --help",
        true,
        expect![[r#"
            |Write the files of a new route, or the missing file of one
            |
            |Usage: cargo sync new [OPTIONS] <LANE> [PAGE/NAME]...
            |
            |Arguments:
            |  <LANE> [PAGE/NAME]...  The lane and the route: `event chess/move`; the lane is `event` if it is
            |                         not given, and `room chess` is the rule of a page's rooms
            |
            |Options:
            |      --dir <DIR>       The folder in which to look for the app, or one inside of it [default: .]
            |      --version <N>     The version
            |  -p, --package <NAME>  The package with the handlers, where a workspace has several apps
            |      --server          The file that runs once
            |      --client          The file that runs for each member of the room
            |      --color <WHEN>    Whether to write colours [default: auto] [possible values: auto, always,
            |                        never]
            |      --from <VERSION>  Begin a new version with the files of this one: `v1`; it is the next that
            |                        there is none of, if `--version` is not given
            |  -h, --help            Print help
        "#]],
    );
    check(
        folder.path(),
        "lst",
        false,
        expect![[r#"
            |error: unrecognized subcommand 'lst'
            |
            |  tip: a similar subcommand exists: 'list'
            |
            |Usage: cargo sync [OPTIONS] <COMMAND>
            |
            |For more information, try '--help'.
        "#]],
    );
    check(
        folder.path(),
        "new",
        false,
        expect![[r#"
            |error: the following required arguments were not provided:
            |  <LANE> [PAGE/NAME]...
            |
            |Usage: cargo sync new <LANE> [PAGE/NAME]...
            |
            |For more information, try '--help'.
        "#]],
    );
    check(
        folder.path(),
        "new chess/move --version 0",
        false,
        expect![[r#"
            |error: invalid value '0' for '--version <N>': 0 is not in 1..=4294967295
            |
            |For more information, try '--help'.
        "#]],
    );
    let (code, out, _) = run(folder.path(), "completions bash");
    assert!(code == ExitCode::SUCCESS && out.contains("cargo-sync") && out.contains("completions"), "{out}");
}

#[test]
fn a_new_app_has_what_an_app_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    check(
        folder.path(),
        "init first --bare",
        true,
        expect![[r#"
            |  created `first`, 27 files
            |          cd first && cargo sync dev
        "#]],
    );
    check(
        folder.path(),
        "init first",
        false,
        expect![[r#"
            |error: `…/first` is not empty: it has `server`
            |  = help: name a folder that is not there yet
        "#]],
    );
    check(
        folder.path(),
        "init 1st",
        false,
        expect![[r#"
            |error: `1st` cannot be the name of a package: use a–z, 0–9, `-` and `_`, the first a letter
            |  = help: choose another one with `--name`
        "#]],
    );
    check(
        folder.path(),
        "init other --name sync",
        false,
        expect![[r#"
            |error: `sync` means something else to cargo, or in an app
            |  = help: choose another one with `--name`
        "#]],
    );
    check(
        folder.path(),
        "list",
        false,
        expect![[r#"
            |error: could not find `Cargo.toml` in `…` or any parent directory
            |  = help: go to the folder of an app, or make one with `cargo sync init my-app`
        "#]],
    );
    check(
        &folder.path().join("first"),
        "list",
        true,
        expect![[r#"
            |lane   route         runs    auth
            |event  play/say  v1  server  login
            |
            |page  rooms      auth
            |play  play-{id}  login
        "#]],
    );
    check(
        &folder.path().join("first"),
        "check --no-build",
        true,
        expect![[r#"
            |  checked `first`: nothing is wrong
        "#]],
    );
}

#[test]
fn files_of_routes_are_written_beside_each_other() {
    let folder = app();
    let app = &folder.path().join("app-of-a-test");
    for words in ["new evnt chess/move", "new move", "new request chess/find --client", "nonsense"] {
        let (code, out, err) = run(app, words);
        assert_eq!((code, &*out), (ExitCode::from(2), ""), "{words}: {err}");
    }
    check(
        app,
        "new chess/move",
        true,
        expect![[r#"
            |  created src/chess/_sync/move_server_v1.rs
            |  created src/chess/_room.rs
        "#]],
    );
    check(
        app,
        "new event chess/move",
        false,
        expect![[r#"
            |error: src/chess/_sync/move_server_v1.rs is there already
            |  = help: write `--client` for its other file, or `--version 2` for a new version
        "#]],
    );
    check(
        app,
        "new event chess/move --client",
        true,
        expect![[r#"
            |  created src/chess/_sync/move_client_v1.rs
        "#]],
    );
    check(
        app,
        "new event chess/move --version 2 --server --client",
        true,
        expect![[r#"
            |  created src/chess/_sync/move_server_v2.rs
            |  created src/chess/_sync/move_client_v2.rs
        "#]],
    );
    check(
        app,
        "new chess/move --from v2",
        true,
        expect![[r#"
        |  created src/chess/_sync/move_server_v3.rs
        |  created src/chess/_sync/move_client_v3.rs
    "#]],
    );
    check(
        app,
        "new chess/move --from v2 --client",
        false,
        expect![[r#"
        |error: the argument '--from <VERSION>' cannot be used with '--client'
        |
        |Usage: cargo sync new --from <VERSION> <LANE> [PAGE/NAME]...
        |
        |For more information, try '--help'.
    "#]],
    );
    check(
        app,
        "new chess/move --from 1",
        true,
        expect![[r#"
        |  created src/chess/_sync/move_server_v4.rs
        |  created src/chess/_sync/move_client_v4.rs
    "#]],
    );
    check(
        app,
        "new chess/move --from v1 --version 2",
        false,
        expect![[r#"
        |error: src/chess/_sync/move_server_v2.rs is there already
        |  = help: leave out `--version` for the next one
    "#]],
    );
    check(
        app,
        "new chess/move --from v9",
        false,
        expect![[r#"
        |error: there is no v9 of chess/move
        |  = help: there is v1, v2, v3, v4
    "#]],
    );
    check(
        app,
        "new chess/turn --from v1",
        false,
        expect![[r#"
        |error: there is no v1 of chess/turn
        |  = help: leave out `--from`
    "#]],
    );
    check(
        app,
        "new chess/move --from vx",
        false,
        expect![[r#"
        |error: invalid value 'vx' for '--from <VERSION>': a version is `v1`, `v2`, …
        |
        |For more information, try '--help'.
    "#]],
    );
    check(
        app,
        "new room chess --from v1",
        false,
        expect![[r#"
        |error: a rule of rooms has no versions
        |  = help: leave out `--from`
    "#]],
    );
    let text = |version: u32| {
        std::fs::read_to_string(app.join(format!("src/chess/_sync/move_server_v{version}.rs"))).expect("a file")
    };
    assert_eq!(text(4), text(1));
    check(
        app,
        "new request chess/find",
        true,
        expect![[r#"
            |  created src/chess/_api/find_v1.rs
        "#]],
    );
    check(
        app,
        "new state chess/board",
        true,
        expect![[r#"
        |  created src/chess/_state/board_v1.rs
    "#]],
    );
    check(
        app,
        "new state tables/seats",
        true,
        expect![[r#"
        |  created src/tables/_state/seats_v1.rs
        |  created src/tables/_room.rs
    "#]],
    );
    check(
        app,
        "new mutation orders/cancel",
        true,
        expect![[r#"
        |  created src/orders/_mutation/cancel_v1.rs
        |  created src/orders/_scope.rs
        |  created src/orders/_entity.rs
    "#]],
    );
    check(
        app,
        "new replica parcels/parcels",
        true,
        expect![[r#"
        |  created src/parcels/_replica/parcels_v1.rs
        |  created src/parcels/_scope.rs
        |  created src/parcels/_entity.rs
    "#]],
    );
    let entity = std::fs::read_to_string(app.join("src/parcels/_entity.rs")).expect("an entity");
    assert!(entity.contains("#[sync::entity(table = \"public.parcels\")]"), "{entity}");
    check(
        app,
        "new state chess/board",
        false,
        expect![[r#"
        |error: src/chess/_state/board_v1.rs is there already
        |  = help: write `--version 2` for a new version
    "#]],
    );
    check(
        app,
        "new request chess/found --client",
        false,
        expect![[r#"
            |error: a route of the lane `request` has no `client` file
            |  = help: leave out `--client`
        "#]],
    );
    check(
        app,
        "new room lobby",
        true,
        expect![[r#"
            |  created src/lobby/_room.rs
        "#]],
    );
    check(
        app,
        "new room lobby",
        false,
        expect![[r#"
            |error: src/lobby/_room.rs is there already
            |  = help: a page has one rule; change that one
        "#]],
    );
    check(
        app,
        "new event deep/er/page/name",
        true,
        expect![[r#"
            |  created src/deep/er/page/_sync/name_server_v1.rs
            |  created src/deep/er/page/_room.rs
        "#]],
    );
    check(
        app,
        "new event chess/mo.ve",
        false,
        expect![[r#"
            |error: `mo.ve` cannot stand in a URL and in TypeScript: use A–Z, a–z, 0–9, `_` and `-`, the first no `-`
            |  = help: rename it, for example to mo-ve_server_v1.rs
        "#]],
    );
    check(
        app,
        "new evnt chess/move",
        false,
        expect![[r#"
            |error: `evnt` is no lane
            |  = help: did you mean `event`?
        "#]],
    );
    check(
        app,
        "new event move",
        false,
        expect![[r#"
            |error: `move` is a page or a name, but not both
            |  = help: write `move/<name>`, or `root/move` for the page of `src/` itself
        "#]],
    );
    check(
        app,
        "list",
        true,
        expect![[r#"
            |lane      route                  runs           auth
            |event     chess/move         v1  server+client  login
            |event     chess/move         v2  server+client  login
            |event     chess/move         v3  server+client  login
            |event     chess/move         v4  server+client  login
            |event     deep/er/page/name  v1  server         login
            |event     play/say           v1  server         login
            |request   chess/find         v1  request        login
            |state     chess/board        v1  state          login  room="chess-{id}", store=sqlite
            |state     tables/seats       v1  state          login  room="tables-{id}", store=sqlite
            |mutation  orders/cancel      v1  mutation       login
            |replica   parcels/parcels    v1  replica        login
            |
            |page          rooms              auth
            |chess         chess-{id}         login
            |deep/er/page  deep-er-page-{id}  login
            |lobby         lobby-{id}         login
            |play          play-{id}          login
            |tables        tables-{id}        login
        "#]],
    );
    check(
        app,
        "check --no-build",
        true,
        expect![[r#"
            |  checked `app-of-a-test`: nothing is wrong
        "#]],
    );
    check(
        app,
        "remove chess/move --client",
        true,
        expect![[r#"
            |  removed src/chess/_sync/move_client_v1.rs
        "#]],
    );
    check(
        app,
        "remove chess/move --client",
        false,
        expect![[r#"
            |error: src/chess/_sync/move_client_v1.rs is not there
            |  = help: `cargo sync list` prints the routes that there are
        "#]],
    );
    check(
        app,
        "remove chess/mov",
        false,
        expect![[r#"
            |error: there is no route `chess/mov` v1
            |  = help: `cargo sync list` prints the routes that there are
        "#]],
    );
    check(
        app,
        "remove request chess/find",
        true,
        expect![[r#"
            |  removed src/chess/_api/find_v1.rs
        "#]],
    );
    check(
        app,
        "list --json",
        true,
        expect![[r#"
            |{
            |  "routes": [
            |    {
            |      "lane": "event",
            |      "page": "chess",
            |      "name": "move",
            |      "version": "v1",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Runs once for each call of `chess/move`.",
            |      "files": [
            |        "src/chess/_sync/move_server_v1.rs"
            |      ]
            |    },
            |    {
            |      "lane": "event",
            |      "page": "chess",
            |      "name": "move",
            |      "version": "v2",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Runs once for each call of `chess/move`.",
            |      "files": [
            |        "src/chess/_sync/move_server_v2.rs",
            |        "src/chess/_sync/move_client_v2.rs"
            |      ]
            |    },
            |    {
            |      "lane": "event",
            |      "page": "chess",
            |      "name": "move",
            |      "version": "v3",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Runs once for each call of `chess/move`.",
            |      "files": [
            |        "src/chess/_sync/move_server_v3.rs",
            |        "src/chess/_sync/move_client_v3.rs"
            |      ]
            |    },
            |    {
            |      "lane": "event",
            |      "page": "chess",
            |      "name": "move",
            |      "version": "v4",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Runs once for each call of `chess/move`.",
            |      "files": [
            |        "src/chess/_sync/move_server_v4.rs",
            |        "src/chess/_sync/move_client_v4.rs"
            |      ]
            |    },
            |    {
            |      "lane": "event",
            |      "page": "deep/er/page",
            |      "name": "name",
            |      "version": "v1",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Runs once for each call of `deep/er/page/name`.",
            |      "files": [
            |        "src/deep/er/page/_sync/name_server_v1.rs"
            |      ]
            |    },
            |    {
            |      "lane": "event",
            |      "page": "play",
            |      "name": "say",
            |      "version": "v1",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Says something to everybody in the room.",
            |      "files": [
            |        "src/play/_sync/say_server_v1.rs"
            |      ]
            |    },
            |    {
            |      "lane": "state",
            |      "page": "chess",
            |      "name": "board",
            |      "version": "v1",
            |      "auth": "login",
            |      "room": "\"chess-{id}\"",
            |      "options": [
            |        "store=sqlite"
            |      ],
            |      "docs": "",
            |      "files": [
            |        "src/chess/_state/board_v1.rs"
            |      ]
            |    },
            |    {
            |      "lane": "state",
            |      "page": "tables",
            |      "name": "seats",
            |      "version": "v1",
            |      "auth": "login",
            |      "room": "\"tables-{id}\"",
            |      "options": [
            |        "store=sqlite"
            |      ],
            |      "docs": "",
            |      "files": [
            |        "src/tables/_state/seats_v1.rs"
            |      ]
            |    },
            |    {
            |      "lane": "mutation",
            |      "page": "orders",
            |      "name": "cancel",
            |      "version": "v1",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Runs once for each `mutate(\"orders/cancel\", \"v1\", …)`, also of those who were offline: here, it deletes one.",
            |      "files": [
            |        "src/orders/_mutation/cancel_v1.rs"
            |      ]
            |    },
            |    {
            |      "lane": "replica",
            |      "page": "parcels",
            |      "name": "parcels",
            |      "version": "v1",
            |      "auth": "login",
            |      "room": null,
            |      "options": [],
            |      "docs": "Says which scopes a row belongs to: it is seen by those who may read one of them.",
            |      "files": [
            |        "src/parcels/_replica/parcels_v1.rs"
            |      ]
            |    }
            |  ],
            |  "rooms": [
            |    {
            |      "page": "chess",
            |      "pattern": "chess-{id}",
            |      "auth": "login",
            |      "options": [],
            |      "docs": "Says who may be in a room of the page `chess`: here everybody who has signed in.",
            |      "file": "src/chess/_room.rs"
            |    },
            |    {
            |      "page": "deep/er/page",
            |      "pattern": "deep-er-page-{id}",
            |      "auth": "login",
            |      "options": [],
            |      "docs": "Says who may be in a room of the page `deep/er/page`: here everybody who has signed in.",
            |      "file": "src/deep/er/page/_room.rs"
            |    },
            |    {
            |      "page": "lobby",
            |      "pattern": "lobby-{id}",
            |      "auth": "login",
            |      "options": [],
            |      "docs": "Says who may be in a room of the page `lobby`: here everybody who has signed in.",
            |      "file": "src/lobby/_room.rs"
            |    },
            |    {
            |      "page": "play",
            |      "pattern": "play-{id}",
            |      "auth": "login",
            |      "options": [],
            |      "docs": "Says who may be in a room of the page `play`: here everybody who has signed in.",
            |      "file": "src/play/_room.rs"
            |    },
            |    {
            |      "page": "tables",
            |      "pattern": "tables-{id}",
            |      "auth": "login",
            |      "options": [],
            |      "docs": "Says who may be in a room of the page `tables`: here everybody who has signed in.",
            |      "file": "src/tables/_room.rs"
            |    }
            |  ]
            |}
        "#]],
    );
}

#[test]
fn what_two_files_share_moves_with_them() {
    let folder = app();
    let app = &folder.path().join("app-of-a-test");
    check(
        app,
        "new chess/typing --client",
        true,
        expect![[r#"
            |  created src/chess/_sync/typing_client_v1.rs
            |  created src/chess/_room.rs
        "#]],
    );
    let alone = read(app, "src/chess/_sync/typing_client_v1.rs");
    check(
        app,
        "new chess/typing --server",
        true,
        expect![[r#"
            |  created src/chess/_sync/typing_server_v1.rs
            |  changed src/chess/_sync/typing_client_v1.rs
        "#]],
    );
    expect![[r#"
        use crate::Ctx;
        use sync::{SyncError, wire};

        /// What a caller sends.
        #[wire]
        pub struct ClientInput {
            /// Whether it is so now.
            pub active: bool,
        }

        /// What every member of the room gets.
        #[wire]
        pub struct ServerOutput {}

        /// Runs once for each call of `chess/typing`.
        #[sync::server]
        pub async fn main(_ctx: Ctx<'_>, _input: &ClientInput) -> Result<ServerOutput, SyncError> {
            Ok(ServerOutput {})
        }
    "#]]
    .assert_eq(&read(app, "src/chess/_sync/typing_server_v1.rs"));
    expect![[r#"
        use super::server::{ClientInput, ServerOutput};
        use crate::Member;

        /// Runs for each member of the room: who is to hear of `chess/typing`?
        #[sync::client]
        pub fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> bool {
            !member.is_sender()
        }
    "#]]
    .assert_eq(&read(app, "src/chess/_sync/typing_client_v1.rs"));
    check(
        app,
        "remove chess/typing --server",
        true,
        expect![[r#"
            |  changed src/chess/_sync/typing_client_v1.rs
            |  removed src/chess/_sync/typing_server_v1.rs
        "#]],
    );
    assert_eq!(read(app, "src/chess/_sync/typing_client_v1.rs"), alone);
}

#[test]
fn an_app_has_templates_of_its_own() {
    let folder = app();
    let app = &folder.path().join("app-of-a-test");
    write(app, "sync-templates/request.rs", "// {{page}}/{{name}} {{version}}, asked for by us\n");
    check(
        app,
        "new request chess/find",
        false,
        expect![[r#"
            |  created src/chess/_api/find_v1.rs
            |error: the file has no `main`
            |  --> src/chess/_api/find_v1.rs
            |  = help: add `#[sync::request] pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError>`
        "#]],
    );
    assert_eq!(read(app, "src/chess/_api/find_v1.rs"), "// chess/find v1, asked for by us\n");
    write(app, "sync-templates/request.rs", "// {{pge}}\n");
    check(
        app,
        "new request chess/seek",
        false,
        expect![[r#"
            |error: sync-templates/request.rs: nothing is known for `{{pge}}`
            |  = help: use `{{page}}`, `{{name}}`, `{{version}}`, `{{room}}`
        "#]],
    );
}

#[test]
fn what_is_wrong_with_files_is_told_at_once() {
    let folder = app();
    let app = &folder.path().join("app-of-a-test");
    write(app, "src/chess/_sync/move_sever_v1.rs", "");
    write(app, "src/play/_sync/say_client_v2.rs", &read(app, "src/play/_sync/say_server_v1.rs"));
    let handler = read(app, "src/play/_sync/say_server_v1.rs");
    write(
        app,
        "src/play/_sync/say_server_v1.rs",
        &handler.replace("    Ok(", "    if false { return Err(sync::error!(\"play-over\")) }\n    Ok("),
    );
    check(
        app,
        "check --no-build",
        false,
        expect![[r#"
            |error: `sever` is no side of a route
            |  --> src/chess/_sync/move_sever_v1.rs
            |  = help: did you mean `move_server_v1.rs`?
            |error: `#[sync::server]` in a client file
            |  --> src/play/_sync/say_client_v2.rs:23
            |  = help: write `#[sync::client]`, or rename the file to say_server_v2.rs
            |error: `play-over` has no sentence in `en`
            |  --> src/play/_sync/say_server_v1.rs:25
            |  = help: add `play-over = …` to locales/en/app.ftl
            |error: the generated module tree is stale
            |  --> src/sync.generated.rs
            |  = help: run `cargo build`, or `cargo sync dev`, and commit the file
            |4 problems
        "#]],
    );
    check(
        app,
        "check --no-build --json",
        false,
        expect![[r#"
            |{
            |  "problems": [
            |    {
            |      "file": "src/chess/_sync/move_sever_v1.rs",
            |      "line": null,
            |      "what": "`sever` is no side of a route",
            |      "help": "did you mean `move_server_v1.rs`?"
            |    },
            |    {
            |      "file": "src/play/_sync/say_client_v2.rs",
            |      "line": 23,
            |      "what": "`#[sync::server]` in a client file",
            |      "help": "write `#[sync::client]`, or rename the file to say_server_v2.rs"
            |    },
            |    {
            |      "file": "src/play/_sync/say_server_v1.rs",
            |      "line": 25,
            |      "what": "`play-over` has no sentence in `en`",
            |      "help": "add `play-over = …` to locales/en/app.ftl"
            |    },
            |    {
            |      "file": "src/sync.generated.rs",
            |      "line": null,
            |      "what": "the generated module tree is stale",
            |      "help": "run `cargo build`, or `cargo sync dev`, and commit the file"
            |    }
            |  ]
            |}
            |4 problems
        "#]],
    );
    check(
        app,
        "list",
        true,
        expect![[r#"
            |lane   route         runs    auth
            |event  play/say  v1  server  login
            |
            |page  rooms      auth
            |play  play-{id}  login
            |2 mistakes leave files out of this list: `cargo sync check` tells them
        "#]],
    );
}

#[test]
fn generated_code_can_be_read() {
    let folder = app();
    let app = &folder.path().join("app-of-a-test");
    let (code, out, _) = run(app, "expand");
    assert!(code == ExitCode::SUCCESS && out.contains("pub mod say_v1 {") && out.contains("pub static TABLE"), "{out}");
    let (code, out, _) = run(app, "expand play/say");
    assert!(code == ExitCode::SUCCESS && out.contains("ServerHandler for __Server"), "{out}");
    assert!(!out.contains("#[wire]") && !out.contains("#[sync::server]"), "{out}");
    check(
        app,
        "expand play/sya",
        false,
        expect![[r#"
            |error: there is no route `play/sya`
            |  = help: `cargo sync list` prints those that there are
        "#]],
    );
    write(app, "src/play/_sync/say_server_v1.rs", "fn broken(");
    check(
        app,
        "expand play/say",
        false,
        expect![[r#"
            |error: src/play/_sync/say_server_v1.rs:1:10: cannot parse string into token stream
            |  = help: mend it, the compiler says the same
        "#]],
    );
}
