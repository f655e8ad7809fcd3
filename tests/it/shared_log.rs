//! Durable data in a Postgres: what every store promises, and two servers on one database.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use sync::__private::{PostgresLog, log_store_suite, replica_suite};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::Client;

use crate::mutations::check_sql;
use crate::postgres::Postgres;

#[tokio::test]
async fn a_postgres_keeps_the_contract() {
    let Some(postgres) = Postgres::new() else { return };
    let open = async |codes, watch| {
        let log = PostgresLog::open(postgres.url().as_str(), codes, watch).await.expect("a database");
        Arc::new(log) as _
    };
    log_store_suite::run(open).await;
    log_store_suite::outlives(open).await;
}

#[tokio::test]
async fn rows_in_a_postgres_keep_the_contract() {
    let Some(postgres) = Postgres::new() else { return };
    replica_suite::run(async |codes, watch| {
        let log = PostgresLog::open(postgres.url().as_str(), codes, watch).await.expect("a database");
        let log = Arc::new(log);
        (log.clone() as _, log as _)
    })
    .await;
}

async fn start(postgres: &Postgres) -> TestServer {
    TestServer::start_with(|config| config.log_url = Some(postgres.url())).await
}

fn add(seq: u64, id: &str) -> Value {
    json!({ "id": format!("m{seq}"), "seq": seq, "name": "lists/add", "version": "v1", "scope": ALL, "args": { "id": id, "amount": 1 } })
}

const ALL: &str = "list-all-1";

