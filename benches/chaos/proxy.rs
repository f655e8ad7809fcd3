//! The way between members and server, on which connections fare badly.

use std::error::Error;
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::chance::Chance;

/// One in so many connections fares badly in a round: 5 %.
const ONE_IN: u64 = 20;
/// One in so many pieces of what goes over a connection is late, and how many milliseconds.
const LATE_ONE_IN: u64 = 20;
const LATE_MILLIS: std::ops::Range<u64> = 1..100;
/// Within how many milliseconds of a round's beginning it happens.
const SOON: std::ops::Range<u64> = 0..1000;
/// How long somebody is left who is half closed, or hears nothing any more.
const LEFT_ALONE: Duration = Duration::from_secs(6);

/// How many may wait to be accepted.
const UNACCEPTED: u32 = 4096;

/// A proxy that runs, in a thread of its own, until the program ends.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    /// The number of the round; 0 while nothing happens to anybody.
    rounds: watch::Sender<u64>,
}

/// What can happen to a connection.
#[derive(Debug, Clone, Copy)]
enum Misfortune {
    /// Both sides are told with RST.
    Cut,
    /// The same, in the middle of what is on its way.
    Torn,
    /// The server hears that the client says no more, and the client does not know.
    NoWayThere,
    /// The client hears that the server says no more, and the server does not know.
    NoWayBack,
    /// Nobody hears anything any more, and nobody is told.
    Silence,
}

impl Proxy {
    /// Has one stand before the server of this port.
    pub(crate) fn start(server: u16, seed: u64) -> Result<Self, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(async { listen() })?;
        let port = listener.local_addr()?.port();
        let (rounds, round) = watch::channel(0);
        std::thread::spawn(move || runtime.block_on(accept(listener, server, seed, round)));
        Ok(Self { port, rounds })
    }

    /// Has something happen to one in twenty connections; with 0 to nobody any more.
    pub(crate) fn begin(&self, round: u64) {
        self.rounds.send_replace(round);
    }
}

/// Listens for all who may come at once.
fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    socket.listen(UNACCEPTED)
}

async fn accept(listener: TcpListener, server: u16, seed: u64, rounds: watch::Receiver<u64>) -> io::Result<()> {
    for number in 0.. {
        let (client, _) = listener.accept().await?;
        tokio::spawn(carry(client, server, Chance::new(seed, number), rounds.clone()));
    }
    Ok(())
}

/// Carries one connection until it ends, or has a misfortune.
async fn carry(client: TcpStream, server: u16, mut chance: Chance, rounds: watch::Receiver<u64>) -> io::Result<()> {
    let server = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, server))).await;
    let Ok(server) = server else { return client.set_zero_linger() };
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mut there = Pipe::new(from_client, to_server, chance.clone());
    let mut back = Pipe::new(from_server, to_client, Chance::new(chance.below(u64::MAX), 1));
    let misfortune = tokio::select! {
        ended = async { tokio::try_join!(there.run(), back.run()) } => return ended.map(drop).or_else(|_| there.cut(&back)),
        misfortune = misfortune(&mut chance, rounds) => misfortune,
    };
    match misfortune {
        Misfortune::Cut => {}
        Misfortune::Torn => {
            there.tear().await?;
            back.tear().await?;
        }
        Misfortune::NoWayThere => {
            there.to.shutdown().await?;
            timeout(LEFT_ALONE, back.run()).await.map(drop).unwrap_or_default();
        }
        Misfortune::NoWayBack => {
            back.to.shutdown().await?;
            timeout(LEFT_ALONE, there.run()).await.map(drop).unwrap_or_default();
        }
        Misfortune::Silence => sleep(LEFT_ALONE).await,
    }
    there.cut(&back)
}

/// Waits for what happens to a connection.
async fn misfortune(chance: &mut Chance, mut rounds: watch::Receiver<u64>) -> Misfortune {
    rounds.mark_unchanged();
    loop {
        if rounds.changed().await.is_err() {
            return pending().await;
        }
        let is_calm = *rounds.borrow_and_update() == 0;
        if is_calm || !chance.once_in(ONE_IN) {
            continue;
        }
        sleep(chance.millis(SOON)).await;
        return match chance.below(5) {
            0 => Misfortune::Cut,
            1 => Misfortune::Torn,
            2 => Misfortune::NoWayThere,
            3 => Misfortune::NoWayBack,
            _ => Misfortune::Silence,
        };
    }
}

/// One direction of a connection.
struct Pipe {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    /// What was read and is not written yet: nothing is lost where [`Pipe::run`] is given up.
    held: Vec<u8>,
    chance: Chance,
}

impl Pipe {
    fn new(from: OwnedReadHalf, to: OwnedWriteHalf, chance: Chance) -> Self {
        Self { from, to, held: Vec::with_capacity(16 * 1024), chance }
    }

    /// Carries everything until one side says no more, and tells the other.
    async fn run(&mut self) -> io::Result<()> {
        loop {
            if self.held.is_empty() && self.from.read_buf(&mut self.held).await? == 0 {
                return self.to.shutdown().await;
            }
            if self.chance.once_in(LATE_ONE_IN) {
                sleep(self.chance.millis(LATE_MILLIS)).await;
            }
            while !self.held.is_empty() {
                let written = self.to.write(&self.held).await?;
                self.held.drain(..written);
            }
        }
    }

    /// Passes on a part of what there is.
    async fn tear(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            match self.from.try_read_buf(&mut self.held) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ => {}
            }
        }
        let part = self.chance.below(self.held.len() as u64 + 1) as usize;
        self.to.write_all(&self.held[..part]).await
    }

    /// Has both sides be told with RST that the connection is gone, when it is dropped.
    fn cut(&self, back: &Self) -> io::Result<()> {
        self.from.as_ref().set_zero_linger()?;
        back.from.as_ref().set_zero_linger()
    }
}
