//! All doors of a server that runs, as one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::task::AbortHandle;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::dispatch::Dispatcher;
use crate::route::App;
use crate::transport::doors::{ClosedSockets, Doorway, EngineSockets, Ready, Traffic, router};
use crate::transport::pipes::{Direct, OpenPipes, PipeInfo, PipeIo, PipeListener, Stop, serve};

/// The doors, open: requests and messages come in and are handed to the dispatcher.
///
/// The methods that close them are steps, to be taken in the order in which they stand here, or the last alone; dropped without that, all pipes
/// are served on.
#[derive(Debug)]
pub struct OpenDoors {
    address: SocketAddr,
    pub(super) sockets: Arc<EngineSockets>,
    pub(super) pipes: Arc<OpenPipes>,
    ready: Ready,
    /// A copy of what is listened on.
    #[cfg(unix)]
    listening: std::os::fd::OwnedFd,
    /// The tasks that wait until slow peers have taken what was sent to them.
    flushes: TaskTracker,
    pub(super) stop: Stop,
    /// Whether another process accepts what comes when this one does not any more.
    has_successor: bool,
    serving: TaskTracker,
    served: AbortHandle,
    /// Keep what is counted small, drop what rooms, and callers, need not have kept any more, and notice that the machine has slept.
    #[expect(dead_code, reason = "they are there to be dropped")]
    tidying: Tidying,
}

/// The tasks that tidy up, as long as they are not dropped.
pub(super) type Tidying = [AbortOnDropHandle<()>; 9];

/// Begins to tidy up.
pub(super) fn tidying<A: App>(dispatcher: &Arc<Dispatcher<A>>, sockets: &Arc<EngineSockets>) -> Tidying {
    let (metrics, rooms, calls) = (dispatcher.metrics().clone(), dispatcher.clone(), dispatcher.clone());
    let counting = tokio::spawn(async move { metrics.keep_small().await });
    let expiring = tokio::spawn(async move { rooms.hub().expire_rooms().await });
    let forgetting = tokio::spawn(async move { calls.forget_calls().await });
    let values = dispatcher.clone();
    let leaving = tokio::spawn(async move { values.expire_states().await });
    let asleep = sockets.clone();
    let asking = tokio::spawn(async move { asleep.watch_sleep().await });
    let (poking, trimming) = (dispatcher.clone(), dispatcher.clone());
    let poking = tokio::spawn(async move { poking.poke_subscribers().await });
    let trimming = tokio::spawn(async move { trimming.trim_log().await });
    let clients = dispatcher.clone();
    let keeping = tokio::spawn(async move { clients.keep_clients().await });
    let quiet = dispatcher.clone();
    let resting = tokio::spawn(async move { quiet.rest_scopes().await });
    [counting, expiring, forgetting, leaving, asking, poking, trimming, keeping, resting].map(AbortOnDropHandle::new)
}

/// The doors as long as nobody comes in: those who were there before are let in first.
pub struct ClosedDoors<A: App> {
    pub(super) listener: PipeListener,
    dispatcher: Arc<Dispatcher<A>>,
    sockets: Arc<EngineSockets>,
    ready: Ready,
    pub(super) doorway: Doorway<A>,
    /// The pipes of another process that are no WebSockets.
    pub(super) plain: Vec<(PipeIo, PipeInfo)>,
}

impl<A: App> ClosedDoors<A> {
    /// Builds them.
    #[must_use]
    pub fn new(listener: PipeListener, dispatcher: &Arc<Dispatcher<A>>) -> Self {
        let listener = listener.counted(dispatcher.metrics());
        let ready: Ready = Arc::new(AtomicBool::new(true));
        let sockets = Arc::new(EngineSockets::new(dispatcher.config(), dispatcher.metrics()));
        let doorway = Doorway::new(dispatcher, &sockets, &ready);
        Self { listener, dispatcher: dispatcher.clone(), sockets, ready, doorway, plain: Vec::new() }
    }

    /// Lets everybody in, with the app's own `routes` beside ours.
    #[must_use]
    pub fn open(self, routes: Router) -> OpenDoors {
        let Self { listener, dispatcher, sockets, ready, doorway, plain } = self;
        let (address, flushes) = (listener.address(), listener.flushes().clone());
        #[cfg(unix)]
        let listening = listener.descriptor().expect("a socket that is open can be copied");
        let router = router(&dispatcher, (&doorway, &sockets), listener.open_pipes(), &ready, routes);
        let tidying = tidying(&dispatcher, &sockets);
        let (stop, serving) = (Stop::default(), TaskTracker::new());
        let has_successor = listener.is_handed_down();
        let pipes = listener.open_pipes().clone();
        plain.iter().for_each(|(io, _)| io.pipe().own());
        let served = serve(listener, plain, router, dispatcher.config().into(), stop.clone());
        let served = serving.spawn(served).abort_handle();
        sockets.go_on();
        OpenDoors {
            address,
            sockets,
            pipes,
            ready,
            #[cfg(unix)]
            listening,
            flushes,
            stop,
            has_successor,
            serving,
            served,
            tidying,
        }
    }
}

impl<A: App> std::fmt::Debug for ClosedDoors<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClosedDoors").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl OpenDoors {
    /// Returns the address, with the port that was chosen where the configuration said 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns how many sockets the server closed, by reason.
    #[must_use]
    pub fn closed_sockets(&self) -> &ClosedSockets {
        self.sockets.closed_sockets()
    }

    /// Returns what passes through the sockets that are open.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.sockets.traffic()
    }

    /// Returns whether somebody else holds what is listened on, too, for the server after this one.
    #[cfg(unix)]
    #[must_use]
    pub fn is_handed_down(&self) -> bool {
        self.has_successor
    }

    /// Lets no more sockets in, and says at `/readyz` that others are to be asked. Where somebody else is about to accept from the same
    /// socket, whoever comes now waits for them.
    pub fn turn_away(&self) {
        self.ready.store(false, Ordering::Release);
        if self.has_successor {
            self.stop.accepting.send_replace(false);
        }
    }

    /// Returns the socket that is listened on, for another process.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    #[cfg(unix)]
    pub fn descriptor(&self) -> std::io::Result<std::os::fd::OwnedFd> {
        self.listening.try_clone()
    }

    /// Tells all clients that they will be closed, and when to come back.
    pub fn announce_stop(&self) {
        self.sockets.announce_stop();
    }

    /// Waits until every client gets all that was sent even if its socket is closed now; for those that poll, no longer than `polling`.
    pub async fn flushed(&self, polling: Duration) {
        self.sockets.flushed(polling).await;
    }

    /// Closes all sockets, so that their clients connect again, and returns when they are closed.
    pub async fn close_sockets(&self) {
        self.sockets.close_all().await;
    }

    /// Waits until those who read slowly have taken what was sent to them.
    pub async fn drained(&self) {
        self.flushes.close();
        self.flushes.wait().await;
    }

    /// Accepts no more pipes, and returns when the requests on those that are open are answered.
    pub async fn close(&self) {
        self.stop.serving.cancel();
        self.serving.close();
        self.serving.wait().await;
    }

    /// Cuts all pipes, whatever is on them.
    pub fn cut(&self) {
        self.stop.serving.cancel();
        self.sockets.close();
        self.served.abort();
    }
}
