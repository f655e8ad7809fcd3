//! What a server says of itself to Prometheus and in its log, and what it says to nobody.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{Debug, Write};

use expect_test::expect_file;
use reqwest::header::{CONTENT_TYPE, HOST};
use serde_json::{Value, json};
use sync::__private::{SERIES, Series};
use sync::axum::Router;
use sync::axum::routing::get;
use sync::tracing::field::{Field, Visit};
use sync::tracing::span::{Attributes, Id, Record};
use sync::tracing::{Event, Metadata, Subscriber};
use sync::{Config, MetricsAccess};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};

/// What no log and no series may say.
const PAYLOAD: &str = "attack-at-dawn-4711";

async fn scrape(server: &TestServer) -> String {
    let answer = reqwest::get(format!("http://{}/metrics", server.address())).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.expect("a text")
}

/// Tries to enter a room that no rule opens.
async fn enter(client: &mut Client, room: &str) {
    assert_eq!(client.call("joinRoom", json!({ "room": room })).await["errorCode"], "room-forbidden");
}

/// Lets a server do a little of everything; returns the clients, and a token.
async fn keep_busy(server: &TestServer) -> (Vec<Client>, String) {
    let token = server.token(member("ada", "left", None)).await;
    let mut ada = server.connect_as(Identity::token(&token)).await;
    let mut bob = server.connect(member("bob", "skip", None)).await;
    let mut gone = server.connect(guest()).await;
    for client in [&mut ada, &mut bob, &mut gone] {
        client.join("open-a").await;
    }
    enter(&mut ada, "closed-to-all").await;
    let said = ada.sync("groups/side", "v1", "open-a", json!({ "text": PAYLOAD })).await;
    assert_eq!(said["status"], "success", "{said}");
    ada.frame().await;
    ada.sync("groups/side", "v1", "open-b", json!({ "text": PAYLOAD })).await;
    ada.sync("groups/side", "v1", "open-a", json!({ "text": 5, "more": PAYLOAD })).await;
    ada.sync("groups/none", "v1", "open-a", json!({ "text": PAYLOAD })).await;
    ada.sync("outcome/three", "v1", "open-a", json!({ "text": PAYLOAD })).await;
    ada.frame().await;
    ada.sync("odd/panic", "v1", "open-a", json!({})).await;
    ada.call("request", json!({ "name": "examples/echo", "version": "v1", "data": { "text": PAYLOAD } })).await;
    ada.join("shared-1").await;
    let place = json!({ "name": "shared/kept", "version": "v1", "room": "shared-1" });
    ada.call("stateOpen", place.clone()).await;
    let mut act = place;
    act["action"] = json!({ "add": { "amount": 1, "by": PAYLOAD } });
    ada.call("stateAct", act).await;
    ada.event("state").await;
    ada.call("leaveRoom", json!({ "room": "shared-1" })).await;
    let routes = ["groups/side/v1", "groups/side/v1", "groups/side/v9"];
    ada.call("listen", json!({ "routes": routes, "contract": "of another build" })).await;
    let http = reqwest::Client::new().post(format!("http://{}/sync/groups/side/v1", server.address()));
    let call = json!({ "data": { "text": PAYLOAD }, "receiver": "open-a" });
    http.bearer_auth(&token).json(&call).send().await.expect("an answer");
    ada.frame().await;
    let sockets = server.hub().socket_count();
    drop(gone);
    server.has_sockets(sockets - 1).await;
    (vec![ada, bob], token)
}

