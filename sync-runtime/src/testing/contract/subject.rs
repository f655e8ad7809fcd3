//! A route under test, and what it takes to call it: somebody, a room, an input.

use serde_json::{Value, json};
use sync_schema::EVERYONE;

use crate::contain::contained;
use crate::route::{App, Pattern, RoomKind, RoomRule, Route, Segment, Table};
use crate::schema::{Lane, Model};
use crate::testing::call::{Call, HttpReply, Reply};
use crate::testing::contract::{Kit, RouteUnderTest};
use crate::testing::inputs::Inputs;
use crate::testing::{Tab, TestApp, TestBuilder, people};

/// What parameters of rooms are tried with.
const VALUES: [&str; 8] = ["1", "a", "ada", "test", "en", "true", "2024-02-29", "00000000-0000-4000-8000-000000000001"];

/// How many others are looked for, besides another tab of the caller and a guest.
const OTHERS: usize = 4;

/// A route of an app.
pub(super) struct Subject<'k, A: App> {
    pub(super) kit: &'k Kit<A>,
    pub(super) under_test: &'k RouteUnderTest,
    pub(super) route: &'static dyn Route<A>,
    pub(super) table: &'static Table<A>,
    /// Whether it can be asked by `GET`.
    pub(super) is_query: bool,
}

/// Somebody who may call a route, in a room to which it can be sent.
pub(super) struct Ready<A: App> {
    pub(super) app: TestApp<A>,
    pub(super) tab: Tab<A>,
    /// Empty for a request.
    pub(super) room: String,
}

impl<'k, A: App> Subject<'k, A> {
    pub(super) fn new(kit: &'k Kit<A>, under_test: &'k RouteUnderTest) -> Self {
        let table = (kit.start)().table();
        let lane = match under_test.lane {
            Lane::Event => &table.events,
            Lane::Request => &table.requests,
            Lane::State => &table.states,
            Lane::Mutation => &table.mutations,
        };
        let route = lane.all.iter().find(|route| route.id().cb == under_test.name);
        let route = *route.unwrap_or_else(|| panic!("there is no route `{}`", under_test.name));
        let is_query = route.types(&mut Model::default()).input().is_some_and(|input| input.is_query);
        Self { kit, under_test, route, table, is_query }
    }

