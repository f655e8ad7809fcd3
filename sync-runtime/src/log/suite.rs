//! What every store of logs promises, as one test for all of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::Mutex;

use super::registry::{NewClient, Registered, Registration, ScopeAdvance, ScopePosition, Sign};
use super::store::{
    Change, ChangeKind, ClientCall, Committed, LogError, LogStore, News, PullFrom, Push, Pushed, Retention,
    SnapshotPlace, Watch, Work,
};
use crate::error::SyncError;
use crate::id::Id;
use crate::route::Rows;

const CODES: &[&str] = &["full", "mutation-skipped", "sync-server-failed"];
const NOTE: &str = "note";

/// A store, and what it has told of its commits.
struct Stage {
    log: Arc<dyn LogStore>,
    told: Arc<Mutex<Vec<Committed>>>,
}

/// Checks the contract; `open` opens the same store again and again, each time after the last one has gone.
pub async fn run<O>(open: O)
where
    O: AsyncFn(&'static [&'static str], Watch) -> Arc<dyn LogStore>,
{
    let stage = Stage::open(&open).await;
    pushes_are_applied_once_whole_and_in_order(&stage).await;
    what_is_refused_leaves_nothing_and_holds_up_nobody(&stage).await;
    a_client_is_somebodys_and_counts_its_pushes(&stage).await;
    pages_follow_each_other_and_say_what_is_so(&stage).await;
    parts_of_a_snapshot_belong_together(&stage).await;
    cursors_that_are_none_are_refused(&stage).await;
    many_at_once_have_cursors_without_gaps(&stage).await;
    what_is_trimmed_is_told(&stage).await;
    clients_are_registered(&stage).await;
}

/// Checks what holds beyond the life of a process.
pub async fn outlives<O>(open: O)
where
    O: AsyncFn(&'static [&'static str], Watch) -> Arc<dyn LogStore>,
{
    let before = {
        let stage = Stage::open(&open).await;
        assert_eq!(stage.push("lasting", "lasting-client", 1, put("a", "1")).await, Pushed::Settled(Ok(1)));
        assert_eq!(stage.push("lasting", "lasting-client", 2, refuse()).await, refused("full"));
        stage.log.heads(vec!["lasting".into()]).await.expect("heads")
    };
    let stage = Stage::open(&open).await;
    assert_eq!(stage.log.heads(vec!["lasting".into()]).await.expect("heads"), before);
    assert_eq!(stage.push("lasting", "lasting-client", 1, put("a", "1")).await, Pushed::Settled(Ok(1)));
    assert_eq!(stage.push("lasting", "lasting-client", 2, refuse()).await, refused("full"));
    assert_eq!(stage.push("lasting", "lasting-client", 3, put("b", "2")).await, Pushed::Settled(Ok(2)));
    assert_eq!(stage.data("lasting").await, [("a", "1"), ("b", "2")].map(owned));
}

impl Stage {
    async fn open<O>(open: &O) -> Self
    where
        O: AsyncFn(&'static [&'static str], Watch) -> Arc<dyn LogStore>,
    {
        let told = Arc::<Mutex<Vec<Committed>>>::default();
        let telling = told.clone();
        let watch: Watch = Arc::new(move |told| match told {
            News::Committed(committed) => telling.lock().push(committed),
            News::Missed => {}
        });
        let log = open(CODES, watch).await;
        Self { log, told }
    }

    async fn push(&self, scope: &str, client: &str, number: u64, work: Doing) -> Pushed {
        self.push_as(scope, (client, 0), number, (work, false)).await
    }

    async fn push_as(
        &self,
        scope: &str,
        (client, owner): (&str, u8),
        number: u64,
        (work, after_success): (Doing, bool),
    ) -> Pushed {
        let call = Id::of_texts(&[&format!("{work:?}")]);
        let call = ClientCall { client: client.into(), owner: Id::of([owner; 16]), number, call };
        let push = Push { call, scope: scope.into(), after_success, work: work.into_work() };
        self.log.push(push).await.expect("a store").await.expect("a store")
    }

    /// What was told of a scope with its changes, which comes from the server that has made them.
    fn told_of(&self, scope: &str) -> Vec<Committed> {
        let told = self.told.lock();
        told.iter().filter(|told| *told.scope == *scope && !told.changes.is_empty()).cloned().collect()
    }

    async fn changes(&self, scope: &str, cursor: u64, limit: usize) -> (Vec<Change>, u64, bool) {
        let from = PullFrom { scope: scope.into(), cursor, epoch: None, limit, bytes: 512 << 10 };
        let page = self.log.pull(from).await.expect("a page");
        (page.changes, page.cursor, page.has_more)
    }

    /// The data of a scope, by key; it has no more than one part.
    async fn data(&self, scope: &str) -> Vec<(String, String)> {
        let snapshot = self.log.snapshot(scope, None).await.expect("a snapshot");
        assert!(snapshot.next.is_none());
        let notes = snapshot.data.into_values().flatten();
        notes.map(|(id, json)| (id.into_string(), json.into_string())).collect()
    }
}