async fn push(client: &mut Client, name: &str, mutations: Vec<Value>) -> Vec<u64> {
    let answer = client.call("push", json!({ "client": name, "mutations": mutations })).await;
    let results = answer["result"]["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
    results.iter().map(|result| result["cursor"].as_u64().unwrap_or_else(|| panic!("{answer}"))).collect()
}

/// What a member has read of a scope, told by pokes, and pulled where those leave something out.
#[derive(Default)]
struct Copy {
    cursor: u64,
    counts: BTreeMap<String, u64>,
}

impl Copy {
    /// Reads on until a cursor.
    async fn follow(&mut self, client: &mut Client, until: u64) {
        while self.cursor < until {
            let poke = client.event("poke").await;
            self.apply(&poke["changes"]);
            if self.cursor < poke["cursor"].as_u64().expect("a cursor") {
                let answer = client.call("pull", json!({ "scope": ALL, "cursor": self.cursor, "limit": 1000 })).await;
                self.apply(&answer["result"]["changes"]);
            }
        }
    }

    fn apply(&mut self, changes: &Value) {
        for change in changes.as_array().into_iter().flatten() {
            let cursor = change["cursor"].as_u64().expect("a cursor");
            if cursor == self.cursor + 1 {
                self.cursor = cursor;
                let id = change["id"].as_str().expect("a key").to_owned();
                self.counts.insert(id, change["data"]["count"].as_u64().expect("a number"));
            }
        }
    }
}

#[tokio::test]
async fn two_servers_on_one_database_give_one_scope_one_order() {
    const TIMES: u64 = 40;
    let Some(postgres) = Postgres::new() else { return };
    let servers = [start(&postgres).await, start(&postgres).await];
    let mut first = servers[0].connect(member("ada", "deliver", None)).await;
    let item = |id: &str| json!({ "id": id, "text": "X" });
    let put = json!({ "id": "m1", "seq": 1, "name": "lists/put", "version": "v1", "scope": ALL, "args": item("both") });
    assert_eq!(push(&mut first, "c-first", vec![put]).await, [1]);
    let mut members = Vec::new();
    for server in &servers {
        let mut member = server.connect(member("bob", "deliver", None)).await;
        let subscribed = member.call("subscribe", json!({ "scopes": [ALL] })).await;
        assert_eq!(subscribed["scopes"][ALL]["cursor"], json!(1), "{subscribed}");
        members.push(member);
    }
    let writers = (0..6).map(async |number| {
        let mut writer = servers[number % 2].connect(member("ada", "deliver", None)).await;
        let mut cursors = Vec::new();
        for seq in 1..=TIMES {
            cursors.extend(push(&mut writer, &format!("c-{number}"), vec![add(seq, "both")]).await);
        }
        assert!(cursors.is_sorted());
        cursors
    });
    let all = 1 + 6 * TIMES;
    let follow = members.iter_mut().map(async |member| {
        let mut copy = Copy { cursor: 1, ..Copy::default() };
        copy.follow(member, all).await;
        copy.counts
    });
    let (cursors, counts) = tokio::join!(join_all(writers), join_all(follow));
    let mut cursors: Vec<_> = cursors.into_iter().flatten().collect();
    cursors.sort_unstable();
    assert_eq!(cursors, (2..=all).collect::<Vec<_>>(), "no gap, and nothing twice");
    // What the service says is twice as much.
    let expected = BTreeMap::from([("both".to_owned(), 12 * TIMES)]);
    assert_eq!(counts, [expected.clone(), expected]);
    // A repeat that reaches the other server is told its first outcome.
    let mut other = servers[1].connect(member("ada", "deliver", None)).await;
    let again = push(&mut other, "c-0", vec![add(TIMES, "both")]).await;
    assert!(again[0] <= all && again[0] > TIMES);
    assert_eq!(other.call("pull", json!({ "scope": ALL, "cursor": all })).await["result"]["changes"], json!([]));
}

#[tokio::test]
async fn a_database_that_goes_and_comes_back_loses_nothing_and_is_not_waited_for() {
    let Some(mut postgres) = Postgres::new() else { return };
    let server = start(&postgres).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let mut bob = server.connect(member("bob", "deliver", None)).await;
    let put = json!({ "id": "m1", "seq": 1, "name": "lists/put", "version": "v1", "scope": ALL, "args": { "id": "a", "text": "A" } });
    assert_eq!(push(&mut ada, "c1", vec![put]).await, [1]);
    bob.call("subscribe", json!({ "scopes": [ALL] })).await;
    for round in 1..=3 {
        postgres.kill();
        let answer = ada.call("pull", json!({ "scope": ALL, "cursor": 0 })).await;
        assert_eq!(answer["errorCode"], json!("store-unavailable"));
        let answer = ada.call("push", json!({ "client": "c1", "mutations": [add(round + 1, "a")] })).await;
        let result = &answer["result"]["results"][0];
        assert_eq!(
            (&result["errorCode"], &result["settled"]),
            (&json!("store-unavailable"), &json!(false)),
            "{answer}"
        );
        postgres.start_again();
        // It was away a moment ago: whoever asks again is told so until it is tried again.
        let cursors = loop {
            let answer = ada.call("push", json!({ "client": "c1", "mutations": [add(round + 1, "a")] })).await;
            if let Some(cursor) = answer["result"]["results"][0]["cursor"].as_u64() {
                break cursor;
            }
        };
        assert_eq!(cursors, round + 1);
        let poke = bob.event("poke").await;
        assert_eq!(poke["cursor"], json!(round + 1), "{poke}");
    }
}

#[tokio::test]
async fn a_mutation_may_use_tables_of_its_own_there() {
    let Some(postgres) = Postgres::new() else { return };
    let server = start(&postgres).await;
    check_sql(&server).await;
    // What the database refuses for reasons of its own kind is refused, too, and harms nobody beside it.
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let drops = json!({ "id": "a", "first": "DROP TABLE parents" });
    let drops = json!({ "id": "m1", "seq": 1, "name": "lists/tally", "version": "v1", "scope": ALL, "args": drops });
    let answer = ada.call("push", json!({ "client": "c-drops", "mutations": [drops, add(2, "d")] })).await;
    let results = &answer["result"]["results"];
    assert_eq!((&results[0]["errorCode"], &results[1]["ok"]), (&json!("sync-server-failed"), &json!(true)), "{answer}");
}
