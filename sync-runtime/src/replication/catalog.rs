//! What the database says of itself: whether the tables are as the app's entities, and whether their changes can be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_postgres::{Client, Error};

use super::connection::quoted;
use super::error::{Halt, Missing};
use super::position::Lsn;
use super::settings::{Settings, SourceKind};
use super::tables::{Found, Misfit, Table};
use crate::id::Id;
use crate::log::IsOfRows;
use crate::route::{Replica, TableName};
use crate::schema::Model;

/// The oldest version whose transactions can say something of themselves.
const OLDEST: i32 = 140_000;

/// What was found.
pub(super) struct Catalog {
    /// The tables, parents before those that refer to them; without those that something is missing of.
    pub(super) tables: Vec<Arc<Table>>,
    /// The database.
    pub(super) database: String,
    /// Who asks.
    pub(super) user: String,
    /// What has to be changed.
    pub(super) missing: Vec<Missing>,
    /// What tells of changes, as the database numbers it: a part that was taken away and made again has another number.
    pub(super) told_by: String,
}

/// A table as it stands in the catalog.
struct Entry {
    id: u32,
    kind: i8,
    persistence: i8,
    identity: i8,
    is_readable: bool,
    is_guarded: bool,
    is_inherited: bool,
}

/// Asks the database what it has.
pub(super) async fn read(
    client: &Client,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
    is_scope: &IsOfRows,
) -> Result<Catalog, Error> {
    let mut catalog = server(client, settings).await?;
    let mut tables = BTreeMap::new();
    for replica in replicas {
        if let Some((id, table)) = table(client, *replica, is_scope, &mut catalog).await? {
            tables.entry(id).or_insert_with(Vec::new).push(Arc::new(table));
        }
    }
    catalog.told_by = told_by(client, replicas, settings).await?;
    for id in in_order(client, &tables.keys().copied().collect::<Vec<_>>()).await? {
        catalog.tables.extend(tables.remove(&id).unwrap_or_default());
    }
    match settings.source {
        SourceKind::Slot => publication(client, replicas, settings, &mut catalog.missing).await?,
        SourceKind::Outbox => super::outbox::triggers(client, &mut catalog).await?,
    }
    Ok(catalog)
}

impl Catalog {
    /// Returns what is missing as an error, if anything is.
    pub(super) fn complete(self) -> Result<Self, Halt> {
        if self.missing.is_empty() { Ok(self) } else { Err(Halt::Missing(self.missing)) }
    }
}

