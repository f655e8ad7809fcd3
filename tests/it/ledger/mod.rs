//! What was released, and what becomes of it: each change of the table is compiled against a frozen ledger.

mod table;

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use expect_test::{expect, expect_file};
use serde_json::Value;

use crate::command_line::run;
use crate::outside::{Outside, repository};
use table::{Case, TABLE, Way};

const MANIFEST: &str = "[package]\nname = \"ledger-app\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [dependencies]\nsync.workspace = true\n\n[build-dependencies]\nsync-codegen.workspace = true\n\n\
    [package.metadata.sync]\ntypes = \"apiTypes.generated.ts\"\n";

const SERVER: &str = "[package]\nname = \"ledger-app-server\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [dependencies]\nledger-app = { path = \"../ledger-app\" }\n\n\
    [build-dependencies]\nledger-app = { path = \"../ledger-app\" }\nsync-codegen.workspace = true\n";

const APP: &str = r"
use sync::wire;

#[sync::session]
pub struct Session {}

#[wire]
pub struct Person {}

pub struct App;

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = sync::Empty;
    fn guest() -> Session { Session {} }
    fn user_id(_: &Session) -> Option<&str> { None }
    fn public(_: &Session) -> Person { Person {} }
    fn locale(_: &Session) -> Option<&str> { None }
}

pub fn server() -> sync::Server<App> {
    sync::Server::new(async |_| Ok(App))
}
";

const LIB: &str = "mod app;\n#[path = \"sync.generated.rs\"]\npub mod routes;\nsync::app!(routes, app::App);\n";

/// An app that can be released.
fn app() -> Outside {
    let outside = Outside::for_both(&["ledger-app", "ledger-app-server"]).builds_here();
    for (file, text) in [
        ("ledger-app/Cargo.toml", MANIFEST),
        ("ledger-app/build.rs", "fn main() { sync_codegen::build() }"),
        ("ledger-app/src/app.rs", APP),
        ("ledger-app/src/lib.rs", LIB),
        ("ledger-app-server/Cargo.toml", SERVER),
        ("ledger-app-server/build.rs", "fn main() { sync_codegen::export(ledger_app::export_types) }"),
        ("ledger-app-server/src/main.rs", "fn main() -> std::process::ExitCode { ledger_app::serve() }"),
    ] {
        outside.write(file, text);
    }
    outside
}

/// A request that takes the type `T`, or answers with it; what is no item is the fields of a struct.
fn request(way: Way, items: &str) -> String {
    let items = if items.contains("T {") { items.to_owned() } else { format!("#[wire]\npub struct T {{ {items} }}") };
    let main = match way {
        Way::In => "pub async fn main(_: Ctx<'_>, _input: &T) -> Result<(), SyncError> { Ok(()) }",
        Way::Out => "pub async fn main(_: Ctx<'_>) -> Result<T, SyncError> { Err(sync::error!(\"sync-unavailable\")) }",
    };
    format!("use crate::Ctx;\nuse sync::{{SyncError, wire}};\n\n{items}\n\n#[sync::request]\n{main}\n")
}

/// What a build says of the request in a file: line, column and sentence of each mistake.
fn told(said: &str) -> BTreeMap<String, Vec<(usize, usize, String)>> {
    let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in said.lines() {
        let Some((what, rest)) = line.strip_prefix("error: ").and_then(|line| line.split_once(" (src/")) else {
            continue;
        };
        let Some((place, help)) = rest.split_once("): ") else { continue };
        let mut parts = place.split(':');
        let file = format!("src/{}", parts.next().unwrap_or_default());
        let mut number = || parts.next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let what = what.split_once(": ").map_or(what, |(_, what)| what);
        told.entry(file).or_default().push((number(), number(), format!("{what}\n    help: {help}")));
    }
    told
}

const LEDGER: &str = "ledger-app/src/t/_ledger.txt";

/// Where the request of a change lies.
fn file(index: usize) -> String {
    format!("src/t/_api/change{index}_v1.rs")
}

fn write(app: &Outside, of: fn(&Case) -> &'static str) {
    for (index, case) in TABLE.iter().enumerate() {
        app.write(&format!("ledger-app/{}", file(index)), &request(case.1, of(case)));
    }
}

