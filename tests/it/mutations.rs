//! Durable data, through a real server: pushes, pulls, snapshots and pokes, over both doors.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sync::{Rate, RateLimit};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};

/// Lists of `ada`, of `bob`, and of everybody.
const ADA: &str = "list-ada-1";
const ALL: &str = "list-all-1";

async fn start(data: &Path) -> TestServer {
    TestServer::start_with(|config| data.clone_into(&mut config.data)).await
}

/// One mutation; its id is made of its number.
fn mutation(seq: u64, name: &str, scope: &str, args: Value) -> Value {
    json!({ "id": format!("m{seq}"), "seq": seq, "name": format!("lists/{name}"), "version": "v1", "scope": scope, "args": args })
}

fn put(seq: u64, scope: &str, id: &str, text: &str) -> Value {
    mutation(seq, "put", scope, json!({ "id": id, "text": text }))
}

fn add(seq: u64, scope: &str, id: &str, amount: u32) -> Value {
    mutation(seq, "add", scope, json!({ "id": id, "amount": amount }))
}

/// Pushes, and returns what came of each: its cursor, or its code; a star behind what is not settled.
async fn push(client: &mut Client, name: &str, mutations: &[Value]) -> Vec<String> {
    let answer = client.call("push", json!({ "client": name, "mutations": mutations })).await;
    outcomes(&answer)
}

async fn push_one(client: &mut Client, name: &str, mutation: Value) -> String {
    push(client, name, &[mutation]).await.remove(0)
}

fn outcomes(answer: &Value) -> Vec<String> {
    let Some(results) = answer["result"]["results"].as_array() else { return vec![answer["errorCode"].to_string()] };
    let outcome = |result: &Value| {
        let code = result["errorCode"].as_str().map(str::to_owned);
        let outcome = code.unwrap_or_else(|| result["cursor"].to_string());
        assert_eq!(result["ok"] == json!(true), result["errorCode"].is_null(), "{result}");
        outcome + if result["settled"] == json!(false) { "*" } else { "" }
    };
    results.iter().map(outcome).collect()
}

/// Pulls from a cursor, and returns the changes in short, and the cursor.
async fn pull(client: &mut Client, scope: &str, cursor: u64) -> (Vec<String>, u64) {
    let answer = client.call("pull", json!({ "scope": scope, "cursor": cursor })).await;
    let result = &answer["result"];
    assert_eq!(result["hasMore"], json!(false), "{answer}");
    (changes(&result["changes"]), result["cursor"].as_u64().expect("a cursor"))
}

fn changes(changes: &Value) -> Vec<String> {
    let short = |change: &Value| {
        let data = change["data"]["text"].as_str().map(|text| format!(" {text} {}", change["data"]["count"]));
        let text = |name: &str| change[name].as_str().expect("a text");
        assert!(change["ts"].as_i64().is_some_and(|time| time > 1_700_000_000_000), "{change}");
        format!("{} {} {} {}{}", change["cursor"], text("op"), text("entity"), text("id"), data.unwrap_or_default())
    };
    changes.as_array().expect("changes").iter().map(short).collect()
}

#[tokio::test]
async fn mutations_are_applied_once_whole_and_in_order() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let first = [put(1, ADA, "milk", "Milk"), add(2, ADA, "milk", 3), put(3, ADA, "milk", "Oat milk")];
    for _ in 0..2 {
        assert_eq!(push(&mut ada, "c1", &first).await, ["1", "2", "3"], "it is told its first outcome");
    }
    let (told, cursor) = pull(&mut ada, ADA, 0).await;
    assert_eq!(
        told,
        ["1 create listItem milk Milk 0", "2 update listItem milk Milk 6", "3 update listItem milk Oat milk 6"]
    );
    assert_eq!(cursor, 3);
    assert_eq!(pull(&mut ada, ADA, 2).await, (told[2..].to_vec(), 3));
    // A page ends where it is asked to.
    let page = ada.call("pull", json!({ "scope": ADA, "cursor": 0, "limit": 2 })).await;
    assert_eq!((&page["result"]["cursor"], &page["result"]["hasMore"]), (&json!(2), &json!(true)));
    let snapshot = ada.call("snapshot", json!({ "scope": ADA })).await;
    let expected = json!({ "listItem": { "milk": { "id": "milk", "text": "Oat milk", "count": 6 } } });
    assert_eq!((&snapshot["result"]["data"], &snapshot["result"]["cursor"]), (&expected, &json!(3)));
    // One mutation of many changes is one transaction.
    assert_eq!(
        push(&mut ada, "c1", &[put(4, ADA, "tea", "Tea"), mutation(5, "clear", ADA, json!({}))]).await,
        ["4", "6"]
    );
    assert_eq!(pull(&mut ada, ADA, 4).await.0, ["5 delete listItem milk", "6 delete listItem tea"]);
}

