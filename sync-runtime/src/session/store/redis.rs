//! Sessions in a Redis.
//!
//! A session is a hash, under `<prefix>:session:<SHA-256 of its token>`, with the fields `session`, which is JSON, and `user`. The sessions of
//! a user are a sorted set, `<prefix>:user:<id>`, by the time at which they expire. Redis itself lets both expire. Each operation is one
//! script, so it has its whole effect or none. A script finds the user of a session in Redis alone and so cannot say beforehand which keys
//! it uses: one Redis, with replicas or not, is what this is for, and no cluster.

use std::sync::LazyLock;
use std::time::Duration;

use redis::{FromRedisValue, Script};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::route::BoxFuture;
use crate::session::store::{REMOVED_AT_ONCE, from_json, to_json};
use crate::session::{SessionStore, StoreError, TokenHash};
use crate::storage::{DataError, Redis, RedisFailure};

/// What "for ever" is in a Redis, which counts in milliseconds since 1970: a hundred years.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What all scripts begin with. They take a prefix and the time to live, and behind them what is theirs.
const COMMON: &str = "
local prefix, ttl = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(number) return string.format('%.0f', number) end
local function key_of(session) return prefix .. ':session:' .. session end
local function index_of(user) return prefix .. ':user:' .. user end

-- Notes a use of a session among those of its user, and frees a few of those that have expired.
local function note(user, session)
  local index = index_of(user)
  redis.call('ZADD', index, whole(now + ttl), session)
  for _, over in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. whole(now), 'LIMIT', 0, 8)) do
    redis.call('ZREM', index, over)
  end
  redis.call('PEXPIRE', index, whole(ttl))
end

-- Uses a session, and returns whether it is there.
local function use(session)
  local key = key_of(session)
  if redis.call('PEXPIRE', key, whole(ttl)) == 0 then return false end
  local user = redis.call('HGET', key, 'user')
  if user then note(user, session) end
  return true
end

-- Takes away whose session it is.
local function disown(session)
  local user = redis.call('HGET', key_of(session), 'user')
  if user then
    redis.call('ZREM', index_of(user), session)
    redis.call('HDEL', key_of(session), 'user')
  end
end

local function write(session, json, user)
  disown(session)
  redis.call('HSET', key_of(session), 'session', json)
  if user then
    redis.call('HSET', key_of(session), 'user', user)
    note(user, session)
  end
  redis.call('PEXPIRE', key_of(session), whole(ttl))
end
";

static CREATE: LazyLock<Script> = LazyLock::new(|| script("write(ARGV[3], ARGV[4], ARGV[5])"));
static LOAD: LazyLock<Script> =
    LazyLock::new(|| script("return use(ARGV[3]) and redis.call('HGET', key_of(ARGV[3]), 'session')"));
