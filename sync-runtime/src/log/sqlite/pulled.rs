//! Reading changes behind a cursor.

use rusqlite::{Connection, Row, params};

use super::Scope;
use crate::log::kept::{kind_of, signed};
use crate::log::settle::reaches;
use crate::log::store::{Change, LogError, Page, PullFrom};

pub(super) fn pull(file: &Connection, from: &PullFrom) -> rusqlite::Result<Result<Page, LogError>> {
    let PullFrom { scope, cursor, epoch, limit, bytes: most } = from;
    let Some(scope) = Scope::find(file, scope)? else {
        let nothing = Page { changes: Vec::new(), cursor: 0, has_more: false, epoch: "".into() };
        return Ok(if *cursor == 0 { Ok(nothing) } else { Err(LogError::TooOld) });
    };
    if !scope.reaches(*cursor, epoch.as_deref()) {
        return Ok(Err(LogError::TooOld));
    }
    let select = "SELECT cursor, entity, id, kind, data, time FROM sync_changes
        WHERE scope = ?1 AND cursor > ?2 ORDER BY cursor LIMIT ?3";
    let mut select = file.prepare_cached(select)?;
    let mut rows = select.query(params![scope.id, signed(*cursor), signed(*limit as u64)])?;
    let (mut changes, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let change = change(row)?;
        bytes += change.data.as_ref().map_or(0, |data| data.len());
        if bytes > *most && !changes.is_empty() {
            break;
        }
        changes.push(change);
    }
    let cursor = changes.last().map_or(*cursor, |last: &Change| last.cursor);
    Ok(Ok(Page { changes, cursor, has_more: cursor < scope.head, epoch: scope.epoch }))
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let cursor: i64 = row.get(0)?;
    Ok(Change {
        cursor: cursor.unsigned_abs(),
        entity: row.get(1)?,
        id: row.get(2)?,
        kind: kind_of(row.get(3)?),
        data: row.get(4)?,
        time: row.get(5)?,
    })
}

impl Scope {
    /// Returns whether a cursor is one of this log, and all that has come behind it is still there.
    pub(super) fn reaches(&self, cursor: u64, epoch: Option<&str>) -> bool {
        reaches((self.floor, self.head), &self.epoch, cursor, epoch)
    }
}
