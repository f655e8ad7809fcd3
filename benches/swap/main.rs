//! What a deploy is for those who are connected: servers take over from each other under a stream of events.
//!
//! The members of a room are real clients over TCP, in one process; the server is another one, which is replaced by the next one again and again:
//! `takeover = on`. One member says a number fifty times a second, and each of them must hear every number once and in order, on the connection that
//! it has. What is reported besides is the longest silence: how long nobody heard anything, of which a fiftieth of a second is the stream's.
//!
//! It ends with 1 if a connection was lost, at once, or a number lost, doubled or refused.
//!
//! ```text
//! scripts/bench swap
//! scripts/bench swap --members 1000 --swaps 5 --room lasting-1
//! ```

mod crowd;
mod options;
mod server;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use harness::{digits, median, print, run, table};

use crate::crowd::Crowd;
use crate::options::Options;
use crate::server::Server;

/// How long events go on before a swap, and behind the last one.
const BETWEEN: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    run(server::SERVE, server::serve, drive)
}

/// What one swap was for those who were connected.
struct Swap {
    /// From the start of the new process until it listened, and the old one had ended.
    took: Duration,
    /// How long nobody heard anything, at most.
    silence: Duration,
}

/// Measures what the arguments ask for, reports, and returns whether nothing was lost, doubled or refused.
fn drive(arguments: Vec<String>) -> Result<bool, Box<dyn Error>> {
    let options = Options::read(arguments)?;
    let data = tempfile::tempdir()?;
    let mut server = Server::start(data.path())?;
    let mut crowd = Crowd::come(server.port, options.members, &options.room)?;
    crowd.go_on(BETWEEN)?;
    let before = crowd.take_silence();
    let mut swaps = Vec::new();
    for number in 1..=options.swaps {
        eprintln!("swap {number}");
        let begun = Instant::now();
        let starting = Server::begin(data.path())?;
        while !starting.listens() {
            crowd.step()?;
        }
        while !server.has_ended()? {
            crowd.step()?;
        }
        let took = begun.elapsed();
        server = starting.started()?;
        crowd.go_on(BETWEEN)?;
        swaps.push(Swap { took, silence: crowd.take_silence() });
    }
    crowd.finish()?;
    let millis = |time: Duration| digits(time.as_secs_f64() * 1000.0);
    let middle = |of: fn(&Swap) -> Duration| {
        median(&swaps.iter().map(|swap| of(swap).as_secs_f64() * 1000.0).collect::<Vec<_>>())
    };
    let longest = swaps.iter().map(|swap| swap.silence).max().unwrap_or_default();
    let rows = [
        vec!["events".to_owned(), crowd.said().to_string()],
        vec!["of these heard, each by each member".to_owned(), crowd.heard.to_string()],
        vec!["lost".to_owned(), crowd.lost.to_string()],
        vec!["doubled, or out of order".to_owned(), crowd.doubled.to_string()],
        vec!["refused".to_owned(), crowd.refused.to_string()],
        vec!["silence without a swap, at most (ms)".to_owned(), millis(before)],
        vec!["silence in a swap, median (ms)".to_owned(), digits(middle(|swap| swap.silence))],
        vec!["silence in a swap, at most (ms)".to_owned(), millis(longest)],
        vec![
            "from the start of the new process to the end of the old one, median (ms)".to_owned(),
            digits(middle(|swap| swap.took)),
        ],
    ];
    let Options { members, swaps, room } = &options;
    print(&format!(
        "### {members} members of `{room}`, 50 events a second, {swaps} swaps\n\n{}",
        table(&["", "figure"], &rows).trim_end()
    ));
    Ok(crowd.lost + crowd.doubled + crowd.refused == 0)
}
