//! What a flood from one client does to everybody else, with limits and without.
//!
//! The server is a process of its own with one worker thread. Ten users call it, each 14 times a second, on sockets from `127.0.0.1`; a
//! client at `127.0.0.2` floods meanwhile, from a thread beside them. A latency is from when a call was to be sent until its answer is there.
//! Each figure stands beside that of the same moment without a flood.
//!
//! ```text
//! cargo bench --package sync-benches --bench flood
//! cargo bench --package sync-benches --bench flood -- handshakes    # or any part of the name of a flood
//! ```

mod floods;
mod peer;
mod server;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use harness::{digits, median, print, print_table, quantile};

use crate::floods::FLOODS;
use crate::peer::Peer;
use crate::server::{Child, USERS};

/// How often somebody calls.
const EVERY: Duration = Duration::from_millis(7);
/// How many calls are one figure.
const CALLS: usize = 300;
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some(server::SERVE) {
        return server::serve(std::env::args().nth(2).as_deref() == Some("on"));
    }
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for limits in ["on", "off"] {
        print(&format!("### A flood from one address, limits {limits}\n"));
        let mut rows = Vec::new();
        for (name, flood) in FLOODS.iter().filter(|(name, _)| name.contains(&wanted)) {
            let child = Child::start(limits)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let mut users = runtime.block_on(users(&child))?;
            runtime.block_on(latencies(&mut users))?;
            let before = child.resident()?;
            let (mut quiet, mut flooded, mut most) = (Vec::new(), Vec::new(), before);
            for _ in 0..ROUNDS {
                quiet.push(runtime.block_on(latencies(&mut users))?);
                let flooding = Flooding::start(*flood, child.address);
                flooded.push(runtime.block_on(latencies(&mut users))?);
                most = most.max(child.resident()?);
                flooding.stop();
            }
            let ratio = |share: f64| {
                let ratios = quiet
                    .iter()
                    .zip(&flooded)
                    .map(|(quiet, flooded)| quantile(flooded, share) / quantile(quiet, share));
                digits(median(&ratios.collect::<Vec<_>>()))
            };
            let micros = |rounds: &[Vec<f64>], share: f64| {
                digits(median(&rounds.iter().map(|round| quantile(round, share)).collect::<Vec<_>>()))
            };
            rows.push(vec![
                (*name).to_owned(),
                micros(&quiet, 0.5),
                micros(&flooded, 0.5),
                ratio(0.5),
                micros(&quiet, 0.99),
                micros(&flooded, 0.99),
                ratio(0.99),
                digits(most.saturating_sub(before) as f64 / 1e6),
            ]);
        }
        let head = ["flood", "p50 µs", "flooded", "ratio", "p99 µs", "flooded", "ratio", "MB more"];
        print_table(&head, &rows);
    }
    Ok(())
}

async fn users(child: &Child) -> Result<Vec<Peer>, Box<dyn Error>> {
    let mut users = Vec::with_capacity(USERS);
    for token in &child.tokens {
        let mut user = Peer::open(child.address, [127, 0, 0, 1], Some(token)).await?;
        user.call(r#"["joinRoom",{"room":"bench-quiet"}]"#).await?;
        users.push(user);
    }
    Ok(users)
}

/// Calls in turns, and returns how long the answers took, in microseconds.
async fn latencies(users: &mut [Peer]) -> Result<Vec<f64>, Box<dyn Error>> {
    let call =
        r#"["sync",{"name":"bench/everyone","version":"v1","data":{"amount":1,"pad":""},"receiver":"bench-quiet"}]"#;
    let (begun, mut found) = (Instant::now(), Vec::with_capacity(CALLS));
    for index in 0..CALLS {
        let due = begun + EVERY * u32::try_from(index)?;
        tokio::time::sleep_until(due.into()).await;
        let user = index % users.len();
        let answer = users[user].call(call).await?;
        assert!(answer.contains("success"), "{answer}");
        found.push(due.elapsed().as_secs_f64() * 1e6);
    }
    Ok(found)
}

/// A flood in a thread of its own.
struct Flooding {
    goes_on: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Flooding {
    fn start(flood: floods::Flood, address: SocketAddr) -> Self {
        let goes_on = Arc::new(AtomicBool::new(true));
        let own = goes_on.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            while own.load(Ordering::Relaxed) {
                // A server that hangs up is what a flood has to reckon with: it comes again.
                runtime.block_on(flood(address, own.clone())).unwrap_or_default();
            }
        });
        std::thread::sleep(Duration::from_millis(300));
        Self { goes_on, thread }
    }

    fn stop(self) {
        self.goes_on.store(false, Ordering::Relaxed);
        self.thread.join().expect("the flood ends");
        std::thread::sleep(Duration::from_millis(200));
    }
}
