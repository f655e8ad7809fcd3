//! Shared values in a Redis.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use redis::Script;

use super::{StateStore, StateStoreError, StoreKey, StoredRooms, StoredState};
use crate::route::BoxFuture;
use crate::storage::{DataError, Redis, RedisFailure};

/// Writes a value unless a newer one is there, and returns the number of that one, or 0. Numbers are compared as text: those of Lua are not
/// exact beyond 2^53.
static SAVE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local found = redis.call('HGET', KEYS[1], 'number')
     if found and (#found > #ARGV[1] or (#found == #ARGV[1] and found > ARGV[1])) then return found end
     redis.call('HSET', KEYS[1], 'number', ARGV[1], 'value', ARGV[2])
     return '0'",
    )
});

/// How many keys Redis looks through at a time.
const AT_ONCE: usize = 1000;

/// Shared values in a Redis: `store = redis`, with the cargo feature `redis` and the setting `redis_url`.
///
/// It needs Redis 6.2. A value is a hash under `<prefix>:state:<page>/<name>:<version>:<room>`, with the fields `number` and `value`, which is JSON.
#[derive(Debug)]
pub struct RedisStates {
    redis: Redis,
    prefix: String,
}

impl RedisStates {
    /// Prepares to use the Redis at `url`; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When `url` is not the address of a Redis.
    pub fn new(url: &str, prefix: &str) -> Result<Self, DataError> {
        Ok(Self { redis: Redis::new(url, "redis_url")?, prefix: prefix.to_owned() })
    }

    fn key(&self, key: &StoreKey) -> String {
        self.key_of("state", key.state, key.version, &key.room)
    }

    /// Neither a state's name nor a version has a colon.
    fn key_of(&self, what: &str, state: &str, version: &str, room: &str) -> String {
        format!("{}:{what}:{state}:{version}:{room}", self.prefix)
    }
}

impl StateStore for RedisStates {
    fn load(&self, key: StoreKey) -> BoxFuture<'_, Result<Option<StoredState>, StateStoreError>> {
        Box::pin(async move {
            let name = self.key(&key);
            let found: (Option<String>, Option<String>) = self
                .redis
                .ask(|mut redis| {
                    let name = name.clone();
                    async move { redis::cmd("HMGET").arg(name).arg(&["number", "value"]).query_async(&mut redis).await }
                })
                .await?;
            let damaged = |what: &str| StateStoreError::Damaged { place: name.clone(), source: what.into() };
            match found {
                (None, None) => Ok(None),
                (Some(number), Some(value)) => {
                    let number = number.parse().map_err(|_| damaged("its `number` is none"))?;
                    Ok(Some(StoredState { number, value: value.into() }))
                }
                _ => Err(damaged("it has only one of the fields `number` and `value`")),
            }
        })
    }

    fn save(&self, key: StoreKey, stored: StoredState) -> BoxFuture<'_, Result<(), StateStoreError>> {
        Box::pin(async move {
            let name = self.key(&key);
            let found: String = self
                .redis
                .ask(|mut redis| {
                    let (name, stored) = (name.clone(), stored.clone());
                    async move {
                        let mut script = SAVE.key(name);
                        script.arg(stored.number.to_string()).arg(&*stored.value);
                        script.invoke_async(&mut redis).await
                    }
                })
                .await?;
            match found.parse() {
                Ok(0) => Ok(()),
                Ok(found) => Err(StateStoreError::Newer { key, found, known: stored.number }),
                Err(_) => Err(StateStoreError::Damaged { place: name, source: "its `number` is none".into() }),
            }
        })
    }

    fn set_aside(&self, key: StoreKey) -> BoxFuture<'_, Result<String, StateStoreError>> {
        Box::pin(async move {
            let name = self.key(&key);
            // The first copy stays: what is damaged after that was damaged already.
            let aside = self.key_of("state-damaged", key.state, key.version, &key.room);
            self.redis
                .ask(|mut redis| {
                    let (name, aside) = (name.clone(), aside.clone());
                    async move { redis::cmd("COPY").arg(name).arg(aside).query_async::<()>(&mut redis).await }
                })
                .await?;
            Ok(aside)
        })
    }

    fn rooms(&self, state: &'static str, version: &'static str) -> BoxFuture<'_, Result<StoredRooms, StateStoreError>> {
        Box::pin(async move {
            let start = self.key_of("state", state, version, "");
            let pattern = format!("{}*", literal(&start));
            // Redis may tell of one key several times.
            let (mut rooms, mut cursor) = (BTreeSet::new(), 0_u64);
            loop {
                let scanning = self.redis.ask(|mut redis| {
                    let pattern = pattern.clone();
                    async move {
                        let mut scan = redis::cmd("SCAN");
                        scan.arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(AT_ONCE);
                        scan.query_async::<(u64, Vec<String>)>(&mut redis).await
                    }
                });
                let (next, keys) = scanning.await?;
                rooms.extend(keys.iter().filter_map(|key| key.strip_prefix(&start)).map(Arc::from));
                if next == 0 {
                    return Ok(StoredRooms { rooms: rooms.into_iter().collect(), unreadable: Vec::new() });
                }
                cursor = next;
            }
        })
    }

    fn replace(&self, key: StoreKey, stored: Option<StoredState>) -> BoxFuture<'_, Result<(), StateStoreError>> {
        Box::pin(async move {
            let name = self.key(&key);
            let replacing = self.redis.ask(|mut redis| {
                let (name, stored) = (name.clone(), stored.clone());
                async move {
                    let mut pipe = redis::pipe();
                    pipe.atomic().del(&name);
                    if let Some(stored) = stored {
                        pipe.hset(&name, "number", stored.number.to_string()).hset(&name, "value", &*stored.value);
                    }
                    pipe.query_async::<()>(&mut redis).await
                }
            });
            Ok(replacing.await?)
        })
    }
}

/// Writes a text as a pattern that no other one matches.
fn literal(text: &str) -> String {
    let is_special = |letter: char| matches!(letter, '*' | '?' | '[' | ']' | '\\' | '^');
    text.chars().flat_map(|letter| is_special(letter).then_some('\\').into_iter().chain([letter])).collect()
}

impl From<RedisFailure> for StateStoreError {
    fn from(failure: RedisFailure) -> Self {
        Self::Unavailable(failure.into())
    }
}
