//! Rows of a Postgres as durable data, through real servers, sockets and a database of a test's own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use sync::{Config, ReplicationLog, ReplicationSource};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::Client;
use tokio_postgres::NoTls;

use crate::postgres::Postgres;

/// How long a test waits for what is sure to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A database with the tables of the test app.
struct Stage {
    postgres: Postgres,
    sql: tokio_postgres::Client,
    how: How,
}

/// How rows are read, and where they are logged.
#[derive(Debug, Clone, Copy)]
struct How {
    source: ReplicationSource,
    log: ReplicationLog,
}

const HOW: [How; 4] = [
    How { source: ReplicationSource::Slot, log: ReplicationLog::File },
    How { source: ReplicationSource::Slot, log: ReplicationLog::Database },
    How { source: ReplicationSource::Outbox, log: ReplicationLog::File },
    How { source: ReplicationSource::Outbox, log: ReplicationLog::Database },
];

const TABLES: &str = "
    CREATE TABLE cards (
        id BIGINT PRIMARY KEY, board TEXT NOT NULL, title TEXT NOT NULL, done BOOLEAN NOT NULL DEFAULT false,
        count INTEGER NOT NULL DEFAULT 0, text TEXT, due TIMESTAMPTZ, tags TEXT[] NOT NULL DEFAULT '{}', extra JSONB,
        state TEXT NOT NULL DEFAULT 'open', heft NUMERIC, secret TEXT
    );
    CREATE TABLE remarks (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), card BIGINT NOT NULL REFERENCES cards, board TEXT NOT NULL, text TEXT NOT NULL)";

impl Stage {
    async fn new(how: How) -> Option<Self> {
        let postgres = Postgres::new()?;
        let sql = connect(&postgres).await;
        sql.batch_execute(TABLES).await.expect("tables");
        Some(Self { postgres, sql, how })
    }

    async fn run(&self, statements: &str) {
        self.sql.batch_execute(statements).await.unwrap_or_else(|error| panic!("{statements}: {error:?}"));
    }

    fn configure(&self, config: &mut Config) {
        config.database_url = Some(self.postgres.url());
        config.replication_source = self.how.source;
        config.replication_log = self.how.log;
    }

    async fn start(&self) -> TestServer {
        TestServer::start_with(|config| self.configure(config)).await
    }
}

async fn connect(postgres: &Postgres) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(postgres.url().as_str(), NoTls).await.expect("a database");
    tokio::spawn(connection);
    client
}

/// The rows of a board, as a client has them.
struct Board {
    client: Client,
    scope: String,
    at: (u64, Value),
    /// By kind and key.
    rows: BTreeMap<String, Value>,
    /// What has become of each since, by kind and key: `create`, `update` or `delete`, and the data.
    changes: Vec<(String, String, Value)>,
    /// How often it had to begin with a snapshot.
    snapshots: usize,
}

impl Board {
    async fn open(server: &TestServer, user: &str, board: &str) -> Self {
        server.has_rows().await;
        let mut client = server.connect(member(user, "deliver", None)).await;
        let scope = format!("cards-{board}");
        let subscribed = client.call("subscribe", json!({ "scopes": [scope] })).await;
        assert!(subscribed["scopes"][&scope]["cursor"].is_u64(), "{subscribed}");
        let (rows, changes) = Default::default();
        let mut board = Self { client, scope, at: (0, Value::Null), rows, changes, snapshots: 0 };
        board.snapshot().await;
        board
    }

    async fn snapshot(&mut self) {
        self.snapshots += 1;
        self.rows.clear();
        let mut page = Value::Null;
        loop {
            let mut ask = json!({ "scope": self.scope });
            if !page.is_null() {
                ask["page"] = page;
            }
            let answer = self.client.call("snapshot", ask).await;
            let result = &answer["result"];
            for (entity, rows) in result["data"].as_object().unwrap_or_else(|| panic!("{answer}")) {
                let rows = rows.as_object().expect("rows").iter();
                self.rows.extend(rows.map(|(id, row)| (format!("{entity} {id}"), row.clone())));
            }
            self.at = (result["cursor"].as_u64().expect("a cursor"), result["epoch"].clone());
            page = result["next"].clone();
            if page.is_null() {
                return;
            }
        }
    }

    async fn pull(&mut self) {
        loop {
            let ask = json!({ "scope": self.scope, "cursor": self.at.0, "epoch": self.at.1, "limit": 1000 });
            let answer = self.client.call("pull", ask).await;
            if answer["errorCode"] == "cursor-too-old" {
                return self.snapshot().await;
            }
            let result = &answer["result"];
            for change in result["changes"].as_array().unwrap_or_else(|| panic!("{answer}")) {
                let text = |key: &str| change[key].as_str().expect("a text").to_owned();
                let (key, op, data) = (format!("{} {}", text("entity"), text("id")), text("op"), change["data"].clone());
                match &*op {
                    "delete" => drop(self.rows.remove(&key)),
                    _ => drop(self.rows.insert(key.clone(), data.clone())),
                }
                self.changes.push((key, op, data));
            }
            self.at = (result["cursor"].as_u64().expect("a cursor"), result["epoch"].clone());
            if result["hasMore"] == false {
                return;
            }
        }
    }

