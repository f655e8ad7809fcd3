//! Accepts TCP connections, as [`PipeIo`].

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use socket2::Socket;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::task::TaskTracker;

use crate::clock::Instant;
use crate::config::{Config, ProxyNetworks};
use crate::limits::{NoPlace, Place, Places};
use crate::metrics::{ServerMetrics, Tally};
use crate::transport::pipes::direct::Direct;
use crate::transport::pipes::open_pipes::{OpenPipes, Slot};
use crate::transport::pipes::pipe::{Pipe, PipeLimits};
use crate::transport::pipes::pipe_io::PipeIo;
use crate::transport::pipes::tcp::send;

/// The part of an IPv6 address that a host cannot choose (RFC 4291 §2.5.4).
const NETWORK: u128 = !0 << 64;

/// How many may wait to be accepted, as far as the kernel allows it. Whoever is one too many has to ask again after one second, three
/// and seven: when all come back at once, the usual 128 are waited for by hundreds.
const UNACCEPTED: u32 = 4096;

/// How long it takes until a listener that has not been able to accept anything says so again.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// The pipe of a request, as handlers and layers find it in the request's extensions.
#[derive(Debug, Clone)]
pub struct PipeInfo {
    /// The pipe.
    pub pipe: Weak<Pipe>,
    /// Where its request comes from: from the other end of the pipe, or from whoever a trusted proxy speaks for.
    pub address: IpAddr,
    /// Whether a trusted proxy speaks for whoever asks: the pipe is that of many.
    pub is_proxied: bool,
    /// Whether it was accepted beyond what the server has room for: only the health of the server is told on it.
    pub is_spare: bool,
}

impl PipeInfo {
    /// Returns what its address says of a host: of IPv6 the network, since every host has as many addresses as it likes.
    #[must_use]
    pub fn host(&self) -> IpAddr {
        host(self.address)
    }
}

fn host(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        // This machine is no network of them.
        IpAddr::V6(address) if !address.is_loopback() => IpAddr::from((address.to_bits() & NETWORK).to_be_bytes()),
        address => address,
    }
}

/// A pipe as one process hands it to the next, besides the connection itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandedPipe {
    /// The other end of the connection.
    pub peer: IpAddr,
    /// Where its handshake came from.
    pub address: IpAddr,
    /// What waits to be sent on a WebSocket, in Base64.
    unsent: Option<String>,
}

impl HandedPipe {
    /// Says what there is to be known of a WebSocket on which this waits to be sent.
    pub(in crate::transport) fn websocket(peer: IpAddr, address: IpAddr, unsent: &[u8]) -> Self {
        Self { peer, address, unsent: Some(BASE64_STANDARD_NO_PAD.encode(unsent)) }
    }

    /// Says what there is to be known of one that is no WebSocket.
    pub(in crate::transport) fn plain(pipe: &Pipe) -> Option<Self> {
        let peer = pipe.peer()?;
        Some(Self { peer, address: peer, unsent: None })
    }
}

/// Tells a client whose address has too many connections, as far as the kernel takes it at once, and waits for nothing of it.
fn turn_away(stream: &TcpStream) {
    const ANSWER: &[u8] =
        b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    send(stream, ANSWER).map(drop).unwrap_or_default();
    tracing::debug!("an address has too many connections");
}

/// Accepts pipes as [`PipeIo`].
#[derive(Debug)]
pub struct PipeListener {
    listener: TcpListener,
    /// Whether somebody else holds it, too.
    is_handed_down: bool,
    address: SocketAddr,
    limits: PipeLimits,
    flushes: TaskTracker,
    pipes: Arc<OpenPipes>,
    /// How many each address has.
    places: Arc<Places>,
    /// Whose pipes are those of many.
    proxies: ProxyNetworks,
    /// Counts who is turned away since its address has as many as it may have.
    turned_away: Option<Tally>,
    /// The pipe that waits for its place.
    accepted: Option<(TcpStream, SocketAddr, Place)>,
    last_failure: Option<Instant>,
}

