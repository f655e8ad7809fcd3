//! The calls of the last minutes, in memory.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::{Instant, sleep};
use crate::config::Config;
use crate::error::SyncError;
use crate::id::Id;
use crate::idempotency::store::{read, unknown, written};
use crate::idempotency::{CallKey, Claim, Known, SharedOutcome, Ticket, reused};
use crate::tables::shrink;

/// In how many parts the calls are, each under a lock of its own.
const SHARDS: usize = 64;
/// How many calls of one caller run at a time that have a name, and how many in all: they go on when their callers hang up.
const RUNNING: usize = 128;
const RUNNING_IN_ALL: usize = 16 * 1024;
/// What a call takes besides its name and its answer, and a caller besides its calls, in bytes, about.
const CALL: usize = 192;
const CALLER: usize = 160;
/// How often what is too old is looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// The calls that have a name: which of them run, and what came of those of the last minutes.
///
/// What is kept is bounded for each caller and in all. Whoever has too much forgets its own oldest, and where all callers together have
/// too much, the one that has the most does: nobody can make this forget the calls of somebody else who has few.
#[derive(Debug)]
pub struct RecentCalls {
    shards: Box<[Mutex<Shard>]>,
    bounds: Bounds,
    /// What all of them take, in bytes, about, and those of each part.
    bytes: AtomicUsize,
    bytes_of_shards: Box<[AtomicUsize]>,
    running: AtomicUsize,
}

#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// For how long an outcome is kept.
    age: Duration,
    /// Of one caller, in bytes.
    caller: usize,
    /// Of all callers, in bytes.
    total: usize,
}

#[derive(Debug, Default)]
struct Shard {
    callers: HashMap<Id, Calls>,
}

/// The calls of one caller.
#[derive(Debug, Default)]
struct Calls {
    named: HashMap<Arc<str>, Call>,
    /// Those that have ended, oldest first.
    ended: VecDeque<(Instant, Arc<str>)>,
    /// What those that have ended take.
    bytes: usize,
    /// Those that are given up when a socket goes, with its number.
    listening: Vec<(Id, Arc<str>)>,
}

#[derive(Debug)]
struct Call {
    /// What is called; `None` of one that was given up before it came, whatever it would have been.
    call: Option<Id>,
    /// Whether its handler streams.
    streams: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Running { told: watch::Receiver<Option<SharedOutcome>>, cancelled: CancellationToken },
    Done(SharedOutcome),
}

/// What came of a call, as one process hands it to the next.
#[derive(Debug, Serialize, Deserialize)]
pub struct HandedCall {
    caller: Id,
    id: Box<str>,
    call: Option<Id>,
    /// How long ago it has ended.
    age: Duration,
    outcome: String,
}

impl RecentCalls {
    /// Keeps as much as the configuration says.
    #[must_use]
    pub fn new(config: &Config) -> Arc<Self> {
        let Config { idempotency_age: age, idempotency_bytes: caller, idempotency_total_bytes: total, .. } = *config;
        Arc::new(Self {
            shards: std::iter::repeat_with(Mutex::default).take(SHARDS).collect(),
            bounds: Bounds { age, caller, total },
            bytes: AtomicUsize::new(0),
            bytes_of_shards: std::iter::repeat_with(AtomicUsize::default).take(SHARDS).collect(),
            running: AtomicUsize::new(0),
        })
    }

    /// Returns a call that was made under this name, or runs, if it is the same one.
    #[must_use]
    pub fn known(&self, key: &CallKey<'_>) -> Option<Known> {
        let shard = self.shard(key.caller);
        let known = shard.callers.get(&key.caller)?.named.get(&*key.id)?;
        known.is(key.call).then(|| known.state.known())
    }