/// What a push does, so that the same can be asked for again.
#[derive(Debug, Clone)]
enum Doing {
    /// Writes these, in this order; `None` deletes.
    Write(Vec<(String, Option<String>)>),
    /// As the first, and then refuses.
    Refuse,
    /// As the first, and then panics.
    Panic,
    /// Was refused before.
    Refused,
}

impl Doing {
    fn into_work(self) -> Work {
        let written = match &self {
            Self::Write(written) => written.clone(),
            Self::Refuse | Self::Panic => vec![("half".to_owned(), Some("0".to_owned()))],
            Self::Refused => return Work::Refuse(SyncError::new("full")),
        };
        Work::Apply(Box::new(move |rows: &mut dyn Rows| {
            for (id, data) in &written {
                rows.write(NOTE, id, data.as_deref())?;
            }
            match self {
                Self::Panic => panic!("a test was asked to panic"),
                Self::Refuse => Err(SyncError::new("full").param("max", 7)),
                _ => Ok(()),
            }
        }))
    }
}

fn put(id: &str, json: &str) -> Doing {
    Doing::Write(vec![(id.to_owned(), Some(json.to_owned()))])
}

fn delete(id: &str) -> Doing {
    Doing::Write(vec![(id.to_owned(), None)])
}

fn refuse() -> Doing {
    Doing::Refuse
}

fn refused(code: &'static str) -> Pushed {
    let error = SyncError::new(code);
    Pushed::Settled(Err(if code == "full" { error.param("max", 7) } else { error }))
}

fn owned((id, json): (&str, &str)) -> (String, String) {
    (id.to_owned(), json.to_owned())
}

fn short(change: &Change) -> (u64, &str, ChangeKind, Option<&str>) {
    (change.cursor, &change.id, change.kind, change.data.as_deref())
}

async fn pushes_are_applied_once_whole_and_in_order(stage: &Stage) {
    let both = Doing::Write(vec![
        ("a".to_owned(), Some("1".to_owned())),
        ("b".to_owned(), Some("2".to_owned())),
        ("a".to_owned(), Some("3".to_owned())),
    ]);
    assert_eq!(stage.push("once", "once-1", 1, both.clone()).await, Pushed::Settled(Ok(3)));
    assert_eq!(stage.push("once", "once-1", 2, delete("b")).await, Pushed::Settled(Ok(4)));
    for _ in 0..2 {
        assert_eq!(stage.push("once", "once-1", 1, both.clone()).await, Pushed::Settled(Ok(3)), "its first outcome");
    }
    // What changes nothing has no cursor of its own.
    assert_eq!(stage.push("once", "once-1", 3, put("a", "3")).await, Pushed::Settled(Ok(4)));
    assert_eq!(stage.push("once", "once-1", 4, delete("b")).await, Pushed::Settled(Ok(4)));
    let (changes, cursor, has_more) = stage.changes("once", 0, 100).await;
    let expected = [
        (1, "a", ChangeKind::Create, Some("1")),
        (2, "b", ChangeKind::Create, Some("2")),
        (3, "a", ChangeKind::Update, Some("3")),
        (4, "b", ChangeKind::Delete, None),
    ];
    assert_eq!(changes.iter().map(short).collect::<Vec<_>>(), expected);
    assert_eq!((cursor, has_more), (4, false));
    assert_eq!(stage.data("once").await, [owned(("a", "3"))]);
    let told = stage.told_of("once");
    assert_eq!(told.iter().map(|told| (told.cursor, told.changes.len())).collect::<Vec<_>>(), [(3, 3), (4, 1)]);
    assert_eq!(told.iter().flat_map(|told| told.changes.clone()).collect::<Vec<_>>(), changes);
}

