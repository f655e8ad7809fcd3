//! What can be configured, and what is said when that goes wrong.

use std::process::Output;

use expect_test::expect_file;
use serde_json::{Value, json};
use sync::__private::{DefaultValue, explained};
use sync_tests::socket::{Client, Identity};

use crate::program::{Program, command};

const INTRODUCTION: &str = "\
# Configuration

Generated from `sync-runtime/src/config/manual.rs`. To change it, change that file and run `UPDATE_EXPECT=1 cargo test -p sync-tests --test it configuration`.

A server reads the file `sync.toml` in its working folder, if there is one, and then the variables of its environment, which win over the file. An
unknown key, and a bad value in either, stop the start with the name, what was expected, and the nearest right name; an unknown `SYNC_…` variable is a
warning in the log. A list is an array in the file, and a text with commas in a variable; `on` and `off` may be `true` and `false` in the file.

```toml
# sync.toml
listen = \"0.0.0.0:3000\"
env = \"production\"
origins = [\"https://example.com\"]
log = \"json\"
```

| key | variable | type, unit | default | meaning |
|---|---|---|---|---|
";

#[test]
fn the_page_about_the_configuration_is_current() {
    let mut page = INTRODUCTION.to_owned();
    for key in explained() {
        let default = match key.default {
            DefaultValue::Is(text) => format!("`{text}`"),
            DefaultValue::Depends(words) => words.to_owned(),
        };
        let (name, variable) = (key.key, key.variable());
        page += &format!("| `{name}` | `{variable}` | {} | {default} | {} |\n", key.kind, key.meaning);
    }
    expect_file!["../../docs/configuration.md"].assert_eq(&page);
}

#[test]
fn a_form_of_the_log_that_is_not_there_stops_the_start() {
    let Output { status, stderr, .. } = command(&[("SYNC_LOG", "xml")]).output().expect("it runs");
    let stderr = String::from_utf8(stderr).expect("a text");
    assert!(!status.success());
    assert_eq!(stderr, "error: `SYNC_LOG` is `xml`: expected `text` or `json`\n");
}

#[test]
fn what_stops_the_start_is_said_in_the_form_of_the_log() {
    let wrong = [("SYNC_LOG", "json"), ("SYNC_ROOM_LIMIT", "none")];
    let Output { status, stderr, .. } = command(&wrong).output().expect("it runs");
    assert!(!status.success());
    let said = objects(&String::from_utf8(stderr).expect("a text"));
    let error = "`SYNC_ROOM_LIMIT` is `none`: expected a whole number from 1";
    assert_eq!(said.last().expect("a line")["fields"], json!({ "message": "not started", "error": error }));
}

#[tokio::test]
async fn each_line_of_a_log_for_programs_is_one_object() {
    let variables = [("SYNC_LOG", "json"), ("RUST_LOG", "trace"), ("SYNC_LISTN", "x")];
    let server = Program::start(&variables);
    let mut client = Client::connect(server.address(), Identity::default()).await.expect("a pipe");
    client.join("open-a").await;
    let panicked = client.sync("odd/panic", "v1", "open-a", json!({})).await;
    assert_eq!(panicked["errorCode"], "sync-server-failed");
    let lines = objects(&server.stop());
    let said = |message: &str| lines.iter().find(|line| line["fields"]["message"] == message).expect(message);
    assert_eq!(said("unknown variable")["fields"]["nearest"], "SYNC_LISTEN");
    let called = said("called");
    assert_eq!(called["level"], "DEBUG");
    let span = &called["span"];
    let expected = json!({ "name": "call", "lane": "event", "route": "odd/panic/v1", "room": "open-a",
                           "outcome": "sync-server-failed", "micros": span["micros"] });
    assert_eq!(*span, expected);
    assert!(span["micros"].is_u64());
    let panics = lines.iter().filter(|line| line["fields"]["panic"].is_string());
    assert_eq!(panics.map(|line| &line["fields"]["message"]).collect::<Vec<_>>(), ["panicked"]);
}

#[test]
fn a_log_for_people_stays_as_it_was() {
    let log = Program::start(&[("RUST_LOG", "info")]).stop();
    assert!(log.contains(" INFO") && log.contains("stopping"), "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_err()), "{log}");
}

fn objects(log: &str) -> Vec<Value> {
    let object = |line| match serde_json::from_str(line) {
        Ok(object @ Value::Object(_)) => object,
        _ => panic!("no object: {line}"),
    };
    log.lines().map(object).collect()
}