#[tokio::test]
async fn what_is_refused_is_settled_and_holds_up_nobody() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let mutations = [
        put(1, ADA, "a", "A"),
        put(2, ADA, "b", ""),                          // a rule of the entity
        add(3, ADA, "z", 1),                           // the handler
        add(4, ADA, "a", 13),                          // what it waits for
        add(5, ADA, "a", 4),                           // a panic
        mutation(6, "put", ADA, json!({ "id": "c" })), // the arguments
        mutation(7, "paint", ADA, json!({})),          // no such mutation
        put(8, "list-bob-1", "a", "A"),                // somebody else's
        put(9, "list-ada-1000", "a", "A"),             // the rule of the scope
        put(10, "elsewhere", "a", "A"),                // no such scope
        put(11, ADA, "d", "D"),
    ];
    let expected = [
        "1",
        "sync-invalid-input",
        "list-gone",
        "list-refused",
        "sync-server-failed",
        "sync-invalid-input",
        "mutation-unknown",
        "scope-forbidden",
        "auth-forbidden",
        "scope-forbidden",
        "2",
    ];
    assert_eq!(push(&mut ada, "c1", &mutations).await, expected);
    assert_eq!(push(&mut ada, "c1", &mutations).await, expected, "each is settled");
    // A repeat that comes behind a new one is told what came of it, too.
    assert_eq!(push(&mut ada, "c1", &[mutations[10].clone(), mutations[2].clone()]).await, ["2", "list-gone"]);
    // What a mutation needs to have succeeded before it.
    let after = |seq: u64, id: &str| {
        let mut mutation = put(seq, ADA, id, "X");
        mutation["after"] = json!("success");
        mutation
    };
    let mutations = [after(12, "e"), add(13, ADA, "z", 1), after(14, "f"), after(15, "f"), put(16, ADA, "g", "G")];
    assert_eq!(push(&mut ada, "c1", &mutations).await, ["3", "list-gone", "mutation-skipped", "mutation-skipped", "4"]);
    assert_eq!(push(&mut ada, "c1", &[put(17, ADA, "h", "H"), put(18, ADA, "i", "I")]).await, ["5", "list-full"]);
    let refused = ada.call("push", json!({ "client": "c1", "mutations": [put(18, ADA, "i", "I")] })).await;
    let told = &refused["result"]["results"][0];
    assert_eq!(
        (&told["errorParams"], &told["message"]),
        (&json!({ "max": 5 }), &json!("The list is full: it has 5 things."))
    );
}

#[tokio::test]
async fn keys_may_have_every_kind_of_character_but_those_that_nobody_sees() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let long = "k".repeat(128);
    let good = ["a b", "\u{e9}\u{1f600}", "\"'\\/`", "__proto__", &long];
    let too_long = "k".repeat(129);
    let bad = ["", "a\u{0}", "a\nb", "\u{7f}", &too_long];
    let all: Vec<_> = (1..).zip(bad.iter().chain(&good)).map(|(seq, id)| put(seq, ADA, id, "X")).collect();
    let told = push(&mut ada, "c1", &all).await;
    assert_eq!(told[..5], ["sync-invalid-input"; 5]);
    assert_eq!(told[5..], ["1", "2", "3", "4", "5"]);
    let snapshot = ada.call("snapshot", json!({ "scope": ADA })).await;
    let kept = snapshot["result"]["data"]["listItem"].as_object().expect("items");
    let mut expected = good.map(str::to_owned);
    expected.sort_unstable();
    assert_eq!(kept.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(push(&mut ada, "c1", &[mutation(11, "clear", ADA, json!({}))]).await, ["10"]);
    assert_eq!(pull(&mut ada, ADA, 5).await.0.len(), 5);
}

#[tokio::test]
async fn a_client_counts_its_mutations_and_is_somebodys() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    assert_eq!(push(&mut ada, "c1", &[put(2, ADA, "a", "A")]).await, ["mutation-out-of-order*"]);
    assert_eq!(
        push(&mut ada, "c1", &[put(1, ADA, "a", "A"), put(3, ADA, "b", "B")]).await,
        ["1", "mutation-out-of-order*"]
    );
    let out = ada.call("push", json!({ "client": "c1", "mutations": [put(4, ADA, "b", "B")] })).await;
    assert_eq!(out["result"]["results"][0]["errorParams"], json!({ "expected": 2 }));
    let mut other = put(1, ADA, "a", "A");
    other["id"] = json!("another");
    assert_eq!(push(&mut ada, "c1", &[other]).await, ["sync-id-reused*"], "the number was another one's");
    let mut bob = server.connect(member("bob", "deliver", None)).await;
    assert_eq!(push(&mut bob, "c1", &[put(2, ALL, "a", "A")]).await, ["\"auth-forbidden\""], "the client is ada's");
    // Who has not signed in is asked to, and settles nothing; what anybody may do, they do.
    let mut nobody = server.connect(guest()).await;
    assert_eq!(push(&mut nobody, "c2", &[put(1, ALL, "a", "A")]).await, ["auth-required*"]);
    assert_eq!(push(&mut bob, "c3", &[put(1, ALL, "a", "A")]).await, ["1"]);
    assert_eq!(push(&mut nobody, "c2", &[add(1, ALL, "a", 1)]).await, ["auth-required*"], "the scope asks for it");
}

