//! Connections to the database: one for SQL, and one for what it streams, with the same words for the same values.

use std::future::Future;
use std::time::Duration;

use pgwire_replication::{Lsn as WireLsn, ReplicationClient, ReplicationConfig};
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};
use tokio_util::task::AbortOnDropHandle;

use super::error::Halt;
use super::position::Lsn;
use crate::clock::timeout;
use crate::log::ALIVE;

/// How long it may take to connect, and to answer something that is no work.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How values are written: the same in a copy as in a stream, whatever the database is set to.
const VALUES: &str =
    "-c datestyle=ISO,MDY -c intervalstyle=iso_8601 -c timezone=UTC -c extra_float_digits=1 -c bytea_output=hex";
/// The name under which the database knows us.
pub(super) const APPLICATION: &str = "syncwright";
/// How many messages wait for who reads them; each may be as large as a row.
const MESSAGES: usize = 32;

/// Where a database is.
#[derive(Debug, Clone)]
pub(super) struct Address {
    config: Config,
}

/// A connection for SQL; it ends with this.
pub(super) struct Sql {
    pub(super) client: Client,
    #[expect(dead_code, reason = "it ends with its client")]
    connection: AbortOnDropHandle<()>,
}

impl std::ops::Deref for Sql {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Address {
    /// Reads the URL of a database.
    pub(super) fn read(url: &str) -> Result<Self, Halt> {
        let mut config: Config = url.parse().map_err(|error| Halt::Address(Box::new(error)))?;
        if config.get_hosts().len() > 1 {
            return Err(Halt::Hosts);
        }
        let own = config.get_options().map(|own| format!("{own} ")).unwrap_or_default();
        config.options(format!("{own}{VALUES} {ALIVE}"));
        config.connect_timeout(PATIENCE).keepalives_idle(Duration::from_secs(3)).tcp_user_timeout(PATIENCE);
        config.application_name(APPLICATION);
        Ok(Self { config })
    }

    /// Returns how to connect otherwise.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Connects for SQL.
    pub(super) async fn connect(&self) -> Result<Sql, Halt> {
        let (client, connection) = in_time(self.config.connect(NoTls)).await??;
        let connection = AbortOnDropHandle::new(tokio::spawn(async move { connection.await.unwrap_or_default() }));
        Ok(Sql { client, connection })
    }

    /// Connects for a stream that has not begun: it is told where, and what is stored already.
    pub(super) async fn open_stream(
        &self,
        slot: &str,
        publication: &str,
        from: Lsn,
    ) -> Result<ReplicationClient, Halt> {
        let config = &self.config;
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.to_string_lossy().into_owned(),
            None => "localhost".to_owned(),
        };
        let user = config.get_user().unwrap_or("postgres").to_owned();
        let password = config.get_password().map(|secret| String::from_utf8_lossy(secret).into_owned());
        let database = config.get_dbname().unwrap_or(&user).to_owned();
        let publication = [quoted(publication)];
        let config =
            ReplicationConfig::new(host, user, password.unwrap_or_default(), database, quoted(slot), publication)
                .with_port(config.get_ports().first().copied().unwrap_or(5432))
                .with_start_lsn(WireLsn::from(from.0))
                // What it reports to be stored at once: reading from elsewhere would lose what lies between.
                .with_ack_lsn(WireLsn::from(from.0))
                .with_status_interval(Duration::from_millis(200))
                .with_wakeup_interval(Duration::from_secs(2))
                .with_buffer_size(MESSAGES)
                .with_options(format!("{VALUES} {ALIVE} -c wal_sender_timeout=6000"))
                .with_application_name(APPLICATION);
        Ok(in_time(ReplicationClient::connect_gated(config)).await??)
    }
}

/// Waits for an answer that takes no work.
pub(super) async fn in_time<T>(answer: impl Future<Output = T>) -> Result<T, Halt> {
    timeout(PATIENCE, answer).await.map_err(|_| Halt::Slow)
}

/// Writes a name so that it is taken letter by letter.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Writes a text as a literal.
pub(super) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}
