//! A way to a database on which connections are cut.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

/// One in so many pieces of what goes over a connection is the last one.
const CUT_ONE_IN: u32 = 4000;
/// How many bytes are read at once, at most.
const PIECE: usize = 16 << 10;

/// A proxy that runs, in threads of its own, until the program ends.
pub(crate) struct Proxy {
    port: u16,
    /// The port that it leads to.
    to: Arc<AtomicU16>,
    cuts: Arc<AtomicBool>,
}

impl Proxy {
    /// Has one stand before whatever listens on a port; it cuts nothing yet.
    pub(crate) fn start(to: u16, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let cuts = Arc::new(AtomicBool::new(false));
        let to = Arc::new(AtomicU16::new(to));
        let (cutting, leads_to) = (cuts.clone(), to.clone());
        std::thread::spawn(move || {
            let mut chance = fastrand::Rng::with_seed(seed);
            for client in listener.incoming().map_while(Result::ok) {
                // Where nobody listens, the client is cut off by its end.
                let Ok(server) = TcpStream::connect(("127.0.0.1", leads_to.load(Ordering::Acquire))) else { continue };
                carry_both_ways(&client, &server, &cutting, &mut chance).expect("two ways");
            }
        });
        Self { port, to, cuts }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Leads to another port from now on; who is connected stays where they are.
    pub(crate) fn lead_to(&self, port: u16) {
        self.to.store(port, Ordering::Release);
    }

    /// Cuts connections from now on, or does not any more.
    pub(crate) fn cut(&self, cuts: bool) {
        self.cuts.store(cuts, Ordering::Release);
    }
}

fn carry_both_ways(
    client: &TcpStream,
    server: &TcpStream,
    cuts: &Arc<AtomicBool>,
    chance: &mut fastrand::Rng,
) -> io::Result<()> {
    for (from, to) in [(client, server), (server, client)] {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        let (cuts, mut chance) = (cuts.clone(), chance.fork());
        std::thread::spawn(move || {
            // Whoever fails has been cut off.
            carry(&mut from, &mut to, &cuts, &mut chance).unwrap_or_default();
            for side in [&from, &to] {
                side.shutdown(Shutdown::Both).unwrap_or_default();
            }
        });
    }
    Ok(())
}

/// Carries what is said one way, until it is said no more or cut off, in the middle of a piece.
fn carry(from: &mut TcpStream, to: &mut TcpStream, cuts: &AtomicBool, chance: &mut fastrand::Rng) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        if cuts.load(Ordering::Acquire) && chance.u32(..CUT_ONE_IN) == 0 {
            return to.write_all(&piece[..count / 2]);
        }
        to.write_all(&piece[..count])?;
    }
}
