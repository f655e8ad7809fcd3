//! An app that `cargo sync init` has written: it builds, its tests pass, and nobody finds anything wrong with it or with what `new` writes into it.

use std::process::ExitCode;

use crate::command_line::run;
use crate::outside::{Outside, repository};

#[test]
fn a_new_app_builds_and_passes_its_tests_and_so_does_what_is_added_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for words in [
        "init . --bare --name new-app",
        "new event chess/move --server --client",
        "new event chess/typing --client",
        "new event chess/typing --server",
        "new event chess/nudge --client",
        "new request chess/find",
        "new state chess/board",
        "new state tables/seats",
        "new mutation orders/cancel",
        "new replica parcels/parcels",
        "new mutation parcels/post",
    ] {
        let (code, _, err) = run(folder.path(), words);
        assert_eq!(code, ExitCode::SUCCESS, "{words}: {err}");
    }
    let app = Outside::made(folder, "new-app");
    app.write("src/play/_sync/wave_server_v1.rs", &event_of_the_quick_start());

    let (_, printed) = app.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    assert!(printed.contains("Finished") && !printed.contains("warning"), "{printed}");
    let (formatted, _) = app.cargo_alone(&["fmt", "--check"]);
    assert_eq!(formatted, "", "what is written is formatted");

    let (results, printed) = app.cargo(&["test", "--workspace"]);
    let passed = results
        .lines()
        .filter_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<u32>().ok());
    // Six events, a request and two states, of which each has its contract.
    assert!(passed.sum::<u32>() > 80 && !results.contains("FAILED"), "{results}{printed}");
    let types = std::fs::read_to_string(app.path("web/src/_sockets/apiTypes.generated.ts")).expect("the types");
    for route in
        ["'wave'", "'typing'", "'find'", "'board'", "'seats'", "'cancel'", "ordersItem", "'post'", "parcelsItem"]
    {
        assert!(types.contains(route), "{route}: {types}");
    }
}

/// The handler in the README: as short as it is said to be there.
fn event_of_the_quick_start() -> String {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    let block = |language: &str, holds: &str| {
        let fence = format!("```{language}\n");
        let blocks = readme.split(&fence).skip(1);
        let blocks = blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned());
        blocks.into_iter().find(|block| block.contains(holds)).expect("a block")
    };
    let lines = |text: &str| text.lines().filter(|line| !line.starts_with("//")).count();
    let (rust, typescript) = (block("rust", "wave_server_v1"), block("ts", "play/wave"));
    assert!(lines(&rust) <= 12, "{rust}");
    assert!(lines(&typescript) <= 6, "{typescript}");
    rust
}
