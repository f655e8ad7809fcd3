//! Opens what is kept beyond the process: SQLite files in the server's folder, and connections to a Redis. It knows no table and no key.

mod lock;
#[cfg(feature = "redis")]
mod redis;
mod sqlite;

pub(crate) use lock::FileLock;
#[cfg(unix)]
pub(crate) use lock::{held, share};
#[cfg(feature = "redis")]
pub(crate) use redis::{Redis, RedisFailure, millis, process};
pub use sqlite::DataError;
pub(crate) use sqlite::{
    Database, Failure, Job, Later, Schema, create_folder, later, new_file, open_file, sync_folder,
};
