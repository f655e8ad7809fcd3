//! What every log of rows promises, as one test for all of them.

use std::sync::Arc;

use parking_lot::Mutex;

use super::replica::{Aside, Fed, Feed, Feeder, How, PlacedRow, ReplicaLog, Row};
use super::store::{Head, LogError, LogStore, News, PullFrom, Watch};

const NOTE: &str = "note";

/// A store that both mutations and rows are written into.
pub type Both = (Arc<dyn LogStore>, Arc<dyn ReplicaLog>);

/// A row of which a part has changed.
fn patched(patch: impl FnOnce(Option<&str>) -> Result<PlacedRow, Aside> + Send + Sync + 'static) -> Row {
    Row::Patched { of: None, bytes: 1, patch: Box::new(patch) }
}

struct Stage {
    log: Arc<dyn LogStore>,
    rows: Arc<dyn ReplicaLog>,
    told: Arc<Mutex<Vec<String>>>,
}

/// Checks the contract; `open` opens a store that is empty.
pub async fn run<O>(open: O)
where
    O: AsyncFn(&'static [&'static str], Watch) -> Both,
{
    let told = Arc::<Mutex<Vec<String>>>::default();
    let telling = told.clone();
    let watch: Watch = Arc::new(move |news| {
        if let News::Committed(committed) = news
            && !committed.changes.is_empty()
        {
            telling.lock().push(format!("{} {} {}", committed.scope, committed.cursor, committed.changes.len()));
        }
    });
    let (log, rows) = open(&["full"], watch).await;
    let stage = Stage { log, rows, told };
    whoever_has_led_before_stores_nothing(&stage).await;
    a_row_is_where_it_belongs(&stage).await;
    what_has_another_key_is_made_of_what_it_was(&stage).await;
    what_cannot_be_placed_is_set_aside(&stage).await;
    what_is_not_whole_is_not_stored(&stage).await;
    a_large_transaction_is_one(&stage).await;
    a_copy_has_no_changes_and_begins_an_epoch(&stage).await;
}

impl Stage {
    async fn term(&self) -> u64 {
        self.rows.lead().await.expect("a store").term
    }

    /// Feeds what `say` says, and waits until all of it is stored.
    async fn feed(&self, how: How, say: impl AsyncFnOnce(&Saying)) -> Result<u64, LogError> {
        let term = self.term().await;
        self.feed_as(term, how, say).await
    }

    async fn feed_as(&self, term: u64, how: How, say: impl AsyncFnOnce(&Saying)) -> Result<u64, LogError> {
        let (feeder, feed) = Feed::new();
        let saying = Saying { feeder, mark: Mutex::default() };
        let (stored, mark) = futures_util::join!(self.rows.feed(term, how, feed), async move {
            say(&saying).await;
            saying.feeder.end()
        });
        stored.map(|()| *mark.borrow())
    }

    /// The changes of a scope, each as `cursor kind id data`.
    async fn changes(&self, scope: &str) -> Vec<String> {
        let from = PullFrom { scope: scope.into(), cursor: 0, epoch: None, limit: 1000, bytes: 1 << 20 };
        let page = self.log.pull(from).await.expect("a page");
        let line = |change: &super::store::Change| {
            let data = change.data.as_deref().unwrap_or("");
            format!("{} {} {} {data}", change.cursor, change.kind.word(), change.id).trim_end().to_owned()
        };
        page.changes.iter().map(line).collect()
    }

    /// The rows of a scope, each as `id=data`.
    async fn data(&self, scope: &str) -> String {
        let (mut all, mut place) = (Vec::new(), None);
        loop {
            let snapshot = self.log.snapshot(scope, place).await.expect("a snapshot");
            let notes = snapshot.data.into_values().flatten();
            all.extend(notes.map(|(id, json)| format!("{id}={json}")));
            place = snapshot.next;
            if place.is_none() {
                return all.join(" ");
            }
        }
    }

