//! Rows of a Postgres while their reader, their writers and the database are killed again and again, over a way on which connections are cut: each
//! change of each row is told once, in its place, in the store and to a client.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sync_tests::socket::{Client, Identity};

use crate::killed_log::{SESSIONS, kills, token};
use crate::postgres::{self, Postgres};
use crate::program::Program;
use crate::proxy::Proxy;
use crate::replication::{TABLES, connect, copy};

const SCOPE: &str = "cards-all";
const WRITERS: u64 = 2;
const CARDS_EACH: u64 = 4;
/// How long a writer waits between two transactions, in seconds: readers are built without optimisation.
const BREATH: f64 = 0.008;
/// How rows are read, and where they are logged.
const WAYS: [[&str; 2]; 4] = [["slot", "database"], ["outbox", "database"], ["slot", "file"], ["outbox", "file"]];
/// How long a test waits for what is sure to come.
const PATIENCE: Duration = Duration::from_secs(90);
/// Within what time another server reads when the one that did is dead.
const TAKEN_OVER: Duration = Duration::from_secs(10);
/// How long it is waited for a poke, of which one may be lost with its connection.
const POKED: Duration = Duration::from_millis(200);

/// A `psql` that writes one transaction after the other: each adds one to the counter of two cards, and remarks on one of them.
struct Writer {
    number: u64,
    child: Child,
    stops: Arc<AtomicBool>,
    writing: std::thread::JoinHandle<()>,
}

impl Writer {
    fn start(postgres: &Postgres, number: u64, seed: u64) -> Self {
        let mut child = postgres.psql().spawn().expect("psql runs");
        let mut input = child.stdin.take().expect("an input");
        let stops = Arc::new(AtomicBool::new(false));
        let told = stops.clone();
        let writing = std::thread::spawn(move || {
            let mut chance = fastrand::Rng::with_seed(seed);
            while !told.load(Ordering::Acquire) && input.write_all(transaction(number, &mut chance).as_bytes()).is_ok()
            {
            }
        });
        Self { number, child, stops, writing }
    }

    /// Ends it as a crash would, in the middle of a transaction mostly.
    fn kill(mut self) {
        self.child.kill().unwrap_or_default();
        self.end();
    }

    fn end(mut self) {
        self.stops.store(true, Ordering::Release);
        self.writing.join().expect("it is never in the way");
        self.child.wait().expect("it is ours");
    }
}

/// One in sixteen is rolled back; one in sixteen has a text that is stored apart, which others do not send again.
fn transaction(writer: u64, chance: &mut fastrand::Rng) -> String {
    let first = writer * CARDS_EACH;
    let (a, b) = (first + chance.u64(..CARDS_EACH - 1), first + CARDS_EACH - 1);
    let text = if chance.u8(..16) == 0 {
        ", text = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n)"
    } else {
        ""
    };
    let end = if chance.u8(..16) == 0 { "ROLLBACK" } else { "COMMIT" };
    format!(
        "BEGIN;
        UPDATE cards SET count = count + 1{text} WHERE id = {a};
        INSERT INTO remarks (card, board, text) VALUES ({a}, 'all', 'Now');
        UPDATE cards SET count = count + 1 WHERE id = {b};
        DELETE FROM remarks WHERE id IN (SELECT id FROM remarks WHERE card = {a} ORDER BY id OFFSET 5);
        {end};
        SELECT pg_sleep({BREATH});\n"
    )
}

/// What a client, or the store, has of the scope, from one moment on.
#[derive(Debug, Clone, Default)]
struct Follower {
    cursor: u64,
    epoch: Value,
    /// The counters of each card, one after the other.
    counts: BTreeMap<String, Vec<u64>>,
    remarks: BTreeSet<String>,
    /// How many changes there were.
    changes: usize,
}

impl Follower {
    /// Takes a snapshot, once more where it breaks off.
    async fn begin(address: SocketAddr, token: &str) -> Self {
        let mut client = connect_to(address, token).await.expect("a connection");
        let beginning = async {
            loop {
                if let Some(follower) = Self::snapshot(&mut client).await {
                    return follower;
                }
            }
        };
        tokio::time::timeout(PATIENCE, beginning).await.expect("there is no snapshot")
    }