impl PipeListener {
    /// Listens on the configured address, or on the socket that was handed down: by whoever has started the server, or by systemd.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub async fn bind(config: &Config) -> io::Result<Self> {
        let handed_down = if config.inherit_listener { Some(inherited()?) } else { activated()? };
        let is_handed_down = handed_down.is_some();
        let listener = handed_down.map_or_else(|| listen(config.listen), Ok)?;
        Ok(Self { is_handed_down, ..Self::on(config, listener)? })
    }

    /// Returns whether somebody else holds the socket, too, for the server after this one.
    #[must_use]
    pub fn is_handed_down(&self) -> bool {
        self.is_handed_down
    }

    /// Listens on a socket that another process hands over, to which it may have been handed down.
    ///
    /// # Errors
    ///
    /// When it is none.
    #[cfg(unix)]
    pub fn on_handed(config: &Config, listener: std::os::fd::OwnedFd, is_handed_down: bool) -> io::Result<Self> {
        let socket = Socket::from(listener);
        socket.set_nonblocking(true)?;
        Ok(Self { is_handed_down, ..Self::on(config, TcpListener::from_std(socket.into())?)? })
    }

    fn on(config: &Config, listener: TcpListener) -> io::Result<Self> {
        let (address, limits) = (listener.local_addr()?, PipeLimits::new(config));
        let (flushes, pipes) = (TaskTracker::new(), Arc::default());
        let (places, proxies) = (Places::new(config), config.proxies());
        let (turned_away, accepted, last_failure) = (None, None, None);
        let is_handed_down = false;
        Ok(Self {
            listener,
            is_handed_down,
            address,
            limits,
            flushes,
            pipes,
            places,
            proxies,
            turned_away,
            accepted,
            last_failure,
        })
    }

    /// Has `metrics` count who is turned away. They are there only after somebody listens.
    #[must_use]
    pub fn counted(self, metrics: &ServerMetrics) -> Self {
        Self { turned_away: Some(metrics.limit("connections")), ..self }
    }

    /// Returns the address, with the port that was chosen where the configuration said 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the tasks that wait until slow peers have taken what was sent to them.
    #[must_use]
    pub fn flushes(&self) -> &TaskTracker {
        &self.flushes
    }

    /// Returns what says how many pipes are open.
    #[must_use]
    pub fn open_pipes(&self) -> &Arc<OpenPipes> {
        &self.pipes
    }

    /// Waits for the next pipe. Nothing is lost when this is dropped and called again.
    pub(super) async fn accept(&mut self) -> (PipeIo, PipeInfo) {
        loop {
            if self.accepted.is_some() {
                let slot = self.pipes.slot().await;
                match (self.accepted.take(), slot) {
                    (Some((stream, address, place)), Some(slot)) => {
                        return self.take(stream, address, slot.at(place));
                    }
                    // Closed: even those who ask for the server's health have waited in vain.
                    _ => self.complain("too many connections"),
                }
            }
            match self.listener.accept().await {
                Ok((stream, address)) => match self.place(address.ip()) {
                    Ok(place) => self.accepted = Some((stream, address, place)),
                    Err(NoPlace) => {
                        self.turned_away.iter().for_each(Tally::count);
                        turn_away(&stream);
                    }
                },
                // That was about one connection, which has gone again.
                Err(error) if is_of_one(&error) => tracing::debug!(%error, "a connection could not be accepted"),
                Err(error) => {
                    self.complain(&error);
                    // Mostly too many open files: others have to close first. Who else has files of the process does not tell.
                    self.pipes.make_room();
                    self.pipes.freed(Duration::from_millis(50)).await;
                }
            }
        }
    }

    /// Takes a place for one more pipe of an address. If it has none left, its quiet ones have to go first.
    fn place(&self, address: IpAddr) -> Result<Place, NoPlace> {
        let host = Some(host(address)).filter(|_| !self.proxies.contains(address));
        self.places.take(host).or_else(|NoPlace| {
            self.pipes.make_room_at(host);
            self.places.take(host)
        })
    }

    fn take(&self, stream: TcpStream, address: SocketAddr, slot: Slot) -> (PipeIo, PipeInfo) {
        // Without it, Nagle's algorithm and delayed acknowledgements cost 40 ms for a small frame.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let is_spare = slot.is_spare();
        let io = PipeIo::new(stream, self.limits, self.flushes.clone(), slot);
        let pipe = Arc::downgrade(io.pipe());
        (io, PipeInfo { pipe, address: address.ip(), is_proxied: self.proxies.contains(address.ip()), is_spare })
    }

    /// Goes on with a pipe that another process has had.
    ///
    /// # Errors
    ///
    /// What the operating system says; that there is no room.
    #[cfg(unix)]
    pub(in crate::transport) fn take_over(
        &self,
        pipe: std::os::fd::OwnedFd,
        handed: HandedPipe,
    ) -> io::Result<(PipeIo, PipeInfo)> {
        let HandedPipe { peer, address, unsent } = handed;
        let unsent = unsent.map(|unsent| BASE64_STANDARD_NO_PAD.decode(unsent)).transpose();
        let unsent = unsent.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let socket = Socket::from(pipe);
        socket.set_nonblocking(true)?;
        let full = || io::Error::new(io::ErrorKind::QuotaExceeded, "there is no room for another connection");
        let slot = self.pipes.free_slot().ok_or_else(full)?;
        // It had its place where it was; whoever comes next is told when there are too many.
        let slot = match self.place(peer) {
            Ok(place) => slot.at(place),
            Err(NoPlace) => slot,
        };
        let is_spare = slot.is_spare();
        let io = PipeIo::new(TcpStream::from_std(socket.into())?, self.limits, self.flushes.clone(), slot);
        io.pipe().take_over(unsent);
        let pipe = Arc::downgrade(io.pipe());
        Ok((io, PipeInfo { pipe, address, is_proxied: self.proxies.contains(peer), is_spare }))
    }

    /// Returns the socket that is listened on, for another process.
    #[cfg(unix)]
    pub(in crate::transport) fn descriptor(&self) -> io::Result<std::os::fd::OwnedFd> {
        std::os::fd::AsFd::as_fd(&self.listener).try_clone_to_owned()
    }

    /// Says once for each minute of trouble why pipes are not accepted.
    fn complain(&mut self, why: &(impl std::fmt::Display + ?Sized)) {
        if self.last_failure.is_none_or(|last| last.elapsed() > SAY_AGAIN) {
            self.last_failure = Some(Instant::now());
            tracing::error!(%why, open = self.pipes.open(), "connections cannot be accepted");
        }
    }
}

