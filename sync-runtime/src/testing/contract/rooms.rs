//! Who may be in a room, and what may be sent there.

use serde_json::json;

use crate::contain::contained;
use crate::route::{App, Pattern, RoomRule, Segment, longest};
use crate::testing::contract::subject::{Subject, names, no_input, rooms};
use crate::testing::contract::{Kit, RouteUnderTest};

/// A rule that is tested; written by the generator.
#[derive(Debug, Clone, Copy)]
pub struct RoomUnderTest {
    /// Its index among those of the table.
    pub rule: usize,
    /// Its file.
    pub source: &'static str,
}

/// Somebody who is not in the room is refused by both doors, before the input is looked at, and again after having left it.
pub fn needs_membership<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let ready = subject.ready(subject.builder()).await;
        let inputs = subject.inputs();
        // An input of any fields takes even that one.
        let wrong =
            [no_input(), json!(true), json!([])].into_iter().find(|json| inputs.wrong(&json.to_string()).is_some());
        let call = subject.call(&ready.room, wrong.unwrap_or_default());
        ready.tab.leave(&ready.room).await.expect("leaving a room is allowed");
        let rule = subject.rules().into_iter().find(|rule| rule.pattern().parameters(&ready.room).is_some());
        let code = match rule.is_some_and(RoomRule::anyone_may_send) {
            false => "sync-not-in-room",
            true if subject.route.options().allow_empty_room => "sync-invalid-input",
            true => "sync-no-receivers",
        };
        subject.is_refused(&ready.tab, &call, code).await;
        // Who is there is asked what they send.
        ready.tab.join(&ready.room).await.expect("who was let in once is let in again");
        for reply in subject.by_doors_inside(&ready.tab, &call).await {
            if reply.code() != "sync-invalid-input" {
                subject.fail("should be `sync-invalid-input`", &call, reply.json());
            }
        }
        ready.tab.leave(&ready.room).await.expect("leaving a room is allowed");
        subject.is_refused(&ready.tab, &call, code).await;
    });
}

/// A route that says which rooms it belongs to cannot be sent to others.
pub fn keeps_to_its_rooms<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let app = subject.builder().start().await;
        let tab = subject.somebody(&app).await;
        let own: Vec<_> = subject.rules().iter().map(|rule| rule.pattern()).collect();
        let others = subject.table.rooms.iter().map(|rule| rule.pattern()).filter(|pattern| !own.contains(pattern));
        let others = others.filter_map(|pattern| names(pattern).into_iter().next());
        for room in others.chain(["of-no-rule".to_owned()]) {
            subject.is_refused(&tab, &subject.call(&room, no_input()), "room-invalid").await;
        }
    });
}

/// Names that are not of a rule's pattern are refused, and so is one that is too long.
pub fn keeps_to_its_pattern<A: App>(kit: &Kit<A>, room: &RoomUnderTest) {
    kit.run(async {
        let app = (kit.start)().without_limits().start().await;
        let rule = app.table().rooms[room.rule];
        let pattern = rule.pattern();
        let tab = match crate::testing::people::find::<A>(|session| rule.auth().check(session).is_ok()) {
            Some(session) => app.log_in(session).await,
            None => app.guest().await,
        };
        let beginning = pattern.beginning();
        let wrong = [
            format!("{beginning}ä"),
            format!("{beginning} "),
            format!("{beginning}a/b"),
            format!("{beginning}a\u{0}"),
            beginning.to_owned(),
            format!("{beginning}{}", "a".repeat(257)),
        ];
        let belongs_here = |name: &String| is_longest(app.table().rooms, pattern, name);
        for name in wrong.iter().filter(|name| pattern.parameters(name).is_none() || name.len() > 256) {
            if !belongs_here(name) {
                continue;
            }
            let answered = tab.emit("joinRoom", json!({ "room": name })).await;
            assert!(
                matches!(answered.code(), "room-invalid" | "room-forbidden" | "auth-required" | "auth-forbidden"),
                "`{pattern}` ({}) lets somebody into `{name}`: {}",
                room.source,
                answered.json()
            );
        }
    });
}

/// Whether a name belongs to the rule with this pattern: that with the longest literal beginning.
fn is_longest<A: App>(rules: &[&'static dyn RoomRule<A>], pattern: Pattern, name: &str) -> bool {
    longest(rules.iter().map(|rule| rule.pattern()), name, |other| *other) == Some(pattern)
}

/// Somebody who has not signed in is let into a room only where the app's `Cargo.toml` says so.
pub fn lets_in_whom_it_says<A: App>(kit: &Kit<A>, room: &RoomUnderTest) {
    kit.run(async {
        let app = (kit.start)().without_limits().start().await;
        let rule = app.table().rooms[room.rule];
        let pattern = rule.pattern();
        let has_parameters = pattern.0.iter().any(|segment| matches!(segment, Segment::Parameter(_)));
        let text = pattern.to_string();
        let is_public = kit.public.contains(&text.as_str());
        let guest = app.guest().await;
        // What the rule says, and what it does: it may refuse those rooms alone that are made up here.
        let may = contained(|| rule.auth().check(&A::guest()).is_ok()).unwrap_or(false);
        let mut is_let_in = false;
        for name in rooms(&app, pattern).await.iter().take(if has_parameters { 16 } else { 1 }) {
            is_let_in |= guest.join(name).await.is_ok();
        }
        assert!(
            is_public || !(is_let_in || may),
            "somebody who has not signed in is let into `{text}`\n  help: write `auth = login` in {}; if anybody may enter, say so in \
             Cargo.toml:\n\n  [package.metadata.sync]\n  public = [\"{text}\"]\n",
            room.source
        );
        assert!(
            !is_public || may,
            "`{text}` needs a login, and stands in `public` of [package.metadata.sync]\n  help: take it out of that list in Cargo.toml"
        );
    });
}
