//! Pages on several nodes that come, go and move while events happen, by chance and in virtual time, over a bus that is cut, repeats and
//! forgets: each of them hears all that it may hear, once and in the one order, or is told that it does not.
//!
//! One seed is one run. `SYNC_SEEDS=10000 cargo test -p sync-runtime --lib cluster` runs more of them, `SYNC_SEED=7` that one alone.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;

use super::resume::{position, recovered};
use super::simulation::seeds;
use super::*;
use crate::clock::{advance, sleep};
use crate::cluster::SharedOrder;
use crate::cluster::unreliable::{Broker, Flaw, SETTLES};
use crate::rooms::RecentEvents;

/// How many seeds are run with all other tests.
const SEEDS: u64 = 150;
const NODES: usize = 3;
const PAGES: usize = 6;
const STEPS: usize = 120;
const ROOM: &str = "open-a";

type At = (u64, u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Event(At),
    /// It was told that something is missing up to here, or that it begins.
    Gap(At),
}

impl Heard {
    fn at(self) -> At {
        let (Self::Event(at) | Self::Gap(at)) = self;
        at
    }
}

struct Page {
    name: String,
    is_shown_more: bool,
    connection: Option<(usize, Arc<Socket<TestApp>>, Arc<Collected>)>,
    /// Sockets that are gone, which their nodes have not noticed.
    dead: Vec<(usize, Arc<Socket<TestApp>>)>,
    pos: Option<String>,
    membership: Option<String>,
    heard: Vec<Heard>,
    /// What it heard before it left, each time.
    before: Vec<Vec<Heard>>,
}

struct World {
    rng: Rng,
    broker: Arc<Broker>,
    nodes: Vec<Stage>,
    positions: Arc<PositionKey>,
    pages: Vec<Page>,
}

impl World {
    fn new(seed: u64, flaw: Flaw) -> Self {
        let mut rng = Rng::with_seed(seed);
        let broker = Broker::new(seed, NODES, flaw);
        let positions = Arc::new(PositionKey::new([7; 16]));
        let config = Config { history_events: rng.usize(4..30), ..Config::default() };
        let nodes = (0..NODES).map(|node| {
            let order = SharedOrder::new(broker.node(node), &config);
            let stage = Stage::with(RoomServices {
                positions: positions.clone(),
                sequencer: Box::new(order.clone()),
                others: Box::new(order),
                histories: Box::new(RecentEvents::new(&config)),
            });
            stage.start();
            stage
        });
        let pages = (0..PAGES).map(|number| Page {
            name: format!("the-name-of-page-{number}"),
            is_shown_more: number % 2 == 0,
            connection: None,
            dead: Vec::new(),
            pos: None,
            membership: None,
            heard: Vec::new(),
            before: Vec::new(),
        });
        Self { nodes: nodes.collect(), pages: pages.collect(), rng, broker, positions }
    }

    async fn run(&mut self) {
        for _ in 0..STEPS {
            self.step().await;
        }
        self.settle().await;
        for page in 0..PAGES {
            self.come_back(page).await;
        }
        if self.rng.bool() {
            // Otherwise the last that was said has to be found out about, too.
            self.speak(0).await;
        }
        self.settle().await;
        self.check();
    }

    async fn step(&mut self) {
        let page = self.rng.usize(0..PAGES);
        match self.rng.u32(0..100) {
            0..40 => self.speak(page).await,
            40..50 => self.lose(page),
            50..72 => self.come_back(page).await,
            72..76 => self.notice(page),
            76..84 => self.hear(page),
            84..89 => self.broker.cut(self.rng.usize(0..NODES)),
            89..94 => self.broker.heal(self.rng.usize(0..NODES)),
            94 => advance(Duration::from_secs(self.rng.u64(1..5))).await,
            95..97 => self.settle().await,
            97 => self.leave(page).await,
            98 => self.broker.flush(),
            _ => self.broker.fail_over(),
        }
        for _ in 0..self.rng.u32(0..6) {
            tokio::task::yield_now().await;
        }
    }