/// Takes the socket that is standard input: a copy of it, since nobody can take standard input itself away.
#[cfg(unix)]
fn inherited() -> io::Result<TcpListener> {
    use std::os::fd::AsFd;

    let socket = Socket::from(io::stdin().as_fd().try_clone_to_owned()?);
    // Of anything else, this is an error that says so.
    socket.local_addr()?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

#[cfg(not(unix))]
fn inherited() -> io::Result<TcpListener> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "a socket is handed down on Unix alone"))
}

/// Takes the first socket that systemd has opened for this process, if it has: sd_listen_fds(3).
#[cfg(unix)]
fn activated() -> io::Result<Option<TcpListener>> {
    let Some(listener) = listenfd::ListenFd::from_env().take_tcp_listener(0)? else { return Ok(None) };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}

#[cfg(not(unix))]
fn activated() -> io::Result<Option<TcpListener>> {
    Ok(None)
}

/// Listens, as [`TcpListener::bind`] does, for many who come at once.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that starts again would else wait until the kernel has forgotten the connections of the one before. Elsewhere than on
    // Unix it would let two servers have one port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(UNACCEPTED)
}

/// Returns whether an error is about the connection that was about to be accepted; accept(2) names them.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | HostUnreachable | NetworkUnreachable
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::timeout;

    /// More than listening sockets usually hold, and fewer than the files that a process may mostly open.
    const AT_ONCE: usize = 400;

    #[tokio::test]
    async fn who_comes_while_many_wait_to_be_accepted_need_not_ask_again() {
        let config = Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..Config::default() };
        let listener = PipeListener::bind(&config).await.expect("a port");
        // A refused attempt is repeated after a second.
        let connect = async || timeout(Duration::from_millis(900), TcpStream::connect(listener.address())).await;
        let connected = futures_util::future::join_all((0..AT_ONCE).map(|_| connect())).await;
        assert!(connected.iter().all(|connected| matches!(connected, Ok(Ok(_)))));
    }
}
