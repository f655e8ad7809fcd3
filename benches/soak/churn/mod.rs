//! Those who come and go: memory afterwards, beside that after a warm-up.

mod plan;
mod visitor;

use std::error::Error;
use std::io;
use std::ops::Range;
use std::time::Instant;

use harness::{digits, print, print_table, resident_bytes};

use crate::churn::plan::Ending;
use crate::churn::visitor::Visitor;
use crate::memory::{Growth, megabytes};
use crate::quiet::{self, Quiet};
use crate::server::Server;

/// How many are there at once.
const TOGETHER: u64 = 256;
/// After how many tenths of them memory is looked at. Those before the first look are the warm-up.
const LOOKS: &[u64] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const QUICK_LOOKS: &[u64] = &[4, 10];

/// What is kept for those who come back is kept for seconds, so that a server is soon quiet.
const SETTINGS: [&str; 3] =
    ["SYNC_HISTORY_AGE_MS=3000", "SYNC_PRESENCE_GRACE_MS=1000", "SYNC_PRESENCE_LOST_GRACE_MS=2000"];

/// Lets `cycles` clients come and go, and prints what that costs and leaves behind.
///
/// # Errors
///
/// If the server answers otherwise than it should, if a gauge does not come back, or if memory has grown.
pub(crate) fn run(cycles: u64, quick: bool) -> Result<(), Box<dyn Error>> {
    print(&format!("### Churn: {cycles} come and go, {TOGETHER} at once\n"));
    let server = Server::start(&SETTINGS)?;
    let mut parts = Vec::new();
    let mut first = 0;
    for tenths in if quick { QUICK_LOOKS } else { LOOKS } {
        let end = cycles * tenths / 10;
        parts.push(measured(&server, first..end)?);
        first = end;
    }
    let headings = ["cycles", "a second", "µs of CPU each", "MB at once", "MB when quiet", "MB allocated then"];
    print_table(&headings, &rows(&parts));
    let [allocated, resident] = [growth(&parts, |quiet| quiet.allocated), growth(&parts, |quiet| quiet.resident)];
    print(&format!(
        "\nmemory: allocated is {} of what it was after the warm-up, resident {}; all gauges are back",
        digits(allocated.ratio()),
        digits(resident.ratio())
    ));
    allocated.check("allocated")?;
    Ok(resident.check("resident")?)
}

/// Compares the end with the end of the warm-up.
fn growth(parts: &[Part], which: impl Fn(&Quiet) -> f64) -> Growth {
    Growth { before: which(&parts[0].quiet), after: which(&parts[parts.len() - 1].quiet) }
}

/// What some of the cycles did.
struct Part {
    numbers: Range<u64>,
    per_second: f64,
    /// CPU time of the server for each, in seconds.
    cpu: f64,
    /// Memory right behind the last of them, in bytes.
    busy: f64,
    /// Memory when all is forgotten.
    quiet: Quiet,
}

fn measured(server: &Server, numbers: Range<u64>) -> Result<Part, Box<dyn Error>> {
    let (begun, before) = (Instant::now(), server.cpu()?);
    for first in numbers.clone().step_by(TOGETHER as usize) {
        come_and_go(server, first..numbers.end.min(first + TOGETHER))?;
    }
    let cycles = (numbers.end - numbers.start) as f64;
    let per_second = cycles / begun.elapsed().as_secs_f64();
    let cpu = server.cpu()?.since(&before).as_secs_f64() / cycles;
    let busy = resident_bytes(server.pid())? as f64;
    Ok(Part { numbers, per_second, cpu, busy, quiet: quiet::memory(server)? })
}

fn rows(parts: &[Part]) -> Vec<Vec<String>> {
    let row = |part: &Part| {
        let (rate, cpu) = (format!("{:.0}", part.per_second), digits(part.cpu * 1e6));
        vec![
            format!("to {}", part.numbers.end),
            rate,
            cpu,
            megabytes(part.busy),
            megabytes(part.quiet.resident),
            megabytes(part.quiet.allocated),
        ]
    };
    parts.iter().map(row).collect()
}

/// Takes some clients through all steps together, each until it is the time of its own to go.
fn come_and_go(server: &Server, numbers: Range<u64>) -> io::Result<()> {
    let open = |number| Visitor::open(server, number);
    let mut visitors = numbers.map(open).collect::<io::Result<Vec<_>>>()?;
    give_up(&mut visitors, Ending::BeforeUpgrade)?;
    each(&mut visitors, |visitor| visitor.log_in(server))?;
    give_up(&mut visitors, Ending::BeforeConnect)?;
    each(&mut visitors, Visitor::join)?;
    each(&mut visitors, Visitor::joined)?;
    each(&mut visitors, Visitor::call)?;
    each(&mut visitors, Visitor::answered)?;
    each(&mut visitors, Visitor::leave)?;
    each(&mut visitors, Visitor::say_goodbye)?;
    visitors.into_iter().try_for_each(Visitor::go)
}

fn each(visitors: &mut [Visitor], step: impl Fn(&mut Visitor) -> io::Result<()>) -> io::Result<()> {
    visitors.iter_mut().try_for_each(step)
}

/// Lets those go who end in this way.
fn give_up(visitors: &mut Vec<Visitor>, ending: Ending) -> io::Result<()> {
    visitors.extract_if(.., |visitor| visitor.plan.ending == ending).try_for_each(Visitor::go)
}
