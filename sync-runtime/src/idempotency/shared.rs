//! Calls that are known on all servers, in a Redis: `<prefix>:call:<a hash of the caller and its name of the call>`, for as long as a repeat
//! is answered.
//!
//! The value is `r <call> <until> <ticket>` while the handler runs, and `d <call> <outcome>` after; the time until which it may run is in
//! milliseconds since 1970, as the Redis counts them. `<prefix>:calls` has the time since when this Redis knows calls: one that has lost what it
//! knew has lost that, too.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::Script;

use crate::clock::{Instant, sleep};
use crate::config::Config;
use crate::error::SyncError;
use crate::id::Id;
use crate::idempotency::store::{read, unknown, written};
use crate::idempotency::{Begun, CallKey, CallStore, Outcome, Terms, reused};
use crate::route::BoxFuture;
use crate::storage::{DataError, Redis, RedisFailure, millis};

/// How long an answer may be that is kept, in bytes; a repeat of a call with a longer one is told that nobody knows it.
const LONGEST: usize = 64 << 10;
/// How often it is looked whether a call has ended that runs on another server.
const LOOKS_AGAIN: Duration = Duration::from_millis(50);
const LOOKS_AGAIN_AT_LAST: Duration = Duration::from_secs(1);
/// How much longer than its time a call may take until it counts as cut off.
const ENDING: Duration = Duration::from_secs(2);

static BEGIN: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local time = redis.call('TIME')
     local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
     redis.call('SET', KEYS[2], now, 'NX')
     local since = redis.call('GET', KEYS[2])
     local known = redis.call('GET', KEYS[1])
     if known and string.match(known, '^r .* (%x+)$') == ARGV[4] then known = false end
     if not known then
       local ends = string.format('%.0f', now + ARGV[2])
       redis.call('SET', KEYS[1], 'r ' .. ARGV[1] .. ' ' .. ends .. ' ' .. ARGV[4], 'PX', ARGV[3])
     end
     return {known, now, since}",
    )
});

/// Forgets a call that this server wanted to begin, and of which it was not told whether it could.
static FORGET: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local known = redis.call('GET', KEYS[1])
     if known and string.match(known, '^r .* (%x+)$') == ARGV[1] then redis.call('DEL', KEYS[1]) end",
    )
});

/// Calls that are known on all servers with the same bus.
pub struct SharedCalls {
    redis: Arc<Redis>,
    prefix: String,
    /// For how long they are known, and those of `durable` routes.
    ages: [Duration; 2],
    codes: Vec<&'static str>,
}

impl SharedCalls {
    /// Prepares the calls of the bus that the configuration names. `codes` are those that the app can answer with.
    ///
    /// # Errors
    ///
    /// When that is not the address of a Redis.
    pub fn new(config: &Config, url: &str, codes: Vec<&'static str>) -> Result<Arc<Self>, DataError> {
        let ages = [config.idempotency_age, config.durable_calls_age.max(config.idempotency_age)];
        Ok(Arc::new(Self {
            redis: Arc::new(Redis::new(url, "bus")?),
            prefix: config.redis_prefix.clone(),
            ages: ages.map(|age| age.max(Duration::from_millis(1))),
            codes,
        }))
    }

    fn key(&self, key: &CallKey<'_>) -> String {
        let name = Id::of_texts(&["call", &key.caller.to_string(), &key.id]);
        format!("{}:call:{name}", self.prefix)
    }

    fn age(&self, terms: Terms) -> Duration {
        self.ages[usize::from(terms.durable)]
    }

