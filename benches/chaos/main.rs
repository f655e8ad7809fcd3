//! Whether anything is lost, doubled or in another order where connections break all the time and the server is killed.
//!
//! Members of two rooms, one with a history in memory and one with `history = durable`, are real clients over TCP; between them and the
//! server, a process of its own, stands a proxy that delays, cuts, tears and half-closes their connections, or has them hear nothing any more.
//! Calls come in bursts, each under an id, and are sent again until they are answered. In the middle of one burst the server is killed
//! (`SIGKILL`) and started again. What every member has heard is compared with what all others have: see [`verdict`].
//!
//! It ends with 1 if anything that was promised was not kept. The seed decides which connections fare badly and how; what they carry at that
//! moment is up to the machine.
//!
//! ```text
//! make chaos
//! cargo bench --package sync-benches --bench chaos -- --seed 7 --members 100 --rounds 4
//! ```

mod calls;
mod chance;
mod crowd;
mod member;
mod options;
mod proxy;
mod report;
mod room;
mod server;
mod verdict;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use harness::{print, run};

use crate::crowd::Crowd;
use crate::options::Options;
use crate::proxy::Proxy;
use crate::room::Room;
use crate::server::Server;
use crate::verdict::Verdict;

/// How long there is no server.
const WITHOUT: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    run(server::SERVE, server::serve, drive)
}

/// Has everything happen, reports, and returns whether nothing was wrong.
fn drive(arguments: Vec<String>) -> Result<bool, Box<dyn Error>> {
    let options = Options::read(arguments)?;
    eprintln!("seed {}", options.seed);
    let (data, start) = (tempfile::tempdir()?, Instant::now());
    let mut server = Server::start(0, data.path())?;
    let proxy = Proxy::start(server.port, options.seed)?;
    let mut crowd = Crowd::new(proxy.port, options.members, options.seed)?;
    expect(crowd.until(Crowd::is_inside)?, "everybody is in their room");
    let mut restarted = start;
    for round in 1..=options.rounds {
        eprintln!("round {round}, {:.1} s", start.elapsed().as_secs_f64());
        proxy.begin(round);
        crowd.burst(options.burst);
        if round == options.rounds.div_ceil(2) {
            expect(crowd.until(|crowd| crowd.calls.open() <= options.burst)?, "half of the calls are answered");
            server = kill(server, data.path(), &mut crowd)?;
            restarted = Instant::now();
        }
        expect(crowd.until(|crowd| crowd.calls.open() == 0)?, "every call is answered");
    }
    proxy.begin(0);
    expect(crowd.until(Crowd::is_inside)?, "everybody is back");
    crowd.burst(1);
    expect(crowd.until(|crowd| crowd.calls.open() == 0 && crowd.is_settled())?, "everybody has heard the last event");
    let [passing, lasting] = Room::ALL.map(|room| Verdict::of(room, &crowd.members, &crowd.calls, restarted));
    print(&report::write(&passing, &lasting, &options, start.elapsed().as_secs_f64()));
    Ok(passing.faults.total() + lasting.faults.total() == 0)
}

/// Kills the server, has everybody be without one for a while, and starts it again.
fn kill(server: Server, data: &Path, crowd: &mut Crowd) -> Result<Server, Box<dyn Error>> {
    let port = server.port;
    drop(server);
    crowd.go_on(WITHOUT)?;
    Server::start(port, data)
}

/// Says what does not come about in time; what that means is in the table.
fn expect(is_so: bool, what: &str) {
    if !is_so {
        eprintln!("warning: it takes too long until {what}");
    }
}
