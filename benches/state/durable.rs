//! A server's durable data within this process: its dispatcher, and its store in a folder.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use state_app::App;
use sync::__private::{Caller, Catalog, Dispatcher, LogStore, Message, RoomServices, Socket, SqliteLog, Turn};
use sync::{Config, MemoryStore, Sessions};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::stage::guest;

/// What a note says: its change is about two hundred bytes of JSON.
pub(crate) const TEXT: &str = "a note that says about as much as somebody writes in a moment";

pub(crate) struct Durable {
    runtime: Runtime,
    pub(crate) dispatcher: Arc<Dispatcher<App>>,
    clients: Vec<Client>,
}

/// One who pushes one mutation after the other.
struct Client {
    socket: Arc<Socket<App>>,
    name: String,
    /// How many it has pushed.
    pushed: Arc<AtomicU64>,
}

impl Durable {
    /// Opens the store in a folder, for so many who push.
    pub(crate) fn open(folder: &Path, clients: usize) -> Self {
        let mut config = Config::default();
        config.limits = false;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let sessions = Sessions::new(Arc::new(MemoryStore::new(config.session_ttl)));
        let table = &state_app::routes::TABLE;
        let catalog = Catalog::new(table.locales).expect("valid messages");
        let dispatcher = Dispatcher::new(App, config, table, catalog, sessions, RoomServices::default());
        let opened = SqliteLog::open(folder, &[], dispatcher.log_watch(), Duration::ZERO);
        let log: Arc<dyn LogStore> = Arc::new(runtime.block_on(opened).expect("a file"));
        dispatcher.keep_log(log);
        let mut all = Vec::new();
        for number in 0..clients {
            let socket = runtime.block_on(guest(&dispatcher));
            all.push(Client { socket, name: format!("client-{number}"), pushed: Arc::default() });
        }
        Self { runtime, dispatcher: Arc::new(dispatcher), clients: all }
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Has so many push for so long, each one mutation after the other, to so many scopes, and returns how long each push took.
    pub(crate) fn push(&self, (clients, scopes): (usize, usize), long: Duration) -> Vec<Duration> {
        let start = Instant::now();
        self.runtime.block_on(async {
            let mut pushing = JoinSet::new();
            for (number, client) in self.clients.iter().take(clients).enumerate() {
                let (dispatcher, socket) = (self.dispatcher.clone(), client.socket.clone());
                let (name, pushed) = (client.name.clone(), client.pushed.clone());
                pushing.spawn(async move {
                    let mut took = Vec::new();
                    while start.elapsed() < long {
                        let seq = pushed.fetch_add(1, Ordering::Relaxed) + 1;
                        let scope = format!("notes-{}", (number + seq as usize) % scopes);
                        let begun = Instant::now();
                        handle(&dispatcher, &socket, "push", &push(&name, seq, &scope)).await;
                        took.push(begun.elapsed());
                    }
                    took
                });
            }
            pushing.join_all().await.concat()
        })
    }

    /// Asks once, and returns what is answered.
    pub(crate) async fn ask(&self, event: &'static str, json: &str) -> String {
        handle(&self.dispatcher, &self.clients[0].socket, event, json).await
    }
}

/// Writes a push of one mutation. Each client has 50 notes of its own in a scope.
pub(crate) fn push(client: &str, seq: u64, scope: &str) -> String {
    let id = format!("{client}-{}", seq % 50);
    let args = format!(r#"{{"id":"{id}","text":"{TEXT}"}}"#);
    let of = format!(r#""id":"m{seq}","seq":{seq},"name":"notes/add","version":"v1","scope":"{scope}","args":{args}"#);
    format!(r#"{{"client":"{client}","mutations":[{{{of}}}]}}"#)
}

async fn handle(dispatcher: &Dispatcher<App>, socket: &Arc<Socket<App>>, event: &'static str, json: &str) -> String {
    let message = Message::read(event, json).expect("a message");
    let answer = dispatcher.handle(&Caller::of_socket(socket.clone()), message, &Turn::default()).await;
    let json = String::from(Box::<str>::from(answer.json));
    assert!(answer.status == 200 && !json.contains(r#""ok":false"#), "{json}");
    json
}
