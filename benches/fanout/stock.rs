//! The stock Socket.IO client against our server: a question of loss and order, not of time.
//!
//! The generator speaks WebSocket from the start; a stock client begins by polling and changes over, or polls for ever.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::control::Faults;
use crate::entrants::Server;
use crate::figures::Stock;
use crate::pair::{Process, peers};

/// How many clients take part.
const CLIENTS: usize = 40;

/// What the clients are told to use.
const TRANSPORTS: &[(&str, &[&str])] = &[
    ("ours, stock clients that poll", &["polling"]),
    ("ours, stock clients that change to WebSocket under load", &["polling", "websocket"]),
];

/// What the script prints.
#[derive(Deserialize)]
struct Counts {
    deliveries: u64,
    upgrades: u64,
    faults: Faults,
}

/// Lets stock clients join a room while somebody sends to it.
pub(crate) fn check() -> io::Result<Vec<Stock>> {
    TRANSPORTS.iter().map(|(name, transports)| run(name, transports)).collect()
}

fn run(name: &str, transports: &[&str]) -> io::Result<Stock> {
    let (_server, started) = Process::serve(Server::Rust("ours"), CLIENTS, 1, None)?;
    let mut clients = Command::new("node")
        .current_dir(peers())
        .arg("clients.mjs")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let wanted = serde_json::json!({ "port": started.port, "tokens": started.tokens, "transports": transports });
    if let Some(mut input) = clients.stdin.take() {
        input.write_all(wanted.to_string().as_bytes())?;
    }
    let output = clients.wait_with_output()?;
    let Counts { deliveries, upgrades, faults } = serde_json::from_slice(&output.stdout)?;
    if transports.len() > 1 && upgrades == 0 {
        return Err(io::Error::other("no client changed to WebSocket"));
    }
    Ok(Stock { name: name.to_owned(), deliveries, faults })
}
