//! The process around a server: its log, its configuration, its signals.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use crate::config::{Config, ConfigError};
use crate::route::{App, Table};
use crate::server::builder::Server;
use crate::transport::raise_file_limit;

/// Runs a server until SIGINT or SIGTERM; what `sync::app!` makes `serve()` of.
pub fn serve<A: App>(server: Server<A>, table: &'static Table<A>) -> ExitCode {
    start_log();
    raise_file_limit();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let code = runtime.block_on(async {
        let started = match read_config() {
            Ok(config) => server.start(table, config).await,
            Err(error) => Err(error.into()),
        };
        match started {
            Ok(running) => {
                // Heard from now on: who reads where the server listens may stop it.
                let stopped = signalled();
                announce(running.address());
                stopped.await;
                running.shutdown().await;
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error),
        }
    });
    // A handler that blocks its thread does not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // A log that is there already belongs to whoever runs us.
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init().unwrap_or_default();
}

fn read_config() -> Result<Config, ConfigError> {
    let toml = match std::fs::read_to_string("sync.toml") {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(ConfigError::Syntax(error.to_string())),
    };
    Config::read(
        &toml,
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    )
}

fn announce(address: SocketAddr) {
    // Programs that start us read this line; one that has closed our output does not want it.
    writeln!(std::io::stdout(), "listening on http://{address}").unwrap_or_default();
}

/// Listens for SIGINT and SIGTERM, and returns what waits for them.
fn signalled() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let [interrupted, terminated] = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
            let heard = signal(kind);
            async move {
                match heard {
                    Ok(mut heard) => drop(heard.recv().await),
                    Err(error) => {
                        tracing::warn!(%error, ?kind, "a signal cannot be heard");
                        std::future::pending().await
                    }
                }
            }
        })
    };
    #[cfg(not(unix))]
    let (interrupted, terminated) =
        (async { tokio::signal::ctrl_c().await.unwrap_or_default() }, std::future::pending());
    async move {
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    let mut message = format!("error: {error}");
    let mut cause = error.source();
    while let Some(source) = cause {
        message.push_str(&format!(": {source}"));
        cause = source.source();
    }
    writeln!(std::io::stderr(), "{message}").unwrap_or_default();
    ExitCode::FAILURE
}
