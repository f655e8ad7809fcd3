//! Rows of a Postgres as durable data, through real servers, sockets and a database of a test's own.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use sync::{Config, Environment, ReplicationLog, ReplicationSource};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};
use tokio_postgres::NoTls;

use crate::postgres::Postgres;

/// How long a test waits for what is sure to come.
/// A database that is on a busy disk may take some seconds for one commit.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database with the tables of the test app.
pub(crate) struct Stage {
    postgres: Postgres,
    sql: tokio_postgres::Client,
    how: How,
}

/// How rows are read, and where they are logged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    source: ReplicationSource,
    log: ReplicationLog,
}

pub(crate) const HOW: [How; 4] = [
    How { source: ReplicationSource::Slot, log: ReplicationLog::File },
    How { source: ReplicationSource::Slot, log: ReplicationLog::Database },
    How { source: ReplicationSource::Outbox, log: ReplicationLog::File },
    How { source: ReplicationSource::Outbox, log: ReplicationLog::Database },
];

pub(crate) const TABLES: &str = "
    CREATE TABLE cards (
        id BIGINT PRIMARY KEY, board TEXT NOT NULL, title TEXT NOT NULL, done BOOLEAN NOT NULL DEFAULT false,
        count INTEGER NOT NULL DEFAULT 0, text TEXT, due TIMESTAMPTZ, tags TEXT[] NOT NULL DEFAULT '{}', extra JSONB,
        state TEXT NOT NULL DEFAULT 'open', heft NUMERIC, secret TEXT
    );
    CREATE TABLE remarks (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), card BIGINT NOT NULL REFERENCES cards, board TEXT NOT NULL, text TEXT NOT NULL)";

impl Stage {
    pub(crate) async fn new(how: How) -> Option<Self> {
        let postgres = Postgres::new()?;
        let sql = connect(&postgres).await;
        sql.batch_execute(TABLES).await.expect("tables");
        Some(Self { postgres, sql, how })
    }

    pub(crate) async fn run(&self, statements: &str) {
        self.sql.batch_execute(statements).await.unwrap_or_else(|error| panic!("{statements}: {error:?}"));
    }

    fn configure(&self, config: &mut Config) {
        config.database_url = Some(self.postgres.url());
        config.replication_source = self.how.source;
        config.replication_log = self.how.log;
    }

    pub(crate) async fn start(&self) -> TestServer {
        TestServer::start_with(|config| self.configure(config)).await
    }

    /// Starts a server that goes on with the files of another one.
    async fn start_in(&self, folder: &Path) -> TestServer {
        TestServer::start_with(|config| {
            self.configure(config);
            folder.clone_into(&mut config.data);
        })
        .await
    }

