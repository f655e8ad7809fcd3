//! The first copy of tables: row after row by key, in pages, parents before those that refer to them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio_postgres::{Client, SimpleQueryMessage};
use tokio_util::task::AbortOnDropHandle;

use super::catalog::qualified;
use super::connection::{literal, quoted};
use super::error::Halt;
use super::pgoutput::Value;
use super::position::{Origin, Phase, Stored};
use super::reader::Lead;
use super::status::Status;
use super::tables::Table;
use crate::log::{Fed, Feed, Feeder, How, LogError};

/// How many rows are a page at first and at most, and how many bytes, about.
const PAGE: [usize; 2] = [10, 1000];
const BYTES: usize = 1 << 20;

/// How many rows are asked for at once: fewer where they are large, since a page is in memory as a whole.
pub(super) struct Paging(usize);

impl Default for Paging {
    fn default() -> Self {
        Self(PAGE[0])
    }
}

impl Paging {
    pub(super) fn rows(&self) -> usize {
        self.0
    }

    /// Takes note of a page, and returns whether it was the last one.
    pub(super) fn is_end(&mut self, rows: usize, bytes: usize) -> bool {
        let is_end = rows < self.0;
        let of_a_row = bytes / rows.max(1);
        // The next rows may be larger than these.
        self.0 = (BYTES / of_a_row.max(1)).clamp(1, PAGE[1].min(4 * self.0));
        is_end
    }
}

/// A copy that is made, or gone on with.
pub(super) struct Copying<'r, At> {
    /// A connection with a transaction that reads one moment.
    pub(super) client: &'r Client,
    pub(super) tables: &'r [Arc<Table>],
    pub(super) origin: &'r Origin,
    pub(super) lead: &'r Lead,
    pub(super) status: &'r Status,
    /// Where the stream begins that follows.
    pub(super) from: At,
}

impl<At: Clone + Serialize + for<'de> Deserialize<'de> + Ord> Copying<'_, At> {
    /// Copies what is not copied yet: all tables but the first `done`, the next one behind the key `after`.
    pub(super) async fn run(self, done: usize, after: Option<String>) -> Result<(), Halt> {
        let (feeder, feed) = Feed::new();
        let (log, term) = (self.lead.log.clone(), self.lead.term);
        let storing = AbortOnDropHandle::new(tokio::spawn(async move { log.feed(term, How::Copied, feed).await }));
        let mut after = after;
        for (index, table) in self.tables.iter().enumerate().skip(done) {
            if !self.copy(table, (index, after.take()), &feeder).await? {
                break;
            }
            self.store((index + 1, None), &feeder).await;
        }
        drop(feeder.end());
        storing.await.unwrap_or(Err(LogError::Superseded)).map_err(Halt::Log)
    }

    /// Copies one table; `false` where the log takes no more, which says why.
    async fn copy(
        &self,
        table: &Arc<Table>,
        (index, after): (usize, Option<String>),
        feeder: &Feeder,
    ) -> Result<bool, Halt> {
        let columns: Vec<_> = table.columns.iter().map(|column| quoted(column.name)).collect();
        let key = &columns[table.key];
        let behind = after.map(|after| format!(" WHERE {key} > {}", literal(&after))).unwrap_or_default();
        let select =
            format!("SELECT {} FROM {}{behind} ORDER BY {key}", columns.join(", "), qualified(table.replica.table()));
        self.client.batch_execute(&format!("DECLARE sync_copy NO SCROLL CURSOR FOR {select}")).await?;
        let mut asking = Paging::default();
        loop {
            // As texts, which are those that a stream has.
            let page = self.client.simple_query(&format!("FETCH {} FROM sync_copy", asking.rows())).await?;
            let (mut last, mut count, mut bytes) = (None, 0, 0);
            for row in page
                .iter()
                .filter_map(|message| if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None })
            {
                let values: Vec<_> =
                    (0..row.len()).map(|column| row.get(column).map_or(Value::Null, Value::Text)).collect();
                last = row.get(table.key);
                bytes += values.iter().map(|value| value.length()).sum::<usize>();
                count += 1;
                if !feeder.feed(table.row(&values, None, || "copy".to_owned())).await {
                    return Ok(false);
                }
            }
            self.status.copied(count as u64);
            if let Some(last) = last
                && !self.store((index, Some(last.to_owned())), feeder).await
            {
                return Ok(false);
            }
            if asking.is_end(count, bytes) {
                self.client.batch_execute("CLOSE sync_copy").await?;
                return Ok(true);
            }
        }
    }

    /// Has stored how far the copy is.
    async fn store(&self, (tables, after): (usize, Option<String>), feeder: &Feeder) -> bool {
        let phase = Phase::Copying { from: self.from.clone(), tables, after };
        let state = Stored { origin: self.origin.clone(), phase }.text();
        feeder.feed(Fed::Whole { state, mark: 0, origins: Vec::new() }).await
    }
}
