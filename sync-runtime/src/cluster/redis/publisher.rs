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
    /// What others are to be told: the channel, and the text.
    News(String, String),
}

impl Outgoing {
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Message(Waiting { message, .. }) => {
                message.text.len() + message.value.as_ref().map_or(0, |value| value.json.len())
            }
            Self::News(_, text) => text.len(),
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

/// What is said together.
#[derive(Default)]
struct Batch {
    groups: Vec<Group>,
    /// Channels, and what is said there.
    news: Vec<(String, String)>,
}

/// A connection on which it is published, and which Redis answers there.
struct Link {
    redis: MultiplexedConnection,
    run: Arc<str>,
}

/// Publishes for as long as there are senders. A batch is tried until it is known what came of it; the next one waits.
pub(super) async fn publish_all(shared: Arc<Shared>, mut coming: mpsc::UnboundedReceiver<Outgoing>) {
    let mut link = connected(&shared).await;
    let mut left = None;
    while let Some(batch) = next_batch(&mut coming, &mut left).await {
        let bytes: usize = batch.iter().map(Outgoing::bytes).sum();
        let mut batch = by_room(batch);
        let mut is_repeat = false;
        loop {
            match link.publish(&shared, &batch, is_repeat).await {
                Ok(answers) => batch = Batch { groups: settle(batch.groups, answers), news: Vec::new() },
                Err(error) => lost(&shared, &error.into()),
            }
            if batch.groups.is_empty() && batch.news.is_empty() {
                break;
            }
            shared.publishes.store(false, Ordering::Release);
            sleep(AGAIN).await;
            link = connected(&shared).await;
            is_repeat = true;
        }
        shared.waiting.fetch_sub(bytes, Ordering::AcqRel);
    }
}

/// Takes what waits, as far as it can be said together: news come first there, so that those behind a message are `left` for the next time.
async fn next_batch(
    coming: &mut mpsc::UnboundedReceiver<Outgoing>,
    left: &mut Option<Outgoing>,
) -> Option<Vec<Outgoing>> {
    let first = match left.take() {
        Some(left) => left,
        None => coming.recv().await?,
    };
    let mut bytes = first.bytes();
    let mut batch = vec![first];
    while batch.len() < TOGETHER && bytes < TOGETHER_BYTES {
        let Ok(next) = coming.try_recv() else { break };
        let is_behind = matches!((batch.last(), &next), (Some(Outgoing::Message(_)), Outgoing::News(..)));
        if is_behind {
            *left = Some(next);
            break;
        }
        bytes += next.bytes();
        batch.push(next);
    }
    Some(batch)
}

/// Puts the messages of each room together. Between rooms there is no order.
fn by_room(all: Vec<Outgoing>) -> Batch {
    let Batch { mut groups, mut news } = Batch::default();
    let mut known: HashMap<Arc<str>, usize> = HashMap::new();
    for outgoing in all {
        let waiting = match outgoing {
            Outgoing::Message(waiting) => waiting,
            Outgoing::News(channel, text) => {
                news.push((channel, text));
                continue;
            }
        };
        let Message { room, retention, .. } = &waiting.message;
        let index = *known.entry(room.clone()).or_insert_with(|| {
            groups.push(Group { room: room.clone(), retention: *retention, messages: Vec::new() });
            groups.len() - 1
        });
        groups[index].messages.push(waiting);
    }
    Batch { groups, news }
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
                if !shared.publishes.swap(true, Ordering::AcqRel) {
                    tracing::info!("the bus takes messages");
                }
                return link;
            }
            Err(error) => {
                lost(shared, &error.into());
                sleep(AGAIN).await;
            }
        }
    }
}

fn lost(shared: &Shared, error: &BusError) {
    if shared.publishes.swap(false, Ordering::AcqRel) {
        tracing::warn!(%error, "the bus takes no messages: what happens in rooms is refused until it does");
    }
}

impl Link {
    /// Publishes messages, and returns what was answered for each room.
    async fn publish(&mut self, shared: &Shared, batch: &Batch, is_repeat: bool) -> Result<Vec<Value>, RedisError> {
        let mut pipeline = redis::pipe();
        for (channel, text) in &batch.news {
            pipeline.cmd("PUBLISH").arg(channel).arg(text).ignore();
        }
        for Group { room, retention, messages } in &batch.groups {
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

/// Tells what came of messages, and returns those of which it is to be found out once more.
fn settle(groups: Vec<Group>, answers: Vec<Value>) -> Vec<Group> {
    let mut left = Vec::new();
    for (group, answer) in groups.into_iter().zip(answers) {
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
            Err(error) if is_passing(&error) => left.push(group),
            Err(error) => {
                tracing::error!(room = &*group.room, %error, "the bus refuses what happens in a room");
                let error = BusError::from(error);
                for waiting in group.messages {
                    waiting.tell.send(Err(error.clone())).unwrap_or_default();
                }
            }
        }
    }
    left
}

/// Whether another attempt, or another connection, may do.
fn is_passing(error: &RedisError) -> bool {
    const PASSING: [&str; 9] =
        ["MISCONF", "NOSCRIPT", "READONLY", "LOADING", "MASTERDOWN", "OOM", "BUSY", "NOREPLICAS", "TRYAGAIN"];
    // What was answered and cannot be read will not be read the next time either.
    error.kind() != ErrorKind::Parse && error.code().is_none_or(|code| PASSING.contains(&code))
}