#[tokio::test]
async fn what_is_acknowledged_is_known_after_a_restart() {
    let data = tempfile::tempdir().expect("a folder");
    let before = {
        let server = start(data.path()).await;
        let mut ada = server.connect(member("ada", "deliver", None)).await;
        assert_eq!(push(&mut ada, "c1", &[put(1, ADA, "a", "A"), add(2, ADA, "z", 1)]).await, ["1", "list-gone"]);
        let before = pull(&mut ada, ADA, 0).await;
        server.into_running().shutdown().await;
        before
    };
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    assert_eq!(pull(&mut ada, ADA, 0).await, before);
    assert_eq!(
        push(&mut ada, "c1", &[put(1, ADA, "a", "A"), add(2, ADA, "z", 1), add(3, ADA, "a", 1)]).await,
        ["1", "list-gone", "2"]
    );
}

#[tokio::test]
async fn who_subscribes_is_poked_with_what_follows() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let mut bob = server.connect(member("bob", "deliver", None)).await;
    assert_eq!(push(&mut ada, "c1", &[put(1, ADA, "a", "A")]).await, ["1"]);
    let subscribed = bob.call("subscribe", json!({ "scopes": [ADA, ALL, "elsewhere"] })).await;
    let scopes = &subscribed["scopes"];
    assert_eq!((&scopes[ADA]["cursor"], &scopes[ALL]["cursor"]), (&json!(1), &json!(0)));
    assert_eq!(scopes["elsewhere"]["errorCode"], json!("scope-forbidden"));
    assert!(scopes[ADA]["epoch"].as_str().is_some_and(|epoch| !epoch.is_empty()));
    assert_eq!(push(&mut ada, "c1", &[put(2, ADA, "b", "B"), add(3, ADA, "b", 2)]).await, ["2", "3"]);
    let mut cursor = 1;
    let mut told = Vec::new();
    while cursor < 3 {
        let poke = bob.event("poke").await;
        assert_eq!(poke["scope"], json!(ADA));
        told.extend(changes(&poke["changes"]));
        cursor = poke["cursor"].as_u64().expect("a cursor");
    }
    assert_eq!(told, ["2 create listItem b B 0", "3 update listItem b B 4"]);
    // What is refused, and what changes nothing, pokes nobody.
    assert_eq!(push(&mut ada, "c1", &[add(4, ADA, "z", 1), put(5, ADA, "b", "B")]).await, ["list-gone", "3"]);
    let plain = json!({ "status": "success" });
    assert_eq!(bob.call("unsubscribe", json!({ "scopes": [ADA] })).await, plain);
    assert_eq!(push(&mut ada, "c1", &[put(6, ADA, "b", "Bee"), put(7, ALL, "c", "C")]).await, ["4", "1"]);
    let poke = bob.event("poke").await;
    assert_eq!((&poke["scope"], &poke["cursor"]), (&json!(ALL), &json!(1)), "of the other it hears nothing any more");
    assert_eq!(changes(&poke["changes"]), ["1 create listItem c C 0"]);
}

#[tokio::test]
async fn who_has_to_be_asked_again_is_told_the_changes_all_the_same() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let token = server.token(member("bob", "deliver", None)).await;
    let mut bob = server.connect_as(Identity::token(&token)).await;
    bob.call("subscribe", json!({ "scopes": [ALL] })).await;
    // Another session of the same user: nobody knows whether that one may read.
    let sessions = server.sessions();
    let session = sessions.find(&token).await.expect("a store").expect("a session");
    sessions.update(&session, |session| session.locale = Some("nl".to_owned())).await.expect("a session");
    push(&mut ada, "c1", &[put(1, ALL, "a", "A")]).await;
    let poke = bob.event("poke").await;
    assert_eq!(changes(&poke["changes"]), ["1 create listItem a A 0"]);
}

