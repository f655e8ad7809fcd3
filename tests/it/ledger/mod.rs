//! What was released, and what becomes of it: each change of the table is compiled against a frozen ledger.

mod table;

use std::collections::BTreeMap;
use std::process::ExitCode;

use expect_test::expect_file;

use crate::command_line::run;
use crate::outside::Outside;
use table::{TABLE, Way};

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
        let file = parts.next().unwrap_or_default().to_owned();
        let mut number = || parts.next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let what = what.split_once(": ").map_or(what, |(_, what)| what);
        told.entry(file).or_default().push((number(), number(), format!("{what}\n    help: {help}")));
    }
    told
}

#[test]
fn each_change_breaks_what_it_breaks_at_its_token_and_nothing_else() {
    let app = app();
    let file = |index: usize| format!("t/_api/change{index}_v1.rs");
    let write = |of: fn(&(&'static str, Way, &'static str, &'static str)) -> &'static str| {
        for (index, case) in TABLE.iter().enumerate() {
            app.write(&format!("ledger-app/src/{}", file(index)), &request(case.1, of(case)));
        }
    };
    write(|case| case.2);
    let (code, _, said) = released(&app, "release");
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    write(|case| case.3);
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
            let token: String =
                line.chars().skip(column - 1).take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect();
            table.push_str(&format!("breaks at `{token}`: {what}\n"));
        }
        table.push('\n');
    }
    expect_file!["../../ledger/changes.txt"].assert_eq(&table);
}

/// Runs `cargo sync` on the app.
fn released(app: &Outside, words: &str) -> (ExitCode, String, String) {
    run(&app.path("ledger-app"), words)
}