    async fn head(&self, scope: &str) -> u64 {
        self.log.heads(vec![scope.into()]).await.expect("heads")[0].cursor
    }
}

struct Saying {
    feeder: Feeder,
    mark: Mutex<u64>,
}

impl Saying {
    async fn row(&self, id: &str, row: Row) {
        assert!(self.feeder.feed(Fed::Row { entity: NOTE, id: id.into(), row }).await);
    }

    async fn is(&self, id: &str, data: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|scope| Arc::from(*scope)).collect();
        self.row(id, Row::Is(PlacedRow { data: data.into(), scopes })).await;
    }

    async fn whole(&self) {
        let mark = {
            let mut mark = self.mark.lock();
            *mark += 1;
            *mark
        };
        let whole = Fed::Whole { state: format!("at {mark}").into(), mark, origins: Vec::new() };
        assert!(self.feeder.feed(whole).await);
    }
}

async fn whoever_has_led_before_stores_nothing(stage: &Stage) {
    let first = stage.rows.lead().await.expect("a store");
    assert_eq!((first.term, first.state), (1, None));
    let stored = stage.feed_as(first.term, How::Changed, async |say| {
        say.is("a", "1", &["terms"]).await;
        say.whole().await;
    });
    assert_eq!(stored.await.expect("stored"), 1);
    let second = stage.rows.lead().await.expect("a store");
    assert_eq!((second.term, second.state.as_deref()), (2, Some("at 1")));
    let refused = stage.feed_as(first.term, How::Changed, async |say| {
        let whole = Fed::Whole { state: "late".into(), mark: 9, origins: Vec::new() };
        say.feeder.feed(whole).await;
    });
    assert!(matches!(refused.await, Err(LogError::Superseded)));
    assert!(matches!(stage.rows.renew(first.term, "late".into(), true).await, Err(LogError::Superseded)));
    assert!(matches!(stage.rows.forget_some(first.term).await, Err(LogError::Superseded)));
    assert_eq!(stage.rows.stored().await.expect("a store").as_deref(), Some("at 1"));
    assert_eq!(stage.changes("terms").await, ["1 create a 1"]);
}

async fn a_row_is_where_it_belongs(stage: &Stage) {
    stage.told.lock().clear();
    let stored = stage.feed(How::Changed, async |say| {
        say.is("a", "1", &["left"]).await;
        say.is("b", "1", &["left", "right"]).await;
        say.whole().await;
        // The same once more is no change; and nobody sees a row without scopes.
        say.is("a", "1", &["left"]).await;
        say.is("hidden", "1", &[]).await;
        say.whole().await;
        say.is("a", "2", &["right"]).await;
        say.is("b", "2", &["left", "right"]).await;
        say.whole().await;
        let patch = |before: Option<&str>| {
            let data = format!("{}+", before.unwrap_or("nothing")).into();
            Ok(PlacedRow { data, scopes: vec!["left".into()] })
        };
        say.row("hidden", patched(patch)).await;
        say.row("unknown", patched(patch)).await;
        say.row("b", patched(patch)).await;
        say.row("b", patched(patch)).await;
        say.whole().await;
        say.row("a", Row::Gone).await;
        say.row("never", Row::Gone).await;
        say.whole().await;
    });
    assert_eq!(stored.await.expect("stored"), 5);
    let left = [
        "1 create a 1",
        "2 create b 1",
        "3 delete a",
        "4 update b 2",
        "5 create hidden 1+",
        "6 create unknown nothing+",
        "7 update b 2+",
        "8 update b 2++",
    ];
    assert_eq!(stage.changes("left").await, left);
    let right = ["1 create b 1", "2 create a 2", "3 update b 2", "4 delete b", "5 delete a"];
    assert_eq!(stage.changes("right").await, right);
    assert_eq!(stage.data("left").await, "b=2++ hidden=1+ unknown=nothing+");
    assert_eq!(stage.data("right").await, "");
    let told = stage.told.lock().clone();
    assert!(told.iter().any(|told| told.starts_with("left 8 ")), "{told:?}");
    // In a transaction of its own.
    let stored = stage.feed(How::Changed, async |say| {
        say.is("b", "3", &["right"]).await;
        say.whole().await;
    });
    stored.await.expect("stored");
    assert_eq!(stage.changes("left").await[8..], ["9 delete b"]);
    assert_eq!(stage.data("right").await, "b=3");
}

