//! What memory somebody takes who follows a scope in which nothing happens, beside the socket.

use std::error::Error;
use std::io;
use std::net::Ipv4Addr;

use harness::{Login, Socket, Target, digits, print, print_table};

use crate::options::Options;
use crate::server::Server;

/// How many sockets connect at once.
const TOGETHER: usize = 100;
/// How many of them there are to an address: each has the ports of one.
const TO_AN_ADDRESS: usize = 10_000;

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let count = usize::try_from(options.followers)?;
    let own = followers(count, |number| format!("notes-own-{number}"))?;
    let shared = followers(count, |number| format!("notes-shared-{}", number / 100))?;
    let one = followers(count, |_| "notes-one".to_owned())?;
    print("### Somebody who follows a scope that is quiet, bytes allocated\n");
    let row = |name: &str, (resting, socket, rest): (u64, f64, f64)| {
        vec![name.to_owned(), resting.to_string(), digits(socket), digits(rest)]
    };
    let rows = [row("each a scope", own), row("a hundred each scope", shared), row("all one scope", one)];
    print_table(&["", "scopes that rest", "a socket", "beyond the socket"], &rows);
    print("");
    let what = format!("{count} idle followers: bytes of each beyond its socket");
    Ok(vec![Target { what, must: 1024.0, aim: 307.0, is_cost: true, measured: vec![own.2] }])
}

/// Has so many follow, each a scope, and returns how many scopes rest, and how many bytes a socket takes, and what follows beyond it.
fn followers(count: usize, scope: impl Fn(usize) -> String) -> Result<(u64, f64, f64), Box<dyn Error>> {
    let mut server = Server::start()?;
    // Tables have room for many more from then on.
    let mut sockets = connect(&server, 0..TOGETHER)?;
    follow(&mut sockets, 0, &scope)?;
    let (_, empty) = server.rest()?;
    let mut more = connect(&server, TOGETHER..TOGETHER + count)?;
    let (_, connected) = server.rest()?;
    follow(&mut more, TOGETHER, &scope)?;
    let (resting, following) = server.rest()?;
    sockets.append(&mut more);
    let each = |bytes: f64| bytes / count as f64;
    Ok((resting, each(connected - empty), each(following - connected)))
}

fn connect(server: &Server, numbers: std::ops::Range<usize>) -> io::Result<Vec<Socket>> {
    let mut sockets = Vec::with_capacity(numbers.len());
    for number in numbers {
        let address = Ipv4Addr::new(127, 0, 0, (number / TO_AN_ADDRESS) as u8 + 2);
        let mut socket = Socket::open(address, server.port)?;
        socket.log_in(Login::default())?;
        sockets.push(socket);
        if sockets.len() % TOGETHER == 0 {
            let from = sockets.len() - TOGETHER;
            sockets[from..].iter_mut().try_for_each(Socket::logged_in)?;
        }
    }
    Ok(sockets)
}

fn follow(sockets: &mut [Socket], first: usize, scope: impl Fn(usize) -> String) -> io::Result<()> {
    for (index, group) in sockets.chunks_mut(TOGETHER).enumerate() {
        for (place, socket) in group.iter_mut().enumerate() {
            let number = first + index * TOGETHER + place;
            let say = format!(
                r#"421["subscribe",{{"scopes":["{}"],"client":"client-of-its-own-{number:014}"}}]"#,
                scope(number)
            );
            socket.say(&say)?;
        }
        for socket in group {
            socket.answered(1, |_| Ok(()))?;
        }
    }
    Ok(())
}
