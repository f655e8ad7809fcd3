//! What is made in the database before anything can be read, and taken away again: `replication init`, `status` and `drop`.

use super::catalog::{Catalog, create_publication, qualified};
use super::connection::{Address, Sql, quoted};
use super::error::{Halt, Missing};
use super::outbox;
use super::settings::{Settings, SourceKind};
use super::slot;
use crate::route::Replica;

/// Makes what is missing and can be made; tables of the app only where `makes_tables` says so. Returns what was made.
pub(super) async fn make(
    client: &Sql,
    catalog: &Catalog,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
    makes_tables: bool,
) -> Result<Vec<String>, Halt> {
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
        SourceKind::Outbox => {
            statements.push(outbox::TABLES.to_owned());
            statements.extend(catalog.tables.iter().map(|table| outbox::create_triggers(table)));
        }
    }
    // Whoever holds a table is not waited for for ever.
    client.batch_execute("SET lock_timeout = '5s'").await?;
    for statement in &statements {
        client.batch_execute(statement).await?;
    }
    Ok(statements)
}

/// Takes away what was made, but for the tables of the app and the log; returns what that was.
pub(super) async fn take_away(
    address: &Address,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
) -> Result<Vec<String>, Halt> {
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
    if client.query_one("SELECT to_regclass('sync_outbox.changes') IS NOT NULL", &[]).await?.try_get(0)? {
        for replica in replicas {
            let table = replica.table();
            let is_there = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&qualified(table)]).await?;
            if is_there.try_get(0)? {
                client.batch_execute(&outbox::drop_triggers(table)).await?;
            }
        }
        client.batch_execute("DROP TABLE sync_outbox.changes, sync_outbox.origin").await?;
        gone.push("the outbox and its triggers".to_owned());
    }
    Ok(gone)
}
