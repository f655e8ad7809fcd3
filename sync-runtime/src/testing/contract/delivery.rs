//! What members get of a call, and that it happens once.

use serde_json::Value;

use crate::route::{App, FilterKind};
use crate::schema::Lane;
use crate::testing::TestApp;
use crate::testing::contract::subject::{Ready, Subject};
use crate::testing::contract::{Kit, RouteUnderTest};
use crate::testing::frame::Frame;

/// A call that its caller has named, and repeats, is answered as the first time, and nobody hears of it again.
pub fn answers_a_repeat_once<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let inputs = subject.inputs();
    let mut right = subject.right_inputs(&inputs, 20);
    let input = right.swap_remove(0);
    right.retain(|other| *other != input);
    kit.run(async {
        let Ready { tab, room, app } = subject.ready(subject.builder()).await;
        let call = subject.call(&room, input).named("a-name");
        let first = tab.send(&call).await;
        tab.received().await;
        // Whoever it has signed out has nothing to say any more.
        if tab.is_closed() {
            return;
        }
        let ran = runs(&subject, &app).await;
        assert!(ran.is_some() || !first.is_success(), "the metrics do not count the handler of `{}`", subject.name());
        let again = tab.send(&call).await;
        let heard = tab.received().await;
        // Of what is volatile, a newer one comes soon: what came of each is not kept.
        if subject.route.options().volatile {
            return;
        }
        if again != first {
            subject.fail(&format!("runs again for a call that was repeated: {}", again.json()), &call, first.json());
        }
        if let Some(frame) = heard.iter().find(|frame| frame.route() == Some(subject.name())) {
            subject.fail(&format!("is heard of again when it is repeated: {frame:?}"), &call, first.json());
        }
        // Without a session, the name is that of the page alone.
        if tab.token().is_some() {
            let over_http = tab.send_by_http(&call).await;
            if over_http.reply != first {
                subject.fail("runs again for a repeat over HTTP", &call, over_http.reply.json());
            }
        }
        // One that answers the same each time may run again unseen.
        if runs(&subject, &app).await != ran {
            subject.fail("runs again for a call that was repeated, and answers the same", &call, first.json());
        }
        // What was refused before the handler ran is not kept.
        if let Some(other) = right.pop().filter(|_| first.is_success()) {
            let other = subject.call(&room, other).named("a-name");
            let reply = tab.send(&other).await;
            // The first may have taken its caller out of the room, or have ended the session.
            if !matches!(reply.code(), "sync-id-reused" | "sync-not-in-room" | "auth-required" | "auth-forbidden") {
                subject.fail("takes a name that another call has", &other, reply.json());
            }
        }
    });
}

/// Returns how often the handler has run, as the app's metrics count it; nothing while it has not.
async fn runs<A: App>(subject: &Subject<'_, A>, app: &TestApp<A>) -> Option<String> {
    let lane = subject.under_test.lane.word();
    let series = format!(r#"sync_handler_seconds_count{{lane="{lane}",route="{}"}} "#, subject.name());
    let metrics = app.http_as("GET", "/metrics", None, None, &[("host", "localhost")]).await.text;
    metrics.lines().find_map(|line| line.strip_prefix(&series)).map(str::to_owned)
}

/// Each member who hears of a call hears what its caller was answered, in the room to which it was sent; a caller that wants to be left
/// out is. Where no filter keeps it from anybody, everybody in the room hears of it once.
pub fn delivers_what_it_answers<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    assert_eq!(route.lane, Lane::Event, "nobody hears of a request");
    let inputs = subject.inputs();
    let right = subject.right_inputs(&inputs, 5);
    kit.run(async {
        let Ready { tab, room, app: _app } = subject.ready(subject.builder()).await;
        let other = tab.another_tab().await;
        // That of another guest may be kept out.
        if !subject.is_to_everyone() {
            other.join(&room).await.map(drop).unwrap_or_default();
        }
        for input in right {
            for call in [subject.call(&room, input.clone()), subject.call(&room, input.clone()).ignore_self()] {
                let reply = tab.send(&call).await;
                let is_left_out = !call.more.is_empty();
                for (who, is_left_out) in [(&tab, is_left_out), (&other, false)] {
                    let mut heard = who.received().await;
                    // A handler may have others hear of other things; they are not of this call.
                    heard.retain(|frame| {
                        frame.route() == Some(subject.name())
                            && matches!(frame, Frame::Event { .. } | Frame::Error { .. })
                    });
                    if is_left_out && !heard.is_empty() {
                        subject.fail(&format!("should leave its caller out: {heard:?}"), &call, reply.json());
                    }
                    if let Some(frame) = heard.iter().find(|frame| !is_of(frame, &room, reply.json())) {
                        subject.fail(&format!("delivers something else: {frame:?}"), &call, reply.json());
                    }
                    let is_for_all = subject.route.filter() == FilterKind::None && reply.is_success();
                    if is_for_all && !is_left_out && heard.len() != 1 && subject.is_there(who, &room).await {
                        let times = heard.len();
                        let whom = if std::ptr::eq(who, &tab) { "its caller" } else { "another member of the room" };
                        subject.fail(
                            &format!("should be heard of once by {whom}, not {times} times"),
                            &call,
                            reply.json(),
                        );
                    }
                }
            }
        }
    });
}

/// Whether a member gets what the caller was answered, or why there is nothing for this member.
fn is_of(frame: &Frame, room: &str, reply: &Value) -> bool {
    match frame {
        Frame::Event { room: to, server_output, .. } => {
            reply["status"] == "success" && to == room && *server_output == reply["result"]
        }
        Frame::Error { room: to, code, message, .. } => to == room && !code.is_empty() && !message.is_empty(),
        _ => true,
    }
}
