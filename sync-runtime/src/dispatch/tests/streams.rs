//! What streams to somebody who is slow, and what becomes of a handler that does not end.

use super::*;

/// Has room for so many bytes, and is emptied by nobody but the test.
#[derive(Default)]
struct Slow(AtomicUsize);

impl Slow {
    const HALF: usize = 10_000;

    fn full() -> Arc<Self> {
        Arc::new(Self(AtomicUsize::new(Self::HALF)))
    }

    fn empty(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Outbox for Slow {
    fn send(&self, bundle: &Bundle) {
        self.0.fetch_add(bundle.packets().iter().map(|packet| packet.bytes().len()).sum(), Ordering::Relaxed);
    }

    fn has_room(&self) -> bool {
        self.0.load(Ordering::Relaxed) < Self::HALF
    }

    fn close(&self, _: CloseReason) {}
}

/// How many of the chunks of `test/endless` are about half of what a slow socket takes.
const SOME: usize = 10;

fn call(id: &str) -> String {
    format!(r#"{{"name":"test/endless","version":"v1","receiver":"open-a","id":"{id}","stream":true}}"#)
}

async fn endless(stage: &Stage, socket: &Arc<Socket<TestApp>>) -> String {
    stage.say(socket, event::SYNC, &call("a-1")).await.json.get().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_handler_waits_for_a_caller_that_is_slow() {
    let stage = Stage::new();
    let outbox = Slow::full();
    let socket = stage.member_with(outbox.clone()).await;
    let watching = async {
        sleep(Duration::from_secs(600)).await;
        assert!(taken(&STREAMED) <= SOME, "nothing is taken from it");
        outbox.empty();
        sleep(Duration::from_secs(600)).await;
        let more = taken(&STREAMED);
        assert!(more > 0 && more <= 2 * SOME, "{more}");
    };
    tokio::select! {
        answer = endless(&stage, &socket) => panic!("{answer}"),
        () = watching => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_slow_is_waited_for_a_short_while_and_no_longer() {
    let stage = Stage::new();
    let (caller, heard) = stage.member().await;
    let slow = Slow::full();
    let _member = stage.member_with(slow.clone()).await;
    let watching = async {
        sleep(Duration::from_secs(10)).await;
        // One chunk in a tenth of a second, and those that go out with it.
        let chunks = taken(&STREAMED);
        assert!((90..5000).contains(&chunks), "{chunks}");
        heard.has(chunks).await;
    };
    tokio::select! {
        answer = endless(&stage, &caller) => panic!("{answer}"),
        () = watching => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_goes_on_after_it_was_given_up_is_dropped() {
    for by_its_end in [false, true] {
        let stage = Stage::new();
        let (socket, heard) = stage.member().await;
        let giving_up = async {
            heard.has(3).await;
            if by_its_end {
                stage.dispatcher.disconnect(&socket, Departure::Lost);
            } else {
                let answer = stage.say(&socket, event::SYNC_CANCEL, r#"{"id":"a-1"}"#).await;
                assert_eq!(answer.json.get(), r#"{"status":"success"}"#);
            }
            Instant::now()
        };
        let (answer, given_up) = tokio::join!(endless(&stage, &socket), giving_up);
        assert!(answer.contains("sync-cancelled"), "{answer}");
        assert_eq!(given_up.elapsed().as_secs(), 3);
        // That is what came of it.
        assert!(by_its_end || endless(&stage, &socket).await.contains("sync-cancelled"));
    }
}