async fn what_is_refused_leaves_nothing_and_holds_up_nobody(stage: &Stage) {
    assert_eq!(stage.push("half", "half-1", 1, refuse()).await, refused("full"));
    assert_eq!(stage.push("half", "half-1", 2, Doing::Panic).await, refused("sync-server-failed"));
    let settled = Pushed::Settled(Err(SyncError::new("full")));
    assert_eq!(stage.push("half", "half-1", 3, Doing::Refused).await, settled);
    assert_eq!(stage.push_as("half", ("half-1", 0), 4, (put("b", "2"), true)).await, refused("mutation-skipped"));
    assert_eq!(stage.push_as("half", ("half-1", 0), 5, (put("c", "3"), true)).await, refused("mutation-skipped"));
    assert_eq!(stage.push("half", "half-1", 6, put("a", "1")).await, Pushed::Settled(Ok(1)));
    assert_eq!(stage.push_as("half", ("half-1", 0), 7, (put("b", "2"), true)).await, Pushed::Settled(Ok(2)));
    assert_eq!(stage.push("half", "half-1", 2, Doing::Panic).await, refused("sync-server-failed"), "it is known");
    assert_eq!(stage.data("half").await, [("a", "1"), ("b", "2")].map(owned));
    // A first push needs no success before it.
    assert_eq!(stage.push_as("half", ("half-2", 0), 1, (put("c", "1"), true)).await, Pushed::Settled(Ok(3)));
}

async fn a_client_is_somebodys_and_counts_its_pushes(stage: &Stage) {
    assert_eq!(stage.push("whose", "whose-1", 2, put("a", "1")).await, Pushed::OutOfOrder { expected: 1 });
    assert_eq!(stage.push("whose", "whose-1", 1, put("a", "1")).await, Pushed::Settled(Ok(1)));
    assert_eq!(stage.push("whose", "whose-1", 3, put("a", "2")).await, Pushed::OutOfOrder { expected: 2 });
    assert_eq!(stage.push("whose", "whose-1", 1, put("a", "2")).await, Pushed::Reused);
    assert_eq!(stage.push_as("whose", ("whose-1", 1), 2, (put("a", "2"), false)).await, Pushed::Foreign);
    let known = stage.log.known("whose-1", vec![1, 2]).await.expect("known");
    assert_eq!((known.last, known.owner), (1, Some(Id::of([0; 16]))));
    let outcomes: Vec<_> = known.outcomes.into_iter().map(|(number, (_, outcome))| (number, outcome)).collect();
    assert_eq!(outcomes, [(1, Ok(1))]);
    assert_eq!(stage.log.known("nobody", vec![1]).await.expect("known").last, 0);
    for number in 2..=1100 {
        assert_eq!(stage.push("whose", "whose-1", number, put("a", "1")).await, Pushed::Settled(Ok(1)));
    }
    assert_eq!(stage.push("whose", "whose-1", 7, put("a", "1")).await, Pushed::Forgotten);
    assert_eq!(stage.push("whose", "whose-1", 1000, put("a", "1")).await, Pushed::Settled(Ok(1)));
}

async fn pages_follow_each_other_and_say_what_is_so(stage: &Stage) {
    for number in 1..=25 {
        stage.push("pages", "pages-1", number, put(&format!("{number:02}"), &number.to_string())).await;
    }
    let (mut cursor, mut read) = (0, Vec::new());
    loop {
        let (changes, next, has_more) = stage.changes("pages", cursor, 10).await;
        read.extend(changes.into_iter().map(|change| change.cursor));
        cursor = next;
        if !has_more {
            break;
        }
    }
    assert_eq!(read, (1..=25).collect::<Vec<_>>());
    assert_eq!(stage.changes("pages", 25, 10).await, (Vec::new(), 25, false));
    let long = format!("\"{}\"", "x".repeat(300_000));
    for number in 26..=28 {
        stage.push("pages", "pages-1", number, put("long", &long.replace('x', &number.to_string()[1..]))).await;
    }
    let (changes, cursor, has_more) = stage.changes("pages", 25, 10).await;
    assert_eq!((changes.len(), cursor, has_more), (1, 26, true), "a page is not much longer than the largest change");
    assert_eq!(stage.changes("nothing-there", 0, 10).await, (Vec::new(), 0, false));
}

