//! Statements of an app in the Postgres of all logs: for its own tables, inside of the transaction of the mutation.

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Error, Row};

use crate::route::{SqlAnswer, SqlError, SqlValue};

/// How long one statement may take: everybody's pushes wait for it.
const PATIENCE: &str = "1s";
/// Words that a statement may begin with: what is about rows and tables.
const WORDS: [&str; 10] =
    ["alter", "create", "delete", "drop", "insert", "merge", "select", "update", "values", "with"];
/// Words that are about the transaction, the connection or other servers wherever they stand.
const OTHERS: [&str; 4] = ["pg_advisory_unlock_all", "pg_notify", "set_config", "dblink_exec"];

/// Why a statement is not even sent. It is no wall against an app that wants to break itself, only against a mistake.
pub(super) fn refused(statement: &str) -> Option<SqlError> {
    let lower = without_comments(statement).to_ascii_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let begins = words.clone().find(|word| !word.is_empty()).is_some_and(|first| WORDS.contains(&first));
    // A name with escapes could be any.
    let is_other = |word: &str| OTHERS.contains(&word) || word.starts_with("sync_");
    let is_refused = !begins || lower.contains("u&\"") || words.any(is_other);
    let message =
        "a mutation may use its own tables: none of those called `sync_…`, no other transaction, and no settings";
    is_refused.then(|| SqlError { is_conflict: false, message: message.to_owned() })
}

/// Leaves out the comments before a statement; those in `/*` lie inside of each other.
fn without_comments(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    loop {
        if let Some(line) = rest.strip_prefix("--") {
            rest = line.split_once('\n').map_or("", |(_, after)| after).trim_start();
            continue;
        }
        if !rest.starts_with("/*") {
            return rest;
        }
        let mut depth = 0;
        while !rest.is_empty() {
            let step = match &rest.as_bytes()[..rest.len().min(2)] {
                b"/*" => (1, 2),
                b"*/" => (-1, 2),
                _ => (0, rest.chars().next().map_or(1, char::len_utf8)),
            };
            depth += step.0;
            rest = &rest[step.1..];
            if depth == 0 {
                break;
            }
        }
        rest = rest.trim_start();
    }
}

/// Carries out one statement of the app's; what it has failed to do is undone alone.
pub(super) async fn carry_out(
    client: &Client,
    statement: &str,
    values: &[SqlValue],
) -> Result<Result<SqlAnswer, SqlError>, Error> {
    client.batch_execute(&format!("SAVEPOINT statement; SET LOCAL statement_timeout = '{PATIENCE}'")).await?;
    let done = ask(client, statement, values).await;
    let error = match done {
        Ok(answer) => {
            client.batch_execute("RELEASE statement; SET LOCAL statement_timeout = DEFAULT").await?;
            return Ok(Ok(answer));
        }
        Err(error) => error,
    };
    if !is_of_app(&error) {
        return Err(error);
    }
    client.batch_execute("ROLLBACK TO statement; RELEASE statement").await?;
    let is_conflict = error.code().is_some_and(|code| code.code().starts_with("23"));
    Ok(Err(SqlError { is_conflict, message: crate::error::chain(&error) }))
}

async fn ask(client: &Client, statement: &str, values: &[SqlValue]) -> Result<SqlAnswer, Error> {
    let prepared = client.prepare(statement).await?;
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    if prepared.columns().is_empty() {
        return Ok(SqlAnswer { changed: client.execute(&prepared, &values).await?, rows: Vec::new() });
    }
    let rows = client.query(&prepared, &values).await?;
    let rows = rows.iter().map(|row| (0..row.len()).map(|column| value(row, column)).collect::<Result<_, _>>());
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(SqlAnswer { changed: 0, rows })
}

/// How the codes begin of what the database fails with for a reason of its own: connections, a server that only reads, a transaction that
/// it gave up, other transactions, room, its operator, its disk, a lock that was waited for in vain.
const OF_DATABASE: [&str; 9] = ["08", "25006", "25P03", "40", "53", "57P", "58", "55P03", "XX"];

/// Whether the database has refused what was said, and not failed for a reason of its own.
pub(super) fn is_of_app(error: &Error) -> bool {
    match error.code() {
        // A value that its place cannot take, which is known before anything is sent.
        None => {
            !error.is_closed() && std::error::Error::source(error).is_some_and(|source| !source.is::<std::io::Error>())
        }
        Some(code) => !OF_DATABASE.iter().any(|own| code.code().starts_with(own)),
    }
}

fn value(row: &Row, column: usize) -> Result<SqlValue, Error> {
    let kind = row.columns()[column].type_();
    Ok(match *kind {
        Type::BOOL => row.try_get::<_, Option<bool>>(column)?.into(),
        Type::INT2 => row.try_get::<_, Option<i16>>(column)?.into(),
        Type::INT4 => row.try_get::<_, Option<i32>>(column)?.into(),
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.into(),
        Type::FLOAT4 => row.try_get::<_, Option<f32>>(column)?.map(f64::from).into(),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(column)?.into(),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.into(),
        _ => row.try_get::<_, Option<String>>(column)?.into(),
    })
}

impl ToSql for SqlValue {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, kind) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Integer(number), &Type::BOOL) => return (*number != 0).to_sql(kind, out),
            (Self::Integer(number), &Type::INT2) => return i16::try_from(*number)?.to_sql(kind, out),
            (Self::Integer(number), &Type::INT4) => return i32::try_from(*number)?.to_sql(kind, out),
            (Self::Integer(number), &Type::INT8) => return number.to_sql(kind, out),
            (Self::Integer(number), &Type::FLOAT8) => return (*number as f64).to_sql(kind, out),
            (Self::Real(number), &Type::FLOAT8) => return number.to_sql(kind, out),
            (Self::Real(number), &Type::FLOAT4) => return (*number as f32).to_sql(kind, out),
            (Self::Blob(bytes), &Type::BYTEA) => return bytes.to_sql(kind, out),
            (Self::Text(text), &Type::JSONB) => {
                // The version of the form.
                out.extend_from_slice(&[1]);
                out.extend_from_slice(text.as_bytes());
                return Ok(IsNull::No);
            }
            (Self::Text(text), &Type::JSON) => {
                out.extend_from_slice(text.as_bytes());
                return Ok(IsNull::No);
            }
            (Self::Text(text), kind) if <&str as ToSql>::accepts(kind) => return text.to_sql(kind, out),
            _ => {}
        }
        Err(format!("{self:?} cannot be a `{kind}`: make it one of a text, as in `$1::text::{kind}`").into())
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_about_anything_but_the_apps_own_tables_is_refused() {
        for (statement, is_refused) in [
            ("SELECT 1", false),
            ("INSERT INTO votes VALUES ($1)", false),
            ("UPDATE ended SET started = true", false),
            ("COMMIT", true),
            (" commit;", true),
            ("/* a */ -- b\n /* c */ Rollback", true),
            ("SET statement_timeout = 0", true),
            ("DELETE FROM Sync_Changes", true),
            ("SELECT * FROM public.sync_entities", true),
            ("-- only this", true),
            ("/* /* */ */ COMMIT", true),
            ("/* é */ SELECT 1", false),
            ("DO $$ BEGIN EXECUTE 'COMMIT'; END $$", true),
            ("SELECT set_config('a', 'b', false)", true),
            ("SELECT * FROM U&\"sync\\005fchanges\"", true),
            ("CREATE TABLE sync_votes (id TEXT)", true),
            ("SELECT my_sync_table FROM votes", false),
        ] {
            assert_eq!(refused(statement).is_some(), is_refused, "{statement}");
        }
    }
}
