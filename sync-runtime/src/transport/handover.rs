//! The doors while another process takes over, on either side: they stand still, what can be handed over is, and who was there before is let in first.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::{Instant, sleep};
use crate::dispatch::Followers;
use crate::route::App;
use crate::transport::doors::{HandedSocket, Handing};
use crate::transport::open_doors::{ClosedDoors, OpenDoors};
use crate::transport::pipes::{Direct, HandedPipe, Pipe};

/// After what time it is looked again whether all stand still.
const LOOKS_AGAIN: Duration = Duration::from_millis(1);
/// How many connections are taken over in a row, before others have their turn.
const TAKEN_TOGETHER: usize = 64;

/// A connection as one process hands it to the next, besides itself; `P` and `S` are what is known of it and of the socket on it.
#[derive(Debug, Serialize, Deserialize)]
pub struct HandedConnection<P = HandedPipe, S = HandedSocket> {
    pipe: P,
    /// The socket on it; `None` where it is between two requests.
    socket: Option<S>,
}

/// The connections that this process hands over. Nothing is sent on them, and nothing read.
pub struct Connections {
    sockets: Vec<Handing>,
    plain: Vec<(HandedPipe, Arc<Pipe>)>,
}

impl OpenDoors {
    /// Accepts nobody and reads nothing, or goes on: whoever comes, or says something, waits in the kernel.
    pub fn stand_still(&self, still: bool) {
        self.stop.accepting.send_replace(!still);
        self.sockets.stand_still(still);
        self.pipes.stand_still(still);
    }

    /// Waits until all connections stand still behind what was being said there; those that do not by then are left behind.
    pub async fn still(&self, until: Instant) {
        loop {
            self.stand_still(true);
            if self.sockets.are_still() && self.pipes.are_still() || Instant::now() >= until {
                return;
            }
            sleep(LOOKS_AGAIN).await;
        }
    }

    /// Returns the connections that another process can go on with. The server is paused.
    pub async fn handing(&self, followers: Followers) -> Connections {
        let sockets = self.sockets.handing(followers).await;
        let plain = self.pipes.still().into_iter().filter_map(|pipe| Some((HandedPipe::plain(&pipe)?, pipe)));
        let plain: Vec<_> = plain.collect();
        plain.iter().for_each(|(_, pipe)| pipe.lend());
        Connections { sockets, plain }
    }
}

impl Connections {
    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sockets.len() + self.plain.len()
    }

    /// Returns what is handed over of each.
    pub fn handed(&self) -> impl Iterator<Item = HandedConnection<&HandedPipe, &HandedSocket>> {
        let sockets = self.sockets.iter();
        let sockets = sockets.map(|handing| HandedConnection { pipe: &handing.handed, socket: Some(&handing.socket) });
        sockets.chain(self.plain.iter().map(|(pipe, _)| HandedConnection { pipe, socket: None }))
    }

    /// Returns them themselves, in the same order.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let sockets = self.sockets.iter().map(|handing| handing.pipe.descriptor());
        sockets.chain(self.plain.iter().map(|(_, pipe)| pipe.descriptor()))
    }

    /// Takes them back: nobody has them but this process. They stand still.
    pub fn take_back(&self) {
        self.sockets.iter().for_each(Handing::take_back);
        self.plain.iter().for_each(|(_, pipe)| pipe.own());
    }

    /// Lets go of them here: another process has them.
    pub fn let_go(&self) {
        self.sockets.iter().for_each(Handing::let_go);
        self.plain.iter().for_each(|(_, pipe)| pipe.hand_over());
    }
}

impl<A: App> ClosedDoors<A> {
    /// Goes on with connections that another process has had, and returns how many of them are where they were. They stand still.
    pub async fn take_over(&mut self, connections: impl Iterator<Item = (HandedConnection, OwnedFd)>) -> usize {
        let (mut coming, mut count) = (Vec::new(), 0);
        for (index, (HandedConnection { pipe: handed, socket }, pipe)) in connections.enumerate() {
            match (self.listener.take_over(pipe, handed), socket) {
                (Ok((io, info)), Some(socket)) => coming.push(self.doorway.take_over(io, info, socket)),
                (Ok(plain), None) => {
                    self.plain.push(plain);
                    count += 1;
                }
                (Err(error), _) => tracing::warn!(%error, "a connection could not be taken over, and is closed"),
            }
            if index % TAKEN_TOGETHER == TAKEN_TOGETHER - 1 {
                tokio::task::yield_now().await;
            }
        }
        let taken = futures_util::future::join_all(coming).await;
        count + taken.into_iter().filter(|taken| *taken == Ok(true)).count()
    }
}
