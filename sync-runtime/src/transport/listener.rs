//! Accepts TCP connections, as [`WireIo`].

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use crate::transport::wire::{Wire, WireLimits};
use crate::transport::wire_io::WireIo;

/// The connection of a request, as axum hands it to handlers and layers.
#[derive(Debug, Clone)]
pub struct WireInfo(pub Weak<Wire>);

impl Connected<IncomingStream<'_, WireListener>> for WireInfo {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        Self(Arc::downgrade(stream.io().wire()))
    }
}

/// Accepts connections as [`WireIo`].
#[derive(Debug)]
pub struct WireListener {
    listener: TcpListener,
    limits: WireLimits,
    flushes: TaskTracker,
}

impl WireListener {
    /// Wraps a listener; `flushes` are the tasks that wait until slow peers have taken what was sent to them.
    pub fn new(listener: TcpListener, limits: WireLimits, flushes: TaskTracker) -> Self {
        Self { listener, limits, flushes }
    }
}

impl Listener for WireListener {
    type Io = WireIo;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (WireIo, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    configure(&stream, self.limits.write_timeout);
                    return (WireIo::new(stream, self.limits, self.flushes.clone()), address);
                }
                Err(error) => {
                    // Mostly too many open files: others have to close first.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

fn configure(stream: &TcpStream, write_timeout: Duration) {
    // Without it, Nagle's algorithm and delayed acknowledgements cost 40 ms for a small frame.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    // A peer that has vanished acknowledges nothing: the kernel then gives up in step with us.
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(write_timeout * 2)) {
        tracing::debug!(%error, "TCP_USER_TIMEOUT could not be set");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = write_timeout;
}
