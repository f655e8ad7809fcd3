//! Our server, as an app would run it, with the routes of `benches/app`.

use std::error::Error;
use std::future::pending;

use bench_app::{App, Session};
use sync::{Config, Running};

use crate::servers::{PING_INTERVAL, announce};
use harness::protocol;

/// Serves until the process ends, with some variables set otherwise.
pub(super) fn serve(members: usize, variables: &[(&str, &str)]) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = bench_app::server();
        let running = server.start(&bench_app::routes::TABLE, config(variables)?).await?;
        announce(running.address().port(), log_in(&running, members).await?)?;
        pending().await
    })
}

fn config(others: &[(&str, &str)]) -> Result<Config, sync::ConfigError> {
    let ping = PING_INTERVAL.as_millis().to_string();
    let variables = [
        ("SYNC_LISTEN", "127.0.0.1:0"),
        ("SYNC_ENV", "development"),
        ("SYNC_LIMITS", "off"),
        ("SYNC_PING_INTERVAL_MS", &ping),
        ("SYNC_PING_TIMEOUT_MS", &ping),
    ];
    let variables = variables.iter().chain(others).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    // Where it is one of several.
    let bus = std::env::var("SYNC_BUS").ok().map(|url| ("SYNC_BUS".to_owned(), url));
    Config::read("", variables.chain(bus))
}

/// Makes a session for each member, and returns their tokens.
async fn log_in(running: &Running<App>, members: usize) -> Result<Vec<String>, sync::StoreError> {
    let mut tokens = Vec::with_capacity(members);
    for member in 0..members {
        let seat = u32::try_from(member).unwrap_or_default();
        let session = Session { user_id: protocol::user(member), seat, active: true };
        tokens.push(running.handle().sessions().create(session).await?.as_str().to_owned());
    }
    Ok(tokens)
}
