//! A server that takes over from the one that runs: nobody who is connected notices.

use std::path::Path;

use serde_json::{Value, json};
use sync_tests::socket::{Client, Identity};
use tempfile::TempDir;

use crate::killed_log::{SESSIONS, token};
use crate::program::Program;

const ORDER: &str = "open-1";
const PEOPLE: &str = "people-1";
const BOARD: &str = "shared-1";
const SCOPE: &str = "list-all-1";

fn start(data: &Path) -> Program {
    let data = data.to_str().expect("UTF-8");
    Program::start(&[("SYNC_TAKEOVER", "on"), ("SYNC_DATA", data), SESSIONS])
}

/// Starts another server on the same files, and waits until the one before has ended.
fn replace(program: Program, data: &Path) -> Program {
    let next = start(data);
    assert_eq!(next.address(), program.address());
    let (is_orderly, log) = program.ended();
    assert!(is_orderly, "{log}");
    next
}

async fn count(client: &mut Client, index: u32) -> Value {
    client.sync("order/wait", "v1", ORDER, json!({ "index": index, "waitMs": 0 })).await
}

fn indices(frames: &[Value]) -> Vec<u64> {
    frames.iter().map(|frame| frame["serverOutput"]["index"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn nobody_who_is_connected_notices() {
    let data = TempDir::new().expect("a folder");
    let ada = Identity::token(&token(data.path()).await);
    let mut program = start(data.path());
    let address = program.address();
    let mut clients = Vec::new();
    for identity in [ada, Identity::page(1), Identity::default()] {
        let mut client = Client::connect(address, identity).await.expect("a connection");
        client.join(ORDER).await;
        client.join(BOARD).await;
        let people = json!({ "room": PEOPLE, "presence": true });
        assert_eq!(client.call("joinRoom", people).await["status"], "success");
        let board = json!({ "name": "shared/board", "version": "v1", "room": BOARD });
        assert_eq!(client.call("stateOpen", board).await["status"], "success");
        clients.push(client);
    }
    let mut life = None;
    for round in 0..3_u32 {
        let [ada, page, nobody] = &mut clients[..] else { panic!("three") };
        for (step, client) in [&mut *ada, &mut *page, &mut *nobody].into_iter().enumerate() {
            assert_eq!(count(client, round * 10 + step as u32).await["status"], "success");
        }
        let put = json!({ "put": { "id": format!("n{round}"), "note": { "text": "T", "x": 0.0, "y": 0.0 } } });
        let act = json!({ "name": "shared/board", "version": "v1", "room": BOARD, "action": put });
        assert_eq!(ada.call("stateAct", act).await["status"], "success");
        for client in [ada, page, nobody] {
            assert_eq!(indices(&client.hear(3).await), [0, 1, 2].map(|step| u64::from(round * 10 + step)));
            let told = client.event("state").await;
            let version = told["to"].as_str().and_then(|to| to.split_once('.')).expect("a version");
            assert_eq!(version.0, (round + 2).to_string());
            assert_eq!(*life.get_or_insert(version.1.to_owned()), version.1, "the value goes on");
        }
        if round == 0 {
            for client in &mut clients {
                // Until all have been told who is there.
                client.others_so_far().await;
            }
        }
        program = replace(program, data.path());
    }
    for client in &mut clients {
        let others = client.others_so_far().await;
        assert_eq!(others, [], "nobody came or went");
        assert!(client.frames_before().next().is_none(), "nothing came twice");
    }
    let log = program.stop();
    assert!(log.contains("took over from the server before"), "{log}");
    let _ = SCOPE;
}