    /// Claims a call for whoever runs it, unless it was made already.
    ///
    /// # Errors
    ///
    /// `sync-id-reused` when the name is that of another call; `sync-rate-limited` when too many calls run that have one.
    pub fn claim(self: &Arc<Self>, key: &CallKey<'_>) -> Result<Claim, SyncError> {
        let too_many = || SyncError::new("sync-rate-limited").param("seconds", 1);
        let id: Arc<str> = Arc::from(&*key.id);
        let (tell, told) = watch::channel(None);
        let cancelled = CancellationToken::new();
        let mut shard = self.shard(key.caller);
        let calls = shard.callers.entry(key.caller).or_default();
        let has_room = calls.running() < RUNNING && self.running.load(Ordering::Acquire) < RUNNING_IN_ALL;
        let known = match calls.named.entry(id) {
            Entry::Occupied(known) if !known.get().is(key.call) => Err(reused()),
            Entry::Occupied(known) => Ok(Some(known.get().state.known())),
            Entry::Vacant(_) if !has_room => Err(too_many()),
            Entry::Vacant(new) => {
                new.insert(Call {
                    call: Some(key.call),
                    streams: false,
                    state: State::Running { told, cancelled: cancelled.clone() },
                });
                Ok(None)
            }
        };
        shard.forget_if_idle(key.caller);
        drop(shard);
        if let Some(known) = known? {
            return Ok(Claim::Known(known));
        }
        self.running.fetch_add(1, Ordering::AcqRel);
        let key = CallKey { caller: key.caller, id: key.id.to_string().into(), call: key.call };
        Ok(Claim::New(Ticket::new(self.clone(), key, tell, cancelled)))
    }

    /// Notes that the handler of a call streams, and has it be given up when a socket goes.
    pub(super) fn streams(&self, key: &CallKey<'_>, socket: Option<Id>) {
        let mut shard = self.shard(key.caller);
        let Some(calls) = shard.callers.get_mut(&key.caller) else { return };
        let Some((id, _)) = calls.named.get_key_value(&*key.id) else { return };
        let id = id.clone();
        if let Some(call) = calls.named.get_mut(&id) {
            call.streams = true;
        }
        calls.listening.extend(socket.map(|socket| (socket, id)));
    }

    /// Gives up the calls that a socket which has gone has listened to.
    pub fn hang_up(&self, caller: Id, socket: Id) {
        let given_up: Vec<_> = {
            let shard = self.shard(caller);
            let Some(calls) = shard.callers.get(&caller) else { return };
            let listening = calls.listening.iter().filter(|(listener, _)| *listener == socket);
            listening.filter_map(|(_, id)| calls.named.get(id)?.state.cancelled().cloned()).collect()
        };
        given_up.iter().for_each(CancellationToken::cancel);
    }

    /// Gives up all calls that stream.
    pub fn give_up_streams(&self) {
        for shard in &self.shards {
            let given_up: Vec<_> = {
                let shard = shard.lock();
                let streaming =
                    shard.callers.values().flat_map(|calls| calls.named.values()).filter(|call| call.streams);
                streaming.filter_map(|call| call.state.cancelled().cloned()).collect()
            };
            given_up.iter().for_each(CancellationToken::cancel);
        }
    }

    /// Tells the call of this name that its caller has given it up. One that is still to come, since it waits behind others, is not run then.
    pub fn cancel(&self, caller: Id, id: &str) {
        let mut freed = Vec::new();
        let mut shard = self.shard(caller);
        let calls = shard.callers.entry(caller).or_default();
        if let Some(call) = calls.named.get(id) {
            let cancelled = call.state.cancelled().cloned();
            // Without the lock: who is told may end at once.
            drop(shard);
            cancelled.iter().for_each(CancellationToken::cancel);
            return;
        }
        let outcome: SharedOutcome = Arc::new(Err(SyncError::new("sync-cancelled")));
        let never = Call { call: None, streams: false, state: State::Done(outcome.clone()) };
        let key = CallKey { caller, id: id.into(), call: caller };
        calls.named.insert(Arc::from(id), never);
        self.keep(calls, &key, outcome, None, &mut freed);
        let is_too_much = self.is_too_much();
        drop(shard);
        if is_too_much {
            self.free_most(&mut freed);
        }
    }

