//! What a developer waits for: a handler is saved, the front end's types are current, the server is live again.
//!
//! An app outside of this repository is built as its author would build it. Then one handler is changed, and the build and the
//! start of the server are measured. Seconds of CPU time are those of all processes together; what somebody waits for is wall
//! time, which is worth little while the machine does something else.
//!
//! ```text
//! cargo bench --package sync-benches --bench save
//! ```

mod outside;
mod source;

use harness::{median, print, print_table};

use outside::{Outside, Save};
use source::Change;

const ROUTES: [usize; 2] = [5, 50];
const REPETITIONS: usize = 7;

fn main() -> std::io::Result<()> {
    print("### Save one handler, then `cargo build` and start; seconds\n");
    let head =
        ["", "build, CPU", "build, wall", "types current, wall", "start, CPU", "start, wall", "save to live, wall"];
    let mut rows = Vec::new();
    for routes in ROUTES {
        let app = Outside::new(routes)?;
        for (change, name) in [(Change::Type, "a type"), (Change::Body, "a body"), (Change::Nothing, "nothing")] {
            // The first build of all, and the change from what was measured before, do not count.
            app.save(change, 0)?;
            let saves = (1..=REPETITIONS).map(|time| app.save(change, time)).collect::<Result<Vec<_>, _>>()?;
            rows.push(row(&format!("{routes} routes, {name} changed"), &saves));
        }
    }
    print_table(&head, &rows);
    Ok(())
}

fn row(name: &str, saves: &[Save]) -> Vec<String> {
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
