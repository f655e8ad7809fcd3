//! One return of the whole crowd after the other.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use harness::protocol::Route;
use harness::{forget_peak, open_files, peak_bytes, resident_bytes};

use crate::crowd::Crowd;
use crate::ear::Faults;
use crate::options::Options;
use crate::server::Server;
use crate::stayers::Stayers;

/// What was measured with one route.
pub(crate) struct Figures {
    pub(crate) route: Route,
    /// Who joined as if it had never been there, in each round.
    pub(crate) alone: Vec<Storm>,
    /// Who was shown what it had missed, in each round.
    pub(crate) behind: Vec<Storm>,
    /// What went wrong, also in what does not count.
    pub(crate) faults: Faults,
}

/// One return of the whole crowd.
pub(crate) struct Storm {
    /// Until the last one had its answer.
    pub(crate) took: Duration,
    /// The server's CPU time for it.
    pub(crate) cpu: Duration,
    /// After how many milliseconds those who stayed heard what went on meanwhile.
    pub(crate) latencies: Vec<f64>,
    /// How much memory the server had when everybody was gone, and at most afterwards, in bytes.
    pub(crate) before: u64,
    pub(crate) peak: u64,
}

impl Storm {
    pub(crate) fn seconds(&self) -> f64 {
        self.took.as_secs_f64()
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        self.cpu.as_secs_f64()
    }
}

/// Has the crowd of one server come back again and again.
pub(crate) fn measure(route: Route, options: &Options) -> Result<Figures, Box<dyn Error>> {
    let members = options.stay + options.members;
    let server = Server::start(members)?;
    let mut stayers = Stayers::come(&server, route, 0..options.stay)?;
    let files = open_files(server.pid())?;
    let mut crowd = Crowd::new(&server, route, options.stay..members)?;
    crowd.come()?;
    let mut place = Place { server: &server, files, stayers: &mut stayers, crowd: &mut crowd };
    let mut figures = Figures { route, alone: Vec::new(), behind: Vec::new(), faults: Faults::default() };
    for round in 0..=options.rounds {
        let alone = place.storm(None, &mut figures.faults)?;
        let behind = place.storm(Some(options.missed), &mut figures.faults)?;
        // The first round brings the server's memory to its size.
        if round > 0 {
            figures.alone.push(alone);
            figures.behind.push(behind);
        }
    }
    Ok(figures)
}

/// Where storms happen.
struct Place<'p, 'a> {
    server: &'a Server,
    /// How many files the server has open when the crowd is gone.
    files: usize,
    stayers: &'p mut Stayers,
    crowd: &'p mut Crowd<'a>,
}

impl Place<'_, '_> {
    /// Has the crowd go, so many events happen if it is to miss some, and the crowd come back.
    fn storm(&mut self, missed: Option<u64>, faults: &mut Faults) -> io::Result<Storm> {
        let Self { server, files, stayers, crowd } = self;
        *faults += crowd.settle(stayers.next())?;
        crowd.lose()?;
        server.settled(*files)?;
        match missed {
            Some(events) => stayers.burst(events)?,
            None => crowd.forget(),
        }
        forget_peak(server.pid())?;
        let (before, cpu, goes_on) = (resident_bytes(server.pid())?, server.cpu()?, AtomicBool::new(true));
        let (took, latencies) = std::thread::scope(|scope| {
            let live = scope.spawn(|| stayers.go_on(&goes_on));
            let took = crowd.come();
            goes_on.store(false, Ordering::Relaxed);
            (took, live.join())
        });
        let cpu = server.cpu()?.since(&cpu);
        let latencies = latencies.map_err(|_| io::Error::other("those who stay have panicked"))??;
        *faults += crowd.settle(stayers.next())?;
        *faults += stayers.settle();
        Ok(Storm { took: took?, cpu, latencies, before, peak: peak_bytes(server.pid())? })
    }
}
