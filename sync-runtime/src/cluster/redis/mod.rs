//! Nodes that share a Redis.
//!
//! A room is a hash and, as long as something of it is kept, a stream: `<prefix>:room:{<room>}` with the epoch `e`, the run `g` of the Redis
//! that wrote it, the last number `s`, how long messages are `b`, and `p:<node>`, the last message of each node and when that was; and
//! `<prefix>:room:{<room>}:past`. A value that servers share is a hash `<prefix>:room:{<room>}:value:<state>` with its number `n`, the message
//! `by` that has made it, and itself, `v`. A channel is called as the hash. One script gives messages their numbers, keeps them and publishes them, so
//! that what is heard is what is kept, in one order.
//!
//! A node has three connections: one on which it listens, one on which it publishes, a batch behind the other, and one for questions. Each is
//! given up when in doubt, and made anew; what was published on one that was lost is published again, under the same numbers. Each node tells
//! all once a second that it lives, on the channel `<prefix>:nodes`, and knows by hearing that itself that it has heard all that was said before.
//!
//! The history of a room begins anew whenever another Redis process answers than the one that wrote it (`run_id`): one that was restarted,
//! or has taken over, may have lost the end of it, and would give its numbers away twice.

mod frame;
mod publisher;
mod subscriber;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, OnceLock, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use redis::{RedisError, Script, Value};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use crate::cluster::bus::{Bus, BusError, Ears, Message, Past, PastMessage};
use crate::cluster::redis::publisher::{News, Outgoing, Waiting};
use crate::cluster::redis::subscriber::{Command, ENDED, MISSED};
use crate::id::Id;
use crate::rooms::OthersHealth;
use crate::route::BoxFuture;
use crate::storage::{DataError, Redis, RedisFailure, millis};
use crate::wire::Position;

/// How many bytes of messages may wait to be published: what comes beyond that is refused before it happens.
const MOST_WAITING: usize = 16 * 1024 * 1024;
/// How many bytes may wait until what others are told is left out.
const MOST_NEWS_WAITING: usize = 4 * 1024 * 1024;
/// How many bytes of the past are fetched at a time, about.
const TOLD_AT_ONCE: usize = 256 * 1024;
/// How long a room is known in which nobody listens, besides the time for which its events are kept.
const KNOWN: Duration = Duration::from_secs(240);

static PUBLISH: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("publish.lua")));
static PAST: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("past.lua")));

/// A bus in a Redis: the setting `bus`.
pub struct RedisBus {
    shared: Arc<Shared>,
    outgoing: mpsc::UnboundedSender<Outgoing>,
    commands: mpsc::UnboundedSender<Command>,
    /// What the tasks take when it is started.
    ends: Mutex<Option<Ends>>,
    tasks: OnceLock<[AbortOnDropHandle<()>; 2]>,
}

/// The other ends of what is handed to the tasks.
struct Ends {
    outgoing: mpsc::UnboundedReceiver<Outgoing>,
    commands: mpsc::UnboundedReceiver<Command>,
}

/// What all parts of it know.
struct Shared {
    redis: Redis,
    names: Names,
    /// The name of this life of this process.
    node: String,
    /// Under which positions are written.
    position_key: OnceLock<[u8; 16]>,
    /// How many bytes of messages wait.
    waiting: AtomicUsize,
    /// Whether messages can be published, as far as is known, and are heard.
    publishes: AtomicBool,
    hears: AtomicBool,
    /// Whether something was not told that others have to know.
    has_dropped: AtomicBool,
    /// The other nodes that are heard.
    others: Mutex<HashSet<String>>,
}

/// What keys and channels are called.
#[derive(Debug, Clone)]
struct Names {
    prefix: Arc<str>,
}

impl Names {
    fn room(&self, room: &str) -> String {
        format!("{}:room:{{{room}}}", self.prefix)
    }

    fn past(&self, room: &str) -> String {
        format!("{}:room:{{{room}}}:past", self.prefix)
    }

    /// Where it is noted that somebody has left a room.
    fn left(&self, room: &str, who: &str) -> String {
        format!("{}:left:{who}:{room}", self.prefix)
    }

