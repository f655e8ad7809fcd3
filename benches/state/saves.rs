//! How many actions a second are saved before anybody hears of them, in SQLite.

use std::error::Error;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use harness::Target;
use state_app::routes::bench::_state::{kept_v1, tally_v1};
use sync::{Handle, SharedState};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::options::Options;
use crate::rates::{Rate, report};
use crate::server::config;

/// How many act at the same time.
const CALLERS: usize = 256;

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let data = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let config = config(data.path())?;
    let running = runtime.block_on(state_app::server().start(&state_app::routes::TABLE, config))?;
    let handle = running.handle();
    let long = Duration::from_millis(options.times(2000));
    let kept = || kept_v1::Action::Add { amount: 1, by: "a-name".to_owned() };
    let tally = || tally_v1::Action::Add { amount: 1, by: "a-name".to_owned() };
    let mut rates = [
        Rate::new("1 key, saved", Some((2000.0, 10_000.0))),
        Rate::new("1,000 keys, saved", Some((5000.0, 10_000.0))),
        Rate::new("1 key, saved, one part alone", None),
        Rate::new("1 key, in memory", None),
        Rate::new("1,000 keys, in memory", None),
        Rate::new("a file, 4 KB and `fdatasync`, for comparison", None),
    ];
    for round in 0..=options.rounds {
        let figures = runtime.block_on(async {
            Ok::<_, sync::SyncError>([
                acted::<kept_v1::State>(handle, (1, CALLERS), long, kept).await?,
                acted::<kept_v1::State>(handle, (1000, CALLERS), long, kept).await?,
                acted::<kept_v1::State>(handle, (1, 1), long, kept).await?,
                acted::<tally_v1::State>(handle, (1, CALLERS), long, tally).await?,
                acted::<tally_v1::State>(handle, (1000, CALLERS), long, tally).await?,
            ])
        });
        let figures = figures?.into_iter().chain([synced(data.path(), long)?]);
        rates.iter_mut().zip(figures).filter(|_| round > 0).for_each(|(rate, figure)| rate.note(figure));
    }
    let title =
        format!("{CALLERS} parts of a server act at once, `save = \"each\"` in SQLite, {} rounds", options.rounds);
    Ok(report(&title, "saved: actions a second", rates))
}

/// Has many act at once for so long, each on one key after the other, and returns how many actions a second that is.
async fn acted<S: SharedState<App = state_app::App>>(
    handle: &Handle<state_app::App>,
    (keys, callers_at_once): (usize, usize),
    long: Duration,
    action: fn() -> S::Action,
) -> Result<f64, sync::SyncError> {
    let (done, start) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let mut callers = JoinSet::new();
    for caller in 0..callers_at_once {
        let (handle, done) = (handle.clone(), done.clone());
        callers.spawn(async move {
            let mut key = caller;
            while start.elapsed() < long {
                handle.state::<S>(format!("bench-0k-{}", key % keys)).act(action()).await?;
                done.fetch_add(1, Ordering::Relaxed);
                key += callers_at_once;
            }
            Ok::<_, sync::SyncError>(())
        });
    }
    callers.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}

/// Writes into a file for so long and waits for the disk each time, and returns how often a second it did.
fn synced(folder: &Path, long: Duration) -> std::io::Result<f64> {
    let mut file = File::create(folder.join("synced"))?;
    let (start, mut times) = (Instant::now(), 0_u32);
    while start.elapsed() < long {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times += 1;
    }
    Ok(f64::from(times) / start.elapsed().as_secs_f64())
}
