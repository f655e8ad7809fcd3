//! What a program that is killed, or whose disk is full, leaves of the values of rooms; and the commands beside it.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use sync_tests::socket::{Client, Identity};

use crate::program::{Program, command};

const ROOM: &str = "shared-1";

fn variables(data: &Path) -> [(&str, &str); 2] {
    [("SYNC_DATA", data.to_str().expect("a text")), ("SYNC_LIMITS", "off")]
}

async fn member(server: &Program) -> Client {
    let mut client = Client::connect(server.address(), Identity::default()).await.expect("a connection");
    client.join(ROOM).await;
    client
}

async fn add(client: &mut Client, name: &str, by: &str) -> Value {
    let action = match name {
        "shared/kept" => json!({ "add": { "amount": 1, "by": by } }),
        _ => json!({ "add": { "amount": 1 } }),
    };
    client.call("stateAct", json!({ "name": name, "version": "v1", "room": ROOM, "action": action })).await
}

/// Returns the count, and the number of the version.
async fn count(client: &mut Client, name: &str) -> (u64, u64) {
    let opened = client.call("stateOpen", json!({ "name": name, "version": "v1", "room": ROOM })).await;
    assert_eq!(opened["status"], "success", "{name}: {opened}");
    let number = opened["stateVersion"].as_str().and_then(|version| version.split('.').next()?.parse().ok());
    (opened["view"]["count"].as_u64().expect("a number"), number.expect("a number"))
}

#[tokio::test]
async fn a_program_that_is_killed_while_it_saves_keeps_what_it_has_acknowledged_and_damages_nothing() {
    let kills: u64 = std::env::var("SYNC_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(10);
    let data = tempfile::tempdir().expect("a folder");
    let mut chance = fastrand::Rng::with_seed(14);
    let (mut kept, mut filed) = ((0, 0), (0, 0));
    for kill in 0..kills {
        let server = Program::start(&variables(data.path()));
        let mut looking = member(&server).await;
        let [now, now_filed] = [count(&mut looking, "shared/kept").await, count(&mut looking, "shared/filed").await];
        assert!(now >= kept, "kill {kill}: {now:?} is older than {kept:?}, which was acknowledged");
        assert!(now_filed >= filed, "kill {kill}: {now_filed:?} is older than {filed:?}, which was there before");
        let asked = Arc::new(AtomicU64::new(0));
        let (tell, mut acknowledged) = tokio::sync::mpsc::unbounded_channel();
        let mut tasks = tokio::task::JoinSet::new();
        for name in ["shared/kept", "shared/kept", "shared/filed"] {
            let (mut client, asked, tell) = (member(&server).await, asked.clone(), tell.clone());
            // It ends with the connection.
            tasks.spawn(async move {
                loop {
                    asked.fetch_add(u64::from(name == "shared/kept"), Ordering::AcqRel);
                    let acted = add(&mut client, name, &"x".repeat(2000)).await;
                    assert_eq!(acted["status"], "success", "{acted}");
                    tell.send(name).expect("the test hears it");
                }
            });
        }
        let mut heard = 0;
        for _ in 0..chance.u32(1..400) {
            heard += u64::from(acknowledged.recv().await == Some("shared/kept"));
        }
        server.kill();
        tasks.shutdown().await;
        drop(tell);
        while let Some(name) = acknowledged.recv().await {
            heard += u64::from(name == "shared/kept");
        }
        kept = (now.0 + heard, now.1);
        filed = now_filed;
        let server = Program::start(&variables(data.path()));
        let mut looking = member(&server).await;
        let after = count(&mut looking, "shared/kept").await;
        let asked = now.0 + asked.load(Ordering::Acquire);
        assert!((kept.0..=asked).contains(&after.0), "kill {kill}: {after:?}, acknowledged {kept:?} of {asked}");
        server.kill();
    }
    assert!(kept.0 > 0 && filed.0 > 0);
}

#[tokio::test]
async fn a_full_disk_refuses_what_cannot_be_kept_and_loses_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Program::start(&variables(data.path()));
    let (mut ada, mut bob) = (member(&server).await, member(&server).await);
    let mut told = count(&mut bob, "shared/kept").await.0;
    assert_eq!(add(&mut ada, "shared/kept", "").await["status"], "success");
    server.bound_files("1");
    let mut refused = 0;
    let mut acknowledged = 1;
    for _ in 0..5 {
        let acted = add(&mut ada, "shared/kept", &"x".repeat(20_000)).await;
        if acted["status"] == "success" {
            acknowledged += 1;
        } else {
            assert_eq!((&acted["errorCode"], &acted["httpStatus"]), (&json!("state-unavailable"), &json!(503)));
            refused += 1;
        }
    }
    assert!(refused > 0, "the disk was not full");
    while told < acknowledged {
        bob.event("state").await;
        told += 1;
    }
    assert!(bob.others_so_far().await.is_empty(), "nobody has heard of what was refused");
    assert_eq!(count(&mut bob, "shared/kept").await.0, acknowledged);
    server.bound_files("unlimited");
    while add(&mut ada, "shared/kept", "").await["status"] != "success" {}
    server.kill();
    let server = Program::start(&variables(data.path()));
    assert_eq!(count(&mut member(&server).await, "shared/kept").await.0, acknowledged + 1);
}