    async fn snapshot(client: &mut Client) -> Option<Self> {
        let mut follower = Self::default();
        let mut page = Value::Null;
        loop {
            let mut ask = json!({ "scope": SCOPE });
            if !page.is_null() {
                ask["page"] = page;
            }
            let answer = client.call("snapshot", ask).await;
            let result = &answer["result"];
            for (entity, rows) in result["data"].as_object()? {
                for (id, row) in rows.as_object().expect("rows") {
                    follower.hear(entity, id, "create", row);
                }
            }
            (follower.cursor, follower.epoch) = (result["cursor"].as_u64().expect("a cursor"), result["epoch"].clone());
            page = result["next"].clone();
            if page.is_null() {
                return Some(follower);
            }
        }
    }

    /// Hears of one change, which is what follows what it has.
    fn hear(&mut self, entity: &str, id: &str, op: &str, data: &Value) {
        self.changes += 1;
        match (entity, op) {
            ("remark", "create") => assert!(self.remarks.insert(id.to_owned()), "{id} is created twice"),
            ("remark", "delete") => assert!(self.remarks.remove(id), "{id} is deleted twice"),
            ("card", "create" | "update") => {
                let count = data["count"].as_u64().expect("a number");
                let counts = self.counts.entry(id.to_owned()).or_default();
                assert_eq!(counts.last().map_or(count, |last| last + 1), count, "card {id} after {counts:?}");
                counts.push(count);
            }
            _ => panic!("{op} of {entity} {id}"),
        }
    }

    /// Reads on until there is enough, or the connection is lost; returns whether there is.
    async fn read(&mut self, client: &mut Client, is_enough: &impl Fn(&Self) -> bool) -> bool {
        if client.call_until_lost("subscribe", &json!({ "scopes": [SCOPE] }), 1).await.is_none() {
            return false;
        }
        while !is_enough(self) {
            let ask = json!({ "scope": SCOPE, "cursor": self.cursor, "epoch": self.epoch, "limit": 1000 });
            let Some(answers) = client.call_until_lost("pull", &ask, 1).await else { return false };
            let answer = &answers[0];
            let Some(changes) = answer["result"]["changes"].as_array() else {
                assert_eq!(answer["errorCode"], "store-unavailable", "{answer}");
                continue;
            };
            for change in changes {
                let text = |key: &str| change[key].as_str().expect("a text");
                let cursor = change["cursor"].as_u64().expect("a cursor");
                assert_eq!(cursor, self.cursor + 1, "{SCOPE}: without gaps");
                self.cursor = cursor;
                self.hear(text("entity"), text("id"), text("op"), &change["data"]);
            }
            if changes.is_empty() {
                tokio::time::timeout(POKED, client.event("poke")).await.map_or_else(drop, drop);
            }
        }
        true
    }

    /// Comes back whenever the connection is lost, until there is enough.
    async fn follow(&mut self, address: SocketAddr, token: &str, is_enough: impl Fn(&Self) -> bool) {
        let following = async {
            loop {
                if let Ok(mut client) = connect_to(address, token).await
                    && self.read(&mut client, &is_enough).await
                {
                    return;
                }
            }
        };
        let is_in_time = tokio::time::timeout(PATIENCE, following).await.is_ok();
        assert!(
            is_in_time,
            "it never comes: {} changes, up to {}: {}",
            self.changes,
            self.cursor,
            report(address).await
        );
    }

    /// The last counter of each card.
    fn last(&self) -> BTreeMap<String, u64> {
        self.counts.iter().map(|(id, counts)| (id.clone(), *counts.last().expect("one"))).collect()
    }
}

async fn connect_to(address: SocketAddr, token: &str) -> Result<Client, String> {
    Client::connect(address, Identity::token(token)).await
}

async fn report(address: SocketAddr) -> Value {
    let answer = reqwest::get(format!("http://{address}/_sync/replication")).await.expect("an answer");
    serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON")
}

/// Waits until what is stored is of one moment.
async fn until_live(address: SocketAddr) {
    let waiting = async { while report(address).await["state"] != "live" {} };
    let is_live = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
    assert!(is_live, "{}", report(address).await);
}

