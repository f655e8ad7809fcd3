//! What scanning and generating costs: the part of a build that is ours.
//!
//! Without optimisation, as a build script runs, and with:
//!
//! ```text
//! cargo bench --package sync-benches --bench codegen --profile dev
//! cargo bench --package sync-benches --bench codegen
//! ```

mod api;

use std::hint::black_box;
use std::path::Path;

use harness::{median, print, print_table, thread_cpu};
use sync_codegen::ledger::{self, Ledger};

const ROUNDS: usize = 21;
const ROUTES: [usize; 4] = [5, 50, 200, 500];

const SERVER: &str = include_str!("../../tests/routes/every_kind/src/examples/_sync/updateCounter_server_v1.rs");
const CLIENT: &str = include_str!("../../tests/routes/every_kind/src/examples/_sync/updateCounter_client_v1.rs");

fn main() -> std::io::Result<()> {
    let profile = if cfg!(debug_assertions) { "without optimisation, as build scripts run" } else { "optimised" };
    print(&format!("### Scan and generate, CPU milliseconds, {profile}\n"));
    let rows = ROUTES.map(row).into_iter().collect::<Result<Vec<_>, _>>()?;
    print_table(&["routes", "files to module tree and table", "types to TypeScript", "both"], &rows);
    print("\n### Hold an app against what it has released, CPU milliseconds\n");
    let rows = ROUTES.map(released).into_iter().collect::<Result<Vec<_>, _>>()?;
    print_table(
        &[
            "routes",
            "read, released or not",
            "judged as source tells",
            "judged as compiled",
            "more for what is released",
        ],
        &rows,
    );
    Ok(())
}

/// All routes are released, and nothing is broken.
fn released(routes: usize) -> std::io::Result<Vec<String>> {
    let app = tempfile::tempdir()?;
    write_routes(app.path(), routes)?;
    let api = sync_codegen::preview::of_source(app.path(), "app").api;
    let none = median_of(|| assert!(!ledger::is_broken(app.path()), "nothing is released"));
    let pages = ledger::pages(&api, &sync_codegen::list(app.path()), &Ledger::default(), true);
    let pages = pages.map_err(|error| std::io::Error::other(error.expected))?;
    Ledger::default().write(app.path(), &pages)?;
    let source = median_of(|| assert!(!ledger::is_broken(app.path()), "it is as it was released"));
    let compiled = median_of(|| assert!(ledger::judge(app.path(), &api).is_empty(), "it is as it was released"));
    // The files are read for the module tree, whatever is released.
    let judged = source - none;
    let cells = [none, judged, compiled, judged + compiled].map(|cell| format!("{cell:.1}"));
    Ok([routes.to_string()].into_iter().chain(cells).collect())
}

fn median_of(work: impl Fn() + Sync) -> f64 {
    median(&(0..ROUNDS).map(|_| milliseconds(&work)).collect::<Vec<_>>())
}

fn row(routes: usize) -> std::io::Result<Vec<String>> {
    let app = tempfile::tempdir()?;
    write_routes(app.path(), routes)?;
    let api = api::of(routes);
    let mut rust = Vec::new();
    let mut typescript = Vec::new();
    for _ in 0..ROUNDS {
        rust.push(milliseconds(|| {
            let generated = sync_codegen::generate(app.path());
            assert!(generated.problems.is_empty(), "the routes are right");
        }));
        typescript.push(milliseconds(|| drop(black_box(sync_codegen::emit::typescript(&api)))));
    }
    let (rust, typescript) = (median(&rust), median(&typescript));
    let cells = [rust, typescript, rust + typescript].map(|cell| format!("{cell:.1}"));
    Ok([routes.to_string()].into_iter().chain(cells).collect())
}

/// Two files for each route, ten routes for each page.
fn write_routes(app: &Path, routes: usize) -> std::io::Result<()> {
    for route in 0..routes {
        let folder = app.join(format!("src/page{}/_sync", route / 10));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("route{route}_server_v1.rs")), SERVER)?;
        std::fs::write(folder.join(format!("route{route}_client_v1.rs")), CLIENT)?;
    }
    Ok(())
}

/// Measures `work` on a thread of its own: what the parser keeps for a thread, a build script has to make first, too.
fn milliseconds(work: impl FnOnce() + Send) -> f64 {
    let measured = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let start = thread_cpu();
            work();
            thread_cpu() - start
        });
        thread.join()
    });
    measured.expect("the work does not panic").as_secs_f64() * 1e3
}
