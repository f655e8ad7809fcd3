//! Rooms with members, and nobody listening, on all cores.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use state_app::App;
use sync::__private::{Bundle, Caller, Catalog, Dispatcher, Message, Outbox, Presented, RoomServices, Socket, Turn};
use sync::{CloseReason, Config, MemoryStore, Sessions};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// How many call at the same time.
const CALLERS: usize = 64;

/// Drops every frame.
#[derive(Debug, Default)]
struct Nowhere(AtomicUsize);

impl Outbox for Nowhere {
    fn send(&self, bundle: &Bundle) {
        let bytes: usize = bundle.packets().iter().map(|packet| packet.bytes().len()).sum();
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn close(&self, _: CloseReason) {}
}

/// A dispatcher, and rooms of whom one member each follows the value.
pub(crate) struct Stage {
    runtime: Runtime,
    dispatcher: Arc<Dispatcher<App>>,
    /// Everybody who calls, and their rooms.
    members: Arc<[(Arc<Socket<App>>, String)]>,
}

impl Stage {
    /// Has so many rooms.
    pub(crate) fn new(rooms: usize) -> Self {
        let mut config = Config::default();
        config.limits = false;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().expect("a runtime");
        let sessions = Sessions::new(Arc::new(MemoryStore::new(config.session_ttl)));
        let table = &state_app::routes::TABLE;
        let catalog = Catalog::new(table.locales).expect("valid messages");
        let dispatcher = Dispatcher::new(App, config, table, catalog, sessions, RoomServices::default());
        let count = rooms.max(CALLERS);
        let members = runtime.block_on(async {
            let mut members = Vec::with_capacity(count);
            for number in 0..count {
                let room = format!("bench-0k-{}", number % rooms);
                members.push((member(&dispatcher, &room, number < rooms).await, room));
            }
            members.into()
        });
        Self { runtime, dispatcher: Arc::new(dispatcher), members }
    }

    /// Has all change values for so long, and returns how often a second they did.
    pub(crate) fn act(&self, long: Duration) -> f64 {
        self.repeat(long, "stateAct", |room, number| {
            let x = 100 + number % 900;
            let place = format!(r#""name":"bench/cards","version":"v1","room":"{room}""#);
            format!(r#"{{{place},"action":{{"move":{{"id":"c00001","x":{x}}}}}}}"#)
        })
    }

    /// Has all call a route for so long, and returns how often a second they did.
    pub(crate) fn call(&self, long: Duration) -> f64 {
        self.repeat(long, "sync", |room, number| {
            format!(
                r#"{{"name":"bench/plain","version":"v1","data":{{"amount":{number},"pad":""}},"receiver":"{room}"}}"#
            )
        })
    }

    /// Also waits until everything is delivered.
    fn repeat(&self, long: Duration, event: &'static str, json: fn(&str, u64) -> String) -> f64 {
        let (done, start) = (Arc::new(AtomicU64::new(0)), Instant::now());
        self.runtime.block_on(async {
            let mut callers = JoinSet::new();
            for caller in 0..CALLERS {
                let (dispatcher, members, done) = (self.dispatcher.clone(), self.members.clone(), done.clone());
                callers.spawn(async move {
                    let own = members.iter().skip(caller).step_by(CALLERS).cycle();
                    for (socket, room) in own {
                        if start.elapsed() > long {
                            return;
                        }
                        let number = done.fetch_add(1, Ordering::Relaxed);
                        handle(&dispatcher, socket, event, &json(room, number)).await;
                    }
                });
            }
            callers.join_all().await;
            while !self.dispatcher.hub().deliveries().is_empty() {
                tokio::task::yield_now().await;
            }
        });
        done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
    }
}

/// Connects somebody who is told nothing.
pub(crate) async fn guest(dispatcher: &Dispatcher<App>) -> Arc<Socket<App>> {
    let language = dispatcher.catalog().negotiate([]);
    let presented = Presented { token: None, language, address: Some(IpAddr::from([192, 0, 2, 1])), tab: None };
    let identity = dispatcher.admit(presented).await.expect("a guest");
    let socket = dispatcher.socket(identity, Arc::new(Nowhere::default()));
    dispatcher.enter(&socket);
    socket
}

async fn member(dispatcher: &Dispatcher<App>, room: &str, follows: bool) -> Arc<Socket<App>> {
    let socket = guest(dispatcher).await;
    handle(dispatcher, &socket, "joinRoom", &format!(r#"{{"room":"{room}"}}"#)).await;
    if follows {
        let open = format!(r#"{{"name":"bench/cards","version":"v1","room":"{room}"}}"#);
        handle(dispatcher, &socket, "stateOpen", &open).await;
    }
    socket
}

async fn handle(dispatcher: &Dispatcher<App>, socket: &Arc<Socket<App>>, event: &str, json: &str) {
    let message = Message::read(event, json).expect("a message");
    let answer = dispatcher.handle(&Caller::of_socket(socket.clone()), message, &Turn::default()).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
}