/// What a way of reading and of storing goes through.
struct Trial {
    postgres: Postgres,
    proxy: Proxy,
    data: tempfile::TempDir,
    token: String,
    how: [&'static str; 2],
}

impl Trial {
    async fn new(how: [&'static str; 2]) -> Option<Self> {
        let postgres = Postgres::new()?;
        let sql = connect(&postgres).await;
        sql.batch_execute(TABLES).await.expect("tables");
        let cards = format!(
            "INSERT INTO cards (id, board, title) SELECT n, 'all', 'Card' FROM generate_series(0, {}) n",
            WRITERS * CARDS_EACH - 1
        );
        sql.batch_execute(&cards).await.expect("rows");
        let proxy = Proxy::start(postgres.port(), 1);
        let data = tempfile::tempdir().expect("a folder");
        let token = token(data.path()).await;
        Some(Self { postgres, proxy, data, token, how })
    }

    fn serve(&self) -> Program {
        self.serve_in(self.data.path())
    }

    fn serve_in(&self, folder: &Path) -> Program {
        let [source, log] = self.how;
        let (folder, url) = (text(folder), postgres::url(self.proxy.port()));
        self.proxy.cut(false);
        let program = Program::start(&[
            ("SYNC_DATA", folder),
            ("SYNC_LIMITS", "off"),
            ("DATABASE_URL", &url),
            ("SYNC_REPLICATION_SOURCE", source),
            ("SYNC_REPLICATION_LOG", log),
            SESSIONS,
        ]);
        self.proxy.cut(true);
        program
    }

    fn writers(&self, chance: &mut fastrand::Rng) -> Vec<Writer> {
        (0..WRITERS).map(|number| Writer::start(&self.postgres, number, chance.u64(..))).collect()
    }

    /// Kills in turn, beginning with the one that has this number: the reader, a writer, the database.
    async fn run(mut self, first: u64, kills: u64) {
        let mut chance = fastrand::Rng::with_seed(16);
        let mut writers = self.writers(&mut chance);
        let mut server = self.serve();
        self.proxy.cut(false);
        until_live(server.address()).await;
        let mut client = Follower::begin(server.address(), &self.token).await;
        let begun = client.clone();
        self.proxy.cut(true);
        // The first reader makes the copy; whoever comes after it goes on.
        let mut copies = 1;
        for turn in first..first + kills {
            let enough = client.changes + chance.usize(1..400);
            client.follow(server.address(), &self.token, |client| client.changes >= enough).await;
            match turn % 3 {
                0 => {
                    server.kill();
                    server = self.serve();
                    copies = 0;
                }
                1 => {
                    let writer = writers.remove(0);
                    let number = writer.number;
                    writer.kill();
                    writers.push(Writer::start(&self.postgres, number, chance.u64(..)));
                }
                _ => {
                    self.postgres.kill();
                    let numbers: Vec<_> = writers.iter().map(|writer| writer.number).collect();
                    writers.into_iter().for_each(Writer::kill);
                    self.postgres.start_again();
                    writers =
                        numbers.iter().map(|number| Writer::start(&self.postgres, *number, chance.u64(..))).collect();
                }
            }
        }
        writers.into_iter().for_each(Writer::end);
        let (counts, remarks) = self.rows().await;
        client
            .follow(server.address(), &self.token, |client| client.last() == counts && client.remarks == remarks)
            .await;
        // The store has the same, from the beginning to the end, and counts it the same way.
        let mut stored = begun;
        stored.follow(server.address(), &self.token, |stored| stored.cursor >= client.cursor).await;
        assert_eq!((&stored.counts, &stored.remarks), (&client.counts, &client.remarks), "{:?}", self.how);
        let now = Follower::begin(server.address(), &self.token).await;
        assert_eq!((now.last(), &now.remarks, now.epoch), (counts, &remarks, client.epoch), "{:?}", self.how);
        let report = report(server.address()).await;
        let log = server.stop();
        assert_eq!(
            (&report["setAside"]["count"], &report["copies"]),
            (&json!(0), &json!(copies)),
            "{:?} {report}\n{log}",
            self.how
        );
        eprintln!("{:?}: {kills} kills, {} changes", self.how, client.changes);
    }

    /// What the database has in the end.
    async fn rows(&self) -> (BTreeMap<String, u64>, BTreeSet<String>) {
        let sql = connect(&self.postgres).await;
        let cards = sql.query("SELECT id::text, count FROM cards", &[]).await.expect("rows");
        let remarks = sql.query("SELECT id::text FROM remarks", &[]).await.expect("rows");
        let counts = cards.iter().map(|row| (row.get(0), row.get::<_, i32>(1).unsigned_abs().into())).collect();
        (counts, remarks.iter().map(|row| row.get(0)).collect())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a text")
}

#[tokio::test]
async fn rows_are_told_once_and_in_their_order_whatever_is_killed() {
    for (first, how) in (0..).zip(WAYS) {
        let Some(trial) = Trial::new(how).await else { return };
        trial.run(first, kills().div_ceil(3)).await;
    }
}

/// The first transaction behind a copy is the one that is lost where its place is compared with the wrong end of it.
#[tokio::test]
async fn a_copy_under_load_goes_over_into_what_follows() {
    for how in [["slot", "file"], ["outbox", "file"]] {
        let Some(mut trial) = Trial::new(how).await else { return };
        let mut chance = fastrand::Rng::with_seed(17);
        let writers = trial.writers(&mut chance);
        for _ in 0..kills().div_ceil(6) {
            trial.data = tempfile::tempdir().expect("a folder");
            trial.token = token(trial.data.path()).await;
            let server = trial.serve();
            trial.proxy.cut(false);
            until_live(server.address()).await;
            let mut client = Follower::begin(server.address(), &trial.token).await;
            let enough = client.changes + 100;
            client.follow(server.address(), &trial.token, |client| client.changes >= enough).await;
            server.kill();
        }
        writers.into_iter().for_each(Writer::end);
    }
}

/// Two servers on one log: whoever reads is killed, the other takes over, and clients of both go on.
#[tokio::test]
async fn of_two_servers_whoever_reads_is_killed_and_the_other_goes_on() {
    let Some(trial) = Trial::new(["slot", "database"]).await else { return };
    let mut chance = fastrand::Rng::with_seed(18);
    let writers = trial.writers(&mut chance);
    // Each has its own files, and knows the same session.
    let other = tempfile::tempdir().expect("a folder");
    copy(trial.data.path(), other.path());
    let mut servers = vec![(trial.serve(), trial.data.path()), (trial.serve_in(other.path()), other.path())];
    trial.proxy.cut(false);
    let mut clients = Vec::new();
    for (server, _) in &servers {
        until_live_somewhere(server.address()).await;
        clients.push(Follower::begin(server.address(), &trial.token).await);
    }
    for kill in 0..kills().div_ceil(3) {
        let reads = usize::from(report(servers[0].0.address()).await["state"] == "following");
        let (reader, folder) = servers.remove(reads);
        // One that stands still does not even lose its connections.
        let mut stands = None;
        if kill == 1 {
            reader.stand_still();
            stands = Some(reader);
        } else {
            reader.kill();
        }
        let stays = servers[0].0.address();
        let taking_over = async { while report(stays).await["state"] == "following" {} };
        let within = if stands.is_some() { PATIENCE } else { TAKEN_OVER };
        assert!(tokio::time::timeout(within, taking_over).await.is_ok(), "nobody takes over: {}", report(stays).await);
        // Each goes on with the one that is left, and one of them with the one that comes in its place.
        for client in &mut clients {
            let enough = client.changes + 100;
            client.follow(stays, &trial.token, |client| client.changes >= enough).await;
        }
        stands.into_iter().for_each(Program::kill);
        servers.push((trial.serve_in(folder), folder));
        trial.proxy.cut(false);
        let enough = clients[0].changes + 100;
        clients[0].follow(servers[1].0.address(), &trial.token, |client| client.changes >= enough).await;
    }
    writers.into_iter().for_each(Writer::end);
    let (counts, remarks) = trial.rows().await;
    for (client, (server, _)) in clients.iter_mut().zip(&servers) {
        let is_all = |client: &Follower| client.last() == counts && client.remarks == remarks;
        client.follow(server.address(), &trial.token, is_all).await;
    }
}

/// Waits until a server reads what is stored of one moment, or another one does for it.
async fn until_live_somewhere(address: SocketAddr) {
    let waiting = async { while report(address).await["readable"] != true {} };
    let is_so = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
    assert!(is_so, "{}", report(address).await);
}
