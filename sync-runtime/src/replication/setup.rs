//! What is made in the database before anything can be read, and taken away again: `replication init`, `status` and `drop`.

use std::sync::Arc;

use super::catalog::{self, create_publication, qualified};
use super::connection::{Address, Sql, quoted};
use super::error::{Halt, Missing};
use super::outbox;
use super::settings::{Settings, SourceKind};
use super::slot;
use super::tables::Table;
use crate::log::IsOfRows;
use crate::route::Replica;

/// Who makes anything holds this until it has: of two that create one table at one time, even with `IF NOT EXISTS`, a Postgres refuses one.
/// The lock of the log is another one: a server that begins to log holds that for its transaction.
const TURN: &str = "hashtextextended('sync_replication_init', 0)";

/// Makes what is missing and can be made; tables of the app only where `makes_tables` says so. Returns what was made:
/// of servers that start at one time, one makes all of it and the others nothing.
pub(super) async fn make(
    client: &Sql,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
    is_scope: &IsOfRows,
    makes_tables: bool,
) -> Result<Vec<String>, Halt> {
    // Whoever holds a table, or makes something, is not waited for for ever.
    client.batch_execute(&format!("SET lock_timeout = '5s'; SELECT pg_advisory_lock({TURN})")).await?;
    let made = make_in_turn(client, replicas, settings, is_scope, makes_tables).await;
    // A connection that has failed has let go of it.
    client.batch_execute(&format!("SELECT pg_advisory_unlock({TURN})")).await?;
    made
}

async fn make_in_turn(
    client: &Sql,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
    is_scope: &IsOfRows,
    makes_tables: bool,
) -> Result<Vec<String>, Halt> {
    let catalog = catalog::read(client, replicas, settings, is_scope).await?;
    let mut statements = Vec::new();
    for missing in &catalog.missing {
        if let Missing::Table { create, .. } = missing
            && makes_tables
        {
            statements.push(create.clone());
        }
    }
    let makes_all = |table: &Missing| makes_tables || !matches!(table, Missing::Table { .. });
    let tables = replicas.iter().map(|replica| replica.table());
    let is_there = |table: &crate::route::TableName| {
        !catalog.missing.iter().any(
            |missing| matches!(missing, Missing::Table { table: other, .. } if other == table && !makes_all(missing)),
        )
    };
    let tables: Vec<_> = tables.filter(is_there).collect();
    match settings.source {
        SourceKind::Slot => {
            let name = quoted(&settings.publication);
            let names: Vec<String> = tables.iter().map(|table| qualified(*table)).collect();
            let has_none = catalog.missing.iter().any(|missing| matches!(missing, Missing::Publication(..)));
            if has_none && !names.is_empty() {
                statements.push(create_publication(&settings.publication, &names));
            }
            for missing in &catalog.missing {
                match missing {
                    Missing::Unpublished(_, _, add) => statements.push(add.clone()),
                    Missing::Table { table, .. } if makes_tables && !has_none => {
                        statements.push(format!("ALTER PUBLICATION {name} ADD TABLE {}", qualified(*table)));
                    }
                    Missing::Published(_) => statements.push(format!(
                        "ALTER PUBLICATION {name} SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)"
                    )),
                    _ => {}
                }
            }
        }
        SourceKind::Outbox => statements.push(outbox::TABLES.to_owned()),
    }
    for statement in &statements {
        client.batch_execute(statement).await?;
    }
    let of_triggers = triggers(client, replicas, settings).await?;
    for statement in &of_triggers {
        client.batch_execute(statement).await?;
    }
    statements.extend(of_triggers);
    Ok(statements)
}

/// Writes what gives tables the triggers that they lack, and takes away those that nobody reads: a table that is made now has its columns now.
async fn triggers(client: &Sql, replicas: &[&'static dyn Replica], settings: &Settings) -> Result<Vec<String>, Halt> {
    let mut statements: Vec<_> =
        left_over(client, replicas, settings).await?.iter().map(|table| outbox::drop_triggers(table)).collect();
    if settings.source == SourceKind::Outbox {
        let is_scope: IsOfRows = Arc::new(|_| true);
        let now = catalog::read(client, replicas, settings, &is_scope).await?;
        let lacks = |table: &&Arc<Table>| {
            let name = table.replica.table();
            now.missing.iter().any(|missing| matches!(missing, Missing::Trigger(of) if *of == name))
        };
        statements.extend(now.tables.iter().filter(lacks).map(|table| outbox::create_triggers(table)));
    }
    Ok(statements)
}

/// Returns the tables that have triggers of the outbox though nobody reads what these write.
pub(super) async fn left_over(
    client: &Sql,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
) -> Result<Vec<String>, Halt> {
    let wanted: Vec<String> = match settings.source {
        SourceKind::Slot => Vec::new(),
        SourceKind::Outbox => replicas.iter().map(|replica| replica.table().to_string()).collect(),
    };
    Ok(outbox::left_over(client, &wanted).await?)
}

/// Takes away what was made, but for the tables of the app and the log; returns what that was.
pub(super) async fn take_away(address: &Address, settings: &Settings) -> Result<Vec<String>, Halt> {
    let client = address.connect().await?;
    let mut gone = Vec::new();
    if slot::drop_slot(&client, &settings.slot).await? {
        gone.push(format!("the slot `{}`", settings.slot));
    }
    let publication = "SELECT 1 FROM pg_publication WHERE pubname = $1";
    if client.query_opt(publication, &[&settings.publication]).await?.is_some() {
        client.batch_execute(&format!("DROP PUBLICATION {}", quoted(&settings.publication))).await?;
        gone.push(format!("the publication `{}`", settings.publication));
    }
    if client.query_one("SELECT to_regnamespace('sync_outbox') IS NOT NULL", &[]).await?.try_get(0)? {
        // With its functions go their triggers, on whatever table.
        client.batch_execute("DROP SCHEMA sync_outbox CASCADE").await?;
        gone.push("the outbox and its triggers".to_owned());
    }
    Ok(gone)
}
