//! `replication init`, `status` and `drop`: what is made in a database before its rows are read.

use std::process::ExitCode;

use crate::config::Config;
use crate::route::{App, Table};
use crate::server::backups::CommandError;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// Make what is missing.
    Init,
    /// Say what there is.
    Status,
    /// Take it away.
    Drop,
}

impl Verb {
    /// Reads one.
    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "init" => Some(Self::Init),
            "status" => Some(Self::Status),
            "drop" => Some(Self::Drop),
            _ => None,
        }
    }
}

/// Does what is asked for; what is missing afterwards is told, and a failure.
#[cfg(feature = "postgres")]
pub(super) async fn run<A: App>(
    verb: Verb,
    table: &Table<A>,
    config: &Config,
    mut tell: impl FnMut(String),
) -> Result<ExitCode, CommandError> {
    use crate::replication::Plan;

    let plan = Plan::of(config, table).map_err(CommandError::Replication)?;
    let Some(plan) = plan else { return Err(CommandError::Replication(nothing(config, table).into())) };
    let (done, missing) = match verb {
        Verb::Init => plan.init().await,
        Verb::Status => plan.status().await,
        Verb::Drop => plan.drop_all().await.map(|gone| (gone, Vec::new())),
    }
    .map_err(CommandError::Replication)?;
    let before = match verb {
        Verb::Init => "made: ",
        Verb::Status => "",
        Verb::Drop => "gone: ",
    };
    done.iter().for_each(|line| tell(format!("{before}{line}")));
    missing.iter().for_each(|line| tell(format!("missing: {line}")));
    if missing.is_empty() && verb != Verb::Drop {
        tell("nothing is missing".to_owned());
    }
    Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(not(feature = "postgres"))]
pub(super) async fn run<A: App>(
    _: Verb,
    table: &Table<A>,
    config: &Config,
    _: impl FnMut(String),
) -> Result<ExitCode, CommandError> {
    Err(CommandError::Replication(nothing(config, table).into()))
}

/// Why there is nothing to be made.
fn nothing<A: App>(config: &Config, table: &Table<A>) -> &'static str {
    if table.replicas.is_empty() {
        "no entity of this app is a table: write `#[sync::entity(table = \"public.…\")]` and a file in `_replica`"
    } else if config.database_url.is_none() {
        "`DATABASE_URL` (or `database_url` in sync.toml) does not say which database"
    } else {
        "the app was built without the cargo feature `postgres` of `sync-runtime`"
    }
}
