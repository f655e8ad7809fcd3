//! The tables that are read: which columns they have, and what a row of theirs is as an entity.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use sync_schema::Body;

use super::pgoutput::{Relation, Value};
use super::values::{Kind, write_text};
use crate::id::Id;
use crate::log::{Aside, Fed, IsOfRows, PlacedRow, Row};
use crate::route::{Replica, TableName};
use crate::schema::Model;
use crate::wire::RoomName;

/// How many letters are kept of what is wrong with a row.
const WORDS: usize = 500;

/// A table, as it was found in the catalog.
pub(super) struct Table {
    pub(super) replica: &'static dyn Replica,
    /// Its number in the database.
    pub(super) id: u32,
    /// Its columns, in the order of the entity's fields.
    pub(super) columns: Vec<Column>,
    /// Which of them is the key.
    pub(super) key: usize,
    /// Whether a name is one of a scope that there is.
    is_scope: IsOfRows,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) field: &'static str,
    /// The field as it begins in JSON: `"done":`.
    begins: String,
    pub(super) kind: Kind,
    /// A field without a value is left out, since something else takes its place.
    is_left_out: bool,
    /// The number of its type, and what that is called, or what it is a domain over.
    pub(super) type_id: u32,
    pub(super) type_name: String,
}

/// A column in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) type_id: u32,
    /// The name of its type, or of what that is a domain over.
    pub(super) type_name: String,
    pub(super) is_nullable: bool,
}

/// What stands in the way of reading a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misfit {
    #[error(
        "the table `{table}` has no column `{column}`, which the field `{column}` of `{entity}` is read from{}",
        near.as_ref().map(|near| format!(": is it `{near}`?")).unwrap_or_default()
    )]
    Missing { table: TableName, column: &'static str, entity: &'static str, near: Option<String> },
    #[error(
        "the column `{column}` of the table `{table}` is of the type `{found}`, and the field `{column}` of `{entity}` is {wanted}"
    )]
    Type { table: TableName, column: &'static str, found: String, entity: &'static str, wanted: String },
    #[error(
        "the column `{column}` of the table `{table}` may be NULL, and the field `{column}` of `{entity}` may not: make it an `Option`, or say `ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL`"
    )]
    Nullable { table: TableName, column: &'static str, entity: &'static str },
}

