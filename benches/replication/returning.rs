//! Clients that were away for an hour and come back all at once, and what those notice who are there.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::time::{Duration, Instant};

use harness::{Login, Socket, Target, digits, print, print_table, quantile, unexpected};
use serde_json::Value;

use crate::database::{ADD_LIVE, Database};
use crate::live::Live;
use crate::options::Options;
use crate::server::{STORED, Server};

/// How many clients follow the same list, and how many rows it has.
const TO_A_LIST: u64 = 10;
/// How often each row of a list is changed while they are away: a hundred changes.
const TIMES: u64 = 10;
/// How many come back one beside the other.
const TOGETHER: usize = 25;
/// How many clients have the ports of one address.
const TO_AN_ADDRESS: u64 = 10_000;
/// How many are there all the time, and how often something changes for them.
const STAYING: usize = 20;
const EVERY: Duration = Duration::from_millis(10);
/// How long it is measured what they notice while nobody comes back.
const CALM: Duration = Duration::from_secs(10);

pub(crate) fn measure(options: &Options, url: &str) -> Result<Vec<Target>, Box<dyn Error>> {
    let database = Database::new(url.to_owned())?;
    let folder = tempfile::tempdir()?;
    let lists = options.clients / TO_A_LIST;
    database.run(&format!("INSERT INTO rows SELECT n, n / {TO_A_LIST}, md5(n::text) || md5(n::text) FROM generate_series(0, {} - 1) n; {ADD_LIVE}", options.clients))?;
    let server = Server::reading(folder.path(), url)?;
    server.until_stored(0)?;
    let numbers = 0..options.clients;
    let mut at = HashMap::new();
    each(&server, numbers.clone(), |group, sockets| leave(group, sockets, &mut at))?;
    // Where they are is noted a while later.
    std::thread::sleep(STORED);
    for _ in 0..TIMES {
        database.run(&format!(
            "DO $$ BEGIN
                FOR number IN 0..{lists} - 1 LOOP
                    UPDATE rows SET count = count + 1 WHERE id BETWEEN number * {TO_A_LIST} AND number * {TO_A_LIST} + {TO_A_LIST} - 1;
                    COMMIT;
                END LOOP;
            END $$"
        ))?;
    }
    server.until_stored(database.written()?)?;
    let calm = Live::begin(&server, url, (STAYING, EVERY))?;
    std::thread::sleep(CALM);
    let calm = calm.end()?;
    let busy = Live::begin(&server, url, (STAYING, EVERY))?;
    let begun = Instant::now();
    each(&server, numbers, |group, sockets| come_back(group, sockets, &at))?;
    let took = begun.elapsed().as_secs_f64();
    let busy = busy.end()?;
    let row = |name: &str, millis: &[f64]| {
        vec![name.to_owned(), millis.len().to_string(), digits(quantile(millis, 0.5)), digits(quantile(millis, 0.99))]
    };
    print(&format!("### {} clients come back, {} changes each: {took:.1} s\n", options.clients, TO_A_LIST * TIMES));
    print_table(
        &["from `UPDATE` to a follower, ms", "changes", "p50", "p99"],
        &[row("nobody comes back", &calm), row("all come back", &busy)],
    );
    print("");
    let worse = quantile(&busy, 0.99) / quantile(&calm, 0.99);
    let what = |what: &str| format!("{} clients come back: {what}", options.clients);
    Ok(vec![
        Target { what: what("seconds"), must: 20.0, aim: 8.0, is_cost: true, measured: vec![took] },
        Target {
            what: what("p99 of those who stay, to before"),
            must: 3.0,
            aim: 1.5,
            is_cost: true,
            measured: vec![worse],
        },
    ])
}

/// Has clients connect, some at once, and do something.
fn each(
    server: &Server,
    numbers: Range<u64>,
    mut does: impl FnMut(&[u64], &mut [Socket]) -> io::Result<()>,
) -> io::Result<()> {
    let numbers: Vec<u64> = numbers.collect();
    for group in numbers.chunks(TOGETHER) {
        let open = |number: &u64| {
            let address = Ipv4Addr::new(127, 0, 0, (number / TO_AN_ADDRESS) as u8 + 2);
            Socket::open(address, server.port)
        };
        let mut sockets = group.iter().map(open).collect::<io::Result<Vec<_>>>()?;
        sockets.iter_mut().try_for_each(|socket| socket.log_in(Login::default()))?;
        sockets.iter_mut().try_for_each(Socket::logged_in)?;
        does(group, &mut sockets)?;
        sockets.into_iter().try_for_each(Socket::reset)?;
    }
    Ok(())
}

fn subscribe(number: u64) -> String {
    let list = number / TO_A_LIST;
    format!(r#"421["subscribe",{{"scopes":["rows-{list}"],"client":"client-of-its-own-{number:014}"}}]"#)
}

/// Has each read what there is, and notes where it was.
fn leave(group: &[u64], sockets: &mut [Socket], at: &mut HashMap<u64, (u64, String)>) -> io::Result<()> {
    for (number, socket) in group.iter().zip(&mut *sockets) {
        socket.say(&subscribe(*number))?;
        socket.say(&format!(r#"422["snapshot",{{"scope":"rows-{}"}}]"#, number / TO_A_LIST))?;
    }
    for (number, socket) in group.iter().zip(sockets) {
        socket.answered(1, |_| Ok(()))?;
        let answer: Value = serde_json::from_slice(&socket.answered(2, |_| Ok(()))?)?;
        let place = answer["result"]["cursor"].as_u64().zip(answer["result"]["epoch"].as_str());
        let (cursor, epoch) = place.ok_or_else(|| io::Error::other(format!("a snapshot without a place: {answer}")))?;
        at.insert(*number, (cursor, epoch.to_owned()));
    }
    Ok(())
}

/// Has each go on where it was, and counts what it has missed.
fn come_back(group: &[u64], sockets: &mut [Socket], at: &HashMap<u64, (u64, String)>) -> io::Result<()> {
    for (number, socket) in group.iter().zip(&mut *sockets) {
        let (cursor, epoch) = &at[number];
        socket.say(&subscribe(*number))?;
        let list = number / TO_A_LIST;
        socket.say(&format!(
            r#"422["pull",{{"scope":"rows-{list}","cursor":{cursor},"epoch":"{epoch}","limit":1000}}]"#
        ))?;
    }
    for socket in sockets {
        socket.answered(1, |_| Ok(()))?;
        let answer = socket.answered(2, |_| Ok(()))?;
        let missed = answer.windows(CHANGE.len()).filter(|bytes| bytes == &CHANGE).count() as u64;
        if missed != TO_A_LIST * TIMES {
            return Err(unexpected("all changes that were missed", &answer));
        }
    }
    Ok(())
}

/// Stands once in each change of a page.
const CHANGE: &[u8] = br#""op":"update""#;