    /// The room of a channel.
    fn room_of<'n>(&self, channel: &'n str) -> Option<&'n str> {
        channel.strip_prefix(&*self.prefix)?.strip_prefix(":room:{")?.strip_suffix('}')
    }

    /// The channel on which nodes tell all others that they live, and what they have to know.
    fn nodes(&self) -> String {
        format!("{}:nodes", self.prefix)
    }

    /// The channel on which one node is told what nobody else has to know.
    fn node(&self, node: &str) -> String {
        format!("{}:node:{node}", self.prefix)
    }
}

impl RedisBus {
    /// Prepares a bus at `url`, such as `redis://:password@127.0.0.1:6379`, whose keys begin with `prefix` and a colon. It connects when it is
    /// started.
    ///
    /// # Errors
    ///
    /// When `url` is not the address of a Redis.
    pub fn new(url: &str, prefix: &str) -> Result<Self, DataError> {
        let (outgoing, published) = mpsc::unbounded_channel();
        let (commands, commanded) = mpsc::unbounded_channel();
        let shared = Shared {
            redis: Redis::new(url, "bus")?,
            names: Names { prefix: prefix.into() },
            node: Id::random().to_string()[..16].to_owned(),
            position_key: OnceLock::new(),
            waiting: AtomicUsize::new(0),
            publishes: AtomicBool::new(false),
            hears: AtomicBool::new(false),
            has_dropped: AtomicBool::new(false),
            others: Mutex::default(),
        };
        let ends = Mutex::new(Some(Ends { outgoing: published, commands: commanded }));
        Ok(Self { shared: Arc::new(shared), outgoing, commands, ends, tasks: OnceLock::new() })
    }

    fn say_soon(&self, outgoing: Outgoing) {
        self.shared.waiting.fetch_add(outgoing.bytes(), Ordering::AcqRel);
        // A task that has ended tells so by dropping this.
        self.outgoing.send(outgoing).unwrap_or_default();
    }

    fn tell_on(&self, channel: String, room: Option<Arc<str>>, text: &str) {
        if !self.shared.takes_news() {
            // Others are told that something is missing, and ask for what they need.
            self.shared.has_dropped.store(true, Ordering::Release);
            return;
        }
        self.say_news(channel, room, text, None);
    }

    fn say_news(&self, channel: String, room: Option<Arc<str>>, text: &str, said: Option<oneshot::Sender<()>>) {
        let text = frame::told(&self.shared.node, text);
        self.say_soon(Outgoing::News(News { channel, room, text, said }));
    }

    /// Returns the key under which all nodes write positions: the first one that asks brings its `own`.
    ///
    /// # Errors
    ///
    /// When the Redis cannot be reached.
    pub async fn position_key(&self, own: [u8; 16]) -> Result<[u8; 16], BusError> {
        self.shared.position_key(own).await
    }
}

impl Shared {
    async fn position_key(&self, own: [u8; 16]) -> Result<[u8; 16], BusError> {
        let name = format!("{}:positions", self.names.prefix);
        let asked = self.redis.ask(|mut redis| {
            let mut asked = redis::pipe();
            asked.cmd("SET").arg(&name).arg(&own[..]).arg("NX").ignore().cmd("GET").arg(&name);
            async move { asked.query_async::<(Vec<u8>,)>(&mut redis).await }
        });
        let (known,) = asked.await?;
        let known = known.try_into().map_err(|_| BusError::new(format!("`{name}` is no key of 16 bytes")))?;
        Ok(*self.position_key.get_or_init(|| known))
    }

    /// Whether what others are told goes out soon.
    fn takes_news(&self) -> bool {
        self.publishes.load(Ordering::Acquire) && self.waiting.load(Ordering::Acquire) <= MOST_NEWS_WAITING
    }

    fn is_up(&self) -> bool {
        // What is published is delivered here, too, when it is heard again.
        self.publishes.load(Ordering::Acquire) && self.waiting.load(Ordering::Acquire) < MOST_WAITING
    }

    /// Tells all that this node lives, and the Redis under which key positions are written: one that has forgotten everything knows it again.
    async fn tell_that_it_lives(&self) -> Result<(), BusError> {
        self.say("").await?;
        if self.takes_news() && self.has_dropped.swap(false, Ordering::AcqRel) {
            self.say(MISSED).await.inspect_err(|_| self.has_dropped.store(true, Ordering::Release))?;
        }
        match self.position_key.get() {
            Some(key) => self.position_key(*key).await.map(drop),
            None => Ok(()),
        }
    }

