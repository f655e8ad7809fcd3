//! Who comes back, and what it is shown.

use super::*;
use crate::clock::advance;

const PAGE: &str = "the-name-of-page-1";
/// More than a room keeps.
const TOO_MANY: usize = 1100;

/// A page that goes and comes back: what it heard, on all of its sockets.
struct Page {
    socket: Arc<Socket<TestApp>>,
    outbox: Arc<Collected>,
    /// The place up to which it has heard what happened.
    pos: String,
}

impl Page {
    async fn enter(stage: &Stage, name: &str) -> Self {
        let (socket, outbox) = stage.page(name);
        let pos = joined_at(&stage.join(&socket, "open-a").await);
        Self { socket, outbox, pos }
    }

    /// Takes what it has heard since the last time.
    fn heard(&mut self) -> Vec<String> {
        let heard = shown(&self.outbox);
        self.outbox.0.lock().clear();
        if let Some(last) = heard.last() {
            self.pos = position(last);
        }
        heard
    }

    fn go(&self, stage: &Stage) {
        stage.dispatcher.disconnect(&self.socket, Departure::Lost);
    }

    /// Comes back on another socket, and returns whether it is told that it gets all that it missed.
    async fn come_back(&mut self, stage: &Stage) -> bool {
        self.come_back_as(stage, PAGE).await
    }

