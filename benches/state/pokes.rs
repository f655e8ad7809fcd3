//! What it costs to tell a thousand clients of one mutation, beside an event that is as long.

use std::error::Error;

use harness::protocol::{self, Route};
use harness::{Target, digits, median, middle_half, print, print_table};

use crate::crowd::{Crowd, Happening};
use crate::options::Options;
use crate::server::{Kind, Server};

const ROOM: &str = "bench-0k-live";

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let server = Server::start(Kind::Ours, 0, 0)?;
    let mut crowd = Crowd::connect(&server, ROOM, options.members)?;
    crowd.subscribe()?;
    // Cursors have as many digits from now on.
    crowd.happen(Happening::Mutation, 100, 1)?;
    let pad = protocol::pad(crowd.length() - protocol::event(Route::Plain, ROOM, 0, "", "{}").len());
    let (mut mutations, mut events) = (Vec::new(), Vec::new());
    let times = options.times(40);
    for round in 0..=options.rounds {
        let mutation = crowd.sample(Happening::Mutation, times, 1)?.as_secs_f64() * 1e6;
        let event = crowd.sample(Happening::Event(&pad), times, 1)?.as_secs_f64() * 1e6;
        if round > 0 {
            mutations.push(mutation);
            events.push(event);
        }
    }
    print(&format!("### {} clients of one scope, 1 mutation in flight, {} rounds\n", options.members, options.rounds));
    let row = |name: &str, figures: &[f64]| vec![name.to_owned(), digits(median(figures)), middle_half(figures)];
    let rows = [row("a mutation, told with its change", &mutations), row("an event as long", &events)];
    print_table(&["", "µs of CPU", "middle half"], &rows);
    print("");
    let measured = mutations.iter().zip(&events).map(|(mutation, event)| mutation / event).collect();
    let what = format!("a mutation told to {} clients against an event as long", options.members);
    Ok(vec![Target { what, must: 1.2, aim: 1.05, is_cost: true, measured }])
}
