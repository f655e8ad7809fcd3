//! What it costs to change one field of a value that many follow, and to tell them.

use std::error::Error;
use std::time::Duration;

use harness::protocol::{self, Route};
use harness::{Target, digits, median, middle_half, print, print_table};

use crate::crowd::{Crowd, Happening};
use crate::options::Options;
use crate::server::{Kind, Server};

/// How many follow the large values: what is looked at is the action, and not those who hear of it.
const FEW: usize = 10;

/// How many are under way at a time.
const IN_FLIGHT: [usize; 2] = [1, 8];

/// A value, those who follow it, and what was measured of them.
struct Place<'a> {
    name: &'static str,
    crowd: Crowd<'a>,
    members: usize,
    /// How many actions are one figure.
    times: u64,
    /// The text with which an event is as long as a patch; of ours.
    pad: Option<String>,
    /// How long a patch was, with its packet.
    patch: usize,
    /// Microseconds of CPU in each round, with so many in flight: of an action, and of an event that is as long.
    actions: [Vec<f64>; 2],
    events: [Vec<f64>; 2],
}

impl<'a> Place<'a> {
    fn new(
        name: &'static str,
        server: &'a Server,
        room: &str,
        (members, times): (usize, u64),
    ) -> std::io::Result<Self> {
        let mut crowd = Crowd::connect(server, room, members)?;
        let mut pad = None;
        if server.kind == Kind::Ours {
            crowd.follow()?;
        }
        // Versions have as many digits from now on.
        crowd.happen(Happening::Action, 100, 1)?;
        let patch = crowd.length();
        if server.kind == Kind::Ours {
            pad = Some(protocol::pad(patch - protocol::event(Route::Plain, room, 0, "", "{}").len()));
        }
        Ok(Self { name, crowd, members, times, pad, patch, actions: Default::default(), events: Default::default() })
    }

    fn measure(&mut self, counts: bool) -> std::io::Result<()> {
        for (number, in_flight) in IN_FLIGHT.into_iter().enumerate() {
            let mut sample = |what| Ok::<_, std::io::Error>(micros(self.crowd.sample(what, self.times, in_flight)?));
            let action = sample(Happening::Action)?;
            let event = self.pad.as_deref().map(|pad| sample(Happening::Event(pad))).transpose()?;
            if counts {
                self.actions[number].push(action);
                self.events[number].extend(event);
            }
        }
        Ok(())
    }

    /// Returns in each round what an action costs more than an event.
    fn beyond(&self, number: usize) -> Vec<f64> {
        self.actions[number].iter().zip(&self.events[number]).map(|(action, event)| action - event).collect()
    }

    fn row(&self, number: usize) -> Vec<String> {
        let (actions, events) = (&self.actions[number], &self.events[number]);
        let of_event = |figures: &[f64]| if events.is_empty() { String::new() } else { digits(median(figures)) };
        vec![
            self.name.to_owned(),
            self.members.to_string(),
            self.crowd.whole().to_string(),
            self.patch.to_string(),
            digits(median(actions)),
            middle_half(actions),
            of_event(events),
            of_event(&self.beyond(number)),
        ]
    }
}

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let many = options.members;
    let ours = Server::start(Kind::Ours, 0, 0)?;
    let broadcast = Server::start(Kind::Broadcast, 10, many).map_err(absent).ok();
    let colyseus = Server::start(Kind::Colyseus, 10, many).map_err(absent).ok();
    let mut places = vec![
        Place::new("ours, 10 KB", &ours, "bench-10k-0", (many, options.times(40)))?,
        Place::new("ours, 10 KB, few", &ours, "bench-10k-1", (FEW, options.times(400)))?,
        Place::new("ours, 1 MB, few", &ours, "bench-1000k-0", (FEW, options.times(50)))?,
    ];
    for (name, server) in [("Node, broadcast of the whole, 10 KB", &broadcast), ("Colyseus, 10 KB", &colyseus)] {
        if let Some(server) = server {
            places.push(Place::new(name, server, "", (many, options.times(20)))?);
        }
    }
    for round in 0..=options.rounds {
        places.iter_mut().try_for_each(|place| place.measure(round > 0))?;
    }
    let head = [
        "",
        "follow",
        "bytes, whole",
        "bytes, changed",
        "µs of CPU per action",
        "middle half",
        "event as long",
        "beyond",
    ];
    for (number, in_flight) in IN_FLIGHT.into_iter().enumerate() {
        print(&format!("### One field changed, {many} follow, {in_flight} in flight, {} rounds\n", options.rounds));
        print_table(&head, &places.iter().map(|place| place.row(number)).collect::<Vec<_>>());
        print("");
    }
    Ok(targets(&places))
}

fn targets(places: &[Place<'_>]) -> Vec<Target> {
    let [ten, _, large, peers @ ..] = places else { return Vec::new() };
    let target = |what: &str, (must, aim): (f64, f64), is_cost, measured| Target {
        what: what.to_owned(),
        must,
        aim,
        is_cost,
        measured,
    };
    let share = |place: &Place<'_>| vec![place.crowd.whole() as f64 / place.patch as f64];
    let beyond = large.beyond(0).iter().map(|micros| micros / 1e3).collect();
    let mut targets = vec![
        target(
            "10 KB: an action against an event as long",
            (1.2, 1.05),
            true,
            against(&ten.actions[0], &ten.events[0]),
        ),
        target("1 MB: an action, ms of CPU beyond an event as long", (5.0, 0.5), true, beyond),
        target("10 KB: the whole against one field, bytes", (20.0, 50.0), false, share(ten)),
        target("1 MB: the whole against one field, bytes", (500.0, 5000.0), false, share(large)),
    ];
    for peer in peers {
        for (number, in_flight) in IN_FLIGHT.into_iter().enumerate() {
            let what = format!("{} against ours, {in_flight} in flight", peer.name);
            targets.push(target(&what, (3.0, 10.0), false, against(&peer.actions[number], &ten.actions[number])));
        }
    }
    targets
}

fn against(ours: &[f64], others: &[f64]) -> Vec<f64> {
    ours.iter().zip(others).map(|(own, other)| own / other).collect()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn absent(error: Box<dyn Error>) {
    eprintln!("warning: a peer is not measured: {error}");
}