    pub(super) fn name(&self) -> &'static str {
        self.under_test.name
    }

    pub(super) fn is_public(&self) -> bool {
        self.kit.public.contains(&self.name())
    }

    pub(super) fn may_panic(&self) -> bool {
        self.kit.may_panic.contains(&self.name())
    }

    /// The file of the handler, where its attribute stands.
    pub(super) fn source(&self) -> &'static str {
        self.route.id().sources.first().copied().unwrap_or_default()
    }

    pub(super) fn inputs(&self) -> Inputs<A> {
        Inputs::of(self.route)
    }

    /// Returns up to so many inputs that the framework takes.
    pub(super) fn right_inputs(&self, inputs: &Inputs<A>, count: usize) -> Vec<Value> {
        let right = inputs.right(count, 1);
        assert!(
            !right.is_empty(),
            "no input was found that the rules of `{}` let pass\n  help: return one in `App::test_inputs`",
            self.name()
        );
        right
    }

    /// Builds the app without limits: a test is faster than any caller should be.
    pub(super) fn builder(&self) -> TestBuilder<A> {
        (self.kit.start)().without_limits().answering_retired()
    }

    pub(super) fn call(&self, room: &str, data: Value) -> Call {
        let id = self.route.id();
        Call::new(self.under_test.lane, id.path, id.version).to(room).with(data)
    }

    /// Signs somebody in whom the route lets call; a guest, if it lets nobody else.
    pub(super) async fn somebody(&self, app: &TestApp<A>) -> Tab<A> {
        let auth = self.route.auth();
        self.sign_in(app, |session| auth.check(session).is_ok()).await.unwrap_or_else(|| {
            panic!(
                "nobody was found whom `{}` lets call: {:?}\n  help: return a session in `App::test_sessions`",
                self.name(),
                self.route.auth()
            )
        })
    }

    async fn sign_in(&self, app: &TestApp<A>, fits: impl Fn(&A::Session) -> bool) -> Option<Tab<A>> {
        match people::find::<A>(&fits) {
            Some(session) => Some(app.log_in(session).await),
            None if contained(|| fits(&A::guest())).unwrap_or(false) => Some(app.guest().await),
            None => None,
        }
    }

    /// Returns the rules of the rooms that the route can be sent to, the likeliest first.
    pub(super) fn rules(&self) -> Vec<&'static dyn RoomRule<A>> {
        let rooms = self.table.rooms;
        match self.route.options().room {
            Some(RoomKind::Rule(pattern)) => rooms.iter().copied().filter(|rule| rule.pattern() == pattern).collect(),
            Some(RoomKind::Everyone) => Vec::new(),
            None => {
                let own = self.under_test.rule.and_then(|rule| rooms.get(rule)).copied();
                own.into_iter().chain(rooms.iter().copied()).collect()
            }
        }
    }

    pub(super) fn is_to_everyone(&self) -> bool {
        self.route.options().room == Some(RoomKind::Everyone)
    }

    /// A name of a room that the route could be sent to, whoever may be there.
    pub(super) fn any_room(&self) -> String {
        match (self.under_test.lane, self.is_to_everyone()) {
            (Lane::Request | Lane::Mutation, _) => String::new(),
            (_, true) => EVERYONE.to_owned(),
            (Lane::Event | Lane::State, false) => self
                .rules()
                .first()
                .and_then(|rule| names(rule.pattern()).into_iter().next())
                .unwrap_or_else(|| "nowhere".to_owned()),
        }
    }

    /// Starts the app with somebody who may call the route, in a room where it can be sent to.
    pub(super) async fn ready(&self, builder: TestBuilder<A>) -> Ready<A> {
        let app = builder.start().await;
        if self.under_test.lane == Lane::Request || self.is_to_everyone() {
            let tab = self.somebody(&app).await;
            return Ready { tab, room: self.any_room(), app };
        }
        let (auth, rules) = (self.route.auth(), self.rules());
        let mut last = String::new();
        for rule in &rules {
            let of_room = rule.auth();
            let fits = |session: &A::Session| auth.check(session).is_ok() && of_room.check(session).is_ok();
            let Some(tab) = self.sign_in(&app, fits).await else { continue };
            for room in rooms(&app, rule.pattern()).await {
                match tab.join(&room).await {
                    Ok(_) => {
                        // Who has come in is no news.
                        tab.received().await;
                        return Ready { app, tab, room };
                    }
                    Err(refusal) => last = format!("; `{room}` was refused with {refusal}"),
                }
            }
        }
        assert!(!rules.is_empty(), "{}", self.nowhere());
        panic!(
            "nobody was found who may call `{}` and may enter a room of it{last}\n  help: return a session in `App::test_sessions`; if a room has to be made \
             before anybody can enter it, make it in `App::test_rooms`",
            self.name()
        );
    }

    /// Lets others come into the room, who are unlike the caller and each other, and has them look at the page; those whom it does not let
    /// in stay out.
    pub(super) async fn company(&self, Ready { app, tab, room }: &Ready<A>) -> Vec<Tab<A>> {
        if self.under_test.lane == Lane::Request {
            return Vec::new();
        }
        let auth = self.rules().into_iter().find(|rule| rule.pattern().parameters(room).is_some()).map(RoomRule::auth);
        let fits = |session: &A::Session| auth.as_ref().is_none_or(|auth| auth.check(session).is_ok());
        let mut company = vec![tab.another_tab().await, app.guest().await];
        for session in people::others::<A>(OTHERS, fits) {
            company.push(app.log_in(session).await);
        }
        let page = self.source().split_once("/_").map_or("", |(page, _)| page.trim_start_matches("src"));
        let mut inside = Vec::new();
        for other in company {
            if self.is_to_everyone() || other.join(room).await.is_ok() {
                other.show(if page == "/root" { "/" } else { page }).await.map(drop).unwrap_or_default();
                inside.push(other);
            }
        }
        inside
    }

    /// Whether somebody is in the room still: a handler may have taken them out, or have ended their session.
    pub(super) async fn is_there(&self, who: &Tab<A>, room: &str) -> bool {
        if self.under_test.lane == Lane::Request || self.is_to_everyone() {
            return !who.is_closed();
        }
        let joined = who.emit("joinedRooms", json!({})).await;
        joined.json()["rooms"].as_array().is_some_and(|rooms| rooms.iter().any(|name| name == room))
    }

    /// Says that there is no room to which the route could be sent.
    fn nowhere(&self) -> String {
        let source = self.source();
        let page = source.split_once("/_").map_or("src/<page>", |(page, _)| page);
        format!(
            "`{}` cannot be sent at all: the app has no rule that opens a room\n  help: add {page}/_room.rs (`cargo sync new room` writes one), or \
             write `room = all` in {source} if everybody who is connected may hear of it",
            self.name()
        )
    }

    /// Says that something was answered as it should not be.
    pub(super) fn fail(&self, what: &str, call: &Call, reply: &Value) -> ! {
        let (_, payload) = call.by_socket();
        panic!("`{}` {what}\n  sent: {payload}\n  answered: {reply}", self.name())
    }

    /// Checks by every door that a call is refused with this code.
    pub(super) async fn is_refused(&self, tab: &Tab<A>, call: &Call, code: &str) {
        for reply in self.by_every_door(tab, call).await {
            if reply.code() != code {
                self.fail(&format!("should be `{code}`"), call, reply.json());
            }
        }
    }

    /// Sends a call by both doors, one after the other.
    pub(super) async fn by_both_doors(&self, tab: &Tab<A>, call: &Call) -> Vec<Reply> {
        let by_socket = tab.send(call).await;
        let over_http = tab.send_by_http(call).await;
        vec![by_socket, self.with_its_status(call, over_http)]
    }

    /// Sends a call of somebody who is in the room by both doors. Of somebody without a session, it is the page that is there: over HTTP, they are not,
    /// and nothing else may be said of that.
    pub(super) async fn by_doors_inside(&self, tab: &Tab<A>, call: &Call) -> Vec<Reply> {
        let mut replies = self.by_both_doors(tab, call).await;
        if !self.is_known_over_http(tab) && replies.last().is_some_and(|reply| reply.code() == "sync-not-in-room") {
            replies.pop();
        }
        replies
    }

    /// Whether somebody is in a room over HTTP, too: without a session, it is the page that is there.
    pub(super) fn is_known_over_http(&self, tab: &Tab<A>) -> bool {
        tab.token().is_some() || self.under_test.lane == Lane::Request || self.is_to_everyone()
    }

    /// As [`by_both_doors`](Self::by_both_doors); where the input may be a query, also by `GET`.
    pub(super) async fn by_every_door(&self, tab: &Tab<A>, call: &Call) -> Vec<Reply> {
        let mut replies = self.by_both_doors(tab, call).await;
        replies.extend(self.by_get(tab, call).await);
        replies
    }

    /// Asks by `GET`, if that is a way to ask this.
    pub(super) async fn by_get(&self, tab: &Tab<A>, call: &Call) -> Option<Reply> {
        if !self.is_query {
            return None;
        }
        let reply = tab.ask_by_get(call).await?;
        Some(self.with_its_status(call, reply))
    }

    /// Checks that HTTP was answered with the status that the envelope has.
    fn with_its_status(&self, call: &Call, HttpReply { status, reply, .. }: HttpReply) -> Reply {
        let said = reply.json()["httpStatus"].as_u64().unwrap_or(200);
        if said != u64::from(status) {
            self.fail(&format!("was answered with the status {status}"), call, reply.json());
        }
        reply
    }
}