    /// Everything is connected, and all that was on its way has come.
    async fn settle(&self) {
        (0..NODES).for_each(|node| self.broker.heal(node));
        loop {
            // Whoever tries again later is waited for, too.
            sleep(SETTLES).await;
            for node in &self.nodes {
                node.settle().await;
            }
            if self.broker.is_quiet() {
                return;
            }
        }
    }

    /// A page says something, and does not wait for the answer.
    async fn speak(&mut self, page: usize) {
        let Some((node, socket, _)) = &self.pages[page].connection else { return };
        let (dispatcher, caller) = (self.nodes[*node].dispatcher.clone(), Caller::of_socket(socket.clone()));
        let route = ["test/count", "test/shown"][self.rng.usize(0..2)];
        let calls = self.rng.usize(1..4);
        tokio::spawn(async move {
            let call = format!(r#"{{"name":"{route}","version":"v1","receiver":"{ROOM}"}}"#);
            for _ in 0..calls {
                let message = Message::read(event::SYNC, &call).expect("a message of the right form");
                let answer = dispatcher.handle(&caller, message, &Turn::default()).await;
                assert!([200, 403, 503, 504].contains(&answer.status), "{}", answer.json);
            }
        });
        tokio::task::yield_now().await;
    }

    /// The connection breaks: what was on its way is lost, and the node notices now or later.
    fn lose(&mut self, page: usize) {
        let count = self.rng.usize(0..10);
        self.take(page, count);
        let Some((node, socket, _)) = self.pages[page].connection.take() else { return };
        if self.rng.bool() {
            self.nodes[node].dispatcher.disconnect(&socket, Departure::Lost);
        } else {
            self.pages[page].dead.push((node, socket));
        }
    }

    fn notice(&mut self, page: usize) {
        for (node, socket) in std::mem::take(&mut self.pages[page].dead) {
            self.nodes[node].dispatcher.disconnect(&socket, Departure::Lost);
        }
    }

    async fn come_back(&mut self, page: usize) {
        if self.pages[page].connection.is_some() {
            return;
        }
        let node = self.rng.usize(0..NODES);
        self.broker.heal(node);
        let (stage, known) = (&self.nodes[node], &self.pages[page]);
        let outbox = Arc::new(Collected::default());
        let socket = stage.connect_as(LiveSession::anonymous(), Some(&known.name), outbox.clone());
        let shown = if known.is_shown_more { "/shown" } else { "/" };
        let location = format!(r#"{{"pathName":"{shown}","searchParams":{{}}}}"#);
        stage.say(&socket, event::UPDATE_LOCATION, &location).await;
        let said = |name: &str, text: &Option<String>| {
            text.as_ref().map(|text| format!(r#","{name}":"{text}""#)).unwrap_or_default()
        };
        let (after, membership) = (said("after", &known.pos), said("membership", &known.membership));
        let join = format!(r#"{{"room":"{ROOM}"{after}{membership}}}"#);
        let answer = stage.say(&socket, event::JOIN_ROOM, &join).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        let told: serde_json::Value = serde_json::from_str(answer.json.get()).expect("JSON");
        let has_recovered = recovered(&answer);
        let pos = joined_at(&answer);
        drop(answer);
        let at = self.at(&pos);
        let page = &mut self.pages[page];
        page.connection = Some((node, socket, outbox));
        page.membership = told["membership"].as_str().map(str::to_owned);
        if !has_recovered {
            page.heard.push(Heard::Gap(at));
            page.pos = Some(pos);
        }
    }

    /// Takes what has come, all of it.
    fn hear(&mut self, page: usize) {
        self.take(page, usize::MAX);
    }

    fn take(&mut self, page: usize, count: usize) {
        let Some((_, _, outbox)) = &self.pages[page].connection else { return };
        let mut packets = outbox.0.lock();
        let all = std::mem::take(&mut *packets).concat();
        let (taken, rest) = all.split_at(count.min(all.len()));
        packets.push(rest.to_vec());
        drop(packets);
        for packet in taken {
            let text = packet.text();
            let is_gap = text.starts_with(r#"42["gap","#);
            let json = text.split_once(',').and_then(|(_, json)| json.strip_suffix(']')).expect("an event");
            let pos = position(json);
            let at = self.at(&pos);
            let page = &mut self.pages[page];
            page.heard.push(if is_gap { Heard::Gap(at) } else { Heard::Event(at) });
            page.pos = Some(pos);
            if is_gap {
                let told: serde_json::Value = serde_json::from_str(json).expect("JSON");
                page.membership = told["membership"].as_str().map(str::to_owned);
            }
        }
    }

    async fn leave(&mut self, page: usize) {
        self.hear(page);
        let Some((node, socket, _)) = self.pages[page].connection.take() else { return };
        self.nodes[node].leave(&socket, ROOM).await;
        self.nodes[node].dispatcher.disconnect(&socket, Departure::Closed);
        let page = &mut self.pages[page];
        (page.pos, page.membership) = (None, None);
        page.before.push(std::mem::take(&mut page.heard));
    }

    fn at(&self, pos: &str) -> At {
        let at = self.positions.open(pos).expect("a position");
        (at.epoch, at.seq)
    }

    fn check(&mut self) {
        for page in 0..PAGES {
            self.hear(page);
        }
        let log = self.broker.log();
        let happened: Vec<(At, bool)> =
            log.iter().map(|said| ((said.at.epoch, said.at.seq), !said.text.contains("test/shown"))).collect();
        let ids: BTreeSet<_> = log.iter().map(|said| said.id).collect();
        assert_eq!(ids.len(), log.len(), "what was said once has two places");
        for page in &self.pages {
            page.check(&happened);
        }
    }
}

impl Page {
    /// Behind each gap comes all that happened and is for this page, once and in order, until there is another gap, or nothing more happens.
    fn check(&self, happened: &[(At, bool)]) {
        let mine = |from: At, to: At| -> Vec<At> {
            let all = happened
                .iter()
                .filter(|(at, is_for_all)| *at > from && *at <= to && (*is_for_all || self.is_shown_more));
            all.map(|(at, _)| *at).collect()
        };
        let mut heard = BTreeSet::new();
        for (index, what) in self.heard.iter().enumerate() {
            let Heard::Event(at) = *what else { continue };
            assert!(heard.insert(at), "{}: {at:?} twice: {:?}", self.name, self.heard);
            let Some(before) = index.checked_sub(1).map(|before| self.heard[before].at()) else {
                panic!("{}: it begins without a place", self.name)
            };
            assert_eq!(before.0, at.0, "{}: two histories without a gap: {:?}", self.name, self.heard);
            assert_eq!(
                mine(before, at),
                [at],
                "{}: something is missing, or not in order: {:?}",
                self.name,
                self.heard
            );
        }
        if let (Some(_), Some(last)) = (&self.connection, self.heard.last()) {
            assert_eq!(
                mine(last.at(), (u64::MAX, 0)),
                [],
                "{}: it has not heard of these: {:?}",
                self.name,
                self.heard
            );
        }
    }
}

/// Runs one seed in a runtime of its own, where nothing but the seed is left to chance.
fn run(seed: u64, flaw: Flaw) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async { World::new(seed, flaw).run().await });
}

#[test]
fn everybody_on_three_nodes_hears_everything_once_and_in_order_or_is_told() {
    for seed in seeds(SEEDS) {
        if let Err(panic) = catch_unwind(|| run(seed, Flaw::None)) {
            eprintln!("seed {seed}: SYNC_SEED={seed} cargo test -p sync-runtime --lib cluster");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn flaws_of_a_bus_that_nodes_cannot_make_good_are_noticed() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let is_noticed = |flaw| (0..60).any(|seed| catch_unwind(AssertUnwindSafe(|| run(seed, flaw))).is_err());
    let noticed = [Flaw::SameEpoch, Flaw::NoDedupe, Flaw::NoReconciling].map(|flaw| (flaw, is_noticed(flaw)));
    std::panic::set_hook(hook);
    assert!(noticed.iter().all(|(_, is_noticed)| *is_noticed), "{noticed:?}");
}