/// Runs `cargo sync` on the app; returns whether it has succeeded, its results, and what it said besides.
fn sync(app: &Outside, words: &str) -> (bool, String, String) {
    let (code, out, err) = run(&app.path("ledger-app"), words);
    (code == ExitCode::SUCCESS, out, err)
}

/// One app, since to compile it is what takes time: what was released, what breaks it, and how one goes on.
#[test]
fn what_was_released_holds() {
    let app = app();
    write(&app, |case| case.2);
    assert_eq!(
        sync(&app, "diff").2,
        "error: nothing was released\n  = help: `cargo sync release` promises what there is; or compare with a revision: `--against main`\n"
    );
    let (is_done, _, said) = sync(&app, "release");
    assert!(
        is_done && said.contains("released src/_ledger.txt") && said.contains("released src/t/_ledger.txt"),
        "{said}"
    );
    let first = std::fs::read_to_string(app.path(LEDGER)).expect("a ledger");
    let (is_done, _, said) = sync(&app, "release --check");
    assert!(is_done && said.contains("everything is promised already"), "{said}");

    each_change_breaks_what_it_breaks_at_its_token(&app);
    what_breaks_is_not_released(&app, &first);
    write(&app, |case| case.2);
    what_fits_is_promised_from_now_on(&app);
    what_nobody_relies_on_may_break(&app);
    what_is_no_ledger_is_told(&app);
}

fn each_change_breaks_what_it_breaks_at_its_token(app: &Outside) {
    write(app, |case| case.3);
    let (_, said) = app.cargo(&["build", "--package", "ledger-app-server"]);
    let told = told(&said);
    assert!(!told.is_empty(), "{said}");
    let mut table = String::new();
    for (index, (name, way, before, after)) in TABLE.iter().enumerate() {
        table.push_str(&format!("# {name}\n- {before}\n+ {after}\n"));
        let source = request(*way, after);
        let Some(mistakes) = told.get(&file(index)) else {
            table.push_str("builds\n\n");
            continue;
        };
        for (line, column, what) in mistakes {
            let line = source.lines().nth(line - 1).unwrap_or_default();
            let is_of_token = |sign: &char| sign.is_alphanumeric() || *sign == '_';
            let token: String = line.chars().skip(column - 1).take_while(is_of_token).collect();
            table.push_str(&format!("breaks at `{token}`: {what}\n"));
        }
        table.push('\n');
    }
    expect_file!["../../ledger/changes.txt"].assert_eq(&table);
}