    /// Notes that a call has ended; without an outcome, it is as if it had never been made.
    pub(super) fn end(&self, key: &CallKey<'_>, outcome: Option<SharedOutcome>) {
        self.running.fetch_sub(1, Ordering::AcqRel);
        let mut freed = Vec::new();
        let mut shard = self.shard(key.caller);
        let Some(calls) = shard.callers.get_mut(&key.caller) else { return };
        calls.listening.retain(|(_, id)| **id != *key.id);
        match outcome {
            None => drop(calls.named.remove(&*key.id)),
            Some(outcome) => {
                self.keep(calls, key, outcome, Some(key.call), &mut freed);
            }
        }
        shard.forget_if_idle(key.caller);
        drop(shard);
        if self.is_too_much() {
            self.free_most(&mut freed);
        }
    }

    /// Returns what came of all calls, those of each caller oldest first. Of one that runs, nobody will know.
    #[must_use]
    pub fn handed(&self) -> Vec<HandedCall> {
        let mut handed = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock();
            handed.extend(shard.callers.iter().flat_map(|(caller, calls)| calls.handed(*caller)));
        }
        handed
    }

    /// Knows what came of calls in the process before; `codes` are those that the app can answer with.
    pub fn take_over(&self, handed: Vec<HandedCall>, codes: &[&'static str]) {
        let now = Instant::now();
        for HandedCall { caller, id, call, age, outcome } in handed {
            let mut freed = Vec::new();
            let outcome: SharedOutcome = Arc::new(read(&outcome, codes));
            let key = CallKey { caller, id: id.as_ref().into(), call: call.unwrap_or(caller) };
            let mut shard = self.shard(caller);
            let calls = shard.callers.entry(caller).or_default();
            let known = Call { call, streams: false, state: State::Done(outcome.clone()) };
            calls.named.insert(Arc::from(&*id), known);
            self.keep(calls, &key, outcome, call, &mut freed);
            if let Some((since, _)) = calls.ended.back_mut() {
                *since = now.checked_sub(age).unwrap_or(now);
            }
        }
    }

    /// Keeps what came of a call, and frees the oldest of its caller where that is too much.
    fn keep(
        &self,
        calls: &mut Calls,
        key: &CallKey<'_>,
        outcome: SharedOutcome,
        call: Option<Id>,
        freed: &mut Vec<Call>,
    ) {
        let bytes = calls.end(key, outcome, call);
        self.count(key.caller, bytes);
        while calls.bytes > self.bounds.caller && calls.ended.len() > 1 {
            self.free(key.caller, calls, freed);
        }
    }

    fn count(&self, caller: Id, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        self.bytes_of_shards[shard_of(caller)].fetch_add(bytes, Ordering::AcqRel);
    }

    fn is_too_much(&self) -> bool {
        self.bytes.load(Ordering::Acquire) > self.bounds.total
    }

    /// Frees the oldest call of a caller.
    fn free(&self, caller: Id, calls: &mut Calls, freed: &mut Vec<Call>) {
        let bytes = calls.free(freed);
        self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.bytes_of_shards[shard_of(caller)].fetch_sub(bytes, Ordering::AcqRel);
    }

    /// Frees calls of those who have the most, in the part that has the most, until all take as little as they may.
    fn free_most(&self, freed: &mut Vec<Call>) {
        while self.is_too_much() {
            let of_shard = |index: &usize| self.bytes_of_shards[*index].load(Ordering::Acquire);
            let Some(largest) = (0..SHARDS).max_by_key(of_shard) else { return };
            let mut shard = self.shards[largest].lock();
            let most = shard.callers.iter_mut().max_by_key(|(_, calls)| calls.bytes);
            let Some((caller, calls)) = most.filter(|(_, calls)| !calls.ended.is_empty()) else { return };
            // Half of them, so that all callers are not looked through for each call.
            for _ in 0..calls.ended.len().div_ceil(2) {
                self.free(*caller, calls, freed);
            }
        }
    }

    /// Forgets, for as long as this is awaited, what is too old.
    pub async fn forget_old(&self) {
        loop {
            for shard in &self.shards {
                self.forget_old_of(shard);
                tokio::task::yield_now().await;
            }
            sleep(SWEEP.min(self.bounds.age)).await;
        }
    }

    fn forget_old_of(&self, shard: &Mutex<Shard>) {
        let (now, mut freed) = (Instant::now(), Vec::new());
        let mut shard = shard.lock();
        for (caller, calls) in &mut shard.callers {
            while calls.ended.front().is_some_and(|(at, _)| *at + self.bounds.age <= now) {
                self.free(*caller, calls, &mut freed);
            }
        }
        shard.callers.retain(|_, calls| !calls.named.is_empty());
        shrink(&mut shard.callers);
    }

    /// Returns how many bytes of memory all of them take, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    fn shard(&self, caller: Id) -> MutexGuard<'_, Shard> {
        self.shards[shard_of(caller)].lock()
    }
}

