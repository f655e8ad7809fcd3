//! Durable data while a server, or its database, is killed again and again: what was acknowledged is there, once, and in its place.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::postgres::Postgres;
use crate::program::Program;

const SCOPES: [&str; 2] = ["list-all-1", "list-all-2"];
const WRITERS: usize = 8;
/// The program keeps its sessions in its folder.
pub(crate) const SESSIONS: (&str, &str) = ("TEST_SESSIONS", "");
/// How many mutations a writer has in one push.
const TOGETHER: u64 = 3;

pub(crate) fn kills() -> u64 {
    std::env::var("SYNC_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6)
}

/// A client that goes on where it was, whatever happens to the server.
#[derive(Debug, Default)]
struct Writer {
    number: usize,
    /// The cursor of each of its mutations that was acknowledged.
    cursors: Vec<u64>,
}

impl Writer {
    fn scope(&self) -> &'static str {
        SCOPES[self.number % 2]
    }

    /// A mutation with a number, the same whenever it is sent.
    fn mutation(&self, seq: u64) -> Value {
        let id = format!("item-{}", self.number / 2);
        let (name, args) = match seq {
            1 => ("lists/put", json!({ "id": id, "text": "X" })),
            _ => ("lists/add", json!({ "id": id, "amount": 1 })),
        };
        json!({ "id": format!("m-{seq}"), "seq": seq, "name": name, "version": "v1", "scope": self.scope(), "args": args })
    }

    /// Pushes until the connection is lost, or it is told to stop; each acknowledgement is noted and told.
    async fn write(&mut self, address: SocketAddr, token: &str, told: &UnboundedSender<()>, stops: &AtomicBool) {
        let mut client = Client::connect(address, Identity::token(token)).await.expect("a connection");
        while !stops.load(Ordering::Acquire) {
            let first = self.cursors.len() as u64 + 1;
            let mutations: Vec<_> = (first..first + TOGETHER).map(|seq| self.mutation(seq)).collect();
            let push = json!({ "client": format!("client-{}", self.number), "mutations": mutations });
            // It may be sent twice at once, too.
            let Some(answers) = client.call_until_lost("push", &push, 2).await else { return };
            for answer in answers {
                for (seq, result) in (first..).zip(answer["result"]["results"].as_array().into_iter().flatten()) {
                    let Some(cursor) = result["cursor"].as_u64() else {
                        assert_eq!(result["settled"], json!(false), "{result}");
                        continue;
                    };
                    match self.cursors.get(seq as usize - 1) {
                        Some(before) => assert_eq!(*before, cursor, "it was told another outcome"),
                        None => {
                            self.cursors.push(cursor);
                            told.send(()).expect("the test hears it");
                        }
                    }
                }
            }
        }
    }
}

/// Lets all writers write until so many mutations were acknowledged, does something, and waits until they have ended.
async fn write_until(
    writers: &mut [Writer],
    (address, token): (SocketAddr, &str),
    count: u32,
    happens: impl FnOnce(&AtomicBool),
) {
    let (tell, mut told): (_, UnboundedReceiver<()>) = unbounded_channel();
    let stops = AtomicBool::new(false);
    let writing = join_all(writers.iter_mut().map(|writer| writer.write(address, token, &tell, &stops)));
    let happening = async {
        for _ in 0..count {
            told.recv().await;
        }
        happens(&stops);
    };
    tokio::join!(writing, happening);
}

