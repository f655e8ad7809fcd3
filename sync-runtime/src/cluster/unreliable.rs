//! A bus in this process that delays, repeats, forgets and is cut, by chance: what a network and a Redis do at their worst.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use fastrand::Rng;
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use crate::clock::Instant;
use crate::cluster::bus::PastMessage;
use crate::cluster::{Bus, BusError, Ears, Heard, Message, Past};
use crate::rooms::OthersHealth;
use crate::route::BoxFuture;
use crate::wire::Position;

/// How many messages of the past are told at a time.
const PAGE: usize = 5;

/// What may be wrong with it, which the nodes cannot make good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// A room that was lost counts in the same epoch again.
    SameEpoch,
    /// What is published once more gets another place.
    NoDedupe,
    /// A node is not told where rooms are when it is there again.
    NoReconciling,
}

/// The one that all nodes are connected to.
pub(crate) struct Broker {
    flaw: Flaw,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    rooms: HashMap<Arc<str>, BrokerRoom>,
    nodes: Vec<NodeState>,
    epoch: u64,
    /// Who has left which room, and behind which place.
    left: HashMap<(String, String), Position>,
    /// Everything that has ever had a place.
    log: Vec<Logged>,
}

/// A message that has had a place.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) at: Position,
    /// Its node, and its number there.
    pub(crate) id: (usize, u64),
    pub(crate) text: String,
}

#[derive(Default)]
struct BrokerRoom {
    epoch: u64,
    seq: u64,
    past: VecDeque<Kept>,
    /// What was made of values last.
    values: HashMap<&'static str, (u64, String)>,
    /// The last message of each node, and its place.
    last: HashMap<usize, (u64, u64)>,
}

#[derive(Clone)]
struct Kept {
    seq: u64,
    happened: Instant,
    node: usize,
    number: u64,
    text: Arc<str>,
}

#[derive(Default)]
struct NodeState {
    ears: Option<Weak<dyn Ears>>,
    listening: HashSet<Arc<str>>,
    requests: VecDeque<Request>,
    inbox: VecDeque<(Arc<str>, Position, Kept)>,
    /// What others have told, and who has told it.
    news: VecDeque<(usize, String)>,
    is_cut: bool,
    /// Whether it has to be told where rooms are.
    was_cut: bool,
    work: Arc<Notify>,
}

type Tell = oneshot::Sender<Result<Position, BusError>>;

enum Request {
    /// The message, and whether it may have been published already.
    Publish(Message, bool, Tell),
    Listen(Arc<str>, Tell),
    Unlisten(Arc<str>),
    Tell(Option<Arc<str>>, String),
}

/// What a step of a node has to be told, without the lock.
enum Step {
    Nothing,
    Done,
    Hear(Arc<dyn Ears>, Arc<str>, Position, Kept),
    Told(Arc<dyn Ears>, usize, String),
    IsAt(Arc<dyn Ears>, Vec<(Arc<str>, Position)>),
}

impl Broker {
    pub(crate) fn new(seed: u64, nodes: usize, flaw: Flaw) -> Arc<Self> {
        let nodes = (0..nodes).map(|_| NodeState::default()).collect();
        let rng = Rng::with_seed(seed);
        let state = State { rng, rooms: HashMap::new(), nodes, epoch: 1, left: HashMap::new(), log: Vec::new() };
        Arc::new(Self { flaw, state: Mutex::new(state) })
    }

    /// Returns the bus of one node.
    pub(crate) fn node(self: &Arc<Self>, node: usize) -> Arc<dyn Bus> {
        Arc::new(NodeBus { broker: self.clone(), node })
    }

    /// Cuts a node off: what is on its way to it is lost, and of what it has asked, nobody knows whether it was done.
    pub(crate) fn cut(&self, node: usize) {
        let mut state = self.state.lock();
        state.nodes[node].is_cut = true;
        state.nodes[node].inbox.clear();
        state.nodes[node].news.clear();
        let Some(Request::Publish(message, is_repeat, tell)) = state.nodes[node].requests.pop_front() else {
            return;
        };
        if state.rng.bool() {
            // Whoever has asked is told when it is asked again.
            self.publish(&mut state, node, &message, is_repeat).ok();
        }
        state.nodes[node].requests.push_front(Request::Publish(message, true, tell));
    }