#[tokio::test]
async fn a_client_of_nobody_is_whoevers_who_knows_its_name() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    const OPEN: &str = "list-open-1";
    let shout = |seq| mutation(seq, "shout", OPEN, json!({ "id": "a", "text": format!("hear {seq}") }));
    // A page is closed, and another one finds in the browser what it has left.
    let mut first = server.connect(guest()).await;
    assert_eq!(push_one(&mut first, "c1", shout(1)).await, "1");
    let mut second = server.connect(guest()).await;
    assert_eq!(push(&mut second, "c1", &[shout(1), shout(2)]).await, ["1", "2"]);
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    assert_eq!(push_one(&mut ada, "c1", shout(3)).await, "\"auth-forbidden\"", "it is nobody's, and not everybody's");
}

#[tokio::test]
async fn a_store_speaks_for_nobody_but_its_own_user() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut page = server.connect_as(Identity::token(&token)).await;
    let push = |user: Value| json!({ "user": user, "client": "c1", "mutations": [put(1, ALL, "a", "A")] });
    let refused = json!("auth-user-changed");
    for user in [json!("bob"), Value::Null] {
        for (verb, mut message) in [
            ("push", push(user.clone())),
            ("pull", json!({ "scope": ALL, "cursor": 0 })),
            ("snapshot", json!({ "scope": ALL })),
            ("subscribe", json!({ "scopes": [ALL] })),
        ] {
            message["user"] = user.clone();
            assert_eq!(page.call(verb, message).await["errorCode"], refused, "{verb} {user}");
        }
    }
    assert_eq!(outcomes(&page.call("push", push(json!("ada"))).await), ["1"]);
    let mut nobody = server.connect(guest()).await;
    let pull = |user: Value| json!({ "user": user, "scope": ALL, "cursor": 0 });
    assert_eq!(nobody.call("pull", pull(Value::Null)).await["errorCode"], json!("auth-required"));
    assert_eq!(nobody.call("pull", pull(json!("ada"))).await["errorCode"], refused);
    // Whoever is signed in later hears nothing of what the one before has subscribed to.
    let subscribe = |user: &str| json!({ "user": user, "scopes": [ALL] });
    assert_eq!(page.call("subscribe", subscribe("ada")).await["scopes"][ALL]["cursor"], json!(1));
    let sessions = server.sessions();
    let session = sessions.find(&token).await.expect("a store").expect("a session");
    sessions.update(&session, |session| session.user_id = "bob".to_owned()).await.expect("a session");
    let mut other = server.connect(member("ada", "deliver", None)).await;
    assert_eq!(push_one(&mut other, "c2", put(1, ALL, "b", "B")).await, "2");
    let told = page.event("unsubscribed").await;
    assert_eq!((&told["scope"], &told["errorCode"]), (&json!(ALL), &refused));
    assert_eq!(page.others_so_far().await, []);
    assert_eq!(page.call("subscribe", subscribe("bob")).await["scopes"][ALL]["cursor"], json!(2));
}

#[tokio::test]
async fn who_may_not_read_any_more_is_told_so_and_nothing_else() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let mut bob = server.connect(member("bob", "deliver", None)).await;
    let rooms = server.running().handle().rooms();
    bob.call("subscribe", json!({ "scopes": [ALL] })).await;
    ada.call("subscribe", json!({ "scopes": [ALL] })).await;
    assert_eq!(rooms.recheck_scope(ALL).await.expect("a rule"), 0);
    // A rule that cannot answer takes nothing from anybody.
    server.app().ban("bob", "unknown");
    assert_eq!(rooms.recheck_scope(ALL).await.expect_err("no answer").code(), "sync-unavailable");
    assert_eq!(push_one(&mut ada, "c1", put(1, ALL, "a", "A")).await, "1");
    assert_eq!(bob.event("poke").await["cursor"], json!(1));
    server.app().ban("bob", "forbidden");
    assert_eq!(rooms.recheck_scope(ALL).await.expect("a rule"), 1);
    let told = bob.event("unsubscribed").await;
    let expected =
        json!({ "scope": ALL, "errorCode": "scope-forbidden", "errorParams": {}, "message": told["message"] });
    assert_eq!(told, expected);
    assert_eq!(push_one(&mut ada, "c1", put(2, ALL, "a", "B")).await, "2");
    assert_eq!(ada.event("poke").await["cursor"], json!(1));
    assert_eq!(ada.event("poke").await["cursor"], json!(2));
    assert_eq!(bob.call("subscribe", json!({ "scopes": [ALL] })).await["scopes"][ALL]["errorCode"], told["errorCode"]);
    server.app().forgive("bob");
    assert_eq!(bob.call("subscribe", json!({ "scopes": [ALL] })).await["scopes"][ALL]["cursor"], json!(2));
    assert_eq!(bob.others_so_far().await, []);
    assert_eq!(rooms.recheck_scope("nobody-reads-it").await.expect("nobody"), 0);
}

