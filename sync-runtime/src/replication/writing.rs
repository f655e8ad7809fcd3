//! Rows as mutations write them: in the transaction in which the mutation is settled, from where they are read back as changes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use parking_lot::Mutex;
use serde_json::value::RawValue;

use super::catalog::qualified;
use super::connection::{literal, quoted};
use super::pgoutput::Value;
use super::settings::{Settings, SourceKind};
use super::tables::{Column, Table};
use super::values::{Kind, TextKind, write_text};
use crate::log::{IsOfRows, PlacedRow, RowTable, RowTables};

/// The types of columns that have whole numbers alone.
const INTEGERS: [&str; 3] = ["int2", "int4", "int8"];
/// By which a transaction says of which calls it is, by source.
const ORIGINS: [&str; 2] = [
    "SELECT pg_logical_emit_message(true, 'sync.origin', $1::text)::text",
    "WITH said AS (INSERT INTO sync_outbox.changes (source, kind, old) VALUES ('', 'm', $1::text) RETURNING id)
        SELECT pg_notify('sync_outbox', '')::text FROM said",
];

/// Says which entities are rows, and how they are written, where the log is in the same database.
pub(super) fn row_tables(tables: &[Arc<Table>], settings: &Settings, is_scope: &IsOfRows) -> RowTables {
    let [by_slot, by_outbox] = ORIGINS;
    let origin = match settings.source {
        SourceKind::Slot => by_slot,
        SourceKind::Outbox => by_outbox,
    };
    let written = |table: &Arc<Table>| settings.writes_rows.then(|| Arc::new(Written::of(table)) as Arc<dyn RowTable>);
    let tables = tables.iter().map(|table| (table.replica.entity(), written(table)));
    RowTables { tables: tables.collect(), origin, is_of_rows: Some(is_scope.clone()) }
}

/// A table, and the statements that write it.
struct Written {
    table: Arc<Table>,
    select: &'static str,
    update: &'static str,
    insert: &'static str,
    delete: &'static str,
}

impl Written {
    fn of(table: &Arc<Table>) -> Self {
        let name = qualified(table.replica.table());
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(column.name)).collect();
        let key = &columns[table.key];
        let of_key = quoted(&table.columns[table.key].type_name);
        let text = |column: &String| format!("CASE WHEN t.{column} IS NOT NULL THEN format('%s', t.{column}) END");
        let texts: Vec<String> = columns.iter().map(text).collect();
        // What a mutation has not changed stays what it is, to the last digit: an entity may know less of it than the table.
        let set = |column: &Column| {
            let (name, said) = (quoted(column.name), literal(column.name));
            format!("{name} = CASE WHEN said.row ? {said} THEN r.{name} ELSE t.{name} END")
        };
        let others = table.columns.iter().enumerate().filter(|(index, _)| *index != table.key);
        let sets: Vec<String> = others.map(|(_, column)| set(column)).collect();
        let sets = if sets.is_empty() { format!("{key} = r.{key}") } else { sets.join(", ") };
        let row = format!("json_populate_record(NULL::{name}, $1::text::json)");
        Self {
            table: table.clone(),
            select: kept(format!(
                "SELECT {}, {} FROM {name} t WHERE t.{key} IN (SELECT unnest($1::text[])::{of_key}) FOR UPDATE OF t",
                text(key),
                texts.join(", ")
            )),
            update: kept(format!(
                "UPDATE {name} t SET {sets} FROM {row} r, (SELECT $1::text::jsonb AS row) said WHERE t.{key} = r.{key}"
            )),
            insert: kept(format!(
                "INSERT INTO {name} ({}) SELECT {} FROM {row} r ON CONFLICT DO NOTHING",
                columns.join(", "),
                columns.join(", ")
            )),
            delete: kept(format!("DELETE FROM {name} WHERE {key} = $1::text::{of_key}")),
        }
    }
}

/// Keeps a statement for as long as the process lives: a connection remembers it by its place. There are as many as tables have forms.
fn kept(statement: String) -> &'static str {
    static STATEMENTS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut statements = STATEMENTS.lock();
    let statements = statements.get_or_insert_default();
    if let Some(known) = statements.get(&*statement) {
        return known;
    }
    let statement: &'static str = statement.leak();
    statements.insert(statement);
    statement
}

impl RowTable for Written {
    fn is_key(&self, id: &str) -> bool {
        match self.table.columns[self.table.key].kind {
            Kind::Integer => id.parse::<i64>().is_ok(),
            Kind::Text(TextKind::Uuid) => id.parse::<uuid::Uuid>().is_ok(),
            _ => true,
        }
    }

    fn select(&self) -> &'static str {
        self.select
    }

    fn update(&self) -> &'static str {
        self.update
    }

    fn insert(&self) -> &'static str {
        self.insert
    }

    fn delete(&self) -> &'static str {
        self.delete
    }

    fn placed(&self, columns: &[Option<&str>]) -> Result<PlacedRow, String> {
        // The key stands before the columns.
        let values: Vec<Value<'_>> = columns.iter().map(|text| text.map_or(Value::Null, Value::Text)).collect();
        self.table.placed(&self.table.json(&values)?)
    }

    fn written(&self, entity: &str, before: Option<&str>) -> Result<(PlacedRow, String), String> {
        let placed = self.table.placed(entity)?;
        let (now, was) = (fields(&placed.data)?, before.map(fields).transpose()?);
        let mut row = String::from("{");
        for (index, column) in self.table.columns.iter().enumerate() {
            let value = now.get(column.field).map(|value| value.get());
            let is_as_it_was = |was: &HashMap<&str, &RawValue>| was.get(column.field).map(|value| value.get()) == value;
            if index != self.table.key && was.as_ref().is_some_and(is_as_it_was) {
                continue;
            }
            if row.len() > 1 {
                row.push(',');
            }
            write_text(column.name, &mut row);
            row.push(':');
            row.push_str(&value.map_or_else(|| Ok("null".into()), |value| sql_json(column, value))?);
        }
        row.push('}');
        Ok((placed, row))
    }
}

fn fields(entity: &str) -> Result<HashMap<&str, &RawValue>, String> {
    serde_json::from_str(entity).map_err(|error| error.to_string())
}

/// A value as the database reads it in JSON.
fn sql_json<'v>(column: &Column, value: &'v str) -> Result<Cow<'v, str>, String> {
    Ok(match &column.kind {
        _ if value == "null" => value.into(),
        Kind::Bytes => bytes(value)?.into(),
        Kind::List(of) if **of == Kind::Bytes => {
            let items: Vec<&RawValue> = serde_json::from_str(value).map_err(|error| error.to_string())?;
            let item = |item: &&RawValue| if item.get() == "null" { Ok("null".to_owned()) } else { bytes(item.get()) };
            format!("[{}]", items.iter().map(item).collect::<Result<Vec<_>, _>>()?.join(",")).into()
        }
        // Where the field has fractions and the column has none: `5.0` is 5.
        _ if INTEGERS.contains(&&*column.type_name) => value.strip_suffix(".0").unwrap_or(value).into(),
        _ => value.into(),
    })
}

/// A text in base64 is what the database calls bytes.
fn bytes(json: &str) -> Result<String, String> {
    let text: String = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let bytes = BASE64_STANDARD.decode(text).map_err(|error| format!("bytes are written in base64: {error}"))?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("\"\\\\x{digits}\""))
}