async fn what_has_another_key_is_made_of_what_it_was(stage: &Stage) {
    let moved = |of: &str| Row::Patched {
        of: Some(of.into()),
        bytes: 1,
        patch: Box::new(|before| {
            let data = format!("{}+", before.unwrap_or("nothing")).into();
            Ok(PlacedRow { data, scopes: vec!["moved".into()] })
        }),
    };
    let stored = stage.feed(How::Changed, async |say| {
        say.is("first", "1", &["moved"]).await;
        say.whole().await;
        say.row("second", moved("first")).await;
        say.row("first", Row::Gone).await;
        say.whole().await;
        // Within one transaction it may have another one again and again.
        say.row("third", moved("second")).await;
        say.row("second", Row::Gone).await;
        say.row("fourth", moved("third")).await;
        say.row("third", Row::Gone).await;
        say.whole().await;
        // A copy that was gone on with has it under its new key already, and never had it under the old one.
        say.is("copied", "2", &["moved"]).await;
        say.whole().await;
        say.row("copied", moved("before the copy")).await;
        say.whole().await;
    });
    stored.await.expect("stored");
    assert_eq!(stage.data("moved").await, "copied=2+ fourth=1+++");
}

async fn what_cannot_be_placed_is_set_aside(stage: &Stage) {
    let aside = || Row::Aside(Aside { why: "it panics".into(), position: "0/7".into() });
    let stored = stage.feed(How::Changed, async |say| {
        say.is("good", "1", &["aside"]).await;
        say.is("bad", "1", &["aside"]).await;
        say.row("bad", aside()).await;
        say.row("worse", aside()).await;
        say.row("patched", patched(|_| Err(Aside { why: "no".into(), position: "0/8".into() }))).await;
        say.whole().await;
    });
    stored.await.expect("stored");
    assert_eq!(stage.data("aside").await, "good=1");
    let found = stage.rows.set_aside().await.expect("a store");
    let mut last: Vec<_> =
        found.last.iter().map(|row| format!("{} {} {} {}", row.entity, row.id, row.why, row.position)).collect();
    last.sort();
    assert_eq!(found.count, 3);
    assert_eq!(last, ["note bad it panics 0/7", "note patched no 0/8", "note worse it panics 0/7"]);
    let stored = stage.feed(How::Changed, async |say| {
        say.is("bad", "2", &["aside"]).await;
        say.row("worse", Row::Gone).await;
        say.row("patched", Row::Gone).await;
        say.whole().await;
        // What is mended within a transaction is in order; and a key may be longer than an index takes.
        say.row("mended", aside()).await;
        say.is("mended", "1", &["aside-too"]).await;
        say.row(&"long".repeat(2000), aside()).await;
        say.whole().await;
        say.row(&"long".repeat(2000), Row::Gone).await;
        say.whole().await;
    });
    stored.await.expect("stored");
    assert_eq!(stage.data("aside").await, "bad=2 good=1");
    assert_eq!(stage.rows.set_aside().await.expect("a store").count, 0);
}

async fn what_is_not_whole_is_not_stored(stage: &Stage) {
    let stored = stage.feed(How::Changed, async |say| {
        say.is("a", "1", &["half"]).await;
        say.whole().await;
        say.is("b", "1", &["half"]).await;
        say.is("a", "2", &["other-half"]).await;
    });
    assert_eq!(stored.await.expect("stored"), 1);
    assert_eq!(stage.data("half").await, "a=1");
    assert_eq!(stage.head("other-half").await, 0);
    let stored = stage.feed(How::Changed, async |say| {
        say.is("b", "1", &["half"]).await;
        say.whole().await;
    });
    stored.await.expect("stored");
    assert_eq!(stage.changes("half").await, ["1 create a 1", "2 create b 1"]);
}

