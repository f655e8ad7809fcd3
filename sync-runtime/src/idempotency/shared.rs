//! Calls that are known on all servers, in a Redis: `<prefix>:call:<a hash of the caller and its name of the call>`, for as long as a repeat
//! is answered.
//!
//! The value is `r <call> <until>` while the handler runs, and `d <call> <outcome>` after; the time until which it may run is in milliseconds
//! since 1970, as the Redis counts them.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::Script;

use crate::clock::sleep;
use crate::config::Config;
use crate::error::SyncError;
use crate::id::Id;
use crate::idempotency::store::{read, unknown, written};
use crate::idempotency::{Begun, CallKey, CallStore, Outcome, reused};
use crate::route::BoxFuture;
use crate::storage::{DataError, Redis, RedisFailure};

/// How long an answer may be that is kept, in bytes; a repeat of a call with a longer one is told that nobody knows it.
const LONGEST: usize = 64 << 10;
/// How often it is looked whether a call has ended that runs on another server.
const LOOKS_AGAIN: Duration = Duration::from_millis(50);
/// How much longer than its time a call may take until it counts as cut off.
const ENDING: Duration = Duration::from_secs(2);

static BEGIN: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local time = redis.call('TIME')
     local now = time[1] * 1000 + math.floor(time[2] / 1000)
     local known = redis.call('GET', KEYS[1])
     if not known then
       local ends = string.format('%.0f', now + ARGV[2])
       redis.call('SET', KEYS[1], 'r ' .. ARGV[1] .. ' ' .. ends, 'PX', ARGV[3])
     end
     return {known, string.format('%.0f', now)}",
    )
});

/// Calls that are known on all servers with the same bus.
pub struct SharedCalls {
    redis: Redis,
    prefix: String,
    /// For how long they are known.
    age: Duration,
    /// How long a handler may run.
    limit: Duration,
    codes: Vec<&'static str>,
}

impl SharedCalls {
    /// Prepares the calls of the bus that the configuration names, for handlers that may run for `limit` at most. `codes` are those that the
    /// app can answer with.
    ///
    /// # Errors
    ///
    /// When that is not the address of a Redis.
    pub fn new(config: &Config, url: &str, limit: Duration, codes: Vec<&'static str>) -> Result<Arc<Self>, DataError> {
        let age = config.idempotency_age.max(Duration::from_millis(1));
        Ok(Arc::new(Self {
            redis: Redis::new(url, "bus")?,
            prefix: config.redis_prefix.clone(),
            age,
            limit: limit + ENDING,
            codes,
        }))
    }

    fn key(&self, key: &CallKey<'_>) -> String {
        let name = Id::of_texts(&["call", &key.caller.to_string(), &key.id]);
        format!("{}:call:{name}", self.prefix)
    }

    /// Returns what is known of a call, and what time it is there; notes that it begins if nothing is.
    async fn look(&self, key: &CallKey<'_>) -> Result<(Option<String>, u64), SyncError> {
        let name = self.key(key);
        let (limit, age) = (millis(self.limit), millis(self.age.max(self.limit)));
        let looked = self.redis.ask(|mut redis| {
            let mut look = BEGIN.key(&name);
            look.arg(key.call.to_string()).arg(limit).arg(age);
            async move { look.invoke_async(&mut redis).await }
        });
        looked.await.map_err(unavailable)
    }

    /// Returns whether the Redis has known calls for as long as they are kept: one that was started since may have forgotten some.
    async fn has_known_all(&self) -> bool {
        let asked = self.redis.ask(|mut redis| async move {
            let info: String = redis::cmd("INFO").arg("server").query_async(&mut redis).await?;
            let up = info.lines().find_map(|line| line.strip_prefix("uptime_in_seconds:")?.trim().parse::<u64>().ok());
            Ok(Duration::from_secs(up.unwrap_or_default()))
        });
        asked.await.is_ok_and(|up| up > self.age)
    }
}

impl CallStore for SharedCalls {
    fn begin<'a>(&'a self, key: &'a CallKey<'static>, elsewhere: bool) -> BoxFuture<'a, Result<Begun, SyncError>> {
        Box::pin(async move {
            loop {
                let (known, now) = self.look(key).await?;
                let Some(known) = known else {
                    if elsewhere && !self.has_known_all().await {
                        return Ok(Begun::Ended(Err(unknown())));
                    }
                    return Ok(Begun::New);
                };
                let mut parts = known.splitn(3, ' ');
                let (state, call) = (parts.next(), parts.next());
                if call != Some(&*key.call.to_string()) {
                    return Err(reused());
                }
                let rest = parts.next().unwrap_or_default();
                match state {
                    Some("d") => return Ok(Begun::Ended(read(rest, &self.codes))),
                    // The server that ran it has ended, or cannot say any more what came of it.
                    _ if rest.parse().is_ok_and(|until: u64| until < now) => return Ok(Begun::Ended(Err(unknown()))),
                    _ => sleep(LOOKS_AGAIN).await,
                }
            }
        })
    }

    fn end<'a>(&'a self, key: &'a CallKey<'static>, outcome: Outcome) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let name = self.key(key);
            let stored = written(&outcome).filter(|stored| stored.len() <= LONGEST);
            let value = format!("d {} {}", key.call, stored.unwrap_or_default());
            let kept = self.redis.ask(|mut redis| {
                let mut keep = redis::cmd("SET");
                keep.arg(&name).arg(&value).arg("PX").arg(millis(self.age));
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

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
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
