//! Hears what happens in the rooms in which this node listens.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use redis::aio::{PubSubSink, PubSubStream};
use redis::{Msg, RedisError};
use tokio::sync::{mpsc, oneshot};

use crate::clock::{Instant, interval, sleep, timeout};
use crate::cluster::bus::{BusError, Ears};
use crate::cluster::redis::{KNOWN, Shared, frame};
use crate::storage::millis;
use crate::wire::Position;

/// How long it may take until Redis says that it was heard.
const PATIENCE: Duration = Duration::from_secs(2);
/// After what time it is tried again to connect.
const AGAIN: Duration = Duration::from_millis(200);
/// How often this node says something to itself.
const BEAT: Duration = Duration::from_secs(1);
/// How long it may be that a node has not heard itself.
const SILENCE: Duration = Duration::from_secs(3);
/// How long another node may be silent until it counts as gone.
const LEASE: Duration = Duration::from_secs(10);
/// What a node says last.
pub(super) const ENDED: &str = "ended";
/// What it says when it could not say everything.
pub(super) const MISSED: &str = "missed";
/// How many channels are named together.
const TOGETHER: usize = 512;
/// How many rooms are asked about at once.
const AT_ONCE: usize = 256;
/// How often rooms are kept known in which this node listens: long before they would be forgotten.
const KEEP: Duration = Duration::from_secs(60);

/// What this node wants to hear.
pub(super) enum Command {
    Listen(Arc<str>, Tell<Position>),
    Unlisten(Arc<str>),
    /// Asks whether others listen in a room.
    Others(Arc<str>, Tell<bool>),
}

/// Where somebody is told who waits for it.
type Tell<T> = oneshot::Sender<Result<T, BusError>>;
/// A room in which somebody wants to listen, and waits to be told where its order is.
type Waiting = (Arc<str>, Tell<Position>);
/// A room of which somebody wants to know whether others listen there.
type Asked = (Arc<str>, Tell<bool>);

struct Subscriber {
    shared: Arc<Shared>,
    ears: Weak<dyn Ears>,
    /// The rooms in which this node listens, or is about to.
    rooms: HashSet<Arc<str>>,
    /// The other nodes, and when they were heard last.
    others: HashMap<String, Instant>,
    /// When this node has heard itself last.
    heard_itself: Instant,
}

/// Listens, on one connection after the other, until nobody can command any more.
pub(super) async fn listen_to_all(
    shared: Arc<Shared>,
    mut commands: mpsc::UnboundedReceiver<Command>,
    ears: Weak<dyn Ears>,
) {
    let mut subscriber =
        Subscriber { shared, ears, rooms: HashSet::new(), others: HashMap::new(), heard_itself: Instant::now() };
    let mut waiting = Vec::new();
    loop {
        let ended = subscriber.listen(&mut commands, &mut waiting).await;
        if subscriber.shared.hears.swap(false, Ordering::AcqRel) {
            let why = ended.as_ref().err().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(error = why, "the bus is not heard: what is missed meanwhile is fetched");
        }
        if ended.is_ok() {
            return;
        }
        sleep(AGAIN).await;
        while let Ok(command) = commands.try_recv() {
            subscriber.note(command, &mut waiting);
        }
    }
}

impl Subscriber {
    /// Listens on one connection. Returns `Ok` when nobody can command any more.
    async fn listen(
        &mut self,
        commands: &mut mpsc::UnboundedReceiver<Command>,
        waiting: &mut Vec<Waiting>,
    ) -> Result<(), BusError> {
        let (mut sink, mut heard) = self.connect().await?;
        self.reconcile(waiting).await?;
        let now = Instant::now();
        // While nothing was heard, nobody else was silent.
        self.others.values_mut().for_each(|heard| *heard = now);
        self.heard_itself = now;
        if !self.shared.hears.swap(true, Ordering::AcqRel) {
            tracing::info!(node = self.shared.node, "the bus is heard");
        }
        if let Some(ears) = self.ears.upgrade() {
            ears.missed();
        }
        let (mut beat, mut keep) = (interval(BEAT), interval(KEEP));
        loop {
            tokio::select! {
                message = heard.next() => {
                    let message = message.ok_or_else(|| BusError::new("the connection was closed"))?;
                    self.hear(&message);
                }
                command = commands.recv() => {
                    let Some(command) = command else { return Ok(()) };
                    self.obey(command, commands, waiting, &mut sink).await?;
                }
                _ = beat.tick() => self.beat()?,
                _ = keep.tick() => self.keep_known(),
            }
        }
    }

