//! What somebody who may not read a scope gets of it, by every way there is: nothing, and nothing from which it could be told whether it is there.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};

use crate::replication::{Board, HOW, Stage};

/// What nobody but bob may read.
const SECRET: &str = "For bob alone";
const OTHERS: &str = "cards-of-bob";
/// What nobody has written anything into, and ada may not read either.
const NOBODYS: &str = "cards-of-zoe";

async fn connect(server: &TestServer, user: &str, client: &str) -> Client {
    let token = server.token(member(user, "deliver", None)).await;
    server.connect_as(Identity { auth: json!({ "token": token, "client": client }), headers: Vec::new() }).await
}

/// All that can be asked of a scope.
fn questions(scope: &str, client: &str) -> Vec<(&'static str, Value)> {
    let push = |seq: u64, name: &str, args: Value| {
        let mutation =
            json!({ "id": format!("m{seq}"), "seq": seq, "name": name, "version": "v1", "scope": scope, "args": args });
        ("push", json!({ "client": client, "mutations": [mutation] }))
    };
    vec![
        ("subscribe", json!({ "scopes": [scope] })),
        ("subscribe", json!({ "scopes": [scope], "client": "adas" })),
        ("pull", json!({ "scope": scope, "cursor": 0 })),
        ("pull", json!({ "scope": scope, "cursor": 1 })),
        ("pull", json!({ "scope": scope, "cursor": 1_000_000 })),
        ("snapshot", json!({ "scope": scope })),
        ("snapshot", json!({ "scope": scope, "page": "x" })),
        ("syncStatus", json!({ "scopes": [scope] })),
        ("unsubscribe", json!({ "scopes": [scope] })),
        push(1, "cards/put", json!({ "id": 1, "title": "Mine" })),
        push(2, "cards/put", json!({ "id": 50, "title": "New" })),
        push(3, "cards/remove", json!({ "id": 1 })),
    ]
}

#[tokio::test]
async fn who_may_not_read_a_scope_gets_nothing_of_it_by_any_way() {
    for how in HOW {
        let Some(stage) = Stage::new(how).await else { return };
        stage.run(&format!("INSERT INTO cards (id, board, title) VALUES (1, 'of-bob', '{SECRET}'), (2, 'all', 'Seen'), (3, 'all', 'Moves')")).await;
        let server = stage.start().await;
        server.has_rows().await;
        let mut bob = connect(&server, "bob", "bobs").await;
        let told = bob.call("subscribe", json!({ "scopes": [OTHERS], "client": "bobs" })).await;
        assert!(told["scopes"][OTHERS]["cursor"].is_u64(), "{told}");
        assert!(bob.call("snapshot", json!({ "scope": OTHERS })).await.to_string().contains(SECRET));

        let mut ada = connect(&server, "ada", "adas").await;
        let token = server.token(member("ada", "deliver", None)).await;
        for ((verb, of_others), (_, of_nobody)) in
            questions(OTHERS, "adas").into_iter().zip(questions(NOBODYS, "adas-too"))
        {
            let (told, nothing) =
                (ada.call(verb, of_others.clone()).await.to_string(), ada.call(verb, of_nobody).await);
            assert_eq!(told.replace(OTHERS, NOBODYS), nothing.to_string(), "{how:?} {verb} {of_others}");
            assert!(verb == "unsubscribe" || told.contains("scope-forbidden"), "{how:?} {verb} {of_others} {told}");
            let url = format!("http://{}/_sync/{verb}", server.address());
            let request =
                reqwest::Client::new().post(url).bearer_auth(&token).header("Content-Type", "application/json");
            let answer = request.body(of_others.to_string()).send().await.expect("an answer");
            assert!([403, 404].contains(&answer.status().as_u16()) || verb == "push", "{verb} {answer:?}");
            let text = answer.text().await.expect("a text");
            assert!(!text.contains(SECRET) && !text.contains("\"ok\":true"), "{verb} {text}");
        }

        // What becomes of it is told to bob; what leaves ada's board is gone for her, and where it has gone she is not told.
        let mut board = Board::open(&server, "ada", "all").await;
        ada.call("subscribe", json!({ "scopes": ["cards-all"] })).await;
        stage
            .run(&format!(
                "UPDATE cards SET title = '{SECRET}, still' WHERE id = 1;
                UPDATE cards SET board = 'of-bob', title = '{SECRET}, too' WHERE id = 3;
                UPDATE cards SET title = 'Seen again' WHERE id = 2"
            ))
            .await;
        board.until_title(2, "Seen again").await;
        assert_eq!(board.rows.keys().collect::<Vec<_>>(), ["card 2"], "{how:?}");
        let changes = format!("{:?}", board.changes);
        assert!(changes.contains("card 3") && !changes.contains(SECRET), "{how:?} {changes}");
        assert_eq!(bob.event("poke").await["scope"], OTHERS);
        ada.call("syncStatus", json!({ "scopes": ["cards-all"] })).await;
        let heard = json!(ada.others_so_far().await).to_string();
        assert!(heard.contains("cards-all") && !heard.contains(SECRET) && !heard.contains(OTHERS), "{how:?} {heard}");

        // What a mutation of a scope that she may write into says of a row of another one.
        let moved = json!({ "id": 1, "title": "Mine", "board": "all" });
        let mutation =
            json!({ "id": "m4", "seq": 4, "name": "cards/put", "version": "v1", "scope": "cards-all", "args": moved });
        let told = ada.call("push", json!({ "client": "adas", "mutations": [mutation.clone()] })).await;
        assert!(told["result"]["results"][0]["errorCode"].is_string() && !told.to_string().contains(SECRET), "{told}");
        assert!(
            bob.call("snapshot", json!({ "scope": OTHERS })).await.to_string().contains(&format!("{SECRET}, still"))
        );

        // Nor by bob's client, of which she may have heard.
        let mut thief = connect(&server, "ada", "bobs").await;
        for (verb, asked) in [
            ("syncStatus", json!({ "scopes": [OTHERS, "cards-all"] })),
            ("syncStatus", json!({})),
            ("push", json!({ "client": "bobs", "mutations": [mutation] })),
            ("subscribe", json!({ "scopes": ["cards-all"], "client": "bobs" })),
        ] {
            let told = thief.call(verb, asked.clone()).await.to_string();
            assert!(
                told.contains("auth-forbidden") || told.contains("sync-bad-request"),
                "{how:?} {verb} {asked} {told}"
            );
        }
        let positions =
            server.running().handle().clients().get("adas").await.expect("a store").expect("it is known").positions;
        assert!(positions.iter().all(|at| at.scope.as_ref() == "cards-all"), "{positions:?}");
        server.into_running().shutdown().await;
    }
}
