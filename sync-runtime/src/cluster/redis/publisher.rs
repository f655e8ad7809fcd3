//! Publishes what happens on this node: all that waits together, and one batch behind the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{ErrorKind, RedisError, Value};
use tokio::sync::{mpsc, oneshot};

use crate::clock::sleep;
use crate::cluster::bus::{BusError, Message, Retention};
use crate::cluster::redis::{KNOWN, PUBLISH, Shared};
use crate::rooms::NewValue;
use crate::storage::{millis, process};
use crate::wire::Position;

/// How much is published together, at most: what waits is of no use to anybody.
const TOGETHER: usize = 512;
const TOGETHER_BYTES: usize = 1024 * 1024;
/// After what time it is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// What waits to be said.
pub(super) enum Outgoing {
    /// A message that waits for its place.
    Message(Waiting),
    /// What others are to be told.
    News(News),
}

/// What others are to be told.
pub(super) struct News {
    pub(super) channel: String,
    /// The room of the channel, if it is one's.
    pub(super) room: Option<Arc<str>>,
    pub(super) text: String,
    /// Dropped when it was said; who has this waits for that, and would rather have it lost than said twice.
    pub(super) said: Option<oneshot::Sender<()>>,
}

impl Outgoing {
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Message(Waiting { message, .. }) => {
                message.text.len() + message.value.as_ref().map_or(0, |value| value.json.len())
            }
            Self::News(News { text, .. }) => text.len(),
        }
    }
}

/// A message that waits for its place.
pub(super) struct Waiting {
    pub(super) message: Message,
    pub(super) tell: oneshot::Sender<Result<Position, BusError>>,
}

/// The messages of one room, in their order.
struct Group {
    room: Arc<str>,
    retention: Retention,
    messages: Vec<Waiting>,
}

/// What is said together, in its order.
#[derive(Default)]
struct Batch {
    parts: Vec<Part>,
    count: usize,
    bytes: usize,
    /// Where a further message of a room belongs; nowhere once the room was told something else behind those that there are.
    rooms: HashMap<Arc<str>, Option<usize>>,
}

enum Part {
    Group(Group),
    News(News),
}

/// A connection on which it is published, and which Redis answers there.
struct Link {
    redis: MultiplexedConnection,
    run: Arc<str>,
}

/// Publishes for as long as there are senders. A batch is tried until it is known what came of it; the next one waits.
pub(super) async fn publish_all(shared: Arc<Shared>, mut coming: mpsc::UnboundedReceiver<Outgoing>) {
    let mut link = connected(&shared).await;
    taken(&shared);
    let mut left = None;
    while let Some(mut batch) = next_batch(&mut coming, &mut left).await {
        let mut is_repeat = false;
        loop {
            match link.publish(&shared, &batch.parts, is_repeat).await {
                Ok(answers) => {
                    let why;
                    (batch.parts, why) = settle(batch.parts, answers);
                    match why {
                        // It answers, and takes nothing: it is full, or a replica.
                        Some(error) => lost(&shared, &error.into()),
                        None => taken(&shared),
                    }
                }
                Err(error) => {
                    batch.parts.retain(|part| !matches!(part, Part::News(News { said: Some(_), .. })));
                    lost(&shared, &error.into());
                    if batch.parts.is_empty() {
                        // Nothing is left that would tell when it takes something again.
                        link = connected(&shared).await;
                        taken(&shared);
                    }
                }
            }
            if batch.parts.is_empty() {
                break;
            }
            sleep(AGAIN).await;
            link = connected(&shared).await;
            is_repeat = true;
        }
        shared.waiting.fetch_sub(batch.bytes, Ordering::AcqRel);
    }
}

/// Takes what waits, as far as it can be said together; what cannot is `left` for the next time.
async fn next_batch(coming: &mut mpsc::UnboundedReceiver<Outgoing>, left: &mut Option<Outgoing>) -> Option<Batch> {
    let mut next = match left.take() {
        Some(left) => left,
        None => coming.recv().await?,
    };
    let mut batch = Batch::default();
    loop {
        *left = batch.take(next);
        if left.is_some() || batch.is_full() {
            return Some(batch);
        }
        match coming.try_recv() {
            Ok(more) => next = more,
            Err(_) => return Some(batch),
        }
    }
}

impl Batch {
    /// Takes what is said behind all that it has; gives back a message of a room that was told something behind an earlier one: those of one
    /// batch get their places all at once, or not at all. Between rooms there is no order.
    fn take(&mut self, outgoing: Outgoing) -> Option<Outgoing> {
        let bytes = outgoing.bytes();
        match outgoing {
            Outgoing::News(news) => {
                if let Some(known) = news.room.as_ref().and_then(|room| self.rooms.get_mut(room)) {
                    *known = None;
                }
                self.parts.push(Part::News(news));
            }
            Outgoing::Message(waiting) => {
                let Message { room, retention, .. } = &waiting.message;
                let (room, retention) = (room.clone(), *retention);
                match self.rooms.get(&room) {
                    Some(None) => return Some(Outgoing::Message(waiting)),
                    Some(Some(index)) => {
                        if let Part::Group(group) = &mut self.parts[*index] {
                            group.messages.push(waiting);
                        }
                    }
                    None => {
                        self.rooms.insert(room.clone(), Some(self.parts.len()));
                        self.parts.push(Part::Group(Group { room, retention, messages: vec![waiting] }));
                    }
                }
            }
        }
        (self.count, self.bytes) = (self.count + 1, self.bytes + bytes);
        None
    }

