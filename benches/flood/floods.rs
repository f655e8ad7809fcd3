//! What one client can do too much of.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::peer::{Peer, connect, frame};

/// Floods until told to stop, or until the server hangs up.
pub(crate) type Flood = fn(SocketAddr, Arc<AtomicBool>) -> Pin<Box<dyn Future<Output = io::Result<()>>>>;

/// Where it comes from.
const FROM: [u8; 4] = [127, 0, 0, 2];
/// How many things are sent at once.
const TOGETHER: usize = 64;
/// How many connections are kept half-open.
const HALF_OPEN: usize = 3000;

pub(crate) const FLOODS: &[(&str, Flood)] = &[
    ("none, but a thread that is as busy", |_, goes_on| Box::pin(spin(goes_on))),
    ("calls of a route that needs a login", |address, goes_on| {
        Box::pin(pour(address, goes_on, r#"42["sync",{"name":"bench/everyone","version":"v1","data":{"amount":1,"pad":""},"receiver":"bench-flood"}]"#.to_owned()))
    }),
    ("joins and leaves", |address, goes_on| {
        Box::pin(pour(address, goes_on, r#"420["joinRoom",{"room":"bench-flood"}]"#.to_owned()))
    }),
    ("messages of 900 kB", |address, goes_on| {
        let pad = "x".repeat(900_000);
        Box::pin(pour(
            address,
            goes_on,
            format!(r#"42["sync",{{"name":"bench/everyone","version":"v1","data":{{"pad":"{pad}"}},"receiver":"a"}}]"#),
        ))
    }),
    ("handshakes", |address, goes_on| Box::pin(handshakes(address, goes_on))),
    ("half-open connections", |address, goes_on| Box::pin(half_open(address, goes_on))),
];

async fn spin(goes_on: Arc<AtomicBool>) -> io::Result<()> {
    while goes_on.load(Ordering::Relaxed) {
        std::hint::spin_loop();
    }
    Ok(())
}

async fn pour(address: SocketAddr, goes_on: Arc<AtomicBool>, text: String) -> io::Result<()> {
    let mut peer = Peer::open(address, FROM, None).await?;
    let together = if text.len() > 10_000 { 1 } else { TOGETHER };
    let frames = frame(&text).repeat(together);
    while goes_on.load(Ordering::Relaxed) {
        peer.pour(&frames).await?;
    }
    Ok(())
}

/// Asks for one socket after the other, and says CONNECT on none.
async fn handshakes(address: SocketAddr, goes_on: Arc<AtomicBool>) -> io::Result<()> {
    let mut stream = connect(address, FROM).await?;
    let requests = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nhost: bench\r\n\r\n".repeat(TOGETHER);
    let mut answers = vec![0; 64 * 1024];
    while goes_on.load(Ordering::Relaxed) {
        let (mut reading, mut writing) = stream.split();
        let mut sending = std::pin::pin!(writing.write_all(requests.as_bytes()));
        loop {
            tokio::select! {
                sent = &mut sending => break sent?,
                read = reading.read(&mut answers) => if read? == 0 { return Ok(()) },
            }
        }
    }
    Ok(())
}

/// Opens connections, says half a word on each, and lets the oldest go.
async fn half_open(address: SocketAddr, goes_on: Arc<AtomicBool>) -> io::Result<()> {
    let mut open: VecDeque<TcpStream> = VecDeque::new();
    while goes_on.load(Ordering::Relaxed) {
        let mut stream = connect(address, FROM).await?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap_or_default();
        open.push_back(stream);
        if open.len() > HALF_OPEN {
            open.pop_front();
        }
    }
    Ok(())
}