    /// Connects, and subscribes to everything.
    async fn connect(&self) -> Result<(PubSubSink, PubSubStream), BusError> {
        let (mut sink, heard) = in_time(self.shared.redis.subscriber()).await?.split();
        let Shared { names, node, .. } = &*self.shared;
        in_time(sink.subscribe(&[names.nodes(), names.node(node)])).await?;
        let rooms: Vec<_> = self.rooms.iter().map(|room| self.shared.names.room(room)).collect();
        for channels in rooms.chunks(TOGETHER) {
            in_time(sink.subscribe(channels)).await?;
        }
        Ok((sink, heard))
    }

    /// Finds out where all rooms are, now that nothing more can be missed, and tells those who wait for it.
    async fn reconcile(&mut self, waiting: &mut Vec<Waiting>) -> Result<(), BusError> {
        let shared = &self.shared;
        let rooms: Vec<_> = self.rooms.iter().cloned().collect();
        let asked = rooms.into_iter().map(async |room| {
            let past = shared.past(&room, None).await;
            (room, past.map(|past| past.end))
        });
        let mut asked = stream::iter(asked).buffer_unordered(AT_ONCE);
        while let Some((room, end)) = asked.next().await {
            match (end, self.ears.upgrade()) {
                (Ok(end), Some(ears)) => ears.is_at(&room, end),
                (Ok(_), None) => {}
                // It may be this room alone.
                (Err(error), Some(ears)) if shared.publishes.load(Ordering::Acquire) => {
                    tracing::warn!(room = &*room, %error, "it cannot be found out yet where a room is");
                    ears.may_lack(&room);
                }
                (Err(error), _) => return Err(error),
            }
        }
        self.tell(std::mem::take(waiting));
        Ok(())
    }

    /// Takes note of what is wanted; it is done when there is a connection.
    fn note(&mut self, command: Command, waiting: &mut Vec<Waiting>) {
        match command {
            Command::Listen(room, tell) => {
                self.rooms.insert(room.clone());
                waiting.push((room, tell));
            }
            Command::Unlisten(room) => drop(self.rooms.take(&room)),
            Command::Others(_, tell) => tell.send(Err(BusError::new("it is not heard"))).unwrap_or_default(),
        }
    }