#[tokio::test]
async fn a_rule_that_cannot_answer_refuses_nothing_that_waits() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let all = [put(1, ADA, "a", "A"), put(2, ADA, "b", "B")];
    for how in ["failing", "unknown"] {
        server.app().ban("ada", how);
        for _ in 0..6 {
            let told = push(&mut ada, "c1", &all).await;
            assert!(told.iter().all(|told| told.ends_with('*')), "{told:?}");
        }
    }
    server.app().forgive("ada");
    assert_eq!(push(&mut ada, "c1", &all).await, ["1", "2"]);
}

#[tokio::test]
async fn a_mutation_that_never_gets_done_is_refused_in_the_end() {
    let data = tempfile::tempdir().expect("a folder");
    let server = TestServer::start_with(|config| {
        data.path().clone_into(&mut config.data);
        config.handler_timeout = Duration::from_millis(200);
    })
    .await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    // One never ends, and one is told again and again that a service is down.
    for (client, amount, code, at) in [("c1", 21, "sync-timeout", 0), ("c2", 34, "list-refused", 3)] {
        let (passing, [first, second, third]) = (format!("{code}*"), [at + 1, at + 2, at + 3].map(|at| at.to_string()));
        let text = |text: &str| format!("{text} {client}");
        let all = [put(1, ADA, "a", &text("A")), add(2, ADA, "a", amount), put(3, ADA, "b", &text("B"))];
        assert_eq!(push(&mut ada, client, &all[..2]).await, [&*first, &*passing]);
        // It is counted as the next one of its client.
        for _ in 0..4 {
            assert_eq!(push(&mut ada, client, &all[1..2]).await, [&*passing]);
            assert_eq!(push(&mut ada, client, &all[2..]).await, ["mutation-out-of-order*"]);
        }
        assert_eq!(push(&mut ada, client, &all[1..2]).await, [code]);
        assert_eq!(push(&mut ada, client, &all[1..]).await, [code, &*second]);
        let behind = [put(4, ADA, "c", &text("C")), all[0].clone()];
        assert_eq!(push(&mut ada, client, &behind).await, [&*third, &*first], "a repeat behind it");
    }
}

/// Reads server-sent events, each with its id, its name, and its data.
struct Events {
    answer: reqwest::Response,
    read: String,
}

impl Events {
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
                let [id, name, data] = ["id:", "event:", "data:"].map(|name| field(name).to_owned());
                self.read = rest.to_owned();
                if !data.is_empty() {
                    return Some((id, name, serde_json::from_str(&data).expect("JSON")));
                }
                continue;
            }
            let chunk = self.answer.chunk().await.ok()??;
            self.read.push_str(std::str::from_utf8(&chunk).expect("a text"));
        }
    }
}

async fn follow(server: &TestServer, token: &str, query: &str, last: Option<&str>) -> Events {
    let url = format!("http://{}/_sync/pull?{query}", server.address());
    let request = reqwest::Client::new().get(url).bearer_auth(token).header("Accept", "text/event-stream");
    let request = last.into_iter().fold(request, |request, last| request.header("Last-Event-ID", last));
    Events { answer: request.send().await.expect("an answer"), read: String::new() }
}

#[tokio::test]
async fn a_scope_is_followed_over_http() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let token = server.token(member("bob", "deliver", None)).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    push(&mut ada, "c1", &[put(1, ALL, "a", "A"), put(2, ALL, "b", "B"), put(3, ALL, "c", "C")]).await;
    let follow = async |query: &str, last: Option<&str>| follow(&server, &token, query, last).await;
    let mut events = follow(&format!("scope={ALL}&limit=2&user=bob"), None).await;
    let mut told = Vec::new();
    for _ in 0..2 {
        let (_, name, page) = events.next().await.expect("a page");
        assert_eq!(name, "stream");
        told.extend(changes(&page["changes"]));
    }
    push(&mut ada, "c1", &[put(4, ALL, "a", "X")]).await;
    let (id, _, page) = events.next().await.expect("a page");
    told.extend(changes(&page["changes"]));
    let cursors: Vec<_> = told.iter().map(|told| told.split(' ').next().expect("a cursor")).collect();
    assert_eq!(cursors, ["1", "2", "3", "4"]);
    assert_eq!(id, format!("4 {}", page["epoch"].as_str().expect("an epoch")));
    // Whoever comes back is told what they have missed.
    drop(events);
    push(&mut ada, "c1", &[put(5, ALL, "a", "Y")]).await;
    let mut events = follow(&format!("scope={ALL}"), Some(&id)).await;
    assert_eq!(changes(&events.next().await.expect("a page").2["changes"]), ["5 update listItem a Y 0"]);
    // Nobody follows more than they may be in rooms.
    let mut many = Vec::new();
    for _ in 1..50 {
        many.push(follow(&format!("scope={ALL}&cursor=5"), None).await);
    }
    assert_eq!(follow(&format!("scope={ALL}"), None).await.answer.status().as_u16(), 409);
    drop(many);
    // What cannot be followed is refused as a pull is.
    for (query, status) in [
        ("scope=list-ada-1000".to_owned(), 403),
        (format!("scope={ALL}&cursor=99"), 410),
        (format!("scope={ALL}&user=ada"), 403),
        (format!("scope={ALL}&scope={ALL}"), 400),
    ] {
        assert_eq!(follow(&query, None).await.answer.status().as_u16(), status, "{query}");
    }
    // Who may not read it any more is told so when there would be more.
    server.app().ban("bob", "forbidden");
    push(&mut ada, "c1", &[put(6, ALL, "a", "Z")]).await;
    let (_, name, error) = events.next().await.expect("an error");
    assert_eq!((name.as_str(), &error["errorCode"]), ("error", &json!("scope-forbidden")));
    assert!(events.next().await.is_none());
    server.app().forgive("bob");
    let mut events = follow(&format!("scope={ALL}&cursor=6"), None).await;
    assert_eq!(events.next().await.expect("a page").2["changes"], json!([]));
    let (_, ended) = tokio::join!(server.into_running().shutdown(), events.next());
    assert_eq!(ended.expect("an error").2["errorCode"], json!("sync-shutting-down"));
}