static UPDATE: LazyLock<Script> = LazyLock::new(|| {
    script(
        "if redis.call('EXISTS', key_of(ARGV[3])) == 0 then return 0 end
     write(ARGV[3], ARGV[4], ARGV[5])
     return 1",
    )
});
static TOUCH: LazyLock<Script> = LazyLock::new(|| {
    script(
        "local gone = {}
     for at = 3, #ARGV do
       if not use(ARGV[at]) then gone[#gone + 1] = ARGV[at] end
     end
     return gone",
    )
});
static REMOVE: LazyLock<Script> = LazyLock::new(|| {
    script(
        "disown(ARGV[3])
     redis.call('DEL', key_of(ARGV[3]))",
    )
});
static REMOVE_USER: LazyLock<Script> = LazyLock::new(|| {
    script(
        "local index, most, keep = index_of(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
     local removed = {}
     if keep and redis.call('EXISTS', key_of(keep)) == 0 then return removed end
     repeat
       local found = redis.call('ZRANGEBYSCORE', index, whole(now), '+inf', 'LIMIT', 0, most + 1)
       local others = 0
       for _, session in ipairs(found) do
         if session ~= keep and others < most then
           others = others + 1
           redis.call('ZREM', index, session)
           if redis.call('DEL', key_of(session)) == 1 then removed[#removed + 1] = session end
         end
       end
     until #removed > 0 or others == 0
     return removed",
    )
});

fn script(text: &str) -> Script {
    Script::new(&[COMMON, text].concat())
}

/// Sessions in a Redis, which several servers share: the cargo feature `redis`, and the setting `redis_url`.
///
/// While the Redis does not answer, so does the store: whoever needs it is told `session-unavailable`, and it comes back by itself. What the
/// Redis forgets, by a restart without its data or for want of memory (`maxmemory-policy`), has ended.
#[derive(Debug)]
pub struct RedisStore {
    ttl: Duration,
    prefix: String,
    redis: Redis,
}

impl RedisStore {
    /// Prepares a store at `url`, such as `redis://:password@127.0.0.1:6379/0`, whose keys begin with `prefix` and a colon and whose sessions
    /// live for `ttl` after their last use. Two apps in one Redis need two prefixes. It connects when it is asked something.
    ///
    /// # Errors
    ///
    /// When `url` is not the address of a Redis.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use sync::RedisStore;
    ///
    /// let store = RedisStore::new("redis://127.0.0.1:6379/0", "chess", Duration::from_secs(3600))?;
    /// assert!(RedisStore::new("http://127.0.0.1", "chess", Duration::from_secs(3600)).is_err());
    /// # Ok::<(), sync::DataError>(())
    /// ```
    pub fn new(url: &str, prefix: impl Into<String>, ttl: Duration) -> Result<Self, DataError> {
        Ok(Self { ttl, prefix: prefix.into(), redis: Redis::new(url, "redis_url")? })
    }

    async fn ask<T: FromRedisValue>(&self, script: &Script, arguments: Vec<String>) -> Result<T, StoreError> {
        let mut asked = script.prepare_invoke();
        let ttl = self.ttl.clamp(Duration::from_millis(1), FOR_EVER).as_millis();
        asked.arg(&self.prefix).arg(ttl.to_string()).arg(arguments);
        let asked = &asked;
        let answer = self.redis.ask(|mut connection| async move { asked.invoke_async(&mut connection).await });
        Ok(answer.await?)
    }
}

impl<S: Serialize + DeserializeOwned + Send + 'static> SessionStore<S> for RedisStore {
    fn ttl(&self) -> Duration {
        self.ttl
    }

    fn create(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<(), StoreError>> {
        let session = to_json(&session);
        Box::pin(async move { self.ask(&CREATE, [hex(key), session?].into_iter().chain(user).collect()).await })
    }

    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>> {
        Box::pin(async move {
            let session: Option<String> = self.ask(&LOAD, vec![hex(key)]).await?;
            Ok(session.and_then(|session| from_json(&session)))
        })
    }

    fn update(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<bool, StoreError>> {
        let session = to_json(&session);
        Box::pin(async move { self.ask(&UPDATE, [hex(key), session?].into_iter().chain(user).collect()).await })
    }

    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        Box::pin(async move {
            let gone: Vec<String> = self.ask(&TOUCH, keys.into_iter().map(hex).collect()).await?;
            gone.iter().map(|key| key_of(key)).collect()
        })
    }

    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { self.ask(&REMOVE, vec![hex(key)]).await })
    }

    fn remove_user(&self, user: String, keep: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        Box::pin(async move {
            let most = REMOVED_AT_ONCE.to_string();
            let asked = [user, most].into_iter().chain(keep.map(hex)).collect();
            let removed: Vec<String> = self.ask(&REMOVE_USER, asked).await?;
            removed.iter().map(|key| key_of(key)).collect()
        })
    }
}

fn hex(key: TokenHash) -> String {
    key.to_string()
}