#[tokio::test]
async fn a_busy_server_has_every_series_that_is_listed_and_no_other() {
    let server = TestServer::start().await;
    let _clients = keep_busy(&server).await;
    let text = scrape(&server).await;
    for line in [
        r#"sync_calls_total{lane="event",route="groups/side/v1",code="ok"} 2"#,
        r#"sync_calls_total{lane="event",route="groups/side/v1",code="sync-not-in-room"} 1"#,
        r#"sync_calls_total{lane="event",route="groups/side/v1",code="sync-invalid-input"} 1"#,
        r#"sync_calls_total{lane="unknown",route="unknown",code="sync-not-found"} 1"#,
        r#"sync_call_seconds_count{lane="event",route="groups/side/v1"} 4"#,
        r#"sync_handler_seconds_count{lane="event",route="groups/side/v1"} 2"#,
        r#"sync_calls_total{lane="state",route="shared/kept/v1",code="ok"} 1"#,
        r#"sync_state_opens_total{route="shared/kept/v1",code="ok"} 1"#,
        r#"sync_state_saves_total{route="shared/kept/v1",outcome="ok"} 1"#,
        "sync_state_values 1",
        "sync_state_unsaved 0",
        "sync_state_failing 0",
        r#"sync_joins_total{code="ok"} 4"#,
        r#"sync_joins_total{code="room-forbidden"} 1"#,
        r#"sync_fanout_members_sum{route="groups/side/v1"} 4"#,
        r#"sync_fanout_members_count{route="groups/side/v1"} 2"#,
        r#"sync_filter_seconds_count{route="groups/side/v1"} 2"#,
        r#"sync_deliveries_total{route="groups/side/v1"} 4"#,
        r#"sync_skips_total{route="groups/side/v1"} 2"#,
        r#"sync_disconnects_total{reason="client"} 1"#,
        "sync_sockets 2",
        r#"sync_listeners{route="groups/side/v1"} 1"#,
        r#"sync_contracts{contract="unknown"} 1"#,
        r#"sync_contracts{contract="unsaid"} 1"#,
        "sync_rooms 2",
        "sync_members 2",
        "sync_sessions 2",
        "sync_queue_bytes 0",
        r#"sync_limited_total{limit="room-turns"} 0"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let kinds: BTreeSet<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let listed: Vec<_> = SERIES.iter().map(|series| format!("{} {}", series.name, series.kind.as_str())).collect();
    assert_eq!(kinds, listed.iter().map(String::as_str).collect());
    for secret in ["open-a", "open-b", "shared-1", "ada", "bob", PAYLOAD] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
}

#[tokio::test]
async fn what_callers_make_up_has_no_series_of_its_own() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    caller.sync("groups/side", "v1", "open-a", json!({ "text": "" })).await;
    caller.frame().await;
    caller.sync("groups/none", "v1", "open-a", json!({})).await;
    caller.sync("groups/side", "v1", "none", json!({ "text": "" })).await;
    enter(&mut caller, "x").await;
    let before = scrape(&server).await.lines().count();
    for number in 0..50 {
        caller.sync(&format!("groups/none{number}"), "v1", "open-a", json!({})).await;
        caller.sync("groups/side", &format!("v{number}"), "open-a", json!({ "text": "" })).await;
        caller.sync("groups/side", "v1", &format!("none-{number}"), json!({ "text": "" })).await;
        enter(&mut caller, &format!("x{number}")).await;
        caller.frames_so_far().await;
    }
    let after = scrape(&server).await;
    assert_eq!(after.lines().count(), before, "{after}");
}

#[tokio::test]
async fn two_servers_of_one_process_count_for_themselves() {
    let [busy, idle] = [TestServer::start().await, TestServer::start().await];
    let _clients = keep_busy(&busy).await;
    assert!(scrape(&busy).await.contains("sync_deliveries_total{"));
    assert!(!scrape(&idle).await.contains("sync_deliveries_total{"));
}

