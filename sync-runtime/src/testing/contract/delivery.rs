//! What members get of a call, and that it happens once.

use crate::route::App;
use crate::schema::Lane;
use crate::testing::contract::subject::{Ready, Subject, no_input};
use crate::testing::contract::{Kit, RouteUnderTest};
use crate::testing::frame::Frame;

/// A call that its caller has named, and repeats, is answered as the first time, and nobody hears of it again.
pub fn answers_a_repeat_once<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let inputs = subject.inputs();
    let input = subject.right_inputs(&inputs, 1).swap_remove(0);
    kit.run(async {
        let Some(Ready { tab, room, app: _app }) = subject.ready(subject.builder()).await else { return };
        let call = subject.call(&room, input).named("a-name");
        let first = tab.send(&call).await;
        tab.received().await;
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
        let over_http = tab.send_by_http(&call).await;
        if over_http.reply != first {
            subject.fail("runs again for a repeat over HTTP", &call, over_http.reply.json());
        }
        if first.is_success() {
            let other = subject.call(&room, no_input()).named("a-name");
            let reply = tab.send(&other).await;
            if !matches!(reply.code(), "sync-id-reused" | "sync-invalid-input") {
                subject.fail("takes a name that another call has", &other, reply.json());
            }
        }
    });
}

/// Each member who hears of a call hears what its caller was answered, in the room to which it was sent; a caller that wants to be left
/// out is.
pub fn delivers_what_it_answers<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    assert_eq!(route.lane, Lane::Event, "nobody hears of a request");
    let inputs = subject.inputs();
    let right = subject.right_inputs(&inputs, 5);
    kit.run(async {
        let Some(Ready { tab, room, app: _app }) = subject.ready(subject.builder()).await else { return };
        let other = tab.another_tab().await;
        // That of another guest may be kept out.
        let is_in = subject.is_to_everyone() || other.join(&room).await.is_ok();
        for input in right {
            for call in [subject.call(&room, input.clone()), subject.call(&room, input.clone()).ignore_self()] {
                let reply = tab.send(&call).await;
                let result = &reply.json()["result"];
                let mut heard = tab.received().await;
                let is_left_out = !call.more.is_empty();
                // A handler may have others hear of other things; they are not of this call.
                let is_of_this = |frame: &Frame| frame.route() == Some(subject.name());
                let is_heard = |frame: &Frame| matches!(frame, Frame::Event { .. } | Frame::Error { .. });
                if is_left_out && heard.iter().any(|frame| is_of_this(frame) && is_heard(frame)) {
                    subject.fail(&format!("should leave its caller out: {heard:?}"), &call, reply.json());
                }
                heard.extend(if is_in { other.received().await } else { Vec::new() });
                for frame in &heard {
                    let is_right = match frame {
                        Frame::Event { route, room: to, server_output, .. } => {
                            reply.is_success() && route == subject.name() && *to == room && server_output == result
                        }
                        Frame::Error { route, room: to, code, message, .. } => {
                            route == subject.name() && *to == room && !code.is_empty() && !message.is_empty()
                        }
                        _ => true,
                    };
                    if !is_right && is_of_this(frame) {
                        subject.fail(&format!("delivers something else: {frame:?}"), &call, reply.json());
                    }
                }
            }
        }
    });
}