fn key_of(hex: &str) -> Result<TokenHash, StoreError> {
    TokenHash::of_hex(hex).ok_or_else(|| StoreError("the Redis has a session under a key that is none".into()))
}

impl From<RedisFailure> for StoreError {
    fn from(failure: RedisFailure) -> Self {
        Self(Box::new(failure))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tempfile::TempDir;

    use super::*;
    use crate::session::store_suite;

    const TTL: Duration = Duration::from_secs(60);

    /// A Redis of a test's own, at a socket in a folder of its own.
    struct Server {
        child: Child,
        folder: TempDir,
    }

    impl Server {
        /// Starts one; `None` where there is no `redis-server`, which must be there where `SYNC_TEST_REDIS` says so.
        fn start() -> Option<Self> {
            let folder = tempfile::tempdir().expect("a folder");
            let mut command = Command::new("redis-server");
            let arguments = ["--port", "0", "--save", "", "--unixsocket", "redis.sock"];
            let child = command.args(arguments).current_dir(folder.path()).stdout(Stdio::piped()).spawn();
            let mut child = match child {
                Ok(child) => child,
                Err(error) if std::env::var_os("SYNC_TEST_REDIS").is_none() => {
                    eprintln!("skipped: there is no `redis-server` ({error})");
                    return None;
                }
                Err(error) => panic!("`redis-server` cannot be started: {error}"),
            };
            let said = BufReader::new(child.stdout.take().expect("its output")).lines();
            let is_ready = said.map_while(Result::ok).any(|line| line.contains("eady to accept connections"));
            assert!(is_ready, "the Redis of this test has ended");
            Some(Self { child, folder })
        }

        fn store(&self, prefix: &str, ttl: Duration) -> RedisStore {
            let url = format!("redis+unix://{}", self.folder.path().join("redis.sock").display());
            RedisStore::new(&url, prefix, ttl).expect("an address")
        }
    }

    impl Drop for Server {
        fn drop(&mut self) {
            self.child.kill().and_then(|()| self.child.wait()).expect("it is ours");
        }
    }

    /// Runs a script of the test's own, which sees what ours see.
    async fn eval<T: FromRedisValue>(store: &RedisStore, text: &str, arguments: Vec<String>) -> T {
        store.ask(&script(text), arguments).await.expect("a Redis")
    }

    /// Lets time pass: everything has so much less time to live.
    async fn pass(store: &RedisStore, time: Duration) {
        let shorten = "
            local passed = tonumber(ARGV[3])
            for _, key in ipairs(redis.call('KEYS', '*')) do
              local left = redis.call('PTTL', key) - passed
              if left < 0 then redis.call('DEL', key) else redis.call('PEXPIRE', key, whole(left)) end
              if redis.call('TYPE', key).ok == 'zset' then
                for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
                  redis.call('ZINCRBY', key, whole(-passed), member)
                end
              end
            end";
        eval::<()>(store, shorten, vec![time.as_millis().to_string()]).await;
    }

    async fn keys(store: &RedisStore) -> Vec<String> {
        eval(store, "local keys = redis.call('KEYS', '*') table.sort(keys) return keys", Vec::new()).await
    }

    fn key(number: usize) -> TokenHash {
        TokenHash::of(&number.to_string())
    }

    fn ada() -> Option<String> {
        Some("ada".to_owned())
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let Some(server) = Server::start() else { return };
        let made = AtomicUsize::new(0);
        let make = async |ttl| server.store(&format!("store {}", made.fetch_add(1, Ordering::Relaxed)), ttl);
        let operator = server.store("operator", TTL);
        store_suite::run(make, |time| pass(&operator, time)).await;
    }

    #[tokio::test]
    async fn redis_itself_lets_sessions_expire_and_nothing_of_them_stays() {
        let Some(server) = Server::start() else { return };
        let store = server.store("chess", Duration::from_millis(20));
        store.create(key(1), ada(), 7).await.expect("a store");
        let until = crate::clock::Instant::now() + Duration::from_secs(20);
        while !keys(&store).await.is_empty() {
            assert!(crate::clock::Instant::now() < until, "{:?}", keys(&store).await);
        }
        assert_eq!(SessionStore::<u32>::load(&store, key(1)).await.expect("a store"), None);
    }

    #[tokio::test]
    async fn keys_have_a_prefix_and_neither_token_nor_trace_of_who_has_signed_out() {
        let Some(server) = Server::start() else { return };
        let (store, other) = (server.store("chess", TTL), server.store("go", TTL));
        let token = TokenHash::of("the token of a user");
        store.create(token, ada(), 7).await.expect("a store");
        assert_eq!(keys(&store).await, [format!("chess:session:{}", hex(token)), "chess:user:ada".to_owned()]);
        assert_eq!(SessionStore::<u32>::load(&other, token).await.expect("a store"), None);
        assert!(SessionStore::<u32>::remove_user(&other, "ada".to_owned(), None).await.expect("a store").is_empty());
        SessionStore::<u32>::remove(&store, token).await.expect("a store");
        assert!(keys(&store).await.is_empty());
    }

    #[tokio::test]
    async fn what_a_user_has_left_behind_is_freed_a_few_at_a_time() {
        let Some(server) = Server::start() else { return };
        let store = server.store("chess", TTL);
        for number in 0..20 {
            store.create(key(number), ada(), 7).await.expect("a store");
        }
        pass(&store, TTL / 2).await;
        store.create(key(20), ada(), 7).await.expect("a store");
        pass(&store, TTL / 2 + Duration::from_secs(1)).await;
        let known = async || eval::<usize>(&store, "return redis.call('ZCARD', index_of('ada'))", Vec::new()).await;
        assert_eq!(known().await, 21);
        for left in [13, 5, 1] {
            assert!(SessionStore::<u32>::touch(&store, vec![key(20)]).await.expect("a store").is_empty());
            assert_eq!(known().await, left);
        }
    }

    #[tokio::test]
    async fn a_session_that_an_operator_deletes_is_gone_and_does_not_hide_others_of_its_user() {
        let Some(server) = Server::start() else { return };
        let store = server.store("chess", TTL);
        for number in 0..1500 {
            store.create(key(number), ada(), 7).await.expect("a store");
        }
        let delete = "for at = 3, #ARGV do redis.call('DEL', key_of(ARGV[at])) end";
        eval::<()>(&store, delete, (0..1499).map(|number| hex(key(number))).collect()).await;
        let removed = SessionStore::<u32>::remove_user(&store, "ada".to_owned(), None).await.expect("a store");
        assert_eq!(removed, [key(1499)]);
    }

    #[tokio::test]
    async fn a_session_that_the_app_cannot_read_any_more_is_as_one_that_is_not_there() {
        let Some(server) = Server::start() else { return };
        let store = server.store("chess", TTL);
        store.create(key(1), None, "a text".to_owned()).await.expect("a store");
        assert_eq!(SessionStore::<u32>::load(&store, key(1)).await.expect("a store"), None);
        assert_eq!(store.load(key(1)).await.expect("a store"), Some("a text".to_owned()), "and nothing is lost");
    }

    #[test]
    fn an_address_is_looked_at_before_anything_is_asked_and_its_password_is_told_to_nobody() {
        for url in ["", "127.0.0.1", "http://:hush@127.0.0.1", "rediss://:hush@127.0.0.1"] {
            let refused = RedisStore::new(url, "chess", TTL).expect_err("no address");
            let cause = std::error::Error::source(&refused).expect("a cause").to_string();
            assert!(refused.to_string().contains("`SYNC_REDIS_URL`") && !cause.contains("hush"), "{cause}");
        }
        let store = RedisStore::new("redis://:hush@127.0.0.1", "chess", TTL).expect("an address");
        assert!(!format!("{store:?}").contains("hush"));
    }
}