    /// Does what is wanted, all that waits together.
    async fn obey(
        &mut self,
        first: Command,
        commands: &mut mpsc::UnboundedReceiver<Command>,
        waiting: &mut Vec<Waiting>,
        sink: &mut PubSubSink,
    ) -> Result<(), BusError> {
        let mut next = Some(first);
        let (mut wanted, mut unwanted, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(command) = next {
            let command = match command {
                Command::Others(room, tell) => {
                    asked.push((room, tell));
                    next = commands.try_recv().ok();
                    continue;
                }
                command => command,
            };
            match &command {
                Command::Others(..) => {}
                Command::Listen(room, _) => {
                    unwanted.retain(|other| other != room);
                    if !self.rooms.contains(room) {
                        wanted.push(room.clone());
                    }
                }
                Command::Unlisten(room) => {
                    wanted.retain(|other| other != room);
                    unwanted.push(room.clone());
                }
            }
            self.note(command, waiting);
            next = if wanted.len() + unwanted.len() < TOGETHER { commands.try_recv().ok() } else { None };
        }
        let channels = |rooms: &[Arc<str>]| rooms.iter().map(|room| self.shared.names.room(room)).collect::<Vec<_>>();
        if !unwanted.is_empty() {
            in_time(sink.unsubscribe(channels(&unwanted))).await?;
        }
        if !wanted.is_empty() {
            in_time(sink.subscribe(channels(&wanted))).await?;
        }
        self.tell(std::mem::take(waiting));
        self.tell_of_others(asked);
        Ok(())
    }

    /// Tells whether others listen, beside what is heard.
    fn tell_of_others(&self, asked: Vec<Asked>) {
        if asked.is_empty() {
            return;
        }
        let own = |room: &Arc<str>| usize::from(self.rooms.contains(room));
        let asked: Vec<_> = asked.into_iter().map(|(room, tell)| (own(&room), room, tell)).collect();
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let asked = asked.into_iter().map(async |(own, room, tell)| {
                let others = shared.listeners(&room).await.map(|count| count > own);
                tell.send(others).unwrap_or_default();
            });
            stream::iter(asked).buffer_unordered(AT_ONCE).collect::<()>().await;
        });
    }

    /// Tells where rooms are, beside what is heard.
    fn tell(&self, waiting: Vec<Waiting>) {
        if waiting.is_empty() {
            return;
        }
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let asked = waiting.into_iter().map(async |(room, tell)| {
                let end = shared.past(&room, None).await.map(|past| past.end);
                tell.send(end).unwrap_or_default();
            });
            stream::iter(asked).buffer_unordered(AT_ONCE).collect::<()>().await;
        });
    }

    fn hear(&mut self, message: &Msg) {
        let channel = message.get_channel_name();
        let room = self.shared.names.room_of(channel);
        let Ok(said) = str::from_utf8(message.get_payload_bytes()) else {
            tracing::warn!(channel, "something was said on the bus that is no text");
            return;
        };
        if let Some((node, text)) = frame::read_told(said) {
            return self.told(node, text);
        }
        let (Some(room), Some(ears)) = (room, self.ears.upgrade()) else { return };
        match frame::read(said, &self.shared.node) {
            Some(messages) => messages.into_iter().for_each(|message| ears.heard(room, message)),
            // Whoever says such things has no numbers: what was said in between is fetched.
            None => tracing::warn!(channel, "something was said on the bus that is no message of ours"),
        }
    }

    /// Hears what a node has told, or that it lives or has ended.
    fn told(&mut self, node: &str, text: &str) {
        if node == self.shared.node {
            self.heard_itself = Instant::now();
            return;
        }
        let Some(ears) = self.ears.upgrade() else { return };
        if text == ENDED {
            self.others.remove(node);
            self.shared.others.lock().remove(node);
            return ears.gone(node);
        }
        if self.others.insert(node.to_owned(), Instant::now()).is_none() {
            self.shared.others.lock().insert(node.to_owned());
            // So that a new one need not wait to know those that are there.
            self.say_that_it_lives();
        }
        match text {
            "" => {}
            MISSED => ears.missed(),
            text => ears.told(node, text),
        }
    }

    /// Tells all that this node lives, and gives up a connection on which it does not hear that itself.
    fn beat(&mut self) -> Result<(), BusError> {
        if self.heard_itself.elapsed() > SILENCE {
            return Err(BusError::new(format!("nothing was heard for {} seconds", SILENCE.as_secs())));
        }
        let silent: Vec<_> = self.others.extract_if(|_, heard| heard.elapsed() > LEASE).map(|(node, _)| node).collect();
        silent.iter().for_each(|node| drop(self.shared.others.lock().take(node)));
        if let Some(ears) = self.ears.upgrade() {
            silent.iter().for_each(|node| ears.gone(node));
        }
        self.say_that_it_lives();
        Ok(())
    }

    fn say_that_it_lives(&self) {
        let shared = self.shared.clone();
        tokio::spawn(async move {
            if let Err(error) = shared.tell_that_it_lives().await {
                tracing::debug!(%error, "the bus does not answer");
            }
        });
    }

    /// Keeps the order of rooms known in which nothing happens.
    fn keep_known(&self) {
        let shared = self.shared.clone();
        let keys: Vec<_> = self.rooms.iter().map(|room| shared.names.room(room)).collect();
        tokio::spawn(async move {
            for keys in keys.chunks(TOGETHER) {
                let kept = shared.redis.ask(|mut redis| {
                    let mut pipeline = redis::pipe();
                    for key in keys {
                        // Never shorter: what is kept for longer is known for longer.
                        pipeline.cmd("PEXPIRE").arg(key).arg(millis(KNOWN)).arg("GT").ignore();
                    }
                    async move { pipeline.query_async::<()>(&mut redis).await }
                });
                if let Err(error) = kept.await {
                    tracing::debug!(%error, "rooms cannot be kept known");
                    return;
                }
            }
        });
    }
}

async fn in_time<T>(asked: impl Future<Output = Result<T, RedisError>>) -> Result<T, BusError> {
    match timeout(PATIENCE, asked).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(BusError::new("it does not answer")),
    }
}
