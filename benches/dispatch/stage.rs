//! A room with members, and nobody listening.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bench_app::{App, Session};
use harness::{Sample, thread_cpu};
use sync::__private::{
    Bundle, Caller, Catalog, Dispatcher, Message, Outbox, Presented, PresentedToken, RoomServices, Socket, Turn,
};
use sync::{CloseReason, Config, MemoryStore, Rate, RateLimit, Sessions};
use tokio::runtime::Runtime;

/// How many frames one sample sends, about.
const FRAMES: usize = 20_000;

/// Drops every frame.
#[derive(Debug, Default)]
pub(crate) struct Nowhere(AtomicUsize);

impl Outbox for Nowhere {
    fn send(&self, bundle: &Bundle) {
        let bytes: usize = bundle.packets().iter().map(|packet| packet.bytes().len()).sum();
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn close(&self, _: CloseReason) {}
}

/// A dispatcher, and a room whose members are logged in.
pub(crate) struct Stage {
    runtime: Runtime,
    dispatcher: Dispatcher<App>,
    members: Vec<Arc<Socket<App>>>,
}

impl Stage {
    /// Nobody is counted: what floods here does so on purpose.
    pub(crate) fn new(members: usize) -> Self {
        let mut config = Config::default();
        config.limits = false;
        Self::with(members, config)
    }

    /// Every limit counts each call, and none is ever reached.
    pub(crate) fn limited(members: usize) -> Self {
        let mut config = Config::default();
        let most = RateLimit::At(Rate::new(1_000_000, 1, 1_000_000));
        let rates = [
            &mut config.rate_limit,
            &mut config.socket_rate_limit,
            &mut config.user_rate_limit,
            &mut config.address_rate_limit,
        ];
        rates.into_iter().for_each(|rate| *rate = most);
        Self::with(members, config)
    }

    fn with(members: usize, config: Config) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let sessions = Sessions::new(Arc::new(MemoryStore::new(config.session_ttl)));
        let table = &bench_app::routes::TABLE;
        let catalog = Catalog::new(table.locales).expect("valid messages");
        let dispatcher = Dispatcher::new(App, config, table, catalog, sessions, RoomServices::default());
        let members = (0..members).map(|seat| runtime.block_on(member(&dispatcher, seat))).collect();
        Self { runtime, dispatcher, members }
    }

    /// Sends `json` for the first member, and measures until the last call is answered; deliveries wait meanwhile.
    pub(crate) fn call(&self, json: &str, times: usize) -> Sample {
        self.runtime.block_on(async {
            let caller = Caller::of_socket(self.members[0].clone());
            let start = thread_cpu();
            for _ in 0..times {
                self.call_once(&caller, json).await;
            }
            Sample { cpu: thread_cpu() - start, pieces: times }
        })
    }

    /// Sends `json` for the first member, and waits after each call until it is delivered.
    pub(crate) fn call_one_by_one(&self, json: &str, times: usize) -> Sample {
        self.runtime.block_on(async {
            let caller = Caller::of_socket(self.members[0].clone());
            let start = thread_cpu();
            for _ in 0..times {
                self.call_once(&caller, json).await;
                self.delivered().await;
            }
            Sample { cpu: thread_cpu() - start, pieces: times }
        })
    }

    /// Delivers what waits, and returns how long that took.
    pub(crate) fn deliver(&self) -> Duration {
        self.runtime.block_on(async {
            let start = thread_cpu();
            self.delivered().await;
            thread_cpu() - start
        })
    }

    /// Makes enough calls and measures the deliveries alone; the pieces are members.
    pub(crate) fn fan_out(&self, json: &str) -> Sample {
        let events = FRAMES.div_ceil(self.members.len());
        self.call(json, events);
        Sample { cpu: self.deliver(), pieces: events * self.members.len() }
    }

    /// Gives all members to `event`, as often as [`Stage::fan_out`] does.
    pub(crate) fn by_hand(&self, mut event: impl FnMut(&[Arc<Socket<App>>])) -> Sample {
        let events = FRAMES.div_ceil(self.members.len());
        let start = thread_cpu();
        for _ in 0..events {
            event(&self.members);
        }
        Sample { cpu: thread_cpu() - start, pieces: events * self.members.len() }
    }

    async fn call_once(&self, caller: &Caller<App>, json: &str) {
        handle(&self.dispatcher, caller, "sync", json).await;
    }

    async fn delivered(&self) {
        while !self.dispatcher.hub().deliveries().is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

async fn member(dispatcher: &Dispatcher<App>, seat: usize) -> Arc<Socket<App>> {
    let seat = u32::try_from(seat).expect("a small number");
    let session = Session { user_id: format!("user-{seat}"), seat, active: true };
    let token = dispatcher.sessions().create(session).await.expect("a store");
    let token = PresentedToken::Ours(token.as_str().to_owned());
    let language = dispatcher.catalog().negotiate([]);
    let presented = Presented { token: Some(token), language, address: Some(IpAddr::from([192, 0, 2, 1])), tab: None };
    let identity = dispatcher.admit(presented).await.expect("a session");
    let socket = dispatcher.socket(identity, Arc::new(Nowhere::default()));
    dispatcher.enter(&socket);
    handle(dispatcher, &Caller::of_socket(socket.clone()), "joinRoom", r#"{"room":"bench-a"}"#).await;
    socket
}

async fn handle(dispatcher: &Dispatcher<App>, caller: &Caller<App>, event: &str, json: &str) {
    let message = Message::read(event, json).expect("a message");
    let answer = dispatcher.handle(caller, message, &Turn::default()).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
}