    /// Returns how many nodes listen in a room.
    async fn listeners(&self, room: &str) -> Result<usize, BusError> {
        let channel = self.names.room(room);
        let asked = self.redis.ask(|mut redis| {
            let mut asked = redis::cmd("PUBSUB");
            asked.arg("NUMSUB").arg(&channel);
            async move { asked.query_async::<(String, usize)>(&mut redis).await }
        });
        Ok(asked.await?.1)
    }

    /// Says something to all nodes at once.
    async fn say(&self, text: &str) -> Result<(), BusError> {
        let (channel, text) = (self.names.nodes(), frame::told(&self.node, text));
        let said = self.redis.ask(|mut redis| {
            let mut said = redis::cmd("PUBLISH");
            said.arg(&channel).arg(&text);
            async move { said.query_async::<usize>(&mut redis).await }
        });
        said.await?;
        Ok(())
    }

    /// Finds out where the order of a room is, and what has happened behind a place, if one is named.
    async fn past(&self, room: &str, after: Option<Position>) -> Result<Past, BusError> {
        let (key, past) = (self.names.room(room), self.names.past(room));
        let epoch = after.map(|after| after.epoch.to_string()).unwrap_or_default();
        let seq = after.map_or(0, |after| after.seq);
        let told = self.redis.ask_process(|mut redis, run| {
            let mut asked = PAST.key(&key);
            asked.key(&past).arg(Position::random_epoch().to_string()).arg(&*run).arg(millis(KNOWN)).arg(TOLD_AT_ONCE);
            asked.arg(&epoch).arg(seq);
            async move { asked.invoke_async::<(u64, u64, u64, Vec<(String, Vec<Value>)>)>(&mut redis).await }
        });
        let (epoch, end, now, entries) = told.await?;
        let read = |(at, fields): (String, Vec<Value>)| self.read(epoch, now, &at, fields);
        let messages = entries.into_iter().map(read).collect::<Option<Vec<_>>>();
        let messages = messages.ok_or_else(|| BusError::new(format!("`{past}` has an entry that is none of ours")))?;
        Ok(Past { end: Position::of_event(epoch, end), messages })
    }

    /// Reads an entry of a stream, `now` being the time of the Redis.
    fn read(&self, epoch: u64, now: u64, at: &str, fields: Vec<Value>) -> Option<PastMessage> {
        let [_, id, _, text] = <[Value; 4]>::try_from(fields).ok()?;
        let [id, text] = [id, text].map(|value| redis::from_redis_value::<String>(value).ok());
        let id = id?;
        let mut parts = id.split(' ');
        let (node, number, happened) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(PastMessage {
            at: Position::of_event(epoch, at.split('-').next()?.parse().ok()?),
            age: Duration::from_millis(now.saturating_sub(happened)),
            own: (node == self.node).then_some(number),
            text: text?,
        })
    }
}

impl Bus for RedisBus {
    fn start(&self, ears: Weak<dyn Ears>) {
        let Some(Ends { outgoing, commands }) = self.ends.lock().take() else { return };
        let publishing = tokio::spawn(publisher::publish_all(self.shared.clone(), outgoing));
        let listening = tokio::spawn(subscriber::listen_to_all(self.shared.clone(), commands, ears));
        self.tasks.get_or_init(|| [publishing, listening].map(AbortOnDropHandle::new));
    }