async fn parts_of_a_snapshot_belong_together(stage: &Stage) {
    let many = (0..2500).map(|number| (format!("{number:04}"), Some(number.to_string())));
    let many = Doing::Write(many.chain([("x".to_owned(), Some("0".to_owned()))]).collect());
    assert_eq!(stage.push("parts", "parts-1", 1, many).await, Pushed::Settled(Ok(2501)));
    let first = stage.log.snapshot("parts", None).await.expect("a snapshot");
    let mut expected: BTreeMap<Box<str>, Box<str>> =
        (0..2500).map(|number| (format!("{number:04}").into(), number.to_string().into())).collect();
    expected.insert("x".into(), "0".into());
    // Meanwhile others change what was read, what is still to be read, and what stands between.
    let meanwhile = [
        put("0001", "\"later\""),
        put("1999", "\"later\""),
        put("1999", "\"even later\""),
        delete("2000"),
        delete("x"),
        put("2222a", "1"),
        put("y", "1"),
        delete("1001"),
        put("1001", "\"again\""),
    ];
    for (number, doing) in (2..).zip(meanwhile) {
        assert!(matches!(stage.push("parts", "parts-1", number, doing).await, Pushed::Settled(Ok(_))));
    }
    let (mut read, mut place) = (first.data.into_values().flatten().collect::<BTreeMap<_, _>>(), first.next);
    assert!(place.is_some() && read.len() < 2500, "it has several parts");
    while let Some(at) = place {
        assert_eq!(at.cursor, first.cursor);
        let part = stage.log.snapshot("parts", Some(at)).await.expect("a part");
        assert_eq!((part.cursor, part.looked_through), (first.cursor, 9), "that many were made meanwhile");
        let before = read.len();
        let part_len = part.data.values().map(BTreeMap::len).sum::<usize>();
        read.extend(part.data.into_values().flatten());
        assert_eq!(read.len(), before + part_len, "nothing comes twice");
        place = part.next;
    }
    assert_eq!(read, expected);
    let now = stage.log.snapshot("parts", None).await.expect("a snapshot");
    assert!(now.cursor > first.cursor);
    assert!(stage.log.snapshot("nothing-there", None).await.expect("a snapshot").data.is_empty());
}

async fn cursors_that_are_none_are_refused(stage: &Stage) {
    stage.push("wrong", "wrong-1", 1, put("a", "1")).await;
    let epoch = stage.log.heads(vec!["wrong".into()]).await.expect("heads").remove(0).epoch;
    let pull = async |scope: &str, cursor: u64, epoch: Option<&str>| {
        let from = PullFrom { scope: scope.into(), cursor, epoch: epoch.map(Into::into), limit: 10, bytes: 512 << 10 };
        stage.log.pull(from).await.map(|page| page.cursor).map_err(|error| matches!(error, LogError::TooOld))
    };
    assert_eq!(pull("wrong", 1, Some(&epoch)).await, Ok(1));
    assert_eq!(pull("wrong", 0, Some("another")).await, Ok(1), "from the beginning, every log is the right one");
    assert_eq!(pull("wrong", 1, Some("another")).await, Err(true), "a cursor of another log");
    assert_eq!(pull("wrong", 2, None).await, Err(true), "a cursor of the future");
    assert_eq!(pull("nothing-there", 1, None).await, Err(true));
    let place = |cursor, epoch: &str| SnapshotPlace { cursor, epoch: epoch.into(), entity: NOTE.into(), id: "".into() };
    for (scope, place) in [("wrong", place(2, &epoch)), ("wrong", place(1, "another")), ("nothing-there", place(0, ""))]
    {
        assert!(matches!(stage.log.snapshot(scope, Some(place)).await, Err(LogError::TooOld)));
    }
}

