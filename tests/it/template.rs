//! The template as it runs, with a folder of its own for what it keeps.

use std::net::SocketAddr;
use std::ops::Deref;

use app::SyncApp;
use sync::{Config, Running};
use tempfile::TempDir;

/// A running template; its data goes with it.
pub struct Template {
    running: Running<SyncApp>,
    _data: TempDir,
}

impl Deref for Template {
    type Target = Running<SyncApp>;

    fn deref(&self) -> &Running<SyncApp> {
        &self.running
    }
}

/// Starts the template on a free port.
pub async fn start(change: impl FnOnce(&mut Config)) -> Template {
    let data = tempfile::tempdir().expect("a folder");
    let mut config = Config::default();
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.data = data.path().to_owned();
    change(&mut config);
    Template { running: app::start(config).await.expect("the template starts"), _data: data }
}
