//! Statements of an app in the file of all logs: for its own tables, and not for long.

use std::time::Duration;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, Rows, Statement};

use crate::clock::RealInstant;
use crate::route::{SqlAnswer, SqlError, SqlValue};

/// How long one statement may take: everybody's pushes wait for it.
const PATIENCE: Duration = Duration::from_secs(1);
/// After how many steps it is looked how long it has taken.
const STEPS: i32 = 1000;

/// Carries out one statement of the app's.
pub(super) fn carry_out(file: &Connection, statement: &str, values: &[SqlValue]) -> rusqlite::Result<SqlAnswer> {
    let _bounds = Bounds::set(file)?;
    // Not from the cache: what is prepared there may do everything.
    let mut prepared = file.prepare(statement)?;
    let before = file.total_changes();
    let columns = prepared.column_count();
    bind(&mut prepared, values)?;
    let rows = all(prepared.raw_query(), columns)?;
    Ok(SqlAnswer { changed: file.total_changes() - before, rows })
}

/// Gives `$1` the first value, wherever it stands: SQLite takes it for a name.
fn bind(prepared: &mut Statement<'_>, values: &[SqlValue]) -> rusqlite::Result<()> {
    let mut highest = 0;
    for index in 1..=prepared.parameter_count() {
        let name = prepared.parameter_name(index).and_then(|name| name.get(1..)?.parse().ok());
        let number: usize = name.unwrap_or(index);
        highest = highest.max(number);
        let value = number.checked_sub(1).and_then(|number| values.get(number));
        prepared
            .raw_bind_parameter(index, value.ok_or(rusqlite::Error::InvalidParameterCount(number, values.len()))?)?;
    }
    if highest < values.len() { Err(rusqlite::Error::InvalidParameterCount(highest, values.len())) } else { Ok(()) }
}

fn all(mut rows: Rows<'_>, columns: usize) -> rusqlite::Result<Vec<Vec<SqlValue>>> {
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|column| row.get::<_, Value>(column).map(SqlValue::from));
        all.push(values.collect::<Result<_, _>>()?);
    }
    Ok(all)
}

/// Says what has become of a statement in words that are the app's to read.
pub(super) fn told(error: &rusqlite::Error) -> SqlError {
    let code = error.sqlite_error_code();
    let message = match code {
        Some(ErrorCode::AuthorizationForStatementDenied) => {
            "a mutation may use its own tables: none of those called `sync_…`, no other transaction, and no settings"
                .to_owned()
        }
        Some(ErrorCode::OperationInterrupted) => {
            format!("a statement has taken longer than {} ms", PATIENCE.as_millis())
        }
        _ => error.to_string(),
    };
    SqlError { is_conflict: code == Some(ErrorCode::ConstraintViolation), message }
}

/// Whether a statement has failed for what it says, and not for what the file is kept on.
pub(super) fn is_of_app(error: &rusqlite::Error) -> bool {
    let of_file = [
        ErrorCode::CannotOpen,
        ErrorCode::DatabaseBusy,
        ErrorCode::DatabaseCorrupt,
        ErrorCode::DatabaseLocked,
        ErrorCode::DiskFull,
        ErrorCode::FileLockingProtocolFailed,
        ErrorCode::NotADatabase,
        ErrorCode::OutOfMemory,
        ErrorCode::ReadOnly,
        ErrorCode::SystemIoFailure,
    ];
    error.sqlite_error_code().is_none_or(|code| !of_file.contains(&code))
}

/// What an app may say, for as long as this is there. It costs the file its prepared statements, which are prepared anew.
struct Bounds<'c>(&'c Connection);

impl<'c> Bounds<'c> {
    fn set(file: &'c Connection) -> rusqlite::Result<Self> {
        let begun = RealInstant::now();
        file.authorizer(Some(|asked: AuthContext<'_>| allow(&asked)))?;
        let bounds = Self(file);
        file.progress_handler(STEPS, Some(move || begun.elapsed() > PATIENCE))?;
        Ok(bounds)
    }
}

impl Drop for Bounds<'_> {
    fn drop(&mut self) {
        let nothing = None::<fn(AuthContext<'_>) -> Authorization>;
        // It fails for connections that are not ours, which this one is.
        self.0.authorizer(nothing).and_then(|()| self.0.progress_handler(0, None::<fn() -> bool>)).unwrap_or_default();
    }
}

fn allow(asked: &AuthContext<'_>) -> Authorization {
    // What is made there stands before ours, for as long as the connection is open.
    if asked.database_name.is_some_and(|database| database.eq_ignore_ascii_case("temp")) {
        return Authorization::Deny;
    }
    let table = match asked.action {
        AuthAction::Unknown { .. }
        | AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::Pragma { .. }
        | AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::DropTempIndex { .. }
        | AuthAction::DropTempTable { .. }
        | AuthAction::DropTempTrigger { .. }
        | AuthAction::DropTempView { .. }
        | AuthAction::Savepoint { .. }
        | AuthAction::Transaction { .. } => return Authorization::Deny,
        AuthAction::AlterTable { table_name, .. }
        | AuthAction::Analyze { table_name }
        | AuthAction::CreateIndex { table_name, .. }
        | AuthAction::CreateTable { table_name }
        | AuthAction::CreateTrigger { table_name, .. }
        | AuthAction::CreateVtable { table_name, .. }
        | AuthAction::Delete { table_name }
        | AuthAction::DropIndex { table_name, .. }
        | AuthAction::DropTable { table_name }
        | AuthAction::DropTrigger { table_name, .. }
        | AuthAction::DropVtable { table_name, .. }
        | AuthAction::Insert { table_name }
        | AuthAction::Read { table_name, .. }
        | AuthAction::Update { table_name, .. } => table_name,
        AuthAction::CreateView { view_name } | AuthAction::DropView { view_name } => view_name,
        _ => "",
    };
    let is_ours = table.get(..5).is_some_and(|beginning| beginning.eq_ignore_ascii_case("sync_"));
    if is_ours { Authorization::Deny } else { Authorization::Allow }
}

impl From<Value> for SqlValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real(number),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

impl ToSql for SqlValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