async fn server(client: &Client, settings: &Settings) -> Result<Catalog, Error> {
    let select = "SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding'),
            current_setting('wal_level'), current_database()::text, current_user::text,
            (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
            current_setting('max_replication_slots')::bigint,
            (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> $1)";
    let row = client.query_one(select, &[&settings.slot]).await?;
    let (database, user): (String, String) = (row.try_get(4)?, row.try_get(5)?);
    let mut missing = Vec::new();
    if row.try_get::<_, i32>(0)? < OLDEST {
        missing.push(Missing::Version { found: row.try_get(1)? });
    }
    let encoding: String = row.try_get(2)?;
    if encoding != "UTF8" {
        missing.push(Missing::Encoding(encoding));
    }
    if settings.source == SourceKind::Slot {
        let level: String = row.try_get(3)?;
        if level != "logical" {
            missing.push(Missing::WalLevel(level));
        }
        if !row.try_get::<_, Option<bool>>(6)?.unwrap_or_default() {
            missing.push(Missing::Right(user.clone()));
        }
        let (slots, taken): (i64, i64) = (row.try_get(7)?, row.try_get(8)?);
        if taken >= slots {
            missing.push(Missing::Slots(slots));
        }
    }
    Ok(Catalog { tables: Vec::new(), database, user, missing, told_by: String::new() })
}

/// Looks at a table; `None` where it cannot be read.
async fn table(
    client: &Client,
    replica: &'static dyn Replica,
    is_scope: &IsOfRows,
    catalog: &mut Catalog,
) -> Result<Option<(u32, Table)>, Error> {
    let (name, entity) = (replica.table(), replica.entity());
    let Some(entry) = entry(client, name).await? else {
        let create = create_table(replica);
        catalog.missing.push(Missing::Table { table: name, entity, create });
        return Ok(None);
    };
    // Ordinary and partitioned ones.
    if ![b'r', b'p'].contains(&entry.kind.cast_unsigned()) {
        catalog.missing.push(Missing::NoTable(name));
        return Ok(None);
    }
    if entry.persistence.cast_unsigned() != b'p' {
        catalog.missing.push(Missing::Unlogged(name));
    }
    if !entry.is_readable {
        catalog.missing.push(Missing::Select { table: name, user: catalog.user.clone() });
    }
    if entry.is_guarded {
        catalog.missing.push(Missing::Guarded { table: name, user: catalog.user.clone() });
    }
    if entry.is_inherited {
        catalog.missing.push(Missing::Inherited(name));
    }
    let found = columns(client, entry.id).await?;
    match Table::new((replica, entry.id), &found, is_scope.clone()) {
        Ok(table) => {
            identity(client, &entry, &table, &mut catalog.missing).await?;
            Ok(Some((entry.id, table)))
        }
        Err(misfits) => {
            catalog.missing.extend(misfits.into_iter().map(Missing::Misfit));
            Ok(None)
        }
    }
}

async fn entry(client: &Client, table: TableName) -> Result<Option<Entry>, Error> {
    let select = "SELECT c.oid, c.relkind, c.relpersistence, c.relreplident, has_table_privilege(c.oid, 'SELECT'),
            row_security_active(c.oid), c.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2";
    let row = client.query_opt(select, &[&table.schema, &table.name]).await?;
    let entry = row.map(|row| {
        Ok::<_, Error>(Entry {
            id: row.try_get(0)?,
            kind: row.try_get(1)?,
            persistence: row.try_get(2)?,
            identity: row.try_get(3)?,
            is_readable: row.try_get(4)?,
            is_guarded: row.try_get(5)?,
            is_inherited: row.try_get(6)?,
        })
    });
    entry.transpose()
}

/// Reads the columns of a table but those that are computed, which are not told.
async fn columns(client: &Client, table: u32) -> Result<Vec<Found>, Error> {
    let select = "SELECT a.attname::text, a.atttypid, NOT (a.attnotnull OR t.typnotnull), (
            WITH RECURSIVE base (name, kind, under) AS (
                SELECT typname::text, typtype, typbasetype FROM pg_type WHERE oid = a.atttypid
                UNION ALL SELECT t.typname::text, t.typtype, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.under WHERE b.kind = 'd'
            ) SELECT CASE WHEN b.name LIKE '\\_%' AND t.typcategory <> 'A' THEN ' ' ELSE '' END || b.name
                FROM base b JOIN pg_type t ON t.typname = b.name WHERE kind <> 'd' LIMIT 1)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum";
    let mut columns = Vec::new();
    for row in client.query(select, &[&table]).await? {
        let (name, type_id, is_nullable) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        columns.push(Found { name, type_id, type_name: row.try_get(3)?, is_nullable });
    }
    Ok(columns)
}