/// Reads the whole log of a scope, and checks that it is what the writers were told, and nothing else.
async fn check(client: &mut Client, scope: &str, writers: &[Writer]) {
    let (mut changes, mut has_more) = (Vec::new(), true);
    while has_more {
        let pull = json!({ "scope": scope, "cursor": changes.len(), "limit": 1000 });
        let page = client.call("pull", pull).await;
        let result = &page["result"];
        changes.extend(result["changes"].as_array().unwrap_or_else(|| panic!("{page}")).iter().cloned());
        has_more = result["hasMore"] == json!(true);
    }
    let cursors: Vec<_> = changes.iter().map(|change| change["cursor"].as_u64().expect("a cursor")).collect();
    assert_eq!(cursors, (1..=changes.len() as u64).collect::<Vec<_>>(), "{scope}: without gaps");
    let mut of_items = BTreeMap::<&str, Vec<(u64, u64)>>::new();
    for change in &changes {
        let seen = (change["cursor"].as_u64().expect("a cursor"), change["data"]["count"].as_u64().expect("a number"));
        of_items.entry(change["id"].as_str().expect("a key")).or_default().push(seen);
    }
    let own = writers.iter().filter(|writer| writer.scope() == scope);
    for writer in own {
        let seen = &of_items[&*format!("item-{}", writer.number / 2)];
        // Its mutations are the only ones of its item: each has added what the service says, twice its amount, once.
        let counts: Vec<_> = seen.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, (0..seen.len() as u64).map(|times| 2 * times).collect::<Vec<_>>());
        let cursors: Vec<_> = seen.iter().map(|(cursor, _)| *cursor).collect();
        assert!(cursors.starts_with(&writer.cursors), "{scope}: what was acknowledged is there, in its place");
        assert!(cursors.len() as u64 <= writer.cursors.len() as u64 + TOGETHER, "{scope}: nothing that was not asked");
    }
}

/// A session that the program finds in its folder.
pub(crate) async fn token(data: &Path) -> String {
    let server = TestServer::start_server(test_app::server_with_files(), |config| data.clone_into(&mut config.data));
    let server = server.await;
    let token = server.token(member("ada", "deliver", None)).await;
    server.into_running().shutdown().await;
    token
}

fn writers() -> Vec<Writer> {
    (0..WRITERS).map(|number| Writer { number, ..Writer::default() }).collect()
}

async fn check_all(address: SocketAddr, token: &str, writers: &[Writer]) {
    let mut client = Client::connect(address, Identity::token(token)).await.expect("a connection");
    for scope in SCOPES {
        check(&mut client, scope, writers).await;
    }
}

#[tokio::test]
async fn a_server_that_is_killed_keeps_what_it_has_acknowledged_and_does_nothing_twice() {
    let data = tempfile::tempdir().expect("a folder");
    let token = token(data.path()).await;
    let folder = data.path().to_str().expect("a text");
    let variables = [("SYNC_DATA", folder), ("SYNC_LIMITS", "off"), SESSIONS];
    let (mut writers, mut chance) = (writers(), fastrand::Rng::with_seed(15));
    for _ in 0..kills() {
        let server = Program::start(&variables);
        let address = server.address();
        write_until(&mut writers, (address, &token), chance.u32(50..600), |_| server.kill()).await;
        let server = Program::start(&variables);
        check_all(server.address(), &token, &writers).await;
        server.kill();
    }
}

#[tokio::test]
async fn so_does_one_on_a_database_that_is_killed_in_turn() {
    let Some(mut postgres) = Postgres::new() else { return };
    let data = tempfile::tempdir().expect("a folder");
    let token = token(data.path()).await;
    let url = postgres.url();
    let folder = data.path().to_str().expect("a text");
    let variables = [("SYNC_DATA", folder), ("SYNC_LIMITS", "off"), SESSIONS, ("SYNC_LOG_URL", url.as_str())];
    let (mut writers, mut chance) = (writers(), fastrand::Rng::with_seed(16));
    for kill in 0..kills() {
        let mut server = Program::start(&variables);
        let address = server.address();
        if kill % 2 == 0 {
            write_until(&mut writers, (address, &token), chance.u32(50..600), |_| server.kill()).await;
            server = Program::start(&variables);
        } else {
            let again = |stops: &AtomicBool| {
                postgres.kill();
                postgres.start_again();
                stops.store(true, Ordering::Release);
            };
            write_until(&mut writers, (address, &token), chance.u32(50..600), again).await;
        }
        check_all(server.address(), &token, &writers).await;
        server.kill();
    }
}