fn shard_of(caller: Id) -> usize {
    usize::from(caller.to_bytes()[15]) % SHARDS
}

impl Shard {
    fn forget_if_idle(&mut self, caller: Id) {
        if self.callers.get(&caller).is_some_and(|calls| calls.named.is_empty()) {
            self.callers.remove(&caller);
        }
    }
}

impl Calls {
    fn running(&self) -> usize {
        self.named.len() - self.ended.len()
    }

    /// Keeps what came of a call, and returns how many bytes that takes.
    fn end(&mut self, key: &CallKey<'_>, outcome: SharedOutcome, call: Option<Id>) -> usize {
        let Some((id, _)) = self.named.get_key_value(&*key.id) else { return 0 };
        let id = id.clone();
        let bytes = bytes_of(&id, &outcome) + if self.ended.is_empty() { CALLER } else { 0 };
        self.named.insert(id.clone(), Call { call, streams: false, state: State::Done(outcome) });
        self.ended.push_back((Instant::now(), id));
        self.bytes += bytes;
        bytes
    }

    /// Returns what came of all of them, oldest first; of those that run, that nobody will know it.
    fn handed(&self, caller: Id) -> impl Iterator<Item = HandedCall> {
        let ended = self.ended.iter().filter_map(|(since, id)| Some((since.elapsed(), id, self.named.get(id)?)));
        let running = self.named.iter().filter(|(_, known)| known.state.cancelled().is_some());
        let all = ended.chain(running.map(|(id, known)| (Duration::ZERO, id, known)));
        all.filter_map(move |(age, id, known)| {
            let outcome = match &known.state {
                State::Done(outcome) => written(outcome),
                State::Running { .. } => written(&Err(unknown())),
            };
            Some(HandedCall { caller, id: id.as_ref().into(), call: known.call, age, outcome: outcome? })
        })
    }

    /// Forgets the oldest of those that have ended, and returns how many bytes it took.
    fn free(&mut self, freed: &mut Vec<Call>) -> usize {
        let Some((_, id)) = self.ended.pop_front() else { return 0 };
        let call = self.named.remove(&id);
        let mut bytes = match &call {
            Some(Call { state: State::Done(outcome), .. }) => bytes_of(&id, outcome),
            _ => 0,
        };
        if self.ended.is_empty() {
            bytes += CALLER;
        }
        freed.extend(call);
        self.bytes -= bytes;
        bytes
    }
}

impl Call {
    fn is(&self, call: Id) -> bool {
        self.call.is_none_or(|known| known == call)
    }
}

impl State {
    /// Returns what gives up a call that runs.
    fn cancelled(&self) -> Option<&CancellationToken> {
        match self {
            Self::Running { cancelled, .. } => Some(cancelled),
            Self::Done(_) => None,
        }
    }

    fn known(&self) -> Known {
        match self {
            Self::Running { told, .. } => Known::Running(told.clone()),
            Self::Done(outcome) => Known::Done(outcome.clone()),
        }
    }
}