async fn many_at_once_have_cursors_without_gaps(stage: &Stage) {
    let pushes = (0..20).map(async |client| {
        let mut cursors = Vec::new();
        for number in 1..=20 {
            let (scope, client) = (format!("many-{}", client % 2), format!("many-{client}"));
            let doing = if number % 5 == 0 { refuse() } else { put(&format!("{client}-{number}"), "1") };
            match stage.push(&scope, &client, number, doing).await {
                Pushed::Settled(Ok(cursor)) => cursors.push(cursor),
                pushed => assert_eq!(pushed, refused("full")),
            }
        }
        assert!(cursors.is_sorted());
        cursors
    });
    let all: Vec<_> = join_all(pushes).await;
    for half in 0..2 {
        let mut cursors: Vec<_> = all.iter().skip(half).step_by(2).flatten().copied().collect();
        cursors.sort_unstable();
        assert_eq!(cursors, (1..=160).collect::<Vec<_>>());
        let scope = format!("many-{half}");
        let told: Vec<_> = stage.told_of(&scope).into_iter().flat_map(|told| told.changes).collect();
        let told: Vec<_> = told.iter().map(|change| change.cursor).collect();
        assert_eq!(told, cursors, "they are told in their order");
        assert_eq!(stage.changes(&scope, 0, 1000).await.0.len(), 160);
    }
}

async fn what_is_trimmed_is_told(stage: &Stage) {
    for number in 1..=30 {
        stage.push("trimmed", "trimmed-1", number, put("a", &number.to_string())).await;
    }
    let trim = async |changes, age| {
        let hour = Duration::from_secs(3600);
        let retention = Retention { changes, age, clients: hour, registry: hour };
        while stage.log.trim(retention).await.expect("trimmed") {}
    };
    let hour = Duration::from_secs(3600);
    trim(1_000_000, hour).await;
    assert_eq!(stage.changes("trimmed", 0, 100).await.0.len(), 30, "nothing is too old");
    trim(10, hour).await;
    let pull = async |cursor| {
        let from = PullFrom { scope: "trimmed".into(), cursor, epoch: None, limit: 100, bytes: 512 << 10 };
        stage.log.pull(from).await.map(|page| page.changes.len()).map_err(|error| matches!(error, LogError::TooOld))
    };
    assert_eq!((pull(20).await, pull(30).await), (Ok(10), Ok(0)));
    assert_eq!((pull(19).await, pull(0).await), (Err(true), Err(true)), "the beginning, too");
    assert_eq!(stage.data("trimmed").await, [owned(("a", "30"))], "what is so stays");
    assert_eq!(stage.push("trimmed", "trimmed-1", 31, put("a", "31")).await, Pushed::Settled(Ok(31)));
    trim(1_000_000, Duration::ZERO).await;
    assert_eq!((pull(30).await.is_err(), pull(31).await), (true, Ok(0)), "older than nothing is everything");
    // What is known of clients goes after its own time.
    let retention = Retention { changes: 1_000_000, age: hour, clients: Duration::ZERO, registry: hour };
    while stage.log.trim(retention).await.expect("trimmed") {}
    assert_eq!(stage.push("trimmed", "trimmed-1", 32, put("a", "32")).await, Pushed::OutOfOrder { expected: 1 });
}