/// Has mutations use tables of the app's own in the database underneath.
pub(crate) async fn check_sql(server: &TestServer) {
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let tally = |seq: u64, id: &str, more: Value| {
        let mut args = json!({ "id": id });
        args.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        mutation(seq, "tally", ALL, args)
    };
    let all = [
        tally(1, "a", json!({})),
        tally(2, "a", json!({})),
        tally(3, "a", json!({ "refuses": true })),
        tally(4, "a", json!({ "first": "DELETE FROM sync_changes" })),
        tally(5, "a", json!({ "first": "COMMIT" })),
        tally(6, "a", json!({ "first": "NO STATEMENT" })),
        tally(7, "a", json!({ "first": "INSERT INTO tally VALUES ('b', 9)" })),
        tally(8, "a", json!({ "first": "INSERT INTO tally VALUES ('b', 3)" })),
        tally(9, "b", json!({})),
        tally(10, "b", json!({})),
        tally(11, "a", json!({})),
    ];
    let expected = [
        "1",
        "2",
        "list-refused",
        "sync-server-failed",
        "sync-server-failed",
        "sync-server-failed",
        "list-refused",
        "3",
        "4",
        "sync-server-failed",
        "5",
    ];
    assert_eq!(push(&mut ada, "c-sql", &all).await, expected);
    let parents = "CREATE TABLE IF NOT EXISTS parents (id TEXT PRIMARY KEY)";
    let children =
        "CREATE TABLE IF NOT EXISTS children (parent TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)";
    let all = [
        tally(12, "c", json!({ "first": parents })),
        tally(13, "c", json!({ "first": children })),
        // A rule that is looked at in the end.
        tally(14, "c", json!({ "first": "INSERT INTO children VALUES ('nobody')" })),
        tally(15, "c", json!({ "first": "NO STATEMENT", "ignores": true })),
    ];
    assert_eq!(push(&mut ada, "c-sql", &all).await, ["6", "7", "sync-server-failed", "8"]);
    let expected =
        ["a tally 1", "a tally 2", "a tally 3", "b tally 4", "a tally 4", "c tally 1", "c tally 2", "c tally 3"];
    let told = pull(&mut ada, ALL, 0).await.0;
    let told: Vec<_> = told.iter().map(|told| told.split(' ').skip(3).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(told, expected.map(str::to_owned), "what is refused has left nothing");
    // A key, or a name, that a database cannot even be asked for.
    let mut guest = server.connect(guest()).await;
    let unknown = [mutation(1, "paint", "a\u{0}", json!({}))];
    let all = [add(1, ALL, "a\u{0}", 1), put(2, ALL, "d", "D")];
    let (own, others) = tokio::join!(push(&mut ada, "c-keys", &all), push(&mut guest, "c-guest", &unknown));
    assert_eq!((own, others), (["list-gone", "9"].map(str::to_owned).to_vec(), vec!["mutation-unknown".to_owned()]));
}

#[tokio::test]
async fn what_an_older_page_has_queued_is_applied_by_a_newer_version() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let shout = |seq, args| mutation(seq, "shout", ALL, args);
    let newer = |seq| {
        let mut newer = shout(seq, json!({ "item": "b", "words": "quiet", "isLoud": false }));
        newer["version"] = json!("v2");
        newer
    };
    let pushed = [
        shout(1, json!({ "id": "a", "text": "hear" })),
        newer(2),
        // What the older version took, and the newer one does not.
        shout(3, json!({ "id": "a", "text": "x".repeat(50) })),
        shout(4, json!({ "id": "a", "text": "x".repeat(70) })),
        shout(5, json!({ "item": "a", "words": "hear", "isLoud": true })),
        shout(6, json!({ "id": "a", "text": "panic" })),
    ];
    let invalid = "sync-invalid-input";
    assert_eq!(push(&mut ada, "c1", &pushed).await, ["1", "2", invalid, invalid, invalid, "sync-server-failed*"]);
    assert_eq!(pull(&mut ada, ALL, 0).await.0, ["1 create listItem a HEAR 0", "2 create listItem b quiet 0"]);
}