fn bytes_of(id: &str, outcome: &SharedOutcome) -> usize {
    let answer = match &**outcome {
        Ok(answered) => answered.output.get().len(),
        Err(error) => error.bytes(),
    };
    CALL + id.len() + answer
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;

    use super::*;
    use crate::clock::advance;
    use crate::idempotency::Outcome;

    fn calls(change: impl FnOnce(&mut Config)) -> Arc<RecentCalls> {
        let mut config = Config::default();
        change(&mut config);
        RecentCalls::new(&config)
    }

    fn key(caller: u8, id: &str) -> CallKey<'_> {
        CallKey { caller: Id::of([caller; 16]), id: id.into(), call: Id::of_texts(&["call"]) }
    }

    fn claim(calls: &Arc<RecentCalls>, key: &CallKey<'_>) -> Ticket {
        match calls.claim(key) {
            Ok(Claim::New(ticket)) => ticket,
            other => panic!("{other:?}"),
        }
    }

    fn output(length: usize) -> Outcome {
        Ok(to_raw_value(&"x".repeat(length)).expect("JSON").into())
    }

    async fn run(calls: &Arc<RecentCalls>, key: &CallKey<'_>, length: usize) {
        let mut ticket = claim(calls, key);
        ticket.begin();
        ticket.end(output(length)).await.expect("an output");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_forgotten_after_a_while_and_nothing_is_left_of_it() {
        let calls = calls(|_| {});
        run(&calls, &key(1, "a"), 10).await;
        let living = async {
            advance(Duration::from_secs(599)).await;
            assert!(calls.known(&key(1, "a")).is_some());
            sleep(Duration::from_secs(12)).await;
            assert!(calls.known(&key(1, "a")).is_none());
            assert_eq!(calls.bytes(), 0);
            assert!(calls.shards.iter().all(|shard| shard.lock().callers.is_empty()));
        };
        tokio::select! {
            () = living => {}
            () = calls.forget_old() => unreachable!("it goes on"),
        }
    }

    #[tokio::test]
    async fn where_all_keep_too_much_those_who_have_the_most_give_way() {
        let calls = calls(|config| config.idempotency_total_bytes = 64 * 1024);
        // In one part, and in another.
        for (few, many) in [(1, 65), (1, 2)] {
            giving_way(&calls, few, many).await;
        }
    }

    async fn giving_way(calls: &Arc<RecentCalls>, few: u8, many: u8) {
        let name = format!("few beside {many}");
        let few = key(few, &name);
        run(calls, &few, 100).await;
        for number in 0..1000 {
            run(calls, &key(many, &number.to_string()), 100).await;
            assert!(calls.bytes() <= 64 * 1024, "{}", calls.bytes());
        }
        assert!(calls.known(&few).is_some());
        assert!(calls.known(&key(many, "0")).is_none() && calls.known(&key(many, "999")).is_some());
    }

    #[tokio::test]
    async fn a_call_that_is_cut_off_is_told_to_those_who_wait_and_kept_if_it_had_begun() {
        for (begins, code, is_kept) in [(false, "sync-cancelled", false), (true, "sync-outcome-unknown", true)] {
            let calls = calls(|_| {});
            let mut ticket = claim(&calls, &key(1, "a"));
            let waiting = calls.known(&key(1, "a")).expect("it runs");
            if begins {
                ticket.begin();
            }
            drop(ticket);
            assert_eq!(waiting.outcome().await.expect_err("nothing came of it").code(), code);
            assert_eq!(calls.known(&key(1, "a")).is_some(), is_kept);
            assert_eq!(calls.running.load(Ordering::Acquire), 0);
        }
    }

    #[tokio::test]
    async fn the_name_of_another_call_is_refused_and_that_of_another_caller_is_its_own() {
        let calls = calls(|_| {});
        let _running = claim(&calls, &key(1, "a"));
        let other = CallKey { call: Id::of_texts(&["other"]), ..key(1, "a") };
        assert_eq!(calls.claim(&other).expect_err("it is reused").code(), "sync-id-reused");
        assert!(calls.known(&other).is_none());
        assert!(matches!(calls.claim(&key(1, "a")), Ok(Claim::Known(Known::Running(_)))));
        drop(claim(&calls, &key(2, "a")));
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_before_it_comes_does_not_run() {
        let calls = calls(|_| {});
        calls.cancel(Id::of([1; 16]), "a");
        match calls.claim(&key(1, "a")) {
            Ok(Claim::Known(known)) => {
                assert_eq!(known.outcome().await.expect_err("it was given up").code(), "sync-cancelled");
            }
            other => panic!("{other:?}"),
        }
        drop(claim(&calls, &key(2, "a")));
        let running = claim(&calls, &key(1, "b"));
        calls.cancel(Id::of([2; 16]), "b");
        assert!(!running.cancelled().is_cancelled());
        calls.cancel(Id::of([1; 16]), "b");
        assert!(running.cancelled().is_cancelled());
    }
}
