//! What was released, and what becomes of it: each change of the table is compiled against a frozen ledger.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, ExitCode};

use expect_test::{expect, expect_file};
use serde_json::Value;

use crate::command_line::run;
use crate::outside::{APP, LIB, Outside, repository};
use table::{Case, TABLE, Way};

const MANIFEST: &str = "[package]\nname = \"ledger-app\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [dependencies]\nsync.workspace = true\n\n[build-dependencies]\nsync-codegen.workspace = true\n\n\
    [package.metadata.sync]\ntypes = \"apiTypes.generated.ts\"\n";

const SERVER: &str = "[package]\nname = \"ledger-app-server\"\nversion.workspace = true\nedition.workspace = true\n\n\
    [dependencies]\nledger-app = { path = \"../ledger-app\" }\n\n\
    [build-dependencies]\nledger-app = { path = \"../ledger-app\" }\nsync-codegen.workspace = true\n";

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

/// What the compiler says of each file: the tokens, and what is wrong with them.
fn told(printed: &str) -> BTreeMap<String, BTreeSet<(usize, String, String)>> {
    let mut told: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let message = &line["message"];
        let Some(span) = message["spans"].as_array().and_then(|spans| spans.first()) else { continue };
        let text = span["text"][0]["text"].as_str().unwrap_or_default();
        let place = |key: &str| span[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
        let token = text.chars().take(place("column_end") - 1).skip(place("column_start") - 1).collect();
        let file = span["file_name"].as_str().unwrap_or_default().trim_start_matches("ledger-app/").to_owned();
        let what = message["message"].as_str().unwrap_or_default().replace('\n', "\n    ");
        told.entry(file).or_default().insert((place("column_start"), token, what));
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
    what_source_does_not_tell_the_compiled_app_does(&app);
    what_nobody_relies_on_may_break(&app);
    what_ends_is_announced(&app);
    what_is_relied_on_is_known_before_a_deployment(&app);
    what_is_no_ledger_is_told(&app);
}

fn each_change_breaks_what_it_breaks_at_its_token(app: &Outside) {
    write(app, |case| case.3);
    let (printed, said) = app.cargo(&["build", "--package", "ledger-app-server", "--message-format=json"]);
    let told = told(&printed);
    assert!(!told.is_empty(), "{said}");
    let mut table = String::new();
    for (index, (name, _, before, after)) in TABLE.iter().enumerate() {
        table.push_str(&format!("# {name}\n- {before}\n+ {after}\n"));
        match told.get(&file(index)) {
            None => table.push_str("builds\n"),
            Some(mistakes) => {
                table.extend(mistakes.iter().map(|(_, token, what)| format!("breaks at `{token}`: {what}\n")))
            }
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
    app.write(GENERIC, &generic("u16", 10));
    let (is_done, out, said) = sync(app, "release");
    assert!(is_done, "{said}");
    let lines: String = out.lines().map(|line| format!("|{line}\n")).collect();
    expect![[r#"
        |  ahead request t/change0 v1 input.c: `c` is new; a server of the older build refuses it
        |        src/t/_api/change0_v1.rs:5:48
        |   fits request t/change73 v1 output.more: `more` is new
        |        src/t/_api/change73_v1.rs:5:37
        |   fits request t/generic v1: it is new
        |        src/t/_api/generic_v1.rs:8
    "#]]
    .assert_eq(&lines);
    app.write(GENERIC, &generic("u16", 10).replace("Page", "Sheet"));
    let (is_done, _, said) = sync(app, "release --check");
    assert!(is_done && said.contains("everything is promised already"), "a name in Rust is nobody's business: {said}");
    app.write(GENERIC, &generic("u16", 10));
    app.write("ledger-app/src/t/_api/change0_v1.rs", &request(Way::In, "pub a: String, pub b: bool"));
    let (_, said) = app.cargo(&["build", "--package", "ledger-app-server"]);
    assert!(said.contains("`c` is gone, and what old clients send has it"), "{said}");
    assert!(said.contains("--> ledger-app/src/t/_api/change0_v1.rs:5:12"), "{said}");
    app.write(
        "ledger-app/src/t/_api/change0_v1.rs",
        &request(Way::In, "pub a: String, pub b: bool, pub c: Option<u8>"),
    );
}

const GENERIC: &str = "ledger-app/src/t/_api/generic_v1.rs";

/// A request whose input only a compiler knows.
fn generic(item: &str, limit: u8) -> String {
    let fields = format!("pub page: Page<{item}>, #[validate(length(max = LIMIT))] pub text: String");
    let page = "#[wire] pub struct Page<I> { pub items: Vec<I> }";
    request(Way::In, &format!("#[wire] pub struct T {{ {fields} }}\n{page}\nconst LIMIT: u64 = {limit};"))
}

/// It is the server's build script that knows the types as they are.
fn what_source_does_not_tell_the_compiled_app_does(app: &Outside) {
    app.write(GENERIC, &generic("char", 9));
    let (_, said) = app.cargo(&["build", "--package", "ledger-app-server"]);
    for told in [
        "at `input.page.items[]`: it was `integer 0..=65535` and is `char`: old clients send what it was (src/t/_api/generic_v1.rs:5:34)",
        "at `input.text`: the rule `length(max=10)` has become `length(max=9)`: what old clients send may break it (src/t/_api/generic_v1.rs:4:83)",
    ] {
        assert!(said.contains(told), "{said}");
    }
    app.write(GENERIC, &generic("u16", 10));
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

/// The day is in the ledger, from which build and front end have it; a version whose day has passed may go.
fn what_ends_is_announced(app: &Outside) {
    for (words, told) in [
        ("release --retire t/change2/v1", "write `chess/move/v1=2027-03-01`, or `chess/move/v1=never`"),
        ("release --retire t/change2/v1=2027-02-30", "`2027-02-30` is no day"),
        ("release --retire t/change2/v1=2001-03-01", "2001-03-01 is no day that can be announced"),
        ("release --retire t/gone/v1=2999-03-01", "the app has no version that is called `t/gone/v1`"),
    ] {
        let (is_done, _, said) = sync(app, words);
        assert!(!is_done && said.contains(told), "{words}: {said}");
    }
    let (is_done, out, said) = sync(app, "release --retire t/change2/v1=2999-03-01");
    assert!(is_done && out.contains("fits request t/change2 v1: it retires after 2999-03-01"), "{out}{said}");
    let ledger = std::fs::read_to_string(app.path(LEDGER)).expect("a ledger");
    assert!(ledger.contains("request t/change2 v1\n  retires after 2999-03-01\n"), "{ledger}");
    let (_, said) = app.cargo(&["build", "--package", "ledger-app-server"]);
    let types = std::fs::read_to_string(app.path("ledger-app/apiTypes.generated.ts")).expect("types");
    assert_eq!(types.matches("@deprecated Not answered any more after 2999-03-01.").count(), 1, "{said}");

    let (is_done, _, said) = sync(app, "release --retire t/change2/v1=2998-03-01");
    assert!(!is_done && said.contains("it was to retire after 2999-03-01 and retires after 2998-03-01"), "{said}");

    let path = app.path(&format!("ledger-app/{}", file(2)));
    let source = std::fs::read_to_string(&path).expect("a file");
    std::fs::remove_file(&path).expect("a file");
    let (is_done, _, said) = sync(app, "release");
    assert!(!is_done && said.contains("request t/change2 v1 is released, and this breaks old clients"), "{said}");
    app.write(LEDGER, &ledger.replace("2999-03-01", "2001-03-01"));
    let (is_done, out, said) = sync(app, "diff");
    assert!(
        is_done && out.contains("fits request t/change2 v1: it is gone, after it has retired on 2001-03-01"),
        "{out}{said}"
    );

    app.write(&format!("ledger-app/{}", file(2)), &source);
    app.write(LEDGER, &ledger);
    let (is_done, out, said) = sync(app, "release --retire t/change2/v1=never");
    assert!(is_done && out.contains("it does not retire any more"), "{out}{said}");
    assert_eq!(
        std::fs::read_to_string(app.path(LEDGER)).expect("a ledger"),
        ledger.replace("  retires after 2999-03-01\n", "")
    );
}

/// A server's metrics say who relies on what.
fn what_is_relied_on_is_known_before_a_deployment(app: &Outside) {
    let kept = std::fs::read_to_string(app.path("ledger-app/src/_ledger.txt")).expect("a ledger");
    let kept =
        kept.lines().filter_map(|line| line.strip_prefix("released ")).next_back().expect("a contract").to_owned();
    let metrics = format!(
        "sync_calls_total{{lane=\"request\",route=\"t/change2/v1\",code=\"ok\"}} 5\nsync_calls_total{{lane=\"request\",route=\"t/change3/v1\",code=\"ok\"}} 1\n\
         sync_calls_total{{lane=\"request\",route=\"t/none/v1\",code=\"ok\"}} 2\nsync_listeners{{route=\"t/none/v2\"}} 7\n\
         sync_contracts{{contract=\"{kept}\"}} 3\nsync_contracts{{contract=\"unknown\"}} 1\n"
    );
    app.write(&format!("ledger-app/{}", file(2)), &request(Way::In, TABLE[2].3));
    let (is_done, out, said) = sync(app, &format!("plan --url {}", answering("200 OK", metrics.clone())));
    let out = out.replace(&kept, "0123456789abcdef");
    let lines: String = out.lines().map(|line| format!("|{line}\n")).collect();
    expect![[r#"
        | breaks event t/none v2 7 listen, 0 calls
        |        it is gone
        | breaks request t/change2 v1 0 listen, 5 calls
        |        input.b: `b` is new and may not be absent, and what old clients send lacks it
        | breaks request t/none v1 0 listen, 2 calls
        |        it is gone
        |  holds request t/change3 v1 0 listen, 1 calls
        |  pages 3 of contract 0123456789abcdef: released, and kept
        |  pages 1 of contract unknown: not known to this build: these pages are told to load again
    "#]]
    .assert_eq(&lines);
    assert!(!is_done && said.contains("3 of 4 versions that are relied on break"), "{said}");
    app.write(&format!("ledger-app/{}", file(2)), &request(Way::In, TABLE[2].2));
    let (is_done, out, _) = sync(app, &format!("plan --json --url {}", answering("200 OK", metrics)));
    let told: Value = serde_json::from_str(&out).expect("JSON");
    assert!(!is_done && told["routes"].as_array().is_some_and(|routes| routes.len() == 4), "{out}");
    let (is_done, _, said) = sync(app, &format!("plan --url {}", answering("404 Not Found", String::new())));
    assert!(!is_done && said.contains("answers with 404") && said.contains("`metrics = \"all\"`"), "{said}");
    let (_, _, said) = sync(app, "plan --url https://127.0.0.1:1");
    assert!(said.contains("cannot be asked") && said.contains("by `http`"), "{said}");
}

/// A server that answers once, whatever it is asked; returns where.
fn answering(status: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut asked, _) = listener.accept().expect("a connection");
        let mut request = [0; 1024];
        let _ = asked.read(&mut request).expect("a request");
        let length = body.len();
        write!(asked, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
            .expect("an answer");
    });
    url
}

fn what_is_no_ledger_is_told(app: &Outside) {
    let ledger = std::fs::read_to_string(app.path(LEDGER)).expect("a ledger");
    app.write(LEDGER, &ledger.replacen("request t/change2 v1", "<<<<<<< ours", 1));
    let line = ledger.lines().position(|line| line == "request t/change2 v1").expect("a route") + 1;
    let (_, said) = app.cargo(&["build", "--package", "ledger-app-server"]);
    let told = format!(
        "error: it is no ledger: expected a word\n       --> src/t/_ledger.txt:{line}\n       help: take the file back"
    );
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
    // What an archive would leave out is there all the same.
    app.write("ledger-app/.gitattributes", "src export-ignore\n");
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
        ::error title=route-removed::request t/change1 v1 breaks old clients: it is gone: old clients call it; keep its files; where nobody calls it any more, `cargo sync release --accept t/change1/v1`
        ::error title=field-added,file=ledger-app/src/t/_api/change2_v1.rs,line=5,col=35::request t/change2 v1 breaks old clients at `input.b`: `b` is new and may not be absent, and what old clients send lacks it; make it an `Option`, or give it `#[serde(default)]`
        ::notice title=field-added,file=ledger-app/src/t/_api/change3_v1.rs,line=5,col=35::request t/change3 v1 breaks new clients at `input.b`: `b` is new; a server of the older build refuses it
    "#]]
    .assert_eq(&out);
    assert_eq!((is_done, &*said), (false, "3 changes, of which 2 break somebody\n"));
    let (_, _, said) = sync(&app, "diff --against gone");
    assert!(said.contains("git knows no revision `gone`"), "{said}");
}