fn what_breaks_is_not_released(app: &Outside, first: &str) {
    let (is_done, out, said) = sync(app, "diff --format json");
    let told: Value = serde_json::from_str(&out).expect("JSON");
    let table = std::fs::read_to_string(repository().join("tests/ledger/changes.txt")).expect("the table");
    assert!(!is_done && told["breaking"] == table.matches("\nbreaks at").count(), "{said}{out}");
    let changes = told["changes"].as_array().expect("changes");
    let is_it = |change: &&Value| change["of"][0] == "request t/change2 v1";
    expect![[r#"
        {
          "breaks": [
            "old clients"
          ],
          "column": 35,
          "file": "src/t/_api/change2_v1.rs",
          "help": "make it an `Option`, or give it `#[serde(default)]`",
          "isBreaking": true,
          "kind": "field-added",
          "line": 5,
          "of": [
            "request t/change2 v1"
          ],
          "path": "input.b",
          "what": "`b` is new and may not be absent, and what old clients send lacks it"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(changes.iter().find(is_it).expect("a change")).expect("JSON"));
    let (is_done, _, said) = sync(app, "release --accept t/change2/v1");
    assert!(!is_done && !said.contains("t/change2 v1") && said.contains("--accept t/change6/v1"), "{said}");
    assert_eq!(std::fs::read_to_string(app.path(LEDGER)).expect("a ledger"), first);
}

fn what_fits_is_promised_from_now_on(app: &Outside) {
    app.write(
        "ledger-app/src/t/_api/change0_v1.rs",
        &request(Way::In, "pub a: String, pub b: bool, pub c: Option<u8>"),
    );
    app.write("ledger-app/src/t/_api/change73_v1.rs", &request(Way::Out, "pub how_far: u8, pub more: bool"));
    let (is_done, out, said) = sync(app, "release");
    assert!(is_done, "{said}");
    expect![[r#"
          ahead request t/change0 v1 input.c: `c` is new; a server of the older build refuses it
                src/t/_api/change0_v1.rs:5:48
           fits request t/change73 v1 output.more: `more` is new
                src/t/_api/change73_v1.rs:5:37
    "#]]
    .assert_eq(&out);
    app.write("ledger-app/src/t/_api/change0_v1.rs", &request(Way::In, "pub a: String, pub b: bool"));
    let (_, said) = app.cargo(&["build", "--package", "ledger-app-server"]);
    assert!(said.contains("`c` is gone, and what old clients send has it"), "{said}");
    app.write(
        "ledger-app/src/t/_api/change0_v1.rs",
        &request(Way::In, "pub a: String, pub b: bool, pub c: Option<u8>"),
    );
}

fn what_nobody_relies_on_may_break(app: &Outside) {
    std::fs::remove_file(app.path("ledger-app/src/t/_api/change1_v1.rs")).expect("a file");
    let (is_done, _, said) = sync(app, "release");
    let line = std::fs::read_to_string(app.path(LEDGER)).expect("a ledger");
    let line = line.lines().position(|line| line == "request t/change1 v1").expect("a route") + 1;
    let place = format!("--> src/t/_ledger.txt:{line}\n");
    assert!(
        !is_done
            && said.contains("request t/change1 v1 is released, and this breaks old clients: it is gone")
            && said.contains(&place),
        "{said}"
    );
    let (_, _, said) = sync(app, "release --accept t/change/v1");
    assert!(said.contains("nothing that was released is called `t/change/v1`"), "{said}");
    let (is_done, _, said) = sync(app, "release --accept t/change1/v1");
    let ledger = std::fs::read_to_string(app.path(LEDGER)).expect("a ledger");
    assert!(is_done && !ledger.contains("t/change1 v1") && ledger.contains("t/change2 v1"), "{said}");
}

fn what_is_no_ledger_is_told(app: &Outside) {
    let ledger = std::fs::read_to_string(app.path(LEDGER)).expect("a ledger");
    app.write(LEDGER, &ledger.replacen("request t/change2 v1", "<<<<<<< ours", 1));
    let line = ledger.lines().position(|line| line == "request t/change2 v1").expect("a route") + 1;
    let (_, said) = app.cargo(&["build", "--package", "ledger-app-server"]);
    let told =
        format!("it is no ledger: expected a word (src/t/_ledger.txt:{line}): take the file back from version control");
    assert!(said.contains(&told), "{said}");
    app.write(LEDGER, &ledger);
}

/// Two revisions are compared by their source: nothing is compiled.
#[test]
fn a_revision_is_compared_with_the_files_as_they_are() {
    let app = app();
    write(&app, |case| case.2);
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"];
        let done =
            Command::new("git").args(identity).args(arguments).current_dir(app.path("")).output().expect("git runs");
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "released"]);
    let (is_done, out, said) = sync(&app, "diff --against main");
    assert_eq!((is_done, &*out, &*said), (true, "", "nothing has changed\n"));
    app.write(&format!("ledger-app/{}", file(2)), &request(Way::In, TABLE[2].3));
    app.write(&format!("ledger-app/{}", file(3)), &request(Way::In, TABLE[3].3));
    std::fs::remove_file(app.path(&format!("ledger-app/{}", file(1)))).expect("a file");
    let (is_done, out, said) = sync(&app, "diff --against main --format github");
    expect![[r#"
        ::error title=route-removed::request t/change1 v1 breaks old clients: it is gone: old clients call it; keep its files; or end it for its callers: `cargo sync release --retire t/change1/v1`
        ::error title=field-added,file=ledger-app/src/t/_api/change2_v1.rs,line=5,col=35::request t/change2 v1 breaks old clients at `input.b`: `b` is new and may not be absent, and what old clients send lacks it; make it an `Option`, or give it `#[serde(default)]`
        ::notice title=field-added,file=ledger-app/src/t/_api/change3_v1.rs,line=5,col=35::request t/change3 v1 breaks new clients at `input.b`: `b` is new; a server of the older build refuses it
    "#]]
    .assert_eq(&out);
    assert_eq!((is_done, &*said), (false, "3 changes, of which 2 break somebody\n"));
    let (_, _, said) = sync(&app, "diff --against gone");
    assert!(said.contains("git knows no revision `gone`"), "{said}");
}