    /// Says why a production server does not start.
    async fn refusal(&self, change: impl FnOnce(&mut Config)) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::default();
        config.listen = ([127, 0, 0, 1], 0).into();
        folder.path().clone_into(&mut config.data);
        config.environment = Environment::Production;
        self.configure(&mut config);
        change(&mut config);
        match test_app::server().start(&test_app::routes::TABLE, config).await {
            Ok(_) => "it starts".to_owned(),
            Err(error) => std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source())
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(": "),
        }
    }

    /// Waits until a server that has started says that this is in its way.
    async fn is_stopped(&self, why: &str, change: impl FnOnce(&mut Config)) {
        let server = TestServer::start_with(|config| {
            self.configure(config);
            change(config);
        });
        let server = server.await;
        until_stopped(&server, why).await;
        server.into_running().shutdown().await;
    }

    /// Waits until the database has heard what is stored: it does not tell that again.
    async fn until_confirmed(&self, server: &TestServer) {
        let asking = async {
            match self.how.source {
                ReplicationSource::Slot => {
                    let confirmed = "SELECT min(confirmed_flush_lsn::text) FROM pg_replication_slots";
                    let is_so = async || report(server).await["position"] == *self.ask::<String>(confirmed).await;
                    while !is_so().await {}
                }
                ReplicationSource::Outbox => {
                    while self.ask("SELECT EXISTS (SELECT 1 FROM sync_outbox.changes)").await {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("it is never confirmed");
    }

    /// Waits until nobody reads a slot: a database notices a moment later that who did is gone.
    async fn until_free(&self) {
        let asking = async { while self.ask("SELECT bool_or(active) FROM pg_replication_slots").await {} };
        tokio::time::timeout(PATIENCE, asking).await.expect("somebody reads it");
    }

    async fn ask<T: for<'a> tokio_postgres::types::FromSql<'a>>(&self, select: &str) -> T {
        self.sql.query_one(select, &[]).await.expect("an answer").get(0)
    }

    /// What was done once in a production database.
    async fn publish(&self) {
        self.run("CREATE PUBLICATION sync FOR TABLE cards, remarks WITH (publish_via_partition_root = true)").await;
    }
}

/// How the reader stands.
pub(crate) async fn report(server: &TestServer) -> Value {
    let answer = reqwest::get(format!("http://{}/_sync/replication", server.address())).await.expect("an answer");
    serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON")
}

/// Asks how the reader stands until that is as it should be.
async fn until_report(server: &TestServer, is_right: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let asking = async {
        while !is_right(&last) {
            last = report(server).await;
        }
    };
    let is_so = tokio::time::timeout(PATIENCE, asking).await.is_ok();
    assert!(is_so, "it never stands so, but {last}");
    last
}

/// Waits until nothing is read for a reason: it may have been another one before, such as a database that is slow for a moment.
async fn until_stopped(server: &TestServer, why: &str) {
    let is_it = |report: &Value| {
        report["state"] == "stopped" && report["problem"].as_str().is_some_and(|problem| problem.contains(why))
    };
    until_report(server, is_it).await;
}

pub(crate) async fn connect(postgres: &Postgres) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(postgres.url().as_str(), NoTls).await.expect("a database");
    tokio::spawn(connection);
    client
}

/// The rows of a board, as a client has them.
pub(crate) struct Board {
    client: Client,
    scope: String,
    at: (u64, Value),
    /// By kind and key.
    pub(crate) rows: BTreeMap<String, Value>,
    /// What has become of each since, by kind and key: `create`, `update` or `delete`, and the data.
    pub(crate) changes: Vec<(String, String, Value)>,
    /// How often it had to begin with a snapshot.
    snapshots: usize,
}

impl Board {
    pub(crate) async fn open(server: &TestServer, user: &str, board: &str) -> Self {
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

    /// Asks until it is answered: while rows are copied, nobody gets any.
    async fn ask(&mut self, verb: &str, ask: &Value) -> Value {
        let asking = async {
            loop {
                let answer = self.client.call(verb, ask.clone()).await;
                if answer["errorCode"] != "store-unavailable" {
                    return answer;
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("it can be read")
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
            let answer = self.ask("snapshot", &ask).await;
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
            let answer = self.ask("pull", &ask).await;
            if answer["errorCode"] == "cursor-too-old" {
                return self.snapshot().await;
            }
            let result = &answer["result"];
            for change in result["changes"].as_array().unwrap_or_else(|| panic!("{answer}")) {
                let text = |key: &str| change[key].as_str().expect("a text").to_owned();
                let (key, op, data) =
                    (format!("{} {}", text("entity"), text("id")), text("op"), change["data"].clone());
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
    pub(crate) async fn until(&mut self, is_right: impl Fn(&Self) -> bool) {
        let scope = json!(self.scope);
        let reading = async {
            while !is_right(self) {
                while self.client.event("poke").await["scope"] != scope {}
                self.pull().await;
            }
        };
        let right = tokio::time::timeout(PATIENCE, reading).await;
        let titles = |row: &Value| row["title"].clone();
        let rows: Vec<_> = self.rows.iter().map(|(key, row)| (key, titles(row))).collect();
        let changes: Vec<_> = self.changes.iter().map(|(key, op, row)| (key, op, titles(row))).collect();
        assert!(right.is_ok(), "it never came: at {:?} {rows:?} after {changes:?}", self.at);
    }

    /// Waits until a row has a title.
    pub(crate) async fn until_title(&mut self, id: u64, title: &str) {
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
        assert_eq!(
            (ada.happened(2), ada.happened(6)),
            (vec!["create Shown".to_owned()], vec!["create New".to_owned()])
        );
        assert_eq!((ada.happened(5), ada.title(1)), (vec!["create Both".to_owned(), "delete".to_owned()], None));
        assert_eq!(ada.rows.len(), 3, "{how:?} {:?}", ada.rows);
        let own = Board::open(&server, "ada", "of-ada").await;
        assert_eq!(own.rows.keys().collect::<Vec<_>>(), ["card 5"]);
        // All at once.
        stage.run("TRUNCATE cards CASCADE").await;
        ada.until(|board| board.rows.is_empty()).await;
        stage.run("INSERT INTO cards (id, board, title) VALUES (8, 'all', 'After')").await;
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
        // Somebody may publish all that there is.
        stage.run("CREATE PUBLICATION everything FOR ALL TABLES").await;
        stage.run("INSERT INTO cards (id, board, title, count, text) VALUES (9, 'all', 'Here', 4, 'kept'), (8, 'of-bob', 'Bob', 0, NULL);
            UPDATE cards SET heft = 0.12345678901234567891, extra = '{\"n\": 12345678901234567890123}' WHERE id = 9").await;
        let server = stage.start().await;
        let mut board = Board::open(&server, "ada", "all").await;
        let mut ada = server.connect(member("ada", "deliver", None)).await;
        // What the answer says is where its change stands.
        let told = push(&mut ada, "c1", 1, &[put("all", 1, "Milk")]).await;
        board.until_title(1, "Milk").await;
        assert_eq!(told, [board.at.0.to_string()], "{how:?}");
        let written =
            stage.sql.query_one("SELECT tags[1], extra ->> 'by', heft::text, state FROM cards WHERE id = 1", &[]).await;
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
        assert_eq!(
            (&told[3..7], &told[8]),
            (&refused.map(str::to_owned)[..], &"list-gone".to_owned()),
            "{how:?} {told:?}"
        );
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
        // What a mutation has not changed is in the table what it was, though the entity knows less of it.
        let exact = "SELECT heft::text || ' ' || extra::text FROM cards WHERE id = 9";
        assert_eq!(
            stage.ask::<String>(exact).await,
            r#"0.12345678901234567891 {"n": 12345678901234567890123}"#,
            "{how:?}"
        );
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

const SLOT_AND_FILE: How = How { source: ReplicationSource::Slot, log: ReplicationLog::File };
const SLOT_AND_DATABASE: How = How { source: ReplicationSource::Slot, log: ReplicationLog::Database };

#[tokio::test]
async fn what_is_missing_stops_the_start_and_says_what_would_be_right() {
    let Some(stage) = Stage::new(SLOT_AND_FILE).await else { return };
    let nothing = "there is no publication `sync`: `cargo sync replication init`, or `CREATE PUBLICATION \"sync\" FOR TABLE \"public\".\"cards\", \"public\".\"remarks\" WITH (publish_via_partition_root = true)`";
    let before = "rows of the database cannot be read: ";
    assert_eq!(stage.refusal(|_| {}).await, format!("{before}{nothing}"));
    stage.publish().await;
    let create = "CREATE TABLE \"public\".\"cards\" (\"id\" bigint PRIMARY KEY, \"board\" text NOT NULL, \"title\" text NOT NULL, \"done\" boolean NOT NULL, \"count\" integer NOT NULL, \"text\" text, \"due\" timestamptz, \"tags\" text[] NOT NULL, \"extra\" jsonb, \"state\" text NOT NULL, \"heft\" double precision)";
    for (change, undo, expected) in [
        (
            "ALTER TABLE cards RENAME title TO titel",
            "ALTER TABLE cards RENAME titel TO title",
            "the table `public.cards` has no column `title`, which the field `title` of `card` is read from: is it `titel`?".to_owned(),
        ),
        (
            "ALTER TABLE cards ALTER done TYPE TEXT",
            "ALTER TABLE cards ALTER done TYPE BOOLEAN USING false",
            "the column `done` of the table `public.cards` is of the type `text`, and the field `done` of `card` is bool".to_owned(),
        ),
        (
            "ALTER TABLE cards ALTER title DROP NOT NULL",
            "ALTER TABLE cards ALTER title SET NOT NULL",
            "the column `title` of the table `public.cards` may be NULL, and the field `title` of `card` may not: make it an `Option`, or say `ALTER TABLE public.cards ALTER COLUMN title SET NOT NULL`".to_owned(),
        ),
        (
            "ALTER TABLE cards REPLICA IDENTITY NOTHING",
            "ALTER TABLE cards REPLICA IDENTITY DEFAULT",
            "`public.cards` does not say which row is deleted: `ALTER TABLE public.cards REPLICA IDENTITY USING INDEX \"cards_pkey\"`; without, its own updates fail as soon as it is published".to_owned(),
        ),
        (
            "ALTER TABLE remarks DROP CONSTRAINT remarks_card_fkey; ALTER TABLE cards DROP CONSTRAINT cards_pkey",
            "ALTER TABLE cards ADD PRIMARY KEY (id); ALTER TABLE remarks ADD FOREIGN KEY (card) REFERENCES cards",
            "the column `id` does not tell the rows of `public.cards` apart, and it is the key of `card`: make it the primary key, or give it a unique index".to_owned(),
        ),
        (
            "ALTER PUBLICATION sync DROP TABLE cards",
            "ALTER PUBLICATION sync ADD TABLE cards",
            "the publication `sync` does not publish `public.cards`: `cargo sync replication init`, or `ALTER PUBLICATION \"sync\" ADD TABLE \"public\".\"cards\"`".to_owned(),
        ),
        (
            "ALTER PUBLICATION sync SET (publish = 'insert')",
            "ALTER PUBLICATION sync SET (publish = 'insert, update, delete, truncate')",
            "the publication `sync` leaves out some of what happens: `ALTER PUBLICATION sync SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`".to_owned(),
        ),
        (
            "ALTER TABLE cards RENAME TO others",
            "ALTER TABLE others RENAME TO cards",
            format!("there is no table `public.cards`, whose rows `card` is: `{create}`"),
        ),
        (
            "ALTER TABLE cards RENAME TO others; CREATE VIEW cards AS SELECT * FROM others",
            "DROP VIEW cards; ALTER TABLE others RENAME TO cards",
            "`public.cards` is no table: rows of views and foreign tables are not told\nthe publication `sync` does not publish `public.cards`: `cargo sync replication init`, or `ALTER PUBLICATION \"sync\" ADD TABLE \"public\".\"cards\"`".to_owned(),
        ),
    ] {
        stage.run(change).await;
        assert_eq!(stage.refusal(|_| {}).await, format!("{before}{expected}"), "{change}");
        stage.run(undo).await;
    }
    let filtered = "the publication `sync` publishes only rows of `public.cards` with (count > 0), and a copy has them all: `ALTER PUBLICATION sync SET TABLE` without `WHERE`, and say in `_replica` who sees what";
    stage.run("ALTER PUBLICATION sync SET TABLE cards WHERE (count > 0), remarks").await;
    assert_eq!(stage.refusal(|_| {}).await, format!("{before}{filtered}"));
    stage.run("ALTER PUBLICATION sync SET TABLE cards (id, board), remarks").await;
    let listed = "the publication `sync` does not publish the columns title, done, count, text, due, tags, extra, state, heft of `public.cards`: `ALTER PUBLICATION sync SET TABLE` without a list of columns, or with these";
    assert_eq!(stage.refusal(|_| {}).await, format!("{before}{listed}"));
    stage.run("ALTER PUBLICATION sync SET TABLE cards, remarks; CREATE TABLE more () INHERITS (cards)").await;
    let inherited = "other tables inherit from `public.cards`, and what happens to their rows is not told of it: partitions are, which `PARTITION BY` makes";
    assert_eq!(stage.refusal(|_| {}).await, format!("{before}{inherited}"));
    stage.run("DROP TABLE more; ALTER TABLE remarks DROP CONSTRAINT remarks_card_fkey; ALTER TABLE cards DROP CONSTRAINT cards_pkey, ADD PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED").await;
    let key = "the column `id` does not tell the rows of `public.cards` apart, and it is the key of `card`: make it the primary key, or give it a unique index";
    assert_eq!(stage.refusal(|_| {}).await, format!("{before}{key}"), "two rows may have it for a moment");
    stage.run("ALTER TABLE cards DROP CONSTRAINT cards_pkey, ADD PRIMARY KEY (id)").await;
    let hosts = |config: &mut Config| config.database_url = Some(sync::Secret::new("postgres://a,b/db"));
    assert!(stage.refusal(hosts).await.contains("names several hosts: name the one that takes writes"));
    stage.run("SELECT pg_create_logical_replication_slot('other', 'test_decoding')").await;
    let foreign = "the slot `other` is of another database, or of another kind";
    stage.is_stopped(foreign, |config| config.replication_slot = Some("other".to_owned())).await;
    assert_eq!(stage.ask::<i64>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'other'").await, 1);
    let tables = |config: &mut Config| config.replication_tables = vec!["todos".to_owned()];
    let unknown = "`tables` of `[replication]` names `todos`, and no entity has that table: the app's are `public.cards`, `public.remarks`";
    assert_eq!(stage.refusal(tables).await, format!("{before}{unknown}"));
    let address = |config: &mut Config| config.database_url = Some(sync::Secret::new("sqlite://file"));
    let no_address = "`database_url` (`DATABASE_URL`) is not the address of a Postgres, such as postgres://user:secret@127.0.0.1:5432/database";
    assert!(stage.refusal(address).await.starts_with(&format!("{before}{no_address}")));
    stage.run("CREATE ROLE reader LOGIN; CREATE ROLE replicator LOGIN REPLICATION").await;
    let url = stage.postgres.url().as_str().to_owned();
    let as_user = |user: &str| sync::Secret::new(url.replace("sync@", &format!("{user}@")));
    let may_not = "the user `reader` may not replicate: `ALTER ROLE reader REPLICATION`, or say `source = \"outbox\"` in `[replication]`";
    let select = |user: &str, table: &str| {
        format!("the user `{user}` may not read `public.{table}`: `GRANT SELECT ON public.{table} TO {user}`")
    };
    let refused = stage.refusal(|config| config.database_url = Some(as_user("reader"))).await;
    assert_eq!(refused, format!("{before}{may_not}\n{}\n{}", select("reader", "cards"), select("reader", "remarks")));
    stage.run("GRANT SELECT ON cards, remarks TO replicator").await;
    assert_eq!(stage.refusal(|config| config.database_url = Some(as_user("replicator"))).await, "it starts");
    let guarded = "row security hides rows of `public.cards` from the user `replicator`, which the stream tells all the same: `ALTER ROLE replicator BYPASSRLS`, and say in `_replica` who sees what";
    stage.run("ALTER TABLE cards ENABLE ROW LEVEL SECURITY").await;
    let refused = stage.refusal(|config| config.database_url = Some(as_user("replicator"))).await;
    assert_eq!(refused, format!("{before}{guarded}"));
    stage.run("ALTER TABLE cards DISABLE ROW LEVEL SECURITY").await;
    // Of a table that is left out, the server has rows of its own.
    stage.run("DROP TABLE remarks").await;
    assert_eq!(stage.refusal(|config| config.replication_tables = vec!["public.cards".to_owned()]).await, "it starts");
}

#[tokio::test]
async fn what_cannot_be_gone_on_with_is_read_anew_and_everybody_is_told() {
    for how in [SLOT_AND_FILE, SLOT_AND_DATABASE, HOW[2]] {
        let Some(mut stage) = Stage::new(how).await else { return };
        let folder = tempfile::tempdir().expect("a folder");
        stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'First'), (2, 'all', 'Gone')").await;
        let server = stage.start_in(folder.path()).await;
        let mut board = Board::open(&server, "ada", "all").await;
        stage.run("UPDATE cards SET title = 'Second' WHERE id = 1").await;
        board.until_title(1, "Second").await;
        server.into_running().shutdown().await;
        // What happens while no server runs is read when one does, and nothing else.
        stage.run("UPDATE cards SET title = 'Meanwhile' WHERE id = 1").await;
        let server = stage.start_in(folder.path()).await;
        server.has_rows().await;
        let at = board.at.clone();
        let mut again = Board::open(&server, "ada", "all").await;
        again.until_title(1, "Meanwhile").await;
        assert_eq!(again.at.1, at.1, "{how:?}: the same epoch");
        server.into_running().shutdown().await;
        // A slot that is lost, or an outbox.
        match how.source {
            ReplicationSource::Slot => {
                stage.until_free().await;
                stage.run("SELECT pg_drop_replication_slot('sync_postgres')").await;
            }
            ReplicationSource::Outbox => stage.run("UPDATE sync_outbox.origin SET id = gen_random_uuid()").await,
        }
        stage.run("DELETE FROM cards WHERE id = 2; UPDATE cards SET title = 'Anew' WHERE id = 1").await;
        let server = stage.start_in(folder.path()).await;
        server.has_rows().await;
        let mut client = server.connect(member("ada", "deliver", None)).await;
        let pull = json!({ "scope": "cards-all", "cursor": again.at.0, "epoch": again.at.1 });
        let told = client.call("pull", pull).await;
        assert_eq!(told["errorCode"], "cursor-too-old", "{how:?} {told}");
        let mut board = Board::open(&server, "ada", "all").await;
        assert_eq!((board.title(1), board.title(2), board.rows.len()), (Some("Anew"), None, 1), "{how:?}");
        // And it goes on from there.
        stage.run("UPDATE cards SET title = 'On' WHERE id = 1").await;
        board.until_title(1, "On").await;
        assert_eq!(report(&server).await["copies"], 1, "{how:?}");
        server.into_running().shutdown().await;
        if how.log == ReplicationLog::Database {
            continue;
        }
        // A log that is older than the slot, as one that a backup has brought back.
        let kept = tempfile::tempdir().expect("a folder");
        copy(folder.path(), kept.path());
        for (title, data) in [("Newer", folder.path()), ("Newest", kept.path())] {
            if title == "Newer" {
                stage.run("INSERT INTO cards (id, board, title) VALUES (3, 'all', 'Between')").await;
            }
            stage.run(&format!("UPDATE cards SET title = '{title}' WHERE id = 1")).await;
            let server = stage.start_in(data).await;
            let mut board = Board::open(&server, "ada", "all").await;
            board.until_title(1, title).await;
            stage.until_confirmed(&server).await;
            assert_eq!(report(&server).await["copies"], u64::from(title == "Newest"), "{how:?} {title}");
            assert_eq!(board.title(3), Some("Between"), "{how:?} {title}");
            server.into_running().shutdown().await;
        }
        // A database that is older than the log.
        stage.postgres.stop();
        stage.postgres.keep_or_bring_back();
        stage.postgres.start_again();
        stage.sql = connect(&stage.postgres).await;
        stage.run("UPDATE cards SET title = 'Undone' WHERE id = 1").await;
        let server = stage.start_in(kept.path()).await;
        let mut board = Board::open(&server, "ada", "all").await;
        board.until_title(1, "Undone").await;
        server.into_running().shutdown().await;
        stage.postgres.stop();
        stage.postgres.keep_or_bring_back();
        stage.postgres.start_again();
        stage.sql = connect(&stage.postgres).await;
        let server = stage.start_in(kept.path()).await;
        let board = Board::open(&server, "ada", "all").await;
        assert_eq!((board.title(1), report(&server).await["copies"].clone()), (Some("Newest"), json!(1)), "{how:?}");
    }
}

#[tokio::test]
async fn what_a_backup_has_brought_back_is_read_anew_wherever_the_log_is() {
    for how in HOW {
        let Some(mut stage) = Stage::new(how).await else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let server = stage.start_in(folder.path()).await;
        let mut board = Board::open(&server, "ada", "all").await;
        stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Before')").await;
        board.until_title(1, "Before").await;
        server.into_running().shutdown().await;
        stage.postgres.restore();
        stage.sql = connect(&stage.postgres).await;
        stage.run("UPDATE cards SET title = 'Another life' WHERE id = 1").await;
        let server = stage.start_in(folder.path()).await;
        let now = Board::open(&server, "ada", "all").await;
        assert_ne!(now.at.1, board.at.1, "{how:?}: another epoch");
        assert_eq!(
            (now.title(1), report(&server).await["copies"].clone()),
            (Some("Another life"), json!(1)),
            "{how:?}"
        );
    }
}

/// What leaves rows untold, by what tells of them; each makes the title of the card that of its number.
const UNTOLD: [(How, &[&str]); 2] = [
    (
        SLOT_AND_FILE,
        &[
            "ALTER PUBLICATION sync DROP TABLE cards; {untold}; ALTER PUBLICATION sync ADD TABLE cards",
            "ALTER PUBLICATION sync SET (publish = 'insert'); {untold}; ALTER PUBLICATION sync SET (publish = 'insert, update, delete, truncate')",
            "ALTER PUBLICATION sync RENAME TO other; {untold}; ALTER PUBLICATION other RENAME TO sync",
            "ALTER TABLE cards RENAME TO other; UPDATE other SET title = '{title}'; ALTER TABLE other RENAME TO cards",
            "CREATE SCHEMA IF NOT EXISTS z; ALTER TABLE cards SET SCHEMA z; UPDATE z.cards SET title = '{title}'; ALTER TABLE z.cards SET SCHEMA public",
            "ALTER TABLE cards ALTER title TYPE TEXT USING '{title}'",
            "ALTER TABLE cards DROP title, ADD title TEXT NOT NULL DEFAULT '{title}'",
            "ALTER TABLE cards REPLICA IDENTITY FULL; {untold}",
        ],
    ),
    (
        HOW[3],
        &[
            "ALTER TABLE cards DISABLE TRIGGER ALL; {untold}; ALTER TABLE cards ENABLE TRIGGER ALL; ALTER TABLE cards ENABLE ALWAYS TRIGGER sync_outbox;
                ALTER TABLE cards ENABLE ALWAYS TRIGGER sync_outbox_truncate",
            "DO $$ DECLARE made TEXT := pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'sync_outbox' AND tgrelid = 'cards'::regclass; BEGIN
                DROP TRIGGER sync_outbox ON cards; {untold}; EXECUTE made; ALTER TABLE cards ENABLE ALWAYS TRIGGER sync_outbox;
            END $$",
            "ALTER TABLE cards ALTER title TYPE TEXT USING '{title}'",
        ],
    ),
];

#[tokio::test]
async fn what_was_not_told_for_a_while_is_read_anew() {
    for (how, changes) in UNTOLD {
        let Some(stage) = Stage::new(how).await else { return };
        stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Told')").await;
        let server = stage.start().await;
        let mut board = Board::open(&server, "ada", "all").await;
        for (number, change) in changes.iter().enumerate() {
            let title = format!("Untold {number}");
            let untold = format!("UPDATE cards SET title = '{title}'");
            let change = change.replace("{untold}", &untold).replace("{title}", &title);
            // Each on its own, and at once: whoever looks now and then sees nothing of it but what is left.
            for statement in change.split_inclusive(';').collect::<Vec<_>>() {
                if change.starts_with("DO") {
                    stage.run(&change).await;
                    break;
                }
                stage.run(statement).await;
            }
            let is_right = |board: &Board| board.title(1) == Some(&title);
            board.until(is_right).await;
            assert_eq!(board.rows.len(), 1, "{how:?} {change}");
        }
    }
}

#[tokio::test]
async fn partitions_are_one_table() {
    for how in [SLOT_AND_FILE, HOW[3]] {
        let Some(stage) = Stage::new(how).await else { return };
        stage
            .run(
                "DROP TABLE remarks; ALTER TABLE cards RENAME TO plain;
                CREATE TABLE cards (LIKE plain INCLUDING DEFAULTS, PRIMARY KEY (id, board)) PARTITION BY LIST (board);
                CREATE TABLE of_all PARTITION OF cards FOR VALUES IN ('all');
                CREATE TABLE of_others PARTITION OF cards DEFAULT;
                CREATE TABLE apart (LIKE plain INCLUDING DEFAULTS, PRIMARY KEY (id, board));
                INSERT INTO apart (id, board, title) VALUES (9, 'more,all', 'Attached');
                INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Copied'), (2, 'all,more', 'Moves')",
            )
            .await;
        let server = TestServer::start_with(|config| {
            stage.configure(config);
            config.replication_tables = vec!["public.cards".to_owned()];
        })
        .await;
        let mut board = Board::open(&server, "ada", "all").await;
        assert_eq!((board.title(1), board.title(2)), (Some("Copied"), Some("Moves")), "{how:?}");
        stage.run("INSERT INTO of_all (id, board, title) VALUES (3, 'all', 'Into it'); UPDATE cards SET board = 'all' WHERE id = 2; UPDATE cards SET title = 'Moved' WHERE id = 2").await;
        board.until_title(2, "Moved").await;
        assert_eq!(board.title(3), Some("Into it"), "{how:?}");
        // Whatever comes, goes or is emptied as a whole is told by nobody.
        for (copies, change, expected) in [
            (
                2,
                "ALTER TABLE cards ATTACH PARTITION apart FOR VALUES IN ('more,all')",
                vec!["card 1", "card 2", "card 3", "card 9"],
            ),
            (3, "TRUNCATE of_all", vec!["card 9"]),
            (4, "ALTER TABLE cards DETACH PARTITION apart", vec![]),
        ] {
            stage.run(change).await;
            until_report(&server, |report| report["state"] == "live" && report["copies"] == copies).await;
            board.pull().await;
            assert_eq!(board.rows.keys().collect::<Vec<_>>(), expected, "{how:?} {change}");
        }
        stage.run("INSERT INTO cards (id, board, title) VALUES (4, 'all', 'Last')").await;
        board.until_title(4, "Last").await;
    }
}

#[tokio::test]
async fn all_servers_and_all_scopes_are_told_that_rows_are_read_anew() {
    const SCOPES: u64 = 1500;
    for how in [SLOT_AND_DATABASE, HOW[3]] {
        let Some(stage) = Stage::new(how).await else { return };
        // Two thousand rows in some thousand scopes are more than a database has locks for, one by one.
        stage.run(&format!("INSERT INTO cards (id, board, title) SELECT n, 'all,b' || n || ',c' || n || ',d' || n || ',e' || n, 'Copied' FROM generate_series(1, {SCOPES}) n")).await;
        let (first, second) = (stage.start().await, stage.start().await);
        let mut boards = Vec::new();
        for server in [&first, &second] {
            boards.push(Board::open(server, "ada", &format!("e{SCOPES}")).await);
        }
        stage.run("UPDATE cards SET title = title || ' and changed'").await;
        for board in &mut boards {
            board.until_title(SCOPES, "Copied and changed").await;
        }
        let untold = format!("UPDATE cards SET title = 'Untold' WHERE id = {SCOPES}");
        stage
            .run(&match how.source {
                ReplicationSource::Slot => {
                    format!("ALTER PUBLICATION sync DROP TABLE cards; {untold}; ALTER PUBLICATION sync ADD TABLE cards")
                }
                ReplicationSource::Outbox => format!(
                    "ALTER TABLE cards DISABLE TRIGGER sync_outbox; {untold}; DROP TRIGGER sync_outbox_truncate ON cards;
                    ALTER TABLE cards ENABLE ALWAYS TRIGGER sync_outbox"
                ),
            })
            .await;
        if how.source == ReplicationSource::Outbox {
            // What is not as it should be stops it; in development it is mended by a start.
            stage.start().await.has_rows().await;
        }
        for board in &mut boards {
            let is_right = |board: &Board| board.title(SCOPES) == Some("Untold") && board.snapshots > 1;
            board.until(is_right).await;
            assert_eq!(board.rows.len(), 1, "{how:?} never a part of it");
        }
    }
}

#[tokio::test]
async fn a_slot_that_the_database_has_given_up_is_made_anew() {
    let Some(stage) = Stage::new(SLOT_AND_FILE).await else { return };
    stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Kept')").await;
    let folder = tempfile::tempdir().expect("a folder");
    let server = stage.start_in(folder.path()).await;
    server.has_rows().await;
    server.into_running().shutdown().await;
    stage.until_free().await;
    stage.run("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'").await;
    stage.run("SELECT pg_reload_conf()").await;
    stage.run("UPDATE cards SET title = 'Thrown away' WHERE id = 1").await;
    for _ in 0..3 {
        stage.run("SELECT pg_logical_emit_message(false, 'test', 'more'), pg_switch_wal()").await;
    }
    stage.run("CHECKPOINT").await;
    assert_eq!(stage.ask::<String>("SELECT wal_status FROM pg_replication_slots").await, "lost");
    let server = stage.start_in(folder.path()).await;
    let board = Board::open(&server, "ada", "all").await;
    assert_eq!((board.title(1), report(&server).await["copies"].clone()), (Some("Thrown away"), json!(1)));
}

#[tokio::test]
async fn a_new_slot_waits_for_what_is_under_way_and_says_for_whom() {
    let Some(stage) = Stage::new(SLOT_AND_FILE).await else { return };
    let other = connect(&stage.postgres).await;
    // What the server makes itself in development is there already.
    stage.publish().await;
    other
        .batch_execute("BEGIN; INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Under way')")
        .await
        .expect("a row");
    let server = stage.start().await;
    let pid: i32 = other.query_one("SELECT pg_backend_pid()", &[]).await.expect("an answer").get(0);
    let names_it =
        |report: &Value| report["problem"].as_str().is_some_and(|why| why.contains(&format!("pid {pid} of `sync`")));
    let waits = until_report(&server, names_it).await;
    assert_eq!((&waits["state"], &waits["readable"]), (&json!("preparing"), &json!(false)));
    other.batch_execute("COMMIT").await.expect("an end");
    let board = Board::open(&server, "ada", "all").await;
    assert_eq!(board.title(1), Some("Under way"));
    assert_eq!(report(&server).await["problem"], Value::Null);
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry").path();
        if entry.is_file() {
            std::fs::copy(&entry, to.join(entry.file_name().expect("a name"))).expect("a copy");
        }
    }
}

#[tokio::test]
async fn tables_may_change_while_they_are_read() {
    let Some(stage) = Stage::new(SLOT_AND_FILE).await else { return };
    let server = stage.start().await;
    let mut board = Board::open(&server, "ada", "all").await;
    let large = "x".repeat(200_000);
    stage.run(&format!("INSERT INTO cards (id, board, title, text) SELECT 1, 'all', 'Large', string_agg(md5(n::text), '') FROM generate_series(1, 6000) n; INSERT INTO cards (id, board, title, text) VALUES (2, 'all', 'Packed', '{large}')")).await;
    board.until_title(2, "Packed").await;
    let text = board.rows["card 1"]["text"].clone();
    assert_eq!(text.as_str().map(str::len), Some(192_000));
    // What is not sent since it has not changed is what it was.
    stage
        .run(
            "UPDATE cards SET title = 'Larger' WHERE id = 1; UPDATE cards SET board = 'all,more', count = 7 WHERE id = 1;
            ALTER TABLE cards ADD another TEXT DEFAULT 'new'; ALTER TABLE cards DROP secret;
            UPDATE cards SET title = 'After' WHERE id = 1",
        )
        .await;
    board.until_title(1, "After").await;
    assert_eq!((&board.rows["card 1"]["text"], &board.rows["card 1"]["count"]), (&text, &json!(7)));
    let more = Board::open(&server, "ada", "more").await;
    assert_eq!(more.rows["card 1"]["text"], text);
    // And so it is under another key.
    stage.run("UPDATE cards SET id = 10 WHERE id = 1; UPDATE cards SET id = 1, title = 'Back' WHERE id = 10").await;
    board.until_title(1, "Back").await;
    assert_eq!((&board.rows["card 1"]["text"], board.title(10)), (&text, None));
    stage.run("UPDATE cards SET title = 'After' WHERE id = 1").await;
    board.until_title(1, "After").await;
    // A column that is read goes: nothing is read until it is back, and nothing is lost.
    let before = board.at.0;
    stage.run("ALTER TABLE cards RENAME title TO name; UPDATE cards SET name = 'Unseen' WHERE id = 1").await;
    let why = "the table `public.cards` has no column `title`, which the field `title` of `card` is read from";
    until_stopped(&server, why).await;
    board.pull().await;
    assert_eq!((board.at.0, board.title(1)), (before, Some("After")));
    stage.run("ALTER TABLE cards RENAME name TO title; UPDATE cards SET count = 8 WHERE id = 1").await;
    // What was written in between is in no form that can be read.
    until_report(&server, |report| report["state"] == "live" && report["copies"] == 2).await;
    board.pull().await;
    assert_eq!((board.title(1), &board.rows["card 1"]["count"]), (Some("Unseen"), &json!(8)));
}

#[tokio::test]
async fn a_row_that_cannot_be_placed_is_set_aside_and_the_others_go_on() {
    for how in HOW {
        let Some(stage) = Stage::new(how).await else { return };
        stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'panic'), (2, 'all', 'Good')").await;
        let server = stage.start().await;
        let mut board = Board::open(&server, "ada", "all").await;
        assert_eq!(board.rows.keys().collect::<Vec<_>>(), ["card 2"], "{how:?}");
        stage
            .run(
                "INSERT INTO cards (id, board, title, state) VALUES (3, 'all', 'Odd', 'half open'), (4, 'no such', 'Lost', 'open');
                UPDATE cards SET title = 'panic' WHERE id = 2;
                INSERT INTO cards (id, board, title, heft) VALUES (5, 'all', 'Heavy', 'NaN'), (6, 'all', 'Better', 1)",
            )
            .await;
        board.until_title(6, "Better").await;
        assert_eq!(board.rows.keys().collect::<Vec<_>>(), ["card 6"], "{how:?}");
        let report = report(&server).await;
        let mut aside: Vec<_> = report["setAside"]["last"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| format!("{} {}", row["id"], row["why"]))
            .collect();
        aside.sort();
        let expected = [
            r#""1" "`cards/cards/v1` has panicked""#,
            r#""2" "`cards/cards/v1` has panicked""#,
            r#""3" "it is no `card`: unknown variant `half open`, expected `open` or `shut` at line 1 column"#,
            r#""4" "`cards-no such`, as src/cards/_replica/cards_v1.rs says, is no scope of a page that has a replica""#,
            r#""5" "the column `heft` has a number that JSON has not""#,
        ];
        assert_eq!(report["setAside"]["count"], 5, "{how:?} {report}");
        let has_place = |row: &Value| row["position"].as_str().is_some_and(|at| !at.is_empty()) && row["time"].is_i64();
        assert!(
            report["setAside"]["last"].as_array().is_some_and(|rows| rows.iter().all(has_place)),
            "{how:?} {report}"
        );
        for (line, expected) in aside.iter().zip(expected) {
            assert!(line.starts_with(expected), "{how:?} {line}");
        }
        stage.run("UPDATE cards SET title = 'Mended' WHERE id = 2; UPDATE cards SET state = 'shut' WHERE id = 3; DELETE FROM cards WHERE id IN (1, 4, 5)").await;
        board.until(|board| board.title(2) == Some("Mended") && board.title(3) == Some("Odd")).await;
        until_report(&server, |report| report["setAside"]["count"] == 0).await;
    }
}

#[tokio::test]
async fn a_copy_that_breaks_off_is_gone_on_with() {
    for how in HOW {
        let Some(stage) = Stage::new(how).await else { return };
        let folder = tempfile::tempdir().expect("a folder");
        stage
            .run("INSERT INTO cards (id, board, title) SELECT n, 'all', 'Card ' || n FROM generate_series(1, 40000) n")
            .await;
        stage
            .run("INSERT INTO remarks (card, board, text) SELECT n, 'all', 'Remark' FROM generate_series(1, 100) n")
            .await;
        let server = stage.start_in(folder.path()).await;
        until_report(&server, |report| report["copied"].as_u64() >= Some(20_000)).await;
        // As a crash would.
        drop(server);
        stage.run("UPDATE cards SET title = 'Changed' WHERE id <= 10; DELETE FROM cards WHERE id > 30000").await;
        let server = stage.start_in(folder.path()).await;
        let board = Board::open(&server, "ada", "all").await;
        assert_eq!(board.rows.len(), 30100, "{how:?}");
        assert_eq!((board.title(10), board.title(11), board.title(30001)), (Some("Changed"), Some("Card 11"), None));
        // What was copied before was not copied once more.
        let report = report(&server).await;
        assert!(
            report["copied"].as_u64().is_some_and(|copied| copied < 30_000) && report["copies"] == 0,
            "{how:?} {report}"
        );
    }
}

#[tokio::test]
async fn of_two_servers_one_reads_and_the_other_takes_over() {
    for how in HOW.into_iter().filter(|how| how.log == ReplicationLog::Database) {
        let Some(stage) = Stage::new(how).await else { return };
        let first = stage.start().await;
        until_report(&first, |report| report["state"] == "live").await;
        let second = stage.start().await;
        until_report(&second, |report| report["state"] == "following" && report["readable"] == true).await;
        let mut board = Board::open(&second, "ada", "all").await;
        stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'One')").await;
        board.until_title(1, "One").await;
        // A push to the one that does not read is answered when the other has read it back.
        let mut ada = second.connect(member("ada", "deliver", None)).await;
        let told = push(&mut ada, "c1", 1, &[put("all", 2, "Two")]).await;
        board.until_title(2, "Two").await;
        assert_eq!(told, [board.at.0.to_string()]);
        // Gone as in a crash.
        drop(first);
        stage.run("INSERT INTO cards (id, board, title) VALUES (3, 'all', 'Three')").await;
        board.until_title(3, "Three").await;
        assert_eq!(board.happened(1), ["create One"], "{how:?}");
        assert_eq!(report(&second).await["state"], "live");
    }
}

/// What the metrics say, line by line.
async fn metrics(server: &TestServer) -> Vec<String> {
    let answer = reqwest::get(format!("http://{}/metrics", server.address())).await.expect("an answer");
    answer.text().await.expect("a text").lines().map(str::to_owned).collect()
}

/// Asks for the metrics until a line is among them.
async fn until_metric(server: &TestServer, line: &str) {
    let asking = async { while !metrics(server).await.iter().any(|said| said == line) {} };
    assert!(tokio::time::timeout(PATIENCE, asking).await.is_ok(), "never `{line}`: {:?}", metrics(server).await);
}

#[tokio::test]
async fn how_it_stands_is_told_to_whoever_operates_it() {
    let Some(stage) = Stage::new(SLOT_AND_DATABASE).await else { return };
    stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'First')").await;
    let server = stage.start().await;
    server.has_rows().await;
    until_metric(&server, "sync_replication_stopped 0").await;
    let lag =
        metrics(&server).await.iter().find_map(|line| line.strip_prefix("sync_replication_lag_bytes ")?.parse().ok());
    assert!(lag.is_some_and(|bytes: u64| bytes < 4 << 20), "what is not for it is noted now and then: {lag:?}");
    // Two have read all, and one has never begun.
    let mut clients = Vec::new();
    for name in ["reads", "reads-too", "waits"] {
        let auth = json!({ "token": server.token(member("ada", "deliver", None)).await, "client": name });
        let mut client = server.connect_as(Identity { auth, headers: Vec::new() }).await;
        if name != "waits" {
            client.call("subscribe", json!({ "scopes": ["cards-all"] })).await;
            client.call("snapshot", json!({ "scope": "cards-all" })).await;
        }
        clients.push(client);
    }
    let server = {
        drop(clients);
        server.into_running().shutdown().await;
        stage.run("UPDATE cards SET title = 'Second' WHERE id = 1").await;
        stage.start().await
    };
    server.has_rows().await;
    until_metric(&server, "sync_clients 3").await;
    assert_eq!(report(&server).await["clients"], json!({ "snapshot": 1, "catchUp": 2, "live": 0 }));
    stage.run("ALTER TABLE cards RENAME title TO name; UPDATE cards SET name = 'Unseen' WHERE id = 1").await;
    until_metric(&server, "sync_replication_stopped 1").await;
}

#[tokio::test]
async fn of_two_servers_with_a_file_each_the_second_says_what_it_needs() {
    for (how, why) in [
        (SLOT_AND_FILE, "another server reads with the slot `sync_postgres`"),
        (HOW[2], "another server reads the outbox, of which a database has one"),
    ] {
        let Some(stage) = Stage::new(how).await else { return };
        let server = stage.start().await;
        server.has_rows().await;
        stage.is_stopped(why, |_| {}).await;
        assert_eq!(report(&server).await["state"], "live", "{how:?}");
    }
}

/// One that the server has not made is of no moment of which there is a copy.
#[tokio::test]
async fn a_slot_that_was_there_before_the_first_server_is_made_anew() {
    let Some(stage) = Stage::new(SLOT_AND_DATABASE).await else { return };
    stage.run("SELECT pg_create_logical_replication_slot('sync_postgres', 'pgoutput')").await;
    stage.run("INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Copied')").await;
    let server = stage.start().await;
    let mut board = Board::open(&server, "ada", "all").await;
    stage.run("INSERT INTO cards (id, board, title) VALUES (2, 'all', 'Streamed')").await;
    board.until_title(2, "Streamed").await;
    assert_eq!((board.title(1), board.happened(1)), (Some("Copied"), Vec::new()));
}

/// A slot keeps all that the database writes, also what is of no table that is read.
#[tokio::test]
async fn what_others_write_is_not_kept_for_a_reader_that_has_nothing_to_read() {
    let Some(stage) = Stage::new(SLOT_AND_FILE).await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    stage.run("CREATE TABLE others (text TEXT)").await;
    let server = stage.start_in(folder.path()).await;
    let board = Board::open(&server, "ada", "all").await;
    let from: String = stage.ask("SELECT pg_current_wal_lsn()::text").await;
    stage
        .run("INSERT INTO others SELECT string_agg(md5(random()::text || m || n), '') FROM generate_series(1, 1500) m, generate_series(1, 50) n GROUP BY m")
        .await;
    let is_let_go = format!("SELECT confirmed_flush_lsn >= '{from}'::pg_lsn + (1 << 20) FROM pg_replication_slots");
    let waiting = async { while !stage.ask::<bool>(&is_let_go).await {} };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it is never let go");
    stage.until_confirmed(&server).await;
    server.into_running().shutdown().await;
    let server = stage.start_in(folder.path()).await;
    let again = Board::open(&server, "ada", "all").await;
    assert_eq!((&again.at.1, report(&server).await["copies"].clone()), (&board.at.1, json!(0)));
}

/// What the program says of the database, asked for by a word.
fn said(stage: &Stage, source: &str, verb: &str) -> String {
    let url = stage.postgres.url();
    let mut command = crate::program::command(&[("DATABASE_URL", url.as_str()), ("SYNC_REPLICATION_SOURCE", source)]);
    let output = command.args(["replication", verb]).output().expect("it runs");
    [output.stdout, output.stderr].map(|said| String::from_utf8(said).expect("a text")).concat()
}

#[tokio::test]
async fn what_was_made_is_taken_away_with_whatever_writes_to_it() {
    let Some(stage) = Stage::new(HOW[2]).await else { return };
    let oids =
        "SELECT coalesce(string_agg(oid::text, ' ' ORDER BY oid), '') FROM pg_trigger WHERE tgname LIKE 'sync_outbox%'";
    said(&stage, "outbox", "init");
    let made: String = stage.ask(oids).await;
    assert_eq!(made.split(' ').count(), 4);
    let status = said(&stage, "outbox", "status");
    assert!(status.contains("table `public.cards` is `card`") && !status.contains("nobody reads"), "{status}");
    assert!(
        status.contains("outbox `sync_outbox.changes` has nothing that waits") && !status.contains("slot"),
        "{status}"
    );
    // What is there is not made once more: it would be another one, and all would be read anew.
    said(&stage, "outbox", "init");
    assert_eq!(stage.ask::<String>(oids).await, made);
    // That of a table that is no entity any more, and all of them where a slot is read.
    stage
        .run(
            "CREATE TABLE gone (id INT);
            CREATE FUNCTION sync_outbox.changed_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO sync_outbox.changes (source, kind) VALUES ('', 'm'); RETURN NULL; END $$;
            CREATE TRIGGER sync_outbox AFTER INSERT ON gone FOR EACH ROW EXECUTE FUNCTION sync_outbox.changed_gone()",
        )
        .await;
    let left =
        "has triggers of the outbox, and nobody reads what they write: `cargo sync replication init` takes them away";
    let status = said(&stage, "outbox", "status");
    assert!(
        status.contains(&format!("table `gone` {left}")) && !status.contains(&format!("`cards` {left}")),
        "{status}"
    );
    let status = said(&stage, "slot", "status");
    assert!(status.contains(&format!("table `cards` {left}")), "{status}");
    said(&stage, "outbox", "init");
    assert_eq!(stage.ask::<String>(oids).await, made);
    stage
        .run("CREATE TRIGGER sync_outbox AFTER INSERT ON gone FOR EACH ROW EXECUTE FUNCTION sync_outbox.changed_gone()")
        .await;
    let dropped = said(&stage, "outbox", "drop");
    assert!(dropped.contains("the outbox and its triggers"), "{dropped}");
    stage.run("INSERT INTO gone VALUES (1); INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Free')").await;
    assert_eq!(stage.ask::<String>(oids).await, "");
}

#[tokio::test]
async fn what_rows_have_is_told_on_this_machine_alone() {
    let Some(stage) = Stage::new(SLOT_AND_FILE).await else { return };
    stage.run("INSERT INTO cards (id, board, title, state) VALUES (7, 'all', 'Odd', 'half open')").await;
    let server = TestServer::start_with(|config| {
        stage.configure(config);
        config.metrics = sync::MetricsAccess::All;
        config.replication_publication = "My \"Publication\", in letters of two kinds".to_owned();
    })
    .await;
    server.has_rows().await;
    assert_eq!(report(&server).await["setAside"]["last"][0]["id"], "7");
    let url = format!("http://{}/_sync/replication", server.address());
    let elsewhere =
        reqwest::Client::new().get(url).header("x-forwarded-for", "203.0.113.5").send().await.expect("an answer");
    let told: Value = serde_json::from_str(&elsewhere.text().await.expect("a text")).expect("JSON");
    assert_eq!(told["setAside"], json!({ "count": 1, "last": [] }));
}

/// A transaction that is larger than one step holds up those who write rows, and nobody else.
#[tokio::test]
async fn whoever_writes_no_rows_does_not_wait_for_a_large_transaction() {
    let Some(stage) = Stage::new(SLOT_AND_DATABASE).await else { return };
    let server = stage.start().await;
    server.has_rows().await;
    // The reader is held up in the middle of one: what it has locked for all rows is known by there being two locks, beside that of who leads.
    let other = connect(&stage.postgres).await;
    other.batch_execute("BEGIN; LOCK TABLE sync_placed IN ACCESS EXCLUSIVE MODE").await.expect("a lock");
    stage.run("INSERT INTO cards (id, board, title) SELECT n, '', 'Many' FROM generate_series(1000, 4000) n").await;
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted";
    let holding = async { while stage.ask::<i64>(locks).await < 2 {} };
    tokio::time::timeout(PATIENCE, holding).await.expect("it writes rows");
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let list = |seq: u64| json!({ "id": format!("m{seq}"), "seq": seq, "name": "lists/put", "version": "v1", "scope": "list-ada-1", "args": { "id": "i", "text": "x" } });
    let row = json!({ "id": "r1", "seq": 1, "name": "cards/put", "version": "v1", "scope": "cards-all", "args": { "id": 1, "title": "Waits" } });
    let waits = ada.start("push", json!({ "client": "of-rows", "mutations": [row.clone()] })).await;
    for seq in 1..=3 {
        let told = ada.call("push", json!({ "client": "of-lists", "mutations": [list(seq)] })).await;
        assert_eq!(told["result"]["results"][0]["ok"], true, "{told}");
    }
    let told = ada.ack(waits).await;
    assert_eq!(
        told["errorCode"].as_str().or(told["result"]["results"][0]["errorCode"].as_str()),
        Some("store-unavailable"),
        "{told}"
    );
    other.batch_execute("COMMIT").await.expect("an end");
    let told = ada.call("push", json!({ "client": "of-rows", "mutations": [row] })).await;
    assert_eq!(told["result"]["results"][0]["ok"], true, "{told}");
}

#[tokio::test]
async fn what_somebody_says_in_the_database_stops_nothing() {
    for how in [SLOT_AND_DATABASE, HOW[3]] {
        let Some(stage) = Stage::new(how).await else { return };
        let server = stage.start().await;
        let mut board = Board::open(&server, "ada", "all").await;
        stage
            .run(
                r#"SELECT pg_logical_emit_message(true, 'sync.origin', '[["a\u0000b",1,"cards-all"]]');
                SELECT pg_logical_emit_message(true, 'sync.origin', 'no JSON');
                SELECT pg_logical_emit_message(true, 'sync.origin', (SELECT json_agg(json_build_array('c' || n, n, 'cards-all'))::text FROM generate_series(1, 100000) n));
                INSERT INTO cards (id, board, title) VALUES (1, 'all', 'Heard')"#,
            )
            .await;
        board.until_title(1, "Heard").await;
    }
}

#[tokio::test]
async fn in_development_an_empty_database_is_enough() {
    for how in HOW {
        let Some(stage) = Stage::new(how).await else { return };
        stage.run("DROP TABLE remarks, cards").await;
        let server = stage.start().await;
        let mut board = Board::open(&server, "ada", "all").await;
        stage.run("INSERT INTO cards (id, board, title, done, count, tags, state) VALUES (1, 'all', 'First', false, 0, '{}', 'open')").await;
        board.until_title(1, "First").await;
    }
}

#[tokio::test]
async fn in_development_servers_may_start_at_one_time_on_an_empty_database() {
    for how in HOW.into_iter().filter(|how| how.log == ReplicationLog::Database) {
        let Some(stage) = Stage::new(how).await else { return };
        stage.run("DROP TABLE remarks, cards").await;
        let servers = join_all((0..4).map(|_| stage.start())).await;
        for server in &servers {
            until_report(server, |report| report["readable"] == true).await;
        }
        let mut board = Board::open(&servers[3], "ada", "all").await;
        stage.run("INSERT INTO cards (id, board, title, done, count, tags, state) VALUES (1, 'all', 'First', false, 0, '{}', 'open')").await;
        board.until_title(1, "First").await;
    }
}