/// Looks whether the key tells rows apart, and is told of a row that is gone.
async fn identity(client: &Client, entry: &Entry, table: &Table, missing: &mut Vec<Missing>) -> Result<(), Error> {
    let select = "SELECT i.indisprimary, i.indisreplident, c.relname::text, (
            SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k (column_number, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.column_number WHERE k.place <= i.indnkeyatts)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL";
    let replica = table.replica;
    let key = table.columns[table.key].name;
    let is_partitioned = entry.kind.cast_unsigned() == b'p';
    let (mut tells_apart, mut is_told, mut index) = (false, entry.identity.cast_unsigned() == b'f', None);
    for row in client.query(select, &[&entry.id]).await? {
        let columns: Vec<String> = row.try_get::<_, Option<_>>(3)?.unwrap_or_default();
        let (is_primary, is_chosen): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
        if !columns.iter().any(|column| column == key) {
            continue;
        }
        // Of a partitioned table, what says in which partition a row is has to be a part of each of these.
        if columns.len() == 1 || (is_partitioned && is_primary) {
            tells_apart = true;
            index.get_or_insert(row.try_get::<_, String>(2)?);
        }
        is_told |= match entry.identity.cast_unsigned() {
            b'd' => is_primary,
            b'i' => is_chosen,
            _ => false,
        };
    }
    let (name, entity) = (replica.table(), replica.entity());
    if !tells_apart {
        missing.push(Missing::Key { table: name, column: key, entity });
    } else if !is_told {
        let identity = index.map_or_else(|| "FULL".to_owned(), |index| format!("USING INDEX {}", quoted(&index)));
        missing.push(Missing::Identity { table: name, identity });
    }
    let leaves = "WITH RECURSIVE parts (id) AS (SELECT inhrelid FROM pg_inherits WHERE inhparent = $1
            UNION ALL SELECT i.inhrelid FROM parts p JOIN pg_inherits i ON i.inhparent = p.id)
        SELECT c.oid::regclass::text FROM parts p JOIN pg_class c ON c.oid = p.id WHERE c.relkind = 'r' AND (c.relreplident = 'n'
            OR c.relreplident = 'd' AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid))";
    if is_partitioned {
        for row in client.query(leaves, &[&entry.id]).await? {
            missing.push(Missing::Leaf { leaf: row.try_get(0)?, table: name });
        }
    }
    Ok(())
}

/// Returns tables so that those come first that others refer to.
async fn in_order(client: &Client, tables: &[u32]) -> Result<Vec<u32>, Error> {
    let select = "SELECT conrelid, confrelid FROM pg_constraint
        WHERE contype = 'f' AND conrelid = ANY ($1) AND confrelid = ANY ($1) AND conrelid <> confrelid";
    let mut refers: Vec<(u32, u32)> = Vec::new();
    for row in client.query(select, &[&tables]).await? {
        refers.push((row.try_get(0)?, row.try_get(1)?));
    }
    let (mut rest, mut ordered) = (tables.to_vec(), Vec::new());
    while !rest.is_empty() {
        let is_free = |table: &u32| !refers.iter().any(|(child, parent)| child == table && rest.contains(parent));
        // Those that refer to each other in a circle come in any order.
        let next = rest.iter().position(is_free).unwrap_or(0);
        ordered.push(rest.remove(next));
    }
    Ok(ordered)
}

/// What a publication says of a table: its schema and name, which rows it publishes, and which columns, where the database knows of such things.
type Published = (String, String, Option<String>, Option<String>);