    pub(crate) fn heal(&self, node: usize) {
        let mut state = self.state.lock();
        let node = &mut state.nodes[node];
        if std::mem::take(&mut node.is_cut) {
            node.was_cut = true;
            node.work.notify_one();
        }
    }

    pub(crate) fn is_cut(&self, node: usize) -> bool {
        self.state.lock().nodes[node].is_cut
    }

    /// Forgets everything.
    pub(crate) fn flush(&self) {
        self.state.lock().rooms.clear();
    }

    /// Forgets what happened last, as a replica does that takes over: the order begins anew with what is left.
    pub(crate) fn fail_over(&self) {
        let mut state = self.state.lock();
        let State { rooms, rng, epoch, .. } = &mut *state;
        for room in rooms.values_mut() {
            let lost = rng.u64(0..3).min(room.seq);
            room.seq -= lost;
            room.past.clear();
            room.last.clear();
            if self.flaw != Flaw::SameEpoch {
                *epoch += 1;
                room.epoch = *epoch;
            }
        }
    }

    /// Returns what has had a place, in the order in which it happened.
    pub(crate) fn log(&self) -> Vec<Logged> {
        self.state.lock().log.clone()
    }

    /// Whether nothing is on its way.
    pub(crate) fn is_quiet(&self) -> bool {
        let state = self.state.lock();
        state
            .nodes
            .iter()
            .all(|node| node.requests.is_empty() && node.inbox.is_empty() && node.news.is_empty() && !node.was_cut)
    }

