//! What a developer waits for: a handler is saved, the front end's types are current, the server is live again.
//!
//! An app outside of this repository is built as its author would build it. Then one handler is changed again and again: under
//! `cargo sync dev`, and without it by `cargo build` and a start of the server. Seconds of CPU time are those of all processes together;
//! what somebody waits for is wall time, which is worth little while the machine does something else.
//!
//! ```text
//! cargo bench --package sync-benches --bench save
//! cargo bench --package sync-benches --bench save -- 50        # apps of these sizes alone
//! ```

mod dev;
mod outside;
mod source;

use std::process::ExitCode;

use harness::{median, print, print_table};

use dev::{Dev, Seen};
use outside::{Outside, Save};
use source::Change;

const ROUTES: [usize; 3] = [5, 50, 200];
const REPETITIONS: usize = 7;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|word| word == "sync") {
        return cargo_sync::run(arguments, &mut cargo_sync::Terminal::standard());
    }
    let asked: Vec<usize> = arguments.iter().filter_map(|word| word.to_str()?.parse().ok()).collect();
    match measure(if asked.is_empty() { &ROUTES } else { &asked }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(routes: &[usize]) -> std::io::Result<()> {
    let (mut developed, mut built) = (Vec::new(), Vec::new());
    for &routes in routes {
        let app = Outside::new(routes)?;
        // The first build of all does not count.
        let mut dev = Dev::start(&app)?;
        for (change, name) in [(Change::Type, "a type"), (Change::Body, "a body")] {
            // Nor does the change from what was measured before.
            dev.save(&app, change, 0)?;
            let seen = (1..=REPETITIONS).map(|time| dev.save(&app, change, time)).collect::<Result<Vec<_>, _>>()?;
            developed.push(developed_row(&format!("{routes} routes, {name} changed"), &seen));
        }
        drop(dev);
        for (change, name) in [(Change::Type, "a type"), (Change::Body, "a body"), (Change::Nothing, "nothing")] {
            app.save(change, REPETITIONS + 1)?;
            let saves = (1..=REPETITIONS).map(|time| app.save(change, time)).collect::<Result<Vec<_>, _>>()?;
            built.push(built_row(&format!("{routes} routes, {name} changed"), &saves));
        }
    }
    print("### `cargo sync dev`: from a save on; seconds of wall time\n");
    print_table(&["", "preview of the types", "types as compiled", "server live"], &developed);
    print("\n### Save one handler, then `cargo build` and start; seconds\n");
    let head =
        ["", "build, CPU", "build, wall", "types current, wall", "start, CPU", "start, wall", "save to live, wall"];
    print_table(&head, &built);
    Ok(())
}

fn developed_row(name: &str, seen: &[Seen]) -> Vec<String> {
    let cell = |seconds: &[f64]| if seconds.is_empty() { String::new() } else { format!("{:.2}", median(seconds)) };
    vec![
        name.to_owned(),
        cell(&seen.iter().filter_map(|seen| seen.preview).collect::<Vec<_>>()),
        cell(&seen.iter().map(|seen| seen.types).collect::<Vec<_>>()),
        cell(&seen.iter().map(|seen| seen.live).collect::<Vec<_>>()),
    ]
}

fn built_row(name: &str, saves: &[Save]) -> Vec<String> {
    let cell = |seconds: fn(&Save) -> f64| format!("{:.2}", median(&saves.iter().map(seconds).collect::<Vec<_>>()));
    vec![
        name.to_owned(),
        cell(|save| save.build.cpu),
        cell(|save| save.build.wall),
        match saves.iter().map(|save| save.types_wall).collect::<Option<Vec<_>>>() {
            Some(seconds) => format!("{:.2}", median(&seconds)),
            None => String::new(),
        },
        cell(|save| save.start.cpu),
        cell(|save| save.start.wall),
        cell(|save| save.build.wall + save.start.wall),
    ]
}
