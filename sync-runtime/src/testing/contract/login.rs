//! Who may call at all.

use crate::route::App;
use crate::testing::contract::subject::{Subject, no_input};
use crate::testing::contract::{Kit, RouteUnderTest};
use crate::testing::tab::Who;

/// Somebody who has not signed in is refused by every door, before anything else is looked at, unless the app's `Cargo.toml` says that
/// anybody may call the route.
pub fn needs_a_login<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let app = subject.builder().start().await;
        let guest = app.guest().await;
        let call = subject.call(&subject.any_room(), no_input());
        let replies = subject.by_every_door(&guest, &call).await;
        let name = subject.name();
        for reply in replies {
            let is_refused = matches!(reply.code(), "auth-required" | "auth-forbidden");
            match (is_refused, subject.is_public()) {
                (true, false) | (false, true) => {}
                (false, false) => subject.fail(
                    &format!(
                        "can be called by somebody who has not signed in\n  help: write `auth = login` in {}; if anybody may \
                         call it, say so in Cargo.toml:\n\n  [package.metadata.sync]\n  public = [\"{name}\"]\n",
                        subject.source()
                    ),
                    &call,
                    reply.json(),
                ),
                (true, true) => subject.fail(
                    "needs a login, and stands in `public` of [package.metadata.sync]\n  help: take it out of that list in Cargo.toml",
                    &call,
                    reply.json(),
                ),
            }
        }
    });
}

/// Somebody whose session has ended is told so, and is neither let in nor taken for a guest.
pub fn refuses_an_ended_session<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let app = subject.builder().start().await;
        let tab = subject.somebody(&app).await;
        let Some(token) = tab.token().map(str::to_owned) else { return };
        tab.log_out().await;
        assert!(tab.is_closed(), "the socket of a session that has ended is open");
        let call = subject.call(&subject.any_room(), no_input());
        let (path, _, body) = call.by_http();
        let reply = app.http_as("POST", &path, Some(body), Some(&token), &[]).await;
        if reply.reply.code() != "auth-required" || reply.status != 401 {
            subject.fail("takes a session that has ended", &call, reply.reply.json());
        }
        let back = app.try_open(Who { name: "ended".to_owned(), token: Some(token), ..Who::default() }).await;
        assert_eq!(back.err().as_deref(), Some("auth-required"), "a session that has ended is let in");
    });
}