    fn room<'s>(
        &self,
        rooms: &'s mut HashMap<Arc<str>, BrokerRoom>,
        epoch: &mut u64,
        name: &str,
    ) -> &'s mut BrokerRoom {
        rooms.entry(name.into()).or_insert_with(|| {
            if self.flaw != Flaw::SameEpoch {
                *epoch += 1;
            }
            BrokerRoom { epoch: *epoch, ..BrokerRoom::default() }
        })
    }

    fn publish(
        &self,
        state: &mut State,
        node: usize,
        message: &Message,
        is_repeat: bool,
    ) -> Result<Position, BusError> {
        let Message { room: name, retention, epoch: known, value, number, text } = message;
        let State { rng, rooms, nodes, epoch, log, .. } = state;
        let number = *number;
        let room = self.room(rooms, epoch, name);
        if let Some((known, seq)) = room.last.get(&node)
            && *known >= number
            && self.flaw != Flaw::NoDedupe
        {
            return Ok(Position::of_event(room.epoch, *seq));
        }
        if let Some(value) = value {
            let known = room.values.entry(value.name).or_insert((value.before, String::new()));
            if known.0 != value.before {
                return Err(BusError::Overtaken);
            }
            *known = (value.number, value.json.to_string());
        }
        let is_lost = is_repeat && known.is_some_and(|known| known != room.epoch);
        let text = if is_lost { "" } else { text };
        room.seq += 1;
        let at = Position::of_event(room.epoch, room.seq);
        room.last.insert(node, (number, room.seq));
        let kept = Kept { seq: room.seq, happened: Instant::now(), node, number, text: text.into() };
        room.past.push_back(kept.clone());
        while room.past.len() > retention.events {
            room.past.pop_front();
        }
        if !is_lost {
            log.push(Logged { at, id: (node, number), text: text.to_owned() });
        }
        for hearing in nodes.iter_mut().filter(|node| !node.is_cut && node.listening.contains(name)) {
            let times = if rng.u32(0..20) == 0 { 2 } else { 1 };
            (0..times).for_each(|_| hearing.inbox.push_back((name.clone(), at, kept.clone())));
            hearing.work.notify_one();
        }
        Ok(at)
    }

    fn step(&self, node: usize) -> Step {
        let mut state = self.state.lock();
        let state = &mut *state;
        if state.nodes[node].is_cut {
            return Step::Nothing;
        }
        let ears = state.nodes[node].ears.as_ref().and_then(Weak::upgrade);
        if std::mem::take(&mut state.nodes[node].was_cut) && self.flaw != Flaw::NoReconciling {
            let listening: Vec<_> = state.nodes[node].listening.iter().cloned().collect();
            let ends = listening.into_iter().map(|name| {
                let room = self.room(&mut state.rooms, &mut state.epoch, &name);
                (name, Position::of_event(room.epoch, room.seq))
            });
            let mut ends: Vec<_> = ends.collect();
            ends.sort_by(|(a, _), (b, _)| a.cmp(b));
            return ears.map_or(Step::Done, |ears| Step::IsAt(ears, ends));
        }
        if state.rng.bool()
            && let Some((by, text)) = state.nodes[node].news.pop_front()
        {
            return ears.map_or(Step::Done, |ears| Step::Told(ears, by, text));
        }
        let hears = state.rng.bool() || state.nodes[node].requests.is_empty();
        if hears && let Some((room, at, kept)) = state.nodes[node].inbox.pop_front() {
            return ears.map_or(Step::Done, |ears| Step::Hear(ears, room, at, kept));
        }
        match state.nodes[node].requests.pop_front() {
            None if state.nodes[node].news.is_empty() => Step::Nothing,
            None => Step::Done,
            Some(Request::Tell(room, text)) => {
                for (other, hearing) in state.nodes.iter_mut().enumerate() {
                    let is_meant = room.as_ref().is_none_or(|room| hearing.listening.contains(room));
                    if other != node && is_meant && !hearing.is_cut {
                        hearing.news.push_back((node, text.clone()));
                        hearing.work.notify_one();
                    }
                }
                Step::Done
            }
            Some(Request::Unlisten(room)) => {
                state.nodes[node].listening.remove(&room);
                state.nodes[node].inbox.retain(|(of, ..)| *of != room);
                Step::Done
            }
            Some(Request::Listen(name, tell)) => {
                state.nodes[node].listening.insert(name.clone());
                let room = self.room(&mut state.rooms, &mut state.epoch, &name);
                tell.send(Ok(Position::of_event(room.epoch, room.seq))).ok();
                Step::Done
            }
            Some(Request::Publish(message, is_repeat, tell)) => {
                tell.send(self.publish(state, node, &message, is_repeat)).ok();
                Step::Done
            }
        }
    }

    fn ask(&self, node: usize, request: Request) {
        let mut state = self.state.lock();
        state.nodes[node].requests.push_back(request);
        state.nodes[node].work.notify_one();
    }
}

struct NodeBus {
    broker: Arc<Broker>,
    node: usize,
}

async fn pump(broker: Weak<Broker>, node: usize, work: Arc<Notify>) {
    loop {
        let Some(broker) = broker.upgrade() else { return };
        let waits = broker.state.lock().rng.u32(0..4);
        for _ in 0..waits {
            tokio::task::yield_now().await;
        }
        match broker.step(node) {
            Step::Done => {}
            Step::Nothing => {
                drop(broker);
                work.notified().await;
            }
            Step::Hear(ears, room, at, kept) => {
                let own = (kept.node == node).then_some(kept.number);
                ears.heard(&room, Heard { at, own, text: &kept.text });
            }
            Step::Told(ears, by, text) => ears.told(&by.to_string(), &text),
            Step::IsAt(ears, ends) => {
                ends.iter().for_each(|(room, end)| ears.is_at(room, *end));
                ears.missed();
            }
        }
    }
}

impl Bus for NodeBus {
    fn start(&self, ears: Weak<dyn Ears>) {
        let work = {
            let mut state = self.broker.state.lock();
            state.nodes[self.node].ears = Some(ears);
            state.nodes[self.node].work.clone()
        };
        tokio::spawn(pump(Arc::downgrade(&self.broker), self.node, work));
    }

