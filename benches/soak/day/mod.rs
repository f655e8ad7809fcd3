//! What twenty rooms say in a day, an event a second each, within ten minutes, while their members go and come back.

mod arrivals;
mod crowd;
mod event;
mod faults;
mod heard;
mod member;

use std::error::Error;
use std::time::Duration;

use harness::{digits, print, print_table, quantile};

use crate::day::crowd::{Crowd, Found};
use crate::memory::{Curve, Growth, megabytes};
use crate::quiet;
use crate::server::Server;

/// How many rooms there are.
const ROOMS: usize = 20;
/// How many members each of them has, its caller included.
const MEMBERS_OF_ROOM: usize = 10;
/// How many seconds of the day are one second here.
const FASTER: u64 = 144;

/// An event a second is more than a caller may call when 144 seconds are one. The rest is as usual but for the age of what is
/// kept, so that a server is soon quiet: a room that is so busy keeps 1,000 events, which are those of seven seconds.
const SETTINGS: [&str; 2] = ["SYNC_RATE_LIMIT=200/s, burst 1000", "SYNC_HISTORY_AGE_MS=10000"];

/// The longest warm-up; a short day has half of itself. Memory is what it is within a twelfth of this, behind it and at the end.
const WARM_UP: Duration = Duration::from_secs(60);

/// Has a day pass in so many seconds, and prints what became of it.
///
/// # Errors
///
/// If the server answers otherwise than it should, if a member missed something unawares, if memory has grown, or if a gauge does not
/// come back.
pub(crate) fn run(seconds: u64) -> Result<(), Box<dyn Error>> {
    let events = seconds * FASTER;
    let members = ROOMS * MEMBERS_OF_ROOM;
    print(&format!("### Day: {members} members of {ROOMS} rooms, {events} events in each within {seconds} s\n"));
    let server = Server::start(&SETTINGS)?;
    let mut crowd = Crowd::connect(&server)?;
    let watched = pass(&mut crowd, &server, seconds)?;
    let found = crowd.finish(events)?;
    print_table(&["", "found"], &rows(&found, &watched));
    found.faults.examples().iter().for_each(|fault| print(&format!("* {fault}")));
    let left = quiet::memory(&server)?.resident;
    print(&format!("without anybody: {} MB; all gauges are back\n", megabytes(left)));
    found.faults.check()?;
    Ok(watched.memory.check("resident")?)
}

/// What the server took.
struct Watched {
    memory: Growth,
    /// CPU time for each second.
    cpu: f64,
}

/// Has all events happen, and looks at the server meanwhile.
fn pass(crowd: &mut Crowd, server: &Server, seconds: u64) -> Result<Watched, Box<dyn Error>> {
    let before = server.cpu()?;
    let (mut curve, long) = (Curve::new(server.pid()), Duration::from_secs(seconds));
    crowd.pass(seconds * FASTER, || curve.look())?;
    let cpu = server.cpu()?.since(&before).as_secs_f64() / long.as_secs_f64();
    let warm = WARM_UP.min(long / 2);
    let figure = warm / 12;
    let memory = Growth { before: curve.median(warm, figure), after: curve.median(long - figure, figure) };
    Ok(Watched { memory, cpu })
}

fn rows(found: &Found, watched: &Watched) -> Vec<Vec<String>> {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let milliseconds = |share: f64| digits(quantile(&found.latencies, share) * 1e3);
    let Found { faults, .. } = found;
    vec![
        row("events", found.events.to_string()),
        row("deliveries that were checked", found.checked.to_string()),
        row("of these, shown to one who came back", found.missed.to_string()),
        row("comings, `recovered: true`", found.recovered.to_string()),
        row("comings, `recovered: false`", found.told.to_string()),
        row("comings as a new page", found.new_pages.to_string()),
        row("lost without being told", faults.lost.to_string()),
        row("again, or out of order", faults.again.to_string()),
        row("forgotten too early", faults.forgotten.to_string()),
        row("calls without an answer", faults.unanswered.to_string()),
        row("latency, p50, ms", milliseconds(0.5)),
        row("latency, p99, ms", milliseconds(0.99)),
        row("latency, the slowest, ms", milliseconds(1.0)),
        row("CPU, cores", digits(watched.cpu)),
        row("memory after the warm-up, MB", megabytes(watched.memory.before)),
        row("memory at the end, MB", megabytes(watched.memory.after)),
        row("memory, ratio", digits(watched.memory.ratio())),
    ]
}