#[tokio::test]
async fn who_reads_much_over_http_reads_it_no_faster_than_they_may_send_it() {
    const BURST: usize = 250;
    let data = tempfile::tempdir().expect("a folder");
    let server = TestServer::start_with(|config| {
        data.path().clone_into(&mut config.data);
        config.limits = true;
        config.user_rate_limit = RateLimit::At(Rate::new(1, 3600, BURST as u32));
    })
    .await;
    // As many as one may push at once, of two.
    for (name, client) in [("ada", "c1"), ("dora", "c2")] {
        let mut writer = server.connect(member(name, "deliver", None)).await;
        let hundred = (1..=100).map(|seq| put(seq, ALL, "a", &format!("{client}{seq:0>38}"))).collect::<Vec<_>>();
        assert_eq!(push(&mut writer, client, &hundred).await.len(), 100);
    }
    let [bob, cleo] = ["bob", "cleo"].map(|name| member(name, "deliver", None));
    let [bob, cleo] = [server.token(bob).await, server.token(cleo).await];
    let read = async |token: &str| {
        let url = format!("http://{}/_sync/pull?scope={ALL}&limit=1000", server.address());
        let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text").len())
    };
    let (_, bytes) = read(&cleo).await;
    assert!(bytes > 20_000, "{bytes}");
    let mut reads = 0;
    while reads < BURST && read(&bob).await.0 == 200 {
        reads += 1;
    }
    assert_eq!(reads, BURST.div_ceil(1 + bytes / 16384));
    assert_eq!(read(&cleo).await.0, 200, "others read as before");
}

#[tokio::test]
async fn who_follows_pays_for_each_page() {
    let data = tempfile::tempdir().expect("a folder");
    let server = TestServer::start_with(|config| {
        data.path().clone_into(&mut config.data);
        config.limits = true;
        config.user_rate_limit = RateLimit::At(Rate::new(1, 3600, 20));
    })
    .await;
    for (name, client) in [("ada", "c1"), ("cleo", "c2"), ("dora", "c3")] {
        let mut writer = server.connect(member(name, "deliver", None)).await;
        let ten: Vec<_> = (1..=10).map(|seq| put(seq, ALL, "a", &format!("{client} {seq}"))).collect();
        assert_eq!(push(&mut writer, client, &ten).await.len(), 10);
    }
    let token = server.token(member("bob", "deliver", None)).await;
    let mut events = follow(&server, &token, &format!("scope={ALL}&limit=1"), None).await;
    // One for the request, with which the first page comes, and one for each of the others.
    for cursor in 1..=20 {
        assert_eq!(events.next().await.expect("a page").2["cursor"], json!(cursor));
    }
    let url = format!("http://{}/_sync/pull?scope={ALL}", server.address());
    let refused = reqwest::Client::new().get(url).bearer_auth(&token).send().await.expect("an answer");
    assert_eq!(refused.status().as_u16(), 429);
}

#[tokio::test]
async fn who_has_hung_up_is_read_for_no_more() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let many = (1..=3000).map(|seq| put(seq, ALL, "a", &format!("{seq}"))).collect::<Vec<_>>();
    for hundred in many.chunks(100) {
        assert_eq!(push(&mut ada, "c1", hundred).await.len(), 100);
    }
    let token = server.token(member("bob", "deliver", None)).await;
    for _ in 0..50 {
        let mut events = follow(&server, &token, &format!("scope={ALL}&limit=1"), None).await;
        events.next().await.expect("a page");
    }
    // To read on to the end for all of them would take longer than anybody waits here.
    let again = async {
        while follow(&server, &token, &format!("scope={ALL}&cursor=3000"), None).await.answer.status().as_u16() != 200 {
        }
    };
    tokio::time::timeout(Duration::from_secs(5), again).await.expect("there is room again");
}