    fn publish(&self, message: Message) -> BoxFuture<'static, Result<Position, BusError>> {
        let (tell, told) = oneshot::channel();
        self.say_soon(Outgoing::Message(Waiting { message, tell }));
        Box::pin(async { told.await.unwrap_or_else(|_| Err(stopped())) })
    }

    fn listen(&self, room: &Arc<str>) -> BoxFuture<'static, Result<Position, BusError>> {
        let (tell, told) = oneshot::channel();
        self.commands.send(Command::Listen(room.clone(), tell)).unwrap_or_default();
        Box::pin(async { told.await.unwrap_or_else(|_| Err(stopped())) })
    }

    fn unlisten(&self, room: &Arc<str>) {
        self.commands.send(Command::Unlisten(room.clone())).unwrap_or_default();
    }

    fn leave_room<'a>(
        &'a self,
        room: &'a str,
        who: &'a str,
        behind: Position,
        age: Duration,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        Box::pin(async move {
            let (key, value) = (self.shared.names.left(room, who), format!("{} {}", behind.epoch, behind.seq));
            let noted = self.shared.redis.ask(|mut redis| {
                let mut note = redis::cmd("SET");
                note.arg(&key).arg(&value).arg("PX").arg(millis(age).max(1));
                async move { note.query_async::<()>(&mut redis).await }
            });
            Ok(noted.await?)
        })
    }

    fn has_left<'a>(&'a self, room: &'a str, who: &'a str) -> BoxFuture<'a, Result<Option<Position>, BusError>> {
        Box::pin(async move {
            let key = self.shared.names.left(room, who);
            let asked = self.shared.redis.ask(|mut redis| {
                let mut asked = redis::cmd("GET");
                asked.arg(&key);
                async move { asked.query_async::<Option<String>>(&mut redis).await }
            });
            let left = asked.await?;
            Ok(left.and_then(|left| {
                let (epoch, seq) = left.split_once(' ')?;
                Some(Position::of_event(epoch.parse().ok()?, seq.parse().ok()?))
            }))
        })
    }

    fn value<'a>(&'a self, room: &'a str, name: &'a str) -> BoxFuture<'a, Result<Option<(u64, String)>, BusError>> {
        Box::pin(async move {
            let key = format!("{}:value:{name}", self.shared.names.room(room));
            let asked = self.shared.redis.ask(|mut redis| {
                let mut asked = redis::cmd("HMGET");
                asked.arg(&key).arg(&["n", "v"]);
                async move { asked.query_async::<(Option<u64>, Option<String>)>(&mut redis).await }
            });
            let (number, value) = asked.await?;
            Ok(number.zip(value))
        })
    }

    fn has_others<'a>(&'a self, room: &'a str) -> BoxFuture<'a, Result<bool, BusError>> {
        let (tell, told) = oneshot::channel();
        self.commands.send(Command::Others(room.into(), tell)).unwrap_or_default();
        Box::pin(async { told.await.unwrap_or_else(|_| Err(stopped())) })
    }

    fn past<'a>(&'a self, room: &'a str, after: Position) -> BoxFuture<'a, Result<Past, BusError>> {
        Box::pin(self.shared.past(room, Some(after)))
    }

    fn tell(&self, room: Option<&Arc<str>>, text: String) {
        let channel = room.map_or_else(|| self.shared.names.nodes(), |room| self.shared.names.room(room));
        self.tell_on(channel, room.cloned(), &text);
    }

    fn tell_once(&self, room: &Arc<str>, text: String) -> BoxFuture<'static, ()> {
        if !self.shared.takes_news() {
            return Box::pin(std::future::ready(()));
        }
        let (tell, told) = oneshot::channel();
        self.say_news(self.shared.names.room(room), Some(room.clone()), &text, Some(tell));
        Box::pin(async move { told.await.unwrap_or_default() })
    }

    fn tell_one(&self, node: &str, text: String) {
        self.tell_on(self.shared.names.node(node), None, &text);
    }

    fn others(&self) -> Vec<String> {
        self.shared.others.lock().iter().cloned().collect()
    }

    fn leave(&self) -> BoxFuture<'static, ()> {
        let shared = self.shared.clone();
        Box::pin(async move {
            if let Err(error) = shared.say(ENDED).await {
                tracing::debug!(%error, "others find out by themselves that this server has ended");
            }
        })
    }

    fn health(&self) -> OthersHealth {
        let Shared { publishes, hears, others, waiting, .. } = &*self.shared;
        let is_down = !publishes.load(Ordering::Acquire) || !hears.load(Ordering::Acquire);
        OthersHealth { is_down, servers: 1 + others.lock().len(), waiting: waiting.load(Ordering::Acquire) }
    }

    fn is_up(&self) -> bool {
        self.shared.is_up()
    }
}

fn stopped() -> BusError {
    BusError::new("it was stopped")
}

impl From<RedisFailure> for BusError {
    fn from(failure: RedisFailure) -> Self {
        Self::new(failure.to_string())
    }
}

impl From<RedisError> for BusError {
    fn from(error: RedisError) -> Self {
        Self::new(error.to_string())
    }
}

impl std::fmt::Debug for RedisBus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisBus").field("node", &self.shared.node).finish_non_exhaustive()
    }
}