    /// Returns what is known of a call, what time it is there, and since when calls are known; notes that it begins if nothing is.
    async fn look(
        &self,
        key: &CallKey<'_>,
        terms: Terms,
        ticket: &str,
    ) -> Result<(Option<String>, u64, u64), SyncError> {
        let (name, since) = (self.key(key), format!("{}:calls", self.prefix));
        let limit = terms.left + ENDING;
        let (ends, age) = (millis(limit), millis(self.age(terms).max(limit)));
        let looked = self.redis.ask(|mut redis| {
            let mut look = BEGIN.key(&name);
            look.key(&since).arg(key.call.to_string()).arg(ends).arg(age).arg(ticket);
            async move { look.invoke_async(&mut redis).await }
        });
        looked.await.map_err(|failure| {
            self.forget(name, ticket.to_owned(), limit);
            unavailable(failure)
        })
    }

    /// Has nobody wait for a call that may have been noted, and has not begun; after this time nobody does.
    fn forget(&self, name: String, ticket: String, within: Duration) {
        let (redis, until) = (self.redis.clone(), Instant::now() + within);
        tokio::spawn(async move {
            while Instant::now() < until {
                let forgotten = redis.ask(|mut redis| {
                    let mut forget = FORGET.key(&name);
                    forget.arg(&ticket);
                    async move { forget.invoke_async::<()>(&mut redis).await }
                });
                if forgotten.await.is_ok() {
                    return;
                }
                sleep(LOOKS_AGAIN_AT_LAST).await;
            }
        });
    }
}

impl CallStore for SharedCalls {
    fn begin<'a>(&'a self, key: &'a CallKey<'static>, terms: Terms) -> BoxFuture<'a, Result<Begun, SyncError>> {
        Box::pin(async move {
            let (ticket, mut pause) = (Id::random().to_string(), LOOKS_AGAIN);
            let until_answered = Instant::now() + terms.left;
            loop {
                let (known, now, since) = self.look(key, terms, &ticket).await?;
                let Some(known) = known else {
                    // What was sent elsewhere may have been known there, and lost since.
                    let may_be_lost = Duration::from_millis(now.saturating_sub(since)) < self.age(terms);
                    let is_unknown = terms.elsewhere && may_be_lost;
                    return Ok(if is_unknown { Begun::Ended(Err(unknown())) } else { Begun::New });
                };
                let mut parts = known.splitn(3, ' ');
                let (state, call) = (parts.next(), parts.next());
                if call != Some(&*key.call.to_string()) {
                    return Err(reused());
                }
                let rest = parts.next().unwrap_or_default();
                let until = rest.split(' ').next().and_then(|until| until.parse::<u64>().ok());
                match state {
                    Some("d") => return Ok(Begun::Ended(read(rest, &self.codes))),
                    // The server that ran it has ended, or cannot say any more what came of it.
                    _ if until.is_none_or(|until| until < now) => return Ok(Begun::Ended(Err(unknown()))),
                    // It may end yet, and this one has no more time to wait for that.
                    _ if Instant::now() >= until_answered => return Err(SyncError::new("sync-timeout")),
                    _ => sleep(pause.min(until_answered.saturating_duration_since(Instant::now()))).await,
                }
                pause = (pause * 2).min(LOOKS_AGAIN_AT_LAST);
            }
        })
    }

    fn end<'a>(&'a self, key: &'a CallKey<'static>, terms: Terms, outcome: Outcome) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let name = self.key(key);
            let stored = written(&outcome).filter(|stored| stored.len() <= LONGEST);
            let value = format!("d {} {}", key.call, stored.unwrap_or_default());
            let kept = self.redis.ask(|mut redis| {
                let mut keep = redis::cmd("SET");
                keep.arg(&name).arg(&value).arg("PX").arg(millis(self.age(terms)));
                async move { keep.query_async::<()>(&mut redis).await }
            });
            if let Err(error) = kept.await {
                // This server knows it, and others will say that they do not.
                tracing::warn!(%error, "other servers cannot be told what came of a call");
            }
            outcome
        })
    }
}

fn unavailable(failure: RedisFailure) -> SyncError {
    tracing::debug!(%failure, "refused");
    SyncError::new("sync-unavailable")
}

// The address may have a password in it.
impl std::fmt::Debug for SharedCalls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedCalls").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