    /// Reads on whenever it is poked, until all is as it should be.
    async fn until(&mut self, is_right: impl Fn(&Self) -> bool) {
        let scope = json!(self.scope);
        let reading = async {
            while !is_right(self) {
                while self.client.event("poke").await["scope"] != scope {}
                self.pull().await;
            }
        };
        let right = tokio::time::timeout(PATIENCE, reading).await;
        assert!(right.is_ok(), "it never came: {:?} after {:?}", self.rows, self.changes);
    }

    /// Waits until a row has a title.
    async fn until_title(&mut self, id: u64, title: &str) {
        self.until(|board| board.title(id) == Some(title)).await;
    }

    fn title(&self, id: u64) -> Option<&str> {
        self.rows.get(&format!("card {id}"))?["title"].as_str()
    }

    /// What has happened to a card since: `update Milk`.
    fn happened(&self, id: u64) -> Vec<String> {
        let key = format!("card {id}");
        let of_it = self.changes.iter().filter(|(of, ..)| *of == key);
        let line = |(_, op, data): &(String, String, Value)| format!("{op} {}", data["title"].as_str().unwrap_or(""));
        of_it.map(line).map(|line| line.trim_end().to_owned()).collect()
    }
}

#[tokio::test]
async fn rows_are_entities_of_their_scopes() {
    for how in HOW {
        let Some(stage) = Stage::new(how).await else { return };
        stage
            .run(
                "INSERT INTO cards (id, board, title, done, count, due, tags, extra, heft, secret)
                    VALUES (1, 'all', 'Milk', true, 7, '2026-11-30 06:30:55.5+02', '{a,\"b c\"}', '{\"x\": [1]}', 1.50, 'hush');
                INSERT INTO cards (id, board, title) VALUES (2, '', 'Hidden'), (3, 'of-bob', 'Bob''s');
                INSERT INTO remarks (id, card, board, text) VALUES ('5b2ec26f-1f41-4d7e-9f0e-000000000001', 1, 'all', 'Now')",
            )
            .await;
        let server = stage.start().await;
        let mut ada = Board::open(&server, "ada", "all").await;
        let milk = json!({
            "id": 1, "board": "all", "title": "Milk", "done": true, "count": 7, "text": null, "due": "2026-11-30T04:30:55.500Z",
            "tags": ["a", "b c"], "extra": { "x": [1] }, "state": "open", "weight": 1.5,
        });
        let id = "5b2ec26f-1f41-4d7e-9f0e-000000000001";
        let remark = json!({ "id": id, "card": 1, "board": "all", "text": "Now" });
        let expected = [("card 1".to_owned(), milk.clone()), (format!("remark {id}"), remark)];
        assert_eq!(ada.rows, BTreeMap::from(expected), "{how:?}");
        // From a copy to what happens then, in the same words.
        stage.run("UPDATE cards SET count = count + 1, secret = 'other' WHERE id = 1").await;
        ada.until(|ada| !ada.changes.is_empty()).await;
        let mut more = milk.clone();
        more["count"] = json!(8);
        assert_eq!(ada.changes, [("card 1".to_owned(), "update".to_owned(), more)], "{how:?}");
        // Rows come, go and move; one that nobody sees is seen when it moves; what no field has changes nothing.
        stage
            .run(
                "INSERT INTO cards (id, board, title) VALUES (4, 'all', 'New'), (5, 'all,of-ada', 'Both');
                UPDATE cards SET secret = 'hush' WHERE id = 4;
                UPDATE cards SET board = 'all', title = 'Shown' WHERE id = 2;
                UPDATE cards SET id = 6 WHERE id = 4;
                DELETE FROM remarks; DELETE FROM cards WHERE id = 1;
                UPDATE cards SET board = 'of-ada' WHERE id = 5;
                INSERT INTO cards (id, board, title) VALUES (7, 'all', 'Last')",
            )
            .await;
        ada.until_title(7, "Last").await;
        assert_eq!(ada.happened(4), ["create New", "delete"], "{how:?}");
        assert_eq!((ada.happened(2), ada.happened(6)), (vec!["create Shown".to_owned()], vec!["create New".to_owned()]));
        assert_eq!((ada.happened(5), ada.title(1)), (vec!["create Both".to_owned(), "delete".to_owned()], None));
        assert_eq!(ada.rows.len(), 3, "{how:?} {:?}", ada.rows);
        let own = Board::open(&server, "ada", "of-ada").await;
        assert_eq!(own.rows.keys().collect::<Vec<_>>(), ["card 5"]);
        // All at once.
        stage.run("TRUNCATE cards CASCADE; INSERT INTO cards (id, board, title) VALUES (8, 'all', 'After')").await;
        ada.until_title(8, "After").await;
        assert_eq!(ada.rows.len(), 1, "{how:?}");
    }
}

