//! Builds the parts of a server, connects them, starts and stops them.

#[cfg(not(unix))]
mod alone;
mod backups;
mod builder;
mod handle;
mod logs;
mod process;
mod replication;
mod running;
#[cfg(unix)]
mod service;
#[cfg(unix)]
mod takeover;

pub use builder::{Server, StartError};
pub use handle::{Clients, Handle, hub, rest_scopes, rows_live};
pub use process::serve;
pub use running::Running;

#[cfg(not(unix))]
use alone as takeover;