fn run(data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(&variables(data)).args(arguments).output().expect("it runs");
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).expect("a text"));
    (status.code(), stdout, stderr)
}

#[tokio::test]
async fn a_backup_is_made_beside_the_server_and_brought_back_without_it() {
    let data = tempfile::tempdir().expect("a folder");
    let backups = tempfile::tempdir().expect("a folder");
    let folder = backups.path().to_str().expect("a text");
    let (code, _, said) = run(&data.path().join("nothing"), &["backup", folder]);
    assert!(code == Some(0) || said.contains("nothing to back up"), "{said}");
    let server = Program::start(&variables(data.path()));
    let mut ada = member(&server).await;
    for name in ["shared/kept", "shared/filed", "shared/kept"] {
        add(&mut ada, name, "ada").await;
    }
    // What is saved a while after its change is in the next backup.
    let file = loop {
        let (code, said, error) = run(data.path(), &["backup", folder]);
        assert_eq!(code, Some(0), "{error}");
        let (values, file) = said.trim().split_once(" values in ").expect("what it has done");
        if values == "2" {
            break file.to_owned();
        }
    };
    let (code, _, error) = run(data.path(), &["restore", &file]);
    assert_eq!(code, Some(1));
    assert!(error.contains("is used by another server: stop that one"), "{error}");
    add(&mut ada, "shared/kept", "ada").await;
    server.stop();
    let (code, said, error) = run(data.path(), &["restore", &file]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(said.starts_with("2 values brought back, 0 taken away\nwhat was there before is in "), "{said}");
    let server = Program::start(&variables(data.path()));
    let mut ada = member(&server).await;
    assert_eq!([count(&mut ada, "shared/kept").await.0, count(&mut ada, "shared/filed").await.0], [2, 1]);
}

#[test]
fn arguments_that_mean_nothing_are_told_with_what_would() {
    let data = tempfile::tempdir().expect("a folder");
    for (arguments, said) in [
        (&["bakup"][..], "error: `bakup` is no command"),
        (&["backup"], "error: `backup` needs a folder"),
        (&["restore"], "error: `restore` needs a file that `backup` has written"),
        (&["backup", "a", "b"], "error: `b` is one argument too many"),
    ] {
        let (code, _, error) = run(data.path(), arguments);
        assert_eq!(code, Some(2));
        assert!(error.starts_with(said) && error.contains("usage: test_app_server"), "{error}");
    }
    let (code, said, _) = run(data.path(), &["--help"]);
    assert!(code == Some(0) && said.contains("backup FOLDER"), "{said}");
    let (code, _, error) = run(data.path(), &["restore", "/nowhere/at/all"]);
    assert_eq!(
        (code, error.as_str()),
        (Some(1), "error: cannot use `/nowhere/at/all`: No such file or directory (os error 2)\n")
    );
}