/// Looks whether all that happens to the tables is published.
async fn publication(
    client: &Client,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
    missing: &mut Vec<Missing>,
) -> Result<(), Error> {
    let name = &settings.publication;
    let select = "SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate AND pubviaroot FROM pg_publication WHERE pubname = $1";
    let Some(row) = client.query_opt(select, &[name]).await? else {
        let tables: Vec<String> = replicas.iter().map(|replica| qualified(replica.table())).collect();
        missing.push(Missing::Publication(name.clone(), create_publication(name, &tables)));
        return Ok(());
    };
    if !row.try_get::<_, bool>(0)? {
        missing.push(Missing::Published(name.clone()));
    }
    // Before Postgres 15 there is no such column.
    let select = "SELECT schemaname::text, tablename::text, to_jsonb(t) ->> 'rowfilter', to_jsonb(t) ->> 'attnames' FROM pg_publication_tables t
        WHERE pubname = $1";
    let rows = client.query(select, &[name]).await?;
    let published = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)));
    let published = published.collect::<Result<Vec<Published>, Error>>()?;
    let is_known = |table: TableName, missing: &[Missing]| {
        missing.iter().any(|missing| matches!(missing, Missing::Table { table: other, .. } if *other == table))
    };
    for replica in replicas {
        let table = replica.table();
        let is_it = |(schema, name, ..): &&Published| (&**schema, &**name) == (table.schema, table.name);
        let found = published.iter().find(is_it);
        if let Some((.., Some(listed))) = found {
            let listed: Vec<String> = serde_json::from_str(listed).unwrap_or_default();
            let columns = replica.columns().iter().map(|column| column.name);
            let lacking: Vec<_> = columns.filter(|column| !listed.iter().any(|listed| listed == column)).collect();
            if !lacking.is_empty() && !missing.iter().any(|missing| matches!(missing, Missing::Misfit(_))) {
                missing.push(Missing::Unlisted(name.clone(), table, lacking.join(", ")));
            }
        }
        match found {
            Some((.., Some(filter), _)) => missing.push(Missing::Filtered(name.clone(), table, filter.clone())),
            None if !is_known(table, missing) => {
                let add = format!("ALTER PUBLICATION {} ADD TABLE {}", quoted(name), qualified(table));
                missing.push(Missing::Unpublished(name.clone(), table, add));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Numbers what tells of changes: the tables and their columns, and their places in the publication, or their triggers; and the files of partitions, which come with
/// rows, go with them, and are emptied without a word of them. No table is locked for it.
pub(super) async fn told_by(
    client: &Client,
    replicas: &[&'static dyn Replica],
    settings: &Settings,
) -> Result<String, Error> {
    let by_publication = "SELECT c.oid, (SELECT p.xmin || ' ' || p.oid || ' ' || coalesce(string_agg(d.objid::text, ' ' ORDER BY d.objid), '')
            FROM pg_publication p LEFT JOIN pg_depend d ON d.refclassid = 'pg_publication'::regclass AND d.refobjid = p.oid
                AND (d.classid <> 'pg_publication_rel'::regclass OR EXISTS (
                    SELECT 1 FROM pg_publication_rel r WHERE r.oid = d.objid AND r.prrelid IN (SELECT id FROM parts)))
            WHERE p.pubname = $2 GROUP BY p.xmin, p.oid),
            c.relreplident, (SELECT min(indexrelid) FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)";
    let by_trigger =
        "SELECT c.oid, (SELECT $2::text || string_agg(t.oid || ':' || t.xmin || t.tgenabled::text, ' ' ORDER BY t.oid)
            FROM pg_trigger t WHERE t.tgrelid IN (SELECT id FROM parts) AND starts_with(t.tgname, 'sync_outbox'))";
    let select = match settings.source {
        SourceKind::Slot => by_publication,
        SourceKind::Outbox => by_trigger,
    };
    let select = format!(
        "WITH RECURSIVE roots (id) AS (
            SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY($1)
        ), parts (id, is_root) AS (
            SELECT id, true FROM roots
            UNION ALL SELECT i.inhrelid, false FROM parts p JOIN pg_inherits i ON i.inhparent = p.id
        )
        SELECT coalesce(string_agg(told::text, ' ' ORDER BY told::text), '') FROM (
            {select}, (SELECT string_agg(c.oid || ':' || c.relfilenode, ' ' ORDER BY c.oid)
                FROM parts p JOIN pg_class c ON c.oid = p.id WHERE NOT p.is_root AND c.relkind = 'r'),
                (SELECT string_agg(a.attnum || ':' || a.xmin, ' ' ORDER BY a.attnum) FROM pg_attribute a
                JOIN unnest($3::text[], $4::text[]) AS own (of_table, name) ON own.name = a.attname AND own.of_table = c.relnamespace::regnamespace::text || '.' || c.relname
                WHERE a.attrelid = c.oid)
            FROM roots JOIN pg_class c ON c.oid = roots.id
        ) AS told"
    );
    let tables: Vec<String> = replicas.iter().map(|replica| replica.table().to_string()).collect();
    let columns = replicas
        .iter()
        .flat_map(|replica| replica.columns().iter().map(|column| (replica.table().to_string(), column.name)));
    let (of_tables, columns): (Vec<String>, Vec<&str>) = columns.unzip();
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&tables, &settings.publication, &of_tables, &columns];
    let told: String = client.query_one(&select, &values).await?.try_get(0)?;
    Ok(Id::of_texts(&[&told]).to_string())
}