/// Names of rooms of a pattern: those that the app has for tests, and made-up ones.
pub(super) async fn rooms<A: App>(app: &TestApp<A>, pattern: Pattern) -> Vec<String> {
    let own = app.handle().dispatcher().app().test_rooms(&pattern.to_string()).await;
    own.into_iter().chain(names(pattern)).collect()
}

/// Names of rooms that fit a pattern: each of some values for all parameters, then some in turn.
pub(super) fn names(pattern: Pattern) -> Vec<String> {
    let parameters = pattern.0.iter().filter(|segment| matches!(segment, Segment::Parameter(_))).count();
    let same = VALUES.iter().map(|value| vec![*value; parameters]);
    let mixed = (0..if parameters > 1 { 27 } else { 0 }).map(|number: usize| {
        let digit = |place: usize| VALUES[number / 3_usize.pow(u32::try_from(place % 3).unwrap_or_default()) % 3];
        (0..parameters).map(digit).collect()
    });
    let mut names: Vec<String> = same.chain(mixed).map(|values: Vec<&str>| filled(pattern, &values)).collect();
    let mut known = std::collections::BTreeSet::new();
    names.retain(|name| known.insert(name.clone()));
    names
}

fn filled(pattern: Pattern, values: &[&str]) -> String {
    let mut values = values.iter();
    let parts = pattern.0.iter().map(|segment| match segment {
        Segment::Literal(text) => text,
        Segment::Parameter(_) => values.next().copied().unwrap_or("1"),
    });
    parts.collect()
}

/// An input that hardly any route takes: where it does not matter what is wrong with a call.
pub(super) fn no_input() -> Value {
    json!({ "isPrototypeOf": null, "zzz": [] })
}