#[tokio::test]
async fn a_mutation_may_use_tables_of_its_own() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    check_sql(&server).await;
    // What ends the transaction harms nobody else, and is not tried for ever.
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let ends = json!({ "id": "a", "first": "INSERT OR ROLLBACK INTO tally VALUES ('a', 1)" });
    let all = [put(1, ALL, "x", "X"), mutation(2, "tally", ALL, ends), put(3, ALL, "x", "Y")];
    assert_eq!(push(&mut ada, "c-ends", &all).await, ["10", "sync-server-failed", "11"]);
    let goes_on = json!({ "id": "z", "first": "INSERT OR ROLLBACK INTO tally VALUES ('a', 1)", "ignores": true });
    let all = [mutation(4, "tally", ALL, goes_on), mutation(5, "tally", ALL, json!({ "id": "z" }))];
    assert_eq!(push(&mut ada, "c-ends", &all).await, ["sync-server-failed", "12"]);
    let snapshot = ada.call("snapshot", json!({ "scope": ALL })).await;
    assert_eq!(snapshot["result"]["data"]["listItem"]["z"]["count"], json!(1), "nothing was written behind the end");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let all = [put(6, ALL, "x", "Z"), mutation(7, "tally", ALL, json!({ "id": "a", "first": endless }))];
    assert_eq!(push(&mut ada, "c-ends", &all).await, ["13", "sync-server-failed"]);
}

#[tokio::test]
async fn both_doors_answer_alike() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let http = async |verb: &str, body: Value| {
        let url = format!("http://{}/_sync/{verb}", server.address());
        let request = reqwest::Client::new().post(url).bearer_auth(&token).header("Content-Type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_str::<Value>(&answer.text().await.expect("a text")).expect("JSON"))
    };
    let (status, answer) = http("push", json!({ "client": "c1", "mutations": [put(1, ADA, "a", "A")] })).await;
    assert_eq!((status, outcomes(&answer)), (200, vec!["1".to_owned()]));
    let long = "x".repeat(1 << 20);
    for (verb, body, expected) in [
        ("push", json!({ "client": "c1", "mutations": [put(1, ADA, "a", "A"), put(9, ADA, "a", "A")] }), "200 ok"),
        ("push", json!({ "client": "", "mutations": [] }), "400 sync-bad-request"),
        ("push", json!({ "client": "c 1", "mutations": [] }), "400 sync-bad-request"),
        ("push", json!({ "client": "c".repeat(65), "mutations": [] }), "400 sync-bad-request"),
        ("push", json!({ "client": "c1" }), "400 sync-bad-request"),
        ("push", json!([]), "400 sync-bad-request"),
        ("push", json!({ "client": "c1", "mutations": vec![put(2, ADA, "a", "A"); 101] }), "413 sync-too-many"),
        ("pull", json!({ "scope": ADA, "cursor": 0 }), "200 ok"),
        ("pull", json!({ "scope": ADA, "cursor": 2 }), "410 cursor-too-old"),
        ("pull", json!({ "scope": "list-ada-2", "cursor": 1 }), "410 cursor-too-old"),
        ("pull", json!({ "scope": ADA, "cursor": 1, "epoch": "another" }), "410 cursor-too-old"),
        ("pull", json!({ "scope": ADA, "cursor": u64::MAX }), "410 cursor-too-old"),
        ("pull", json!({ "scope": "elsewhere", "cursor": 0 }), "403 scope-forbidden"),
        ("pull", json!({ "scope": "list-ada-x", "cursor": 0 }), "403 scope-forbidden"),
        ("pull", json!({ "scope": "list-a\u{0}-1", "cursor": 0 }), "403 scope-forbidden"),
        ("pull", json!({ "scope": long, "cursor": 0 }), "413 sync-too-large"),
        ("pull", json!({ "scope": ADA, "cursor": -1 }), "400 sync-bad-request"),
        ("pull", json!({ "scope": ADA, "cursor": "1" }), "400 sync-bad-request"),
        ("pull", json!({ "scope": "list-ada-1000", "cursor": 0 }), "403 auth-forbidden"),
        ("snapshot", json!({ "scope": ADA }), "200 ok"),
        ("snapshot", json!({ "scope": ADA, "page": "x" }), "400 sync-bad-request"),
        ("snapshot", json!({ "scope": "list-bob-1" }), "200 ok"),
    ] {
        let (code, answer) = http(verb, body.clone()).await;
        let said = format!("{code} {}", answer["errorCode"].as_str().unwrap_or("ok"));
        assert_eq!(said, expected, "{verb} {:.100} {answer}", body.to_string());
        assert_eq!(ada.call(verb, body.clone()).await, answer, "{verb} {:.100}", body.to_string());
    }
    assert_eq!(http("shove", json!({})).await.0, 404);
    assert_eq!(http("subscribe", json!({ "scopes": [] })).await.0, 404, "nobody could be poked");
}