/// Asks up to where the database has written; of an outbox, how many bytes wait in it, about.
pub(super) async fn written(client: &Client, source: SourceKind) -> Result<Lsn, Halt> {
    let select = match source {
        SourceKind::Slot => "SELECT pg_current_wal_lsn()::text",
        SourceKind::Outbox => {
            "SELECT '0/' || to_hex(least(CASE WHEN EXISTS (SELECT 1 FROM sync_outbox.changes) THEN pg_relation_size('sync_outbox.changes') ELSE 0 END,
                4294967295))"
        }
    };
    Ok(client.query_one(select, &[]).await?.try_get::<_, &str>(0)?.parse()?)
}

/// Writes the name of a table so that it is taken letter by letter.
pub(super) fn qualified(table: TableName) -> String {
    format!("{}.{}", quoted(table.schema), quoted(table.name))
}

pub(super) fn create_publication(name: &str, tables: &[String]) -> String {
    let (name, tables) = (quoted(name), tables.join(", "));
    format!("CREATE PUBLICATION {name} FOR TABLE {tables} WITH (publish_via_partition_root = true)")
}

/// Writes what makes a table that is like an entity.
pub(super) fn create_table(replica: &'static dyn Replica) -> String {
    let mut model = Model::default();
    let shape = replica.shape(&mut model);
    let types = model.types();
    let definition = match &shape {
        sync_schema::Shape::Named(key) => types.get(key),
        _ => None,
    };
    let fields = match definition.map(|definition| &definition.body) {
        Some(sync_schema::Body::Struct(fields)) => fields.as_slice(),
        _ => &[],
    };
    let columns = replica.columns().iter().filter_map(|column| {
        let field = fields.iter().find(|field| field.name == column.field)?;
        let may_be_null = field.is_optional_in_input();
        let end = match (column.field == replica.key(), may_be_null) {
            (true, _) => " PRIMARY KEY",
            (false, true) => "",
            (false, false) => " NOT NULL",
        };
        Some(format!("{} {}{end}", quoted(column.name), type_for(&field.shape, types)))
    });
    format!("CREATE TABLE {} ({})", qualified(replica.table()), columns.collect::<Vec<_>>().join(", "))
}

fn type_for(shape: &sync_schema::Shape, types: &sync_schema::Types) -> &'static str {
    use sync_schema::{Body, Shape, VariantBody};
    match shape {
        Shape::Bool => "boolean",
        Shape::Integer { min, max } if *min >= i32::MIN.into() && *max <= i32::MAX.into() => "integer",
        Shape::Integer { .. } => "bigint",
        Shape::Number { .. } => "double precision",
        Shape::String | Shape::Char => "text",
        Shape::Text(format) => match &**format {
            "date-time" => "timestamptz",
            "local-date-time" => "timestamp",
            "date" => "date",
            "local-time" => "time",
            "uuid" => "uuid",
            _ => "text",
        },
        Shape::Option(inner) => type_for(inner, types),
        Shape::Named(key) => match types.get(key).map(|definition| &definition.body) {
            Some(Body::Alias(inner)) => type_for(inner, types),
            Some(Body::Enum(_, variants)) if variants.iter().all(|variant| variant.body == VariantBody::Unit) => "text",
            _ => "jsonb",
        },
        Shape::Array(item) => match &**item {
            Shape::String => "text[]",
            Shape::Bool => "boolean[]",
            _ => "jsonb",
        },
        Shape::Null | Shape::Any | Shape::Tuple(_) | Shape::Map(..) | Shape::Foreign { .. } => "jsonb",
    }
}

impl From<Misfit> for Halt {
    fn from(misfit: Misfit) -> Self {
        Self::Missing(vec![Missing::Misfit(misfit)])
    }
}