impl Table {
    /// Makes a table of a replica and the columns that were found; every misfit is told.
    pub(super) fn new(
        (replica, id): (&'static dyn Replica, u32),
        found: &[Found],
        is_scope: IsOfRows,
    ) -> Result<Self, Vec<Misfit>> {
        let mut model = Model::default();
        let shape = replica.shape(&mut model);
        let types = model.types();
        let fields = match &shape {
            sync_schema::Shape::Named(key) => match types.get(key).map(|definition| &definition.body) {
                Some(Body::Struct(fields)) => fields.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        let (table, entity) = (replica.table(), replica.entity());
        let (mut columns, mut misfits) = (Vec::new(), Vec::new());
        for own in replica.columns() {
            let column = own.name;
            let Some(field) = fields.iter().find(|field| field.name == own.field) else { continue };
            let Some(there) = found.iter().find(|found| found.name == column) else {
                let near =
                    sync_schema::nearest(column, found.iter().map(|found| found.name.as_str())).map(str::to_owned);
                misfits.push(Misfit::Missing { table, column, entity, near });
                continue;
            };
            let Some(kind) = Kind::of(&there.type_name).for_field(&field.shape, types) else {
                let (found, wanted) = (there.type_name.clone(), Kind::words(&field.shape));
                misfits.push(Misfit::Type { table, column, found, entity, wanted });
                continue;
            };
            if there.is_nullable && !field.is_optional_in_input() {
                misfits.push(Misfit::Nullable { table, column, entity });
                continue;
            }
            let mut begins = String::new();
            write_text(own.field, &mut begins);
            begins.push(':');
            let is_left_out = !matches!(field.shape, sync_schema::Shape::Option(_));
            let (type_id, type_name) = (there.type_id, there.type_name.clone());
            columns.push(Column { name: column, field: own.field, begins, kind, is_left_out, type_id, type_name });
        }
        if !misfits.is_empty() {
            return Err(misfits);
        }
        let key = columns.iter().position(|column| column.field == replica.key()).unwrap_or_default();
        Ok(Self { replica, id, columns, key, is_scope })
    }

    /// Returns what stands in the way of reading rows of a relation, as the stream says that it looks from now on.
    pub(super) fn misfit(&self, relation: &Relation) -> Option<Misfit> {
        let (table, entity) = (self.replica.table(), self.replica.entity());
        self.columns.iter().find_map(|column| {
            let Some((_, type_id)) = relation.columns.iter().find(|(name, _)| name == column.name) else {
                let names = relation.columns.iter().map(|(name, _)| name.as_str());
                let near = sync_schema::nearest(column.name, names).map(str::to_owned);
                return Some(Misfit::Missing { table, column: column.name, entity, near });
            };
            let (found, wanted) =
                (format!("number {type_id}"), format!("of the type with the number {}", column.type_id));
            (*type_id != column.type_id).then_some(Misfit::Type { table, column: column.name, found, entity, wanted })
        })
    }

    /// Returns where in a relation's rows each column stands.
    pub(super) fn places(&self, relation: &Relation) -> Vec<usize> {
        let place = |column: &Column| relation.columns.iter().position(|(name, _)| name == column.name);
        self.columns.iter().map(|column| place(column).unwrap_or(usize::MAX)).collect()
    }

    /// Makes of the values of a row, in the order of the columns, what is fed of it.
    /// It had the key `of` before, where it had another one.
    pub(super) fn row(self: &Arc<Self>, values: &[Value<'_>], of: Option<&str>, position: impl Fn() -> String) -> Fed {
        let key = match values.get(self.key) {
            Some(Value::Text(key)) => *key,
            _ => "",
        };
        let aside = |why: String| Aside { why: words(&why), position: position().into() };
        let row = if values.contains(&Value::Unchanged) {
            let values: Vec<Option<Option<Box<str>>>> = values
                .iter()
                .map(|value| match value {
                    Value::Unchanged => None,
                    Value::Null => Some(None),
                    Value::Text(text) => Some(Some((*text).into())),
                })
                .collect();
            let (table, position) = (self.clone(), Box::<str>::from(position()));
            let bytes = values.iter().flatten().flatten().map(|text| text.len()).sum();
            let patch = Box::new(move |before: Option<&str>| {
                let aside = |why: String| Aside { why: words(&why), position: position.clone() };
                table.patched(&values, before).map_err(aside)
            });
            Row::Patched { of: of.map(Into::into), bytes, patch }
        } else {
            self.json(values).and_then(|json| self.placed(&json)).map_or_else(|why| Row::Aside(aside(why)), Row::Is)
        };
        Fed::Row { entity: self.replica.entity(), id: key.into(), row }
    }

    /// Makes of the key of a row that it is gone.
    pub(super) fn gone(&self, key: &str) -> Fed {
        Fed::Row { entity: self.replica.entity(), id: key.into(), row: Row::Gone }
    }

    /// Writes the JSON of a row.
    pub(super) fn json(&self, values: &[Value<'_>]) -> Result<String, String> {
        let mut out = String::with_capacity(64 + values.iter().map(|value| value.length() + 16).sum::<usize>());
        out.push('{');
        for (column, value) in self.columns.iter().zip(values) {
            let before = out.len();
            if before > 1 {
                out.push(',');
            }
            out.push_str(&column.begins);
            match value {
                Value::Null if column.is_left_out => out.truncate(before),
                Value::Null | Value::Unchanged => out.push_str("null"),
                Value::Text(text) => column
                    .kind
                    .write(text, &mut out)
                    .map_err(|what| format!("the column `{}` has {what}", column.name))?,
            }
        }
        out.push('}');
        Ok(out)
    }

    /// Makes a row of one that was there before, and of the values that are sent: those that are not are what they were.
    fn patched(&self, values: &[Option<Option<Box<str>>>], before: Option<&str>) -> Result<PlacedRow, String> {
        let before =
            before.ok_or("a large column is not sent where it has not changed, and what it was is not known")?;
        let before: HashMap<Cow<'_, str>, &RawValue> =
            serde_json::from_str(before).map_err(|error| format!("what it was cannot be read: {error}"))?;
        let mut out = String::from("{");
        for (column, value) in self.columns.iter().zip(values) {
            let text = match value {
                None => before.get(column.field).map(|json| Cow::Borrowed(json.get())),
                Some(None) if column.is_left_out => None,
                Some(None) => Some(Cow::Borrowed("null")),
                Some(Some(text)) => {
                    let mut json = String::new();
                    let written = column.kind.write(text, &mut json);
                    written.map_err(|what| format!("the column `{}` has {what}", column.name))?;
                    Some(Cow::Owned(json))
                }
            };
            let Some(text) = text else { continue };
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&column.begins);
            out.push_str(&text);
        }
        out.push('}');
        self.placed(&out)
    }

    /// Reads the JSON of a row, and asks where it belongs.
    pub(super) fn placed(&self, json: &str) -> Result<PlacedRow, String> {
        let placed = self.replica.place(json).map_err(|mistake| mistake.to_string())?;
        let names: Vec<Arc<str>> = placed.scopes.into_iter().map(crate::route::Scope::into_name).collect();
        if let Some(name) = names.iter().find(|name| RoomName::to_enter(name).is_err() || !(self.is_scope)(name)) {
            let source = self.replica.id().sources.first().copied().unwrap_or_default();
            return Err(format!("`{name}`, as {source} says, is no scope of a page that has a replica"));
        }
        Ok(PlacedRow { data: placed.data, scopes: names })
    }
}

impl Value<'_> {
    pub(super) fn length(self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Null | Value::Unchanged => 4,
        }
    }
}

/// What is wrong with a row, as it is kept: it may tell of values, which have any length, and characters that no database takes.
fn words(why: &str) -> Box<str> {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    why.chars().take(WORDS).map(plain).collect::<String>().into()
}

/// Returns what tables look like, and what says where their rows belong: whatever is stored of others does not hold of them.
pub(super) fn shape(tables: &[Arc<Table>]) -> String {
    let of = |table: &Arc<Table>| {
        let columns = table.columns.iter().map(|column| format!("{}:{:?}:{}", column.field, column.kind, column.name));
        let replica = table.replica;
        let (id, columns) = (replica.id(), columns.collect::<Vec<_>>().join(","));
        format!(
            "{} {} {} {columns} {} {}",
            replica.entity(),
            replica.table(),
            replica.key(),
            id.version,
            replica.source()
        )
    };
    let mut all: Vec<_> = tables.iter().map(of).collect();
    all.sort();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    Id::of_texts(&all).to_string()
}