async fn clients_are_registered(stage: &Stage) {
    let client = |name: &str, owner: u8, is_connected: bool| NewClient {
        client: name.into(),
        owner: Id::of([owner; 16]),
        user: Some(format!("user {owner}").into()),
        is_connected,
    };
    let log = &stage.log;
    let register = async |new: NewClient| log.register(new).await.expect("a store");
    assert_eq!(register(client("registered-b", 1, true)).await, Registered::New);
    assert_eq!(register(client("registered-a", 2, false)).await, Registered::New);
    assert_eq!(register(client("registered-b", 1, true)).await, Registered::Known);
    assert_eq!(register(client("registered-b", 2, true)).await, Registered::Foreign);
    one_that_is_registered_or_has_pushed_is_somebodys(stage).await;
    assert_eq!(register(client("pushed", 1, true)).await, Registered::Foreign);
    let position = |scope: &str, cursor| ScopePosition { scope: scope.into(), cursor, epoch: "e".into() };
    let signs = |name: &str, sign: Sign| vec![(Arc::from(name), sign)];
    let first = Sign { positions: vec![position("x", 1), position("y", 2)], ..Sign::default() };
    log.sign(signs("registered-b", first.clone())).await.expect("a store");
    log.sign(signs("never-registered", first)).await.expect("a store");
    let advance = |scope: &str, from, to| ScopeAdvance { scope: scope.into(), from, to };
    let advances = vec![advance("x", 1, 2), advance("y", 1, 2), advance("z", 0, 9)];
    log.sign(signs("registered-b", Sign { advances, ..Sign::default() })).await.expect("a store");
    let next = Sign { advances: vec![advance("x", 2, 3), advance("y", 3, 4)], ..Sign::default() };
    log.sign(signs("registered-b", next)).await.expect("a store");
    let found = log.registrations("registered-b".into(), false, 1).await.expect("a store");
    assert_eq!(found[0].positions, [position("x", 3), position("y", 2)], "only who had what is before has it");
    let next = Sign { left: vec!["y".into()], is_gone: true, ..Sign::default() };
    log.sign(signs("registered-b", next)).await.expect("a store");
    log.stay().await.expect("a store");
    let found = log.registrations("registered".into(), false, 10).await.expect("a store");
    let line = |one: &Registration| {
        let positions: Vec<_> =
            one.positions.iter().map(|position| format!("{}@{}", position.scope, position.cursor)).collect();
        format!(
            "{} {} [{}] {}",
            one.client,
            one.user.as_deref().unwrap_or("nobody"),
            positions.join(" "),
            one.connected
        )
    };
    let found: Vec<_> = found.iter().map(line).collect();
    assert_eq!(found, ["registered-a user 2 [] false", "registered-b user 1 [x@3] false"]);
    let behind = log.registrations("registered-a".into(), true, 1).await.expect("a store");
    assert_eq!(behind.iter().map(|one| &*one.client).collect::<Vec<_>>(), ["registered-b"]);
    assert_eq!(log.registered().await.expect("a store"), 2);
    registered_clients_are_bounded(stage, client, position).await;
    assert!(log.unregister("registered-b").await.expect("a store"));
    assert!(!log.unregister("registered-b").await.expect("a store"));
    assert_eq!(register(client("registered-b", 1, true)).await, Registered::New);
    // Who has given no sign for long is not known any more.
    let hour = Duration::from_secs(3600);
    let retention = Retention { changes: 1_000_000, age: hour, clients: hour, registry: Duration::ZERO };
    while log.trim(retention).await.expect("a store") {}
    assert_eq!(log.registered().await.expect("a store"), 0);
}

/// `registered-b` is registered, and has not pushed; `pushed` has, whether it is registered or not.
async fn one_that_is_registered_or_has_pushed_is_somebodys(stage: &Stage) {
    let pushed = stage.push_as("registry", ("registered-b", 2), 1, (put("b", "1"), false)).await;
    assert_eq!(pushed, Pushed::Foreign, "it is somebody's before it has pushed");
    let known = stage.log.known("registered-b", vec![1]).await.expect("a store");
    assert_eq!((known.owner, known.last), (Some(Id::of([1; 16])), 0));
    assert_eq!(stage.push("registry", "pushed", 1, put("a", "1")).await, Pushed::Settled(Ok(1)));
}

/// Two are registered, `registered-a` among them.
async fn registered_clients_are_bounded(
    Stage { log, .. }: &Stage,
    client: impl Fn(&str, u8, bool) -> NewClient,
    position: impl Fn(&str, u64) -> ScopePosition,
) {
    // However many scopes it says, a bounded number is noted.
    let many = (0..300).map(|number| position(&format!("many-{number}"), 1)).collect();
    log.sign(vec![("registered-a".into(), Sign { positions: many, ..Sign::default() })]).await.expect("a store");
    let found = log.registrations("registered-a".into(), false, 1).await.expect("a store");
    assert!((200..=300).contains(&found[0].positions.len()) && found[0].connected);
    // A user has no more clients than a person has.
    for number in 0..150 {
        let new = client(&format!("many-{number:03}"), 7, true);
        assert_eq!(log.register(new).await.expect("a store"), Registered::New);
    }
    let many = log.registrations("many-".into(), false, 1000).await.expect("a store");
    let many = many.iter().filter(|one| one.client.starts_with("many-"));
    assert_eq!(many.map(|one| &*one.client).max(), Some("many-149"));
    assert_eq!(log.registered().await.expect("a store"), 102);
}