    fn publish(&self, message: Message) -> BoxFuture<'static, Result<Position, BusError>> {
        let (tell, told) = oneshot::channel();
        self.broker.ask(self.node, Request::Publish(message, false, tell));
        Box::pin(async { told.await.unwrap_or_else(|_| Err(cut_off())) })
    }

    fn listen(&self, room: &Arc<str>) -> BoxFuture<'static, Result<Position, BusError>> {
        let (tell, told) = oneshot::channel();
        self.broker.ask(self.node, Request::Listen(room.clone(), tell));
        Box::pin(async { told.await.unwrap_or_else(|_| Err(cut_off())) })
    }

    fn unlisten(&self, room: &Arc<str>) {
        self.broker.ask(self.node, Request::Unlisten(room.clone()));
    }

    fn leave_room<'a>(
        &'a self,
        room: &'a str,
        who: &'a str,
        behind: Position,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        if !self.broker.is_cut(self.node) {
            self.broker.state.lock().left.insert((room.to_owned(), who.to_owned()), behind);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn has_left<'a>(&'a self, room: &'a str, who: &'a str) -> BoxFuture<'a, Result<Option<Position>, BusError>> {
        let left = self.broker.state.lock().left.get(&(room.to_owned(), who.to_owned())).copied();
        Box::pin(std::future::ready(Ok(left)))
    }

    fn value<'a>(&'a self, room: &'a str, name: &'a str) -> BoxFuture<'a, Result<Option<(u64, String)>, BusError>> {
        let state = self.broker.state.lock();
        let value = state.rooms.get(room).and_then(|room| room.values.get(name).cloned());
        let is_cut = state.nodes[self.node].is_cut;
        Box::pin(async move { if is_cut { Err(cut_off()) } else { Ok(value) } })
    }

    fn has_others<'a>(&'a self, room: &'a str) -> BoxFuture<'a, Result<bool, BusError>> {
        let state = self.broker.state.lock();
        let others = state.nodes.iter().enumerate().filter(|(node, _)| *node != self.node);
        let has = others.into_iter().any(|(_, node)| node.listening.contains(room));
        let is_cut = state.nodes[self.node].is_cut;
        Box::pin(async move { if is_cut { Err(cut_off()) } else { Ok(has) } })
    }

    fn past<'a>(&'a self, room: &'a str, after: Position) -> BoxFuture<'a, Result<Past, BusError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let mut state = self.broker.state.lock();
            let State { rooms, nodes, epoch, .. } = &mut *state;
            if nodes[self.node].is_cut {
                return Err(cut_off());
            }
            let room = self.broker.room(rooms, epoch, room);
            let end = Position::of_event(room.epoch, room.seq);
            let behind = if after.epoch == room.epoch { after.seq } else { 0 };
            let kept = room.past.iter().filter(|kept| kept.seq > behind);
            let messages = kept.take(PAGE).map(|kept| PastMessage {
                at: Position::of_event(room.epoch, kept.seq),
                age: kept.happened.elapsed(),
                own: (kept.node == self.node).then_some(kept.number),
                text: kept.text.to_string(),
            });
            Ok(Past { end, messages: messages.collect() })
        })
    }

    fn tell(&self, room: Option<&Arc<str>>, text: String) {
        self.broker.ask(self.node, Request::Tell(room.cloned(), text));
    }

    fn tell_once(&self, room: &Arc<str>, text: String) -> BoxFuture<'static, ()> {
        self.tell(Some(room), text);
        Box::pin(std::future::ready(()))
    }

    // Whoever is not meant knows nothing of what it is about.
    fn tell_one(&self, _: &str, text: String) {
        self.tell(None, text);
    }

    fn others(&self) -> Vec<String> {
        let nodes = self.broker.state.lock().nodes.len();
        (0..nodes).filter(|node| *node != self.node).map(|node| node.to_string()).collect()
    }

    fn leave(&self) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }

    fn health(&self) -> OthersHealth {
        OthersHealth { is_down: !self.is_up(), ..OthersHealth::default() }
    }

    fn is_up(&self) -> bool {
        !self.broker.is_cut(self.node)
    }
}

fn cut_off() -> BusError {
    BusError::new("cut off")
}

/// How long it takes at most until everything that is on its way has come.
pub(crate) const SETTLES: Duration = Duration::from_secs(2);