#[tokio::test]
async fn who_may_read_the_metrics_is_configured() {
    let proxied = [("x-forwarded-for", "203.0.113.5"), ("forwarded", "for=203.0.113.5"), ("via", "1.1 proxy")];
    for (access, from_here, passed_on) in
        [(MetricsAccess::Loopback, 200, 404), (MetricsAccess::All, 200, 200), (MetricsAccess::Off, 404, 404)]
    {
        let server = TestServer::start_with(|config| config.metrics = access).await;
        let url = format!("http://{}/metrics", server.address());
        let status = async |headers: &[(&str, &str)]| {
            let mut request = reqwest::Client::new().get(&url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(status(&[]).await, from_here, "{access:?}");
        for header in proxied.into_iter().chain([(HOST.as_str(), "shop.example")]) {
            assert_eq!(status(&[header]).await, passed_on, "{access:?} {header:?}");
        }
    }
    let own = test_app::server().routes(|_| Router::new().route("/metrics", get(async || "the app's own")));
    let server = TestServer::start_server(own, |config| config.metrics = MetricsAccess::Off).await;
    let answer = reqwest::get(format!("http://{}/metrics", server.address())).await.expect("an answer");
    assert_eq!(answer.text().await.expect("a text"), "the app's own");
    assert_eq!(Config::default().metrics, MetricsAccess::Loopback);
}

#[tokio::test]
async fn a_log_of_everything_has_no_token_and_no_payload() {
    Log::begin();
    let server = TestServer::start().await;
    let (clients, token) = keep_busy(&server).await;
    // Tokens that are wrong, too: somebody may have mistyped a right one.
    let wrong = format!("{token}x");
    assert!(Client::connect(server.address(), Identity::token(&wrong)).await.is_err());
    reqwest::Client::new()
        .post(format!("http://{}/sync/groups/side/v1", server.address()))
        .bearer_auth(&wrong)
        .header("cookie", format!("session={wrong}"))
        .json(&json!({ "data": { "text": PAYLOAD }, "receiver": PAYLOAD }))
        .send()
        .await
        .expect("an answer");
    drop(clients);
    server.has_sockets(0).await;
    server.into_running().shutdown().await;
    let log = Log::end();
    for expected in ["groups/side/v1", "open-a", "sync-not-in-room", "sync-invalid-input", "micros", "panicked"] {
        assert!(log.contains(expected), "{expected} is in the log:\n{log}");
    }
    // The one text that a caller has written and that is shown is the name of the room, which was called by this name.
    let log = log.replace(&format!("room={PAYLOAD:?}"), "");
    assert!(!log.contains(PAYLOAD), "{log}");
    assert!(!log.contains(&token), "{log}");
}

const METRICS: &str = "\
# Metrics

Generated from `sync-runtime/src/metrics/series.rs`. To change it, change that file and run `UPDATE_EXPECT=1 cargo test -p sync-tests --test it metrics`.

`GET /metrics` answers in the text format of Prometheus. [`grafana.json`](grafana.json) is a dashboard of all of it: in Grafana, *Dashboards → New →
Import*.

```yaml
# prometheus.yml
scrape_configs:
  - job_name: syncwright
    static_configs: [{ targets: [\"127.0.0.1:3000\"] }]
```

## Who may read it

Programs of the same machine, unless `metrics` ([configuration](configuration.md)) says `all`, for whoever reaches the server, or `off`. Everybody else
is answered 404. With `off` nothing is counted, and the address is free for a route of the app.

A proxy on the same machine is a program of the same machine, and asks for the whole world. A request is therefore only answered if it was asked for under
a name of this machine (`localhost`, `127.0.0.1`, `[::1]`) and has none of the headers by which proxies say for whom they ask (`Forwarded`, `Via`,
`X-Forwarded-…`, `X-Real-IP` and their like). `trusted_proxies` changes nothing about this. **A proxy that writes none of them cannot be told from Prometheus** if it
puts its own `Host` instead of the one that was asked for, as nginx does with a bare `proxy_pass`, or hands on what the caller says, as one does that passes TCP on (HAProxy,
stunnel, `ssh -R`): let it write `X-Forwarded-For`, or refuse `/metrics` there, or say `off`. If Prometheus runs elsewhere, say `all`, and let a firewall or the proxy decide who reaches
`/metrics`.

## What there is

How many series there are depends on the app alone, and not on who calls: `route` is one of its routes (`<page>/<name>/<version>`) or `unknown`, `code` one of
the framework's codes or those that its handlers are known to return, or `other`. No room, no user and no address is in a label. A route has series
from its first call on.

| series | type | labels | what it is |
|---|---|---|---|
";

#[test]
fn the_page_about_the_metrics_is_current() {
    let mut page = METRICS.to_owned();
    for Series { name, kind, labels, meaning, .. } in SERIES {
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        page += &format!("| `{name}` | {} | {} | {meaning} |\n", kind.as_str(), labels.join(", "));
    }
    page += "\n## What to make of it\n";
    for Series { name, advice, .. } in SERIES {
        page += &format!("\n**`{name}`** {advice}\n");
    }
    expect_file!["../../docs/metrics.md"].assert_eq(&page);
}

#[test]
fn the_dashboard_shows_every_series_and_no_other() {
    let dashboard: Value = serde_json::from_str(include_str!("../../docs/grafana.json")).expect("JSON");
    for key in ["title", "uid", "schemaVersion", "panels", "time", "templating"] {
        assert!(!dashboard[key].is_null(), "Grafana asks for `{key}`");
    }
    let panels = dashboard["panels"].as_array().expect("panels");
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().expect("a number")).collect();
    assert_eq!(ids.len(), panels.len());
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let mut named = BTreeSet::new();
    for target in targets {
        let expression = target["expr"].as_str().expect("an expression");
        let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let before = named.len();
        for word in words.filter(|word| word.starts_with("sync_")) {
            let series = SERIES.iter().find(|series| {
                let is_histogram = series.kind.as_str() == "histogram";
                let parts = ["_bucket", "_sum", "_count"].map(|part| format!("{}{part}", series.name));
                if is_histogram { parts.iter().any(|part| part == word) } else { series.name == word }
            });
            named.insert(series.unwrap_or_else(|| panic!("no series is called `{word}`: {expression}")).name);
        }
        assert!(named.len() > before || expression.contains("sync_"), "{expression}");
    }
    assert_eq!(named, SERIES.iter().map(|series| series.name).collect());
}

thread_local! {
    /// What was logged on this thread, if somebody here wants to know.
    static LOGGED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps what is logged on the thread of a test, at every level. It is that of the process: whether a line is wanted is decided once for
/// all threads, and one of another test may be the first to come by.
struct Log;

impl Log {
    fn begin() {
        sync::tracing::subscriber::set_global_default(Self).unwrap_or_default();
        LOGGED.set(Some(String::new()));
    }

    fn end() -> String {
        LOGGED.take().expect("it has begun")
    }
}

fn note(what: &str, visit: impl FnOnce(&mut Fields)) {
    LOGGED.with_borrow_mut(|logged| {
        if let Some(logged) = logged {
            let mut fields = Fields(what.to_owned());
            visit(&mut fields);
            *logged += &(fields.0 + "\n");
        }
    });
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("a text");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        note(span.metadata().name(), |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        note("", |fields| values.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        note(event.metadata().target(), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
