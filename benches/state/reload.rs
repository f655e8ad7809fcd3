//! What happens when everybody opens the page again at once.

use std::error::Error;

use harness::{Target, digits, median, middle_half, open_files, print, print_table};

use crate::crowd::{Crowd, Happening};
use crate::options::Options;
use crate::server::{Kind, Server};

/// The room of a value of 100 KB.
const ROOM: &str = "bench-100k-0";

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let server = Server::start(Kind::Ours, 0, 0)?;
    let files = open_files(server.pid())?;
    let (mut connecting, mut following, mut cpu, mut whole) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..=options.rounds {
        let start = std::time::Instant::now();
        let mut crowd = Crowd::connect(&server, ROOM, options.members)?;
        let connected = start.elapsed();
        let before = server.cpu()?;
        let followed = crowd.follow()?;
        let spent = server.cpu()?.since(&before);
        // Everybody is told of what happens.
        crowd.happen(Happening::Action, 1, 1)?;
        whole = crowd.whole();
        crowd.reset()?;
        while open_files(server.pid())? > files {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        if round > 0 {
            connecting.push(connected.as_secs_f64());
            following.push(followed.as_secs_f64());
            cpu.push(spent.as_secs_f64());
        }
    }
    print(&format!(
        "### {} open a page again at once, a value of {whole} bytes, {} rounds\n",
        options.members, options.rounds
    ));
    let row = |what: &str, seconds: &[f64]| vec![what.to_owned(), digits(median(seconds)), middle_half(seconds)];
    let rows = [
        row("connections and logins, a hundred at once", &connecting),
        row("all join and follow", &following),
        row("the same, CPU of the server", &cpu),
    ];
    print_table(&["", "s", "middle half"], &rows);
    print("");
    let what = format!("{} join and follow 100 KB, s", options.members);
    Ok(vec![Target { what, must: 1.0, aim: 0.3, is_cost: true, measured: following }])
}
