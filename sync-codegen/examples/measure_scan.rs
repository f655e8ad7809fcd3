//! How long one scan and generation takes: `cargo run -p sync-codegen --example measure_scan -- 200` for 200 routes of two files.
//!
//! In the development profile on purpose: that is how a build script runs. The best of ten runs is shown.

use std::path::Path;
use std::time::{Duration, Instant};

const SERVER: &str = include_str!("../../tests/routes/every_kind/src/examples/_sync/updateCounter_server_v1.rs");
const CLIENT: &str = include_str!("../../tests/routes/every_kind/src/examples/_sync/updateCounter_client_v1.rs");

fn main() -> std::io::Result<()> {
    let routes = std::env::args().nth(1).and_then(|routes| routes.parse().ok()).unwrap_or(200);
    let app = tempfile::tempdir()?;
    write_routes(app.path(), routes)?;
    let best = (0..10).map(|_| measure(app.path())).min().unwrap_or_default();
    eprintln!("{routes} routes: {best:.1?}");
    Ok(())
}

fn write_routes(app: &Path, routes: usize) -> std::io::Result<()> {
    for route in 0..routes {
        let folder = app.join(format!("src/page{}/_sync", route / 10));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("route{route}_server_v1.rs")), SERVER)?;
        std::fs::write(folder.join(format!("route{route}_client_v1.rs")), CLIENT)?;
    }
    Ok(())
}

fn measure(app: &Path) -> Duration {
    let start = Instant::now();
    let generated = sync_codegen::generate(app);
    assert!(generated.problems.is_empty(), "the routes are right");
    start.elapsed()
}