    fn is_full(&self) -> bool {
        self.count >= TOGETHER || self.bytes >= TOGETHER_BYTES
    }
}

/// Makes a connection, however long that takes.
async fn connected(shared: &Shared) -> Link {
    loop {
        let connecting = async {
            let mut redis = shared.redis.connect().await?;
            let run = process(&mut redis).await?;
            redis::cmd("SCRIPT").arg("LOAD").arg(include_str!("publish.lua")).exec_async(&mut redis).await?;
            Ok::<_, RedisError>(Link { redis, run })
        };
        match connecting.await {
            Ok(link) => {
                return link;
            }
            Err(error) => {
                lost(shared, &error.into());
                sleep(AGAIN).await;
            }
        }
    }
}

fn taken(shared: &Shared) {
    if !shared.publishes.swap(true, Ordering::AcqRel) {
        tracing::info!("the bus takes messages");
    }
}

fn lost(shared: &Shared, error: &BusError) {
    if shared.publishes.swap(false, Ordering::AcqRel) {
        tracing::warn!(%error, "the bus takes no messages: what happens in rooms is refused until it does");
    }
}

impl Link {
    /// Publishes messages, and returns what was answered for each room.
    async fn publish(&mut self, shared: &Shared, parts: &[Part], is_repeat: bool) -> Result<Vec<Value>, RedisError> {
        let mut pipeline = redis::pipe();
        for part in parts {
            let Group { room, retention, messages } = match part {
                Part::Group(group) => group,
                Part::News(News { channel, text, .. }) => {
                    pipeline.cmd("PUBLISH").arg(channel).arg(text).ignore();
                    continue;
                }
            };
            let age = retention.age;
            let call = pipeline.cmd("EVALSHA").arg(PUBLISH.get_hash()).arg(2);
            call.arg(shared.names.room(room)).arg(shared.names.past(room));
            call.arg(Position::random_epoch().to_string()).arg(&*self.run).arg(&shared.node);
            call.arg(retention.events).arg(retention.bytes).arg(millis(age)).arg(millis(KNOWN));
            call.arg(if is_repeat { "1" } else { "0" });
            for Waiting { message: Message { number, epoch, text, value, .. }, .. } in messages {
                call.arg(*number).arg(epoch.map(|epoch| epoch.to_string()).unwrap_or_default()).arg(text.as_str());
                match value {
                    Some(NewValue { name, before, number, json, is_late }) => {
                        call.arg(*name).arg(*before).arg(*number).arg(&**json).arg(u8::from(*is_late));
                    }
                    None => {
                        call.arg("").arg("").arg("").arg("").arg("");
                    }
                }
            }
        }
        pipeline.ignore_errors().query_async(&mut self.redis).await
    }
}

/// Tells what came of messages, and returns those of which it is to be found out once more, and why.
fn settle(parts: Vec<Part>, answers: Vec<Value>) -> (Vec<Part>, Option<RedisError>) {
    let groups = parts.into_iter().filter_map(|part| if let Part::Group(group) = part { Some(group) } else { None });
    let (mut left, mut why) = (Vec::new(), None);
    for (group, answer) in groups.zip(answers) {
        let places = answer.extract_error().and_then(|answer| Ok(redis::from_redis_value::<(u64, Vec<i64>)>(answer)?));
        match places {
            Ok((epoch, places)) => {
                for (place, waiting) in places.into_iter().zip(group.messages) {
                    // Of what had its place before, nobody asks which.
                    let place = match place {
                        -1 => Err(BusError::Overtaken),
                        place => u64::try_from(place)
                            .map(|seq| Position::of_event(epoch, seq))
                            .map_err(|_| BusError::new("it is not known whether a value was changed")),
                    };
                    waiting.tell.send(place).unwrap_or_default();
                }
            }
            Err(error) if is_passing(&error) => {
                left.push(Part::Group(group));
                why = why.or(Some(error));
            }
            Err(error) => {
                tracing::error!(room = &*group.room, %error, "the bus refuses what happens in a room");
                let error = BusError::from(error);
                for waiting in group.messages {
                    waiting.tell.send(Err(error.clone())).unwrap_or_default();
                }
            }
        }
    }
    (left, why)
}

/// Whether another attempt, or another connection, may do.
fn is_passing(error: &RedisError) -> bool {
    const PASSING: [&str; 9] =
        ["MISCONF", "NOSCRIPT", "READONLY", "LOADING", "MASTERDOWN", "OOM", "BUSY", "NOREPLICAS", "TRYAGAIN"];
    // What was answered and cannot be read will not be read the next time either.
    error.kind() != ErrorKind::Parse && error.code().is_none_or(|code| PASSING.contains(&code))
}