async fn a_large_transaction_is_one(stage: &Stage) {
    const ROWS: usize = 7000;
    let id = |index: usize| format!("row-{index:05}");
    let stored = stage.feed(How::Changed, async |say| {
        say.is("before", "1", &["large"]).await;
        say.whole().await;
        for index in 0..ROWS {
            say.is(&id(index), "1", &["large"]).await;
        }
        // Nobody sees a part of it.
        assert!(stage.head("large").await <= 1);
        for index in 0..ROWS {
            say.is(&id(index), "2", &["large"]).await;
        }
        say.whole().await;
    });
    assert_eq!(stored.await.expect("stored"), 2);
    assert_eq!(stage.head("large").await, 2 * ROWS as u64 + 1);
    assert_eq!(stage.data("large").await.split(' ').filter(|row| row.ends_with("=2")).count(), ROWS);
    let stored = stage.feed(How::Changed, async |say| {
        say.is("kept", "1", &["large"]).await;
        say.whole().await;
        assert!(say.feeder.feed(Fed::AllGone { entity: NOTE }).await);
        say.is("after", "1", &["large"]).await;
        say.whole().await;
    });
    stored.await.expect("stored");
    assert_eq!(stage.data("large").await, "after=1");
    assert_eq!(stage.data("left").await, "", "they are gone everywhere");
    assert_eq!(stage.head("large").await, 3 * ROWS as u64 + 5);
}

async fn a_copy_has_no_changes_and_begins_an_epoch(stage: &Stage) {
    let Head { cursor: head, epoch, .. } = stage.log.heads(vec!["left".into()]).await.expect("heads").remove(0);
    let term = stage.term().await;
    stage.rows.renew(term, "anew".into(), false).await.expect("renewed");
    while stage.rows.forget_some(term).await.expect("forgotten") {}
    let copied = stage.feed_as(term, How::Copied, async |say| {
        say.is("a", "1", &["left", "copied"]).await;
        say.is("b", "1", &["copied"]).await;
        say.whole().await;
    });
    copied.await.expect("stored");
    for scope in ["left", "copied"] {
        let unreadable = stage.log.snapshot(scope, None).await;
        assert!(matches!(unreadable, Err(LogError::Unavailable(_))), "{scope} is not whole yet: {unreadable:?}");
    }
    stage.rows.renew(term, "live".into(), true).await.expect("renewed");
    assert_eq!(stage.rows.stored().await.expect("a store").as_deref(), Some("live"));
    assert_eq!(stage.data("copied").await, "a=1 b=1");
    assert_eq!(stage.data("left").await, "a=1");
    for (scope, cursor, epoch) in [("left", head, Some(epoch)), ("copied", 0, None), ("left", 0, None)] {
        let epoch = epoch.map(|epoch| Box::from(&*epoch));
        let from = PullFrom { scope: scope.into(), cursor, epoch, limit: 10, bytes: 1 << 20 };
        assert!(matches!(stage.log.pull(from).await, Err(LogError::TooOld)), "{scope}");
    }
    let at = stage.head("copied").await;
    let stored = stage.feed(How::Changed, async |say| {
        say.is("a", "2", &["copied"]).await;
        say.whole().await;
    });
    stored.await.expect("stored");
    let from = PullFrom { scope: "copied".into(), cursor: at, epoch: None, limit: 10, bytes: 1 << 20 };
    let page = stage.log.pull(from).await.expect("a page");
    assert_eq!((page.changes.len(), page.cursor), (1, at + 1));
    assert_eq!(stage.data("left").await, "");
}