/// The outcomes of mutations of a client: the cursor, or the code.
async fn push(client: &mut Client, name: &str, first: u64, mutations: &[(&str, &str, Value)]) -> Vec<String> {
    let mutations: Vec<_> = mutations
        .iter()
        .zip(first..)
        .map(|((mutation, board, args), seq)| {
            let scope = format!("cards-{board}");
            json!({ "id": format!("m{seq}"), "seq": seq, "name": format!("cards/{mutation}"), "version": "v1", "scope": scope, "args": args })
        })
        .collect();
    let answer = client.call("push", json!({ "client": name, "mutations": mutations })).await;
    let results = answer["result"]["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let told = results.iter().map(|result| match result["cursor"].as_u64() {
        Some(cursor) => cursor.to_string(),
        None => result["errorCode"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(),
    });
    told.collect()
}

fn put(board: &'static str, id: u64, title: &str) -> (&'static str, &'static str, Value) {
    ("put", board, json!({ "id": id, "title": title }))
}

#[tokio::test]
async fn mutations_write_rows_and_are_told_as_changes_of_them() {
    for how in HOW.into_iter().filter(|how| how.log == ReplicationLog::Database) {
        let Some(stage) = Stage::new(how).await else { return };
        stage.run("INSERT INTO cards (id, board, title, count, text) VALUES (9, 'all', 'Here', 4, 'kept'), (8, 'of-bob', 'Bob', 0, NULL)").await;
        let server = stage.start().await;
        let mut board = Board::open(&server, "ada", "all").await;
        let mut ada = server.connect(member("ada", "deliver", None)).await;
        // What the answer says is where its change stands.
        let told = push(&mut ada, "c1", 1, &[put("all", 1, "Milk")]).await;
        board.until_title(1, "Milk").await;
        assert_eq!(told, [board.at.0.to_string()], "{how:?}");
        let written = stage.sql.query_one("SELECT tags[1], extra ->> 'by', heft::text, state FROM cards WHERE id = 1", &[]).await;
        let written = written.expect("a row");
        let texts: Vec<String> = (0..4).map(|column| written.get(column)).collect();
        assert_eq!(texts, ["a \"b\"", "ada", "0.5", "open"]);
        // One sees what is written, by whomever, whether it is told already or not.
        stage.run("UPDATE cards SET count = 10 WHERE id = 9").await;
        let rest = [
            put("all", 9, "Mine"),
            put("all", 1, "Tea"),
            put("all", 2, "Third"),
            put("all", 3, "Too many"),
            ("put", "all", json!({ "id": 2, "title": "Elsewhere", "board": "of-bob" })),
            put("all", 8, "Bob's"),
            ("remove", "all", json!({ "id": 8 })),
            ("remove", "all", json!({ "id": 1 })),
            ("remove", "all", json!({ "id": 1 })),
        ];
        let told = push(&mut ada, "c1", 2, &rest).await;
        let refused = ["list-full", "scope-forbidden", "entity-exists", "list-gone"];
        assert_eq!((&told[3..7], &told[8]), (&refused.map(str::to_owned)[..], &"list-gone".to_owned()), "{how:?} {told:?}");
        let last: u64 = told[7].parse().expect("a cursor");
        board.until(|board| board.at.0 >= last).await;
        assert_eq!(board.rows["card 9"]["count"], 11, "{how:?}");
        assert_eq!(board.rows["card 9"]["text"], "kept");
        assert_eq!((board.title(1), board.title(2), board.title(8)), (None, Some("Third"), None));
        // Once, however often it is asked for.
        assert_eq!(push(&mut ada, "c1", 2, &rest).await, told);
        assert_eq!(push(&mut ada, "c1", 11, &[put("all", 9, "Again")]).await.len(), 1);
        board.until_title(9, "Again").await;
        assert_eq!(board.rows["card 9"]["count"], 12, "{how:?}");
        let left = stage.sql.query_one("SELECT count(*) FROM sync_written", &[]).await.expect("a count");
        assert_eq!(left.get::<_, i64>(0), 0);
    }
}

#[tokio::test]
async fn rows_of_a_database_that_is_only_read_are_not_written() {
    let how = How { source: ReplicationSource::Slot, log: ReplicationLog::File };
    let Some(stage) = Stage::new(how).await else { return };
    let server = stage.start().await;
    let mut board = Board::open(&server, "ada", "all").await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    assert_eq!(push(&mut ada, "c1", 1, &[put("all", 1, "Milk")]).await, ["replica-read-only"]);
    stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Milk')").await;
    board.until_title(1, "Milk").await;
}