    async fn come_back_as(&mut self, stage: &Stage, name: &str) -> bool {
        (self.socket, self.outbox) = stage.page(name);
        stage.say(&self.socket, event::UPDATE_LOCATION, r#"{"pathName":"/","searchParams":{}}"#).await;
        let join = format!(r#"{{"room":"open-a","after":"{}"}}"#, self.pos);
        let answer = stage.say(&self.socket, event::JOIN_ROOM, &join).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        // Held until the answer is dropped: what was missed is there before.
        if shown(&self.outbox).is_empty() {
            self.pos = joined_at(&answer);
        }
        recovered(&answer)
    }
}

pub(super) fn position(frame: &str) -> String {
    let frame: serde_json::Value = serde_json::from_str(frame).expect("JSON");
    frame["pos"].as_str().expect("a position").to_owned()
}

pub(super) fn recovered(answer: &Answer) -> bool {
    let answer: serde_json::Value = serde_json::from_str(answer.json.get()).expect("JSON");
    answer["recovered"].as_bool().expect("a boolean")
}

impl Stage {
    /// Waits until all that was called has been delivered; more can be called after.
    pub(super) async fn settle(&self) {
        let deliveries = self.dispatcher.hub().deliveries();
        deliveries.close();
        deliveries.wait().await;
        deliveries.reopen();
    }

    async fn calls(&self, socket: &Arc<Socket<TestApp>>, route: &str, count: usize) {
        for _ in 0..count {
            self.call_route(socket, route, "open-a").await;
        }
        self.settle().await;
    }
}

#[tokio::test]
async fn who_comes_back_is_shown_what_it_missed_in_order_and_before_the_answer() {
    let stage = Stage::keeping();
    let (caller, heard) = stage.member().await;
    let mut page = Page::enter(&stage, PAGE).await;
    stage.calls(&caller, "test/count", 2).await;
    let before = page.heard();
    page.go(&stage);
    stage.calls(&caller, "test/count", 3).await;
    let join = format!(r#"{{"room":"open-a","after":"{}"}}"#, page.pos);
    assert!(page.come_back(&stage).await);
    assert!(recovered(&stage.say(&page.socket, event::JOIN_ROOM, &join).await), "the same answer once more");
    let missed = page.heard();
    stage.calls(&caller, "test/count", 1).await;
    let all = [before, missed, page.heard()].concat();
    let others = shown(&heard).iter().map(|frame| frame.replace("true}", "false}")).collect::<Vec<_>>();
    assert_eq!(all, others, "no gap, nothing twice, and one order");
}

#[tokio::test]
async fn the_text_of_a_place_shows_nothing_to_those_who_were_not_there() {
    let stage = Stage::keeping();
    let (caller, _) = stage.member().await;
    let mut page = Page::enter(&stage, PAGE).await;
    stage.calls(&caller, "test/count", 3).await;
    let first = position(&page.heard()[0]);
    for name in ["another-name-of-a-page", "short"] {
        let mut other = Page::enter(&stage, name).await;
        other.pos = first.clone();
        other.go(&stage);
        assert!(!other.come_back_as(&stage, name).await, "{name} came after that");
        assert!(other.heard().is_empty());
    }
    // One that has left has no business there any more.
    page.pos = first;
    stage.leave(&page.socket, "open-a").await;
    assert!(!page.come_back(&stage).await);
    assert!(page.heard().is_empty());
}

#[tokio::test]
async fn what_somebody_was_not_given_does_not_shorten_the_history_for_it() {
    let stage = Stage::keeping();
    let (caller, _) = stage.member().await;
    let mut page = Page::enter(&stage, PAGE).await;
    stage.calls(&caller, "test/count", 1).await;
    page.heard();
    stage.calls(&caller, "test/shown", TOO_MANY).await;
    assert!(page.heard().is_empty());
    page.go(&stage);
    stage.calls(&caller, "test/count", 2).await;
    assert!(page.come_back(&stage).await, "it could tell how much it was not given");
    assert_eq!(page.heard().len(), 2);

    page.go(&stage);
    stage.calls(&caller, "test/count", TOO_MANY).await;
    assert!(!page.come_back(&stage).await, "the history is too short");
    assert!(page.heard().is_empty());
    stage.calls(&caller, "test/count", 1).await;
    assert_eq!(page.heard().len(), 1, "what happens from now on");
}

#[tokio::test]
async fn that_holds_however_it_went_and_whatever_of_its_coming_back_was_lost() {
    for way in ["half open", "gone amid deliveries", "answer lost twice"] {
        let stage = Stage::keeping();
        let (caller, _) = stage.member().await;
        let mut page = Page::enter(&stage, PAGE).await;
        stage.calls(&caller, "test/count", 1).await;
        page.heard();
        stage.calls(&caller, "test/shown", TOO_MANY).await;
        let heard = page.pos.clone();
        match way {
            "gone amid deliveries" => {
                stage.call_route(&caller, "test/shown", "open-a").await;
                page.go(&stage);
                stage.settle().await;
            }
            "answer lost twice" => {
                for _ in 0..2 {
                    page.go(&stage);
                    assert!(page.come_back(&stage).await, "{way}");
                    page.pos.clone_from(&heard);
                    stage.calls(&caller, "test/shown", TOO_MANY).await;
                }
            }
            _ => {}
        }
        assert!(page.come_back(&stage).await, "{way}");
        stage.calls(&caller, "test/count", 1).await;
        assert_eq!(page.heard().len(), 1, "{way}");
    }
}

#[tokio::test]
async fn what_was_still_to_be_judged_for_somebody_who_went_is_shown_to_it() {
    for goes_amid_deliveries in [false, true] {
        let stage = Stage::keeping();
        let (caller, _) = stage.member().await;
        // So many that who has gone is still in the list when something happens next.
        for _ in 0..20 {
            stage.member().await;
        }
        let mut page = Page::enter(&stage, PAGE).await;
        stage.calls(&caller, "test/count", 1).await;
        page.heard();
        BLOCKED.set(true);
        stage.call_route(&caller, "test/blocked", "open-a").await;
        tokio::task::yield_now().await;
        if goes_amid_deliveries {
            stage.call_route(&caller, "test/count", "open-a").await;
        }
        page.go(&stage);
        BLOCKED.set(false);
        stage.calls(&caller, "test/count", 1).await;
        assert!(page.come_back(&stage).await);
        let missed = if goes_amid_deliveries { 3 } else { 2 };
        assert_eq!(page.heard().len(), missed, "amid deliveries: {goes_amid_deliveries}");
    }
}

#[tokio::test]
async fn who_comes_back_before_it_was_noticed_that_it_had_gone_is_shown_what_it_missed() {
    let stage = Stage::keeping();
    let (caller, _) = stage.member().await;
    let mut page = Page::enter(&stage, PAGE).await;
    stage.calls(&caller, "test/count", 1).await;
    page.heard();
    let dead = page.socket.clone();
    stage.calls(&caller, "test/count", 4).await;
    assert!(page.come_back(&stage).await);
    assert_eq!(page.heard().len(), 4);
    stage.dispatcher.disconnect(&dead, Departure::Lost);
    stage.calls(&caller, "test/count", 1).await;
    page.heard();
    page.go(&stage);
    assert!(page.come_back(&stage).await);
}

#[tokio::test]
async fn of_what_is_volatile_the_newest_is_shown() {
    let stage = Stage::keeping();
    let (caller, heard) = stage.member().await;
    let mut page = Page::enter(&stage, PAGE).await;
    page.go(&stage);
    for _ in 0..3 {
        stage.calls(&caller, "test/latest", 700).await;
        stage.calls(&caller, "test/count", 1).await;
    }
    assert!(page.come_back(&stage).await, "what was replaced need not be kept");
    let all = shown(&heard);
    let is_latest = |frame: &&String| frame.contains("test/latest");
    let newest = all.iter().rev().find(is_latest).expect("one");
    let missed = page.heard();
    assert_eq!(missed.iter().filter(is_latest).collect::<Vec<_>>(), [newest]);
    assert_eq!(missed.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_room_is_there_for_those_who_may_come_back_and_no_longer() {
    let stage = Stage::keeping();
    let hub = stage.dispatcher.hub();
    let living = async {
        let mut page = Page::enter(&stage, PAGE).await;
        page.go(&stage);
        assert!(!hub.has_members("open-a"));
        advance(Duration::from_secs(119)).await;
        assert!(page.come_back(&stage).await, "nothing happened");
        stage.calls(&page.socket, "test/count", 1).await;
        page.heard();
        page.go(&stage);
        sleep(Duration::from_secs(121)).await;
        assert!(hub.room("open-a").is_none(), "nobody came");
        assert_eq!(hub.room_count(), (0, 0));
        assert!(!page.come_back(&stage).await, "another life of the room");

        stage.leave(&page.socket, "open-a").await;
        assert!(hub.room("open-a").is_none(), "nothing has happened, and nobody may come back");
        // One that is never empty forgets, too.
        let (caller, _) = stage.member().await;
        let mut page = Page::enter(&stage, PAGE).await;
        stage.calls(&caller, "test/count", 2).await;
        page.pos = position(&page.heard()[0]);
        sleep(Duration::from_secs(121)).await;
        assert!(!page.come_back(&stage).await, "too long ago");
    };
    tokio::select! {
        () = living => {}
        () = hub.expire_rooms() => unreachable!("it goes on"),
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_rooms_keep_too_much_the_oldest_gives_way() {
    let total = 200_000;
    let config = Config { history_total_bytes: total, ..Config::default() };
    let stage = Stage::with(RoomServices::of_one_process(&config));
    let hub = stage.dispatcher.hub();
    let living = async {
        let (old, new) = (stage.page("the-name-of-page-old"), stage.page("the-name-of-page-new"));
        let mut places = Vec::new();
        for ((socket, _), room) in [(&old, "open-old"), (&new, "open-new")] {
            places.push(joined_at(&stage.join(socket, room).await));
            for _ in 0..15 {
                for _ in 0..10 {
                    stage.call_route(socket, "test/count", room).await;
                }
                stage.settle().await;
                sleep(Duration::from_millis(1)).await;
            }
        }
        assert!(hub.history_bytes() <= total, "{}", hub.history_bytes());
        for (room, name, place, is_kept) in [
            ("open-old", "the-name-of-page-old", &places[0], false),
            ("open-new", "the-name-of-page-new", &places[1], true),
        ] {
            let (again, _) = stage.page(name);
            let answer =
                stage.say(&again, event::JOIN_ROOM, &format!(r#"{{"room":"{room}","after":"{place}"}}"#)).await;
            assert_eq!(recovered(&answer), is_kept, "{room}");
        }
        // Less than rooms take by themselves: it is given up, and nothing goes round and round.
        let tight = Stage::with(RoomServices::of_one_process(&Config { history_total_bytes: 1, ..Config::default() }));
        let (caller, _) = tight.member().await;
        let calling = async {
            tight.calls(&caller, "test/count", 50).await;
            sleep(Duration::from_secs(1000)).await;
        };
        tokio::select! {
            () = calling => {}
            () = tight.dispatcher.hub().expire_rooms() => unreachable!("it goes on"),
        }
    };
    tokio::select! {
        () = living => {}
        () = hub.expire_rooms() => unreachable!("it goes on"),
    }
}

#[tokio::test(start_paused = true)]
async fn rooms_of_those_who_went_give_way_though_nothing_has_happened_in_them() {
    let total = 200_000;
    let stage = Stage::with(RoomServices::of_one_process(&Config { history_total_bytes: total, ..Config::default() }));
    let hub = stage.dispatcher.hub();
    let living = async {
        for wave in 0..4 {
            let mut pages = Vec::new();
            for number in 0..100 {
                let (socket, heard) = stage.page(&format!("the-name-of-page-{wave}-{number}"));
                stage.join(&socket, &format!("open-{wave}-{number}")).await;
                pages.push((socket, heard));
            }
            pages.iter().for_each(|(socket, _)| stage.dispatcher.disconnect(socket, Departure::Lost));
            stage.settle().await;
            sleep(Duration::from_millis(1)).await;
            assert!((1..=total).contains(&hub.history_bytes()), "{}", hub.history_bytes());
        }
        sleep(Duration::from_secs(121)).await;
        assert_eq!(hub.history_bytes(), 0);
    };
    tokio::select! {
        () = living => {}
        () = hub.expire_rooms() => unreachable!("it goes on"),
    }
}

/// Takes so many packets, and no more until it is emptied.
#[derive(Default)]
struct Slow(Collected, Mutex<Vec<CloseReason>>);

impl Slow {
    const TAKES: usize = 3;

    /// One that takes nothing until it is emptied.
    fn full() -> Arc<Self> {
        let full = Self::default();
        full.0.0.lock().resize(Self::TAKES, Vec::new());
        Arc::new(full)
    }
}

impl Outbox for Slow {
    fn send(&self, bundle: &Bundle) {
        assert!(self.has_room(), "more than it takes");
        self.0.send(bundle);
    }

    fn has_room(&self) -> bool {
        self.0.0.lock().len() < Self::TAKES
    }

    fn close(&self, reason: CloseReason) {
        self.1.lock().push(reason);
    }
}

/// A page that is gone and misses so many events.
async fn missing(events: usize) -> (Stage, Page) {
    let stage = Stage::keeping();
    let (caller, _) = stage.member().await;
    let page = Page::enter(&stage, PAGE).await;
    page.go(&stage);
    stage.calls(&caller, "test/count", events).await;
    (stage, page)
}

/// Comes back on a socket that takes little.
async fn come_back_slowly(stage: &Stage, outbox: &Arc<Slow>, pos: &str) -> (Arc<Socket<TestApp>>, Answer) {
    let socket = stage.connect_as(LiveSession::anonymous(), Some(PAGE), outbox.clone());
    let answer = stage.say(&socket, event::JOIN_ROOM, &format!(r#"{{"room":"open-a","after":"{pos}"}}"#)).await;
    (socket, answer)
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_is_shown_no_faster_than_it_is_taken() {
    // Four hundred frames are a piece.
    let (stage, page) = missing(990).await;
    let outbox = Slow::full();
    let coming = come_back_slowly(&stage, &outbox, &page.pos);
    let taking = async {
        let mut taken = 0;
        while taken < 990 {
            sleep(Duration::from_secs(1)).await;
            taken += outbox.0.0.lock().drain(..).map(|piece| piece.len()).sum::<usize>();
        }
    };
    let ((_, answer), ()) = tokio::join!(coming, taking);
    assert!(recovered(&answer));
    assert!(outbox.1.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_does_not_take_what_it_missed_is_closed_and_left_without_a_gap() {
    let (stage, page) = missing(5).await;
    let outbox = Slow::full();
    let (socket, answer) = come_back_slowly(&stage, &outbox, &page.pos).await;
    assert!(answer.json.get().contains("sync-timeout"), "{}", answer.json);
    assert_eq!(*outbox.1.lock(), [CloseReason::ResumeFailed]);
    stage.dispatcher.disconnect(&socket, Departure::Lost);

    // The same when whoever asked has gone: nobody waits for the answer.
    let outbox = Slow::full();
    let coming = timeout(Duration::from_secs(1), come_back_slowly(&stage, &outbox, &page.pos));
    assert!(coming.await.is_err());
    assert_eq!(*outbox.1.lock(), [CloseReason::ResumeFailed]);
}

#[tokio::test]
async fn who_joins_with_a_position_while_events_wait_hears_each_of_them_once_and_in_order() {
    let stage = Stage::keeping();
    let (caller, heard) = stage.member().await;
    let mut pages = Vec::new();
    for number in 0..40 {
        let page = Page::enter(&stage, &format!("the-name-of-page-{number}")).await;
        page.go(&stage);
        pages.push(page);
    }
    for (round, page) in pages.iter_mut().enumerate() {
        // Some are delivered by now, some wait, and sometimes a visit is on its way.
        for _ in 0..3 {
            stage.call(&caller).await;
        }
        for _ in 0..round % 4 {
            tokio::task::yield_now().await;
        }
        assert!(page.come_back_as(&stage, &format!("the-name-of-page-{round}")).await);
    }
    stage.call(&caller).await;
    stage.delivered().await;
    let all = positions(&heard);
    assert_eq!(all.len(), 40 * 3 + 1);
    for page in &pages {
        assert_eq!(positions(&page.outbox), all, "no gap, and nothing twice");
    }
}

#[tokio::test]
async fn who_comes_back_with_the_name_of_its_page_is_still_the_sender_of_what_it_sent() {
    const NAMES: [&str; 2] = [PAGE, "the-name-of-page-2"];
    let stage = Stage::keeping();
    let mut pages = [Page::enter(&stage, NAMES[0]).await, Page::enter(&stage, NAMES[1]).await];
    pages[1].go(&stage);
    for ignore_self in ["false", "true", "\"session\""] {
        let call = format!(r#"{{"name":"test/count","version":"v1","receiver":"open-a","ignoreSelf":{ignore_self}}}"#);
        stage.say(&pages[0].socket, event::SYNC, &call).await;
    }
    stage.settle().await;
    pages[0].go(&stage);
    let mut shown = Vec::new();
    for (page, name) in pages.iter_mut().zip(NAMES) {
        assert!(page.come_back_as(&stage, name).await);
        shown.push(page.heard().iter().map(|frame| frame.ends_with(r#""clientOutput":true}"#)).collect::<Vec<_>>());
    }
    assert_eq!(shown, [vec![true], vec![false; 3]]);
}

/// What a room grows by with 800 more events, in bytes for each: as it is counted, and as it is.
fn growth(route: &str) -> (f64, f64) {
    let keep = |events: usize| {
        let mut counted = 0;
        let real = allocation_counter::measure(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
            let stage = runtime.block_on(async {
                let stage = Stage::keeping();
                let caller = stage.member_with(Arc::new(Sink::default())).await;
                stage.calls(&caller, route, events).await;
                counted = stage.dispatcher.hub().history_bytes();
                stage
            });
            drop(runtime);
            std::mem::forget(stage);
        });
        (counted as f64, real.bytes_current as f64)
    };
    let (few, many) = (keep(100), keep(900));
    ((many.0 - few.0) / 800.0, (many.1 - few.1) / 800.0)
}

#[test]
fn what_an_event_is_counted_as_is_about_what_it_takes() {
    for route in ["test/count", "test/byPage", "test/shown"] {
        let (counted, real) = growth(route);
        assert!((0.7..1.5).contains(&(counted / real)), "{route}: counted as {counted:.0}, and takes {real:.0} bytes");
    }
}
