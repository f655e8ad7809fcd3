//! The thread that writes: what waits together is one transaction.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;

use super::batch::{Batch, Settling};
use super::link::{Link, LinkError};
use super::sql::is_of_app;
use crate::clock::{RealInstant, Seldom, calendar};
use crate::contain::{Panicked, contained};
use crate::error::SyncError;
use crate::log::replica::RowTables;
use crate::log::store::{Committed, LogError, News, Push, Watch, Work};

/// How many pushes may wait for the thread; who comes then waits to be let in.
pub(super) const QUEUE: usize = 4096;
/// How many of them are one transaction.
const GROUP: usize = 100;
/// How long nobody tries again after a connection could not be made.
const PAUSE: Duration = Duration::from_millis(200);
/// How often it is said at most that nothing can be written, and within what time.
const SAID: (u64, Duration) = (6, Duration::from_secs(60));

/// A push, and who waits for it.
pub(super) struct Waiting {
    pub(super) push: Push,
    pub(super) tell: oneshot::Sender<Result<Settling, LogError>>,
}

pub(super) struct Writer {
    config: Config,
    codes: Arc<[&'static str]>,
    watch: Watch,
    /// What this server calls itself to the others.
    server: Arc<str>,
    tables: Arc<Mutex<RowTables>>,
    link: Option<Link>,
    /// When it could not connect last, and what was said.
    failed: Option<(RealInstant, Arc<LinkError>)>,
    said: Seldom,
}

type Failed = Arc<LinkError>;

impl Writer {
    pub(super) fn new(
        config: Config,
        (codes, watch, server): (Arc<[&'static str]>, Watch, Arc<str>),
        tables: Arc<Mutex<RowTables>>,
    ) -> Self {
        Self { config, codes, watch, server, tables, link: None, failed: None, said: Seldom::within(SAID.0, SAID.1) }
    }

    /// Settles what is asked for until nobody can ask any more.
    pub(super) fn serve(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        while let Some(first) = waiting.blocking_recv() {
            let rest = std::iter::from_fn(|| waiting.try_recv().ok()).take(GROUP - 1);
            let group = std::iter::once(first).chain(rest).filter(|waiting| !waiting.tell.is_closed()).collect();
            if contained(|| self.settle(group)) == Err(Panicked) {
                // Whoever waits is told so by the end of what it waits for.
                self.link = None;
            }
        }
    }

    /// Those that may have to wait for whoever writes rows come last, and nobody else waits with them.
    fn settle(&mut self, group: Vec<Waiting>) {
        let tables = self.tables.lock().clone();
        let meeting = group.iter().filter(|waiting| tables.may_meet(&waiting.push.scope));
        let clients: HashSet<Arc<str>> = meeting.map(|waiting| waiting.push.call.client.clone()).collect();
        let (last, first) = group.into_iter().partition(|waiting| clients.contains(&waiting.push.call.client));
        self.settle_together(first);
        self.settle_together(last);
    }

    fn settle_together(&mut self, mut group: Vec<Waiting>) {
        while !group.is_empty() {
            match self.transact_twice(&mut group) {
                Ok((done, committed)) => {
                    committed.into_iter().for_each(|committed| (self.watch)(News::Committed(committed)));
                    for (waiting, pushed) in group.drain(..done.len()).zip(done) {
                        waiting.tell.send(Ok(pushed)).map_or_else(drop, drop);
                    }
                }
                // What one of them has done, the database refuses: the others are not to suffer for it.
                Err(error) if is_about_rows(&error) && group.len() > 1 => {
                    group.drain(..).for_each(|alone| self.settle_together(vec![alone]));
                }
                Err(error) if is_about_rows(&error) && matches!(group[0].push.work, Work::Apply(_)) => {
                    tracing::error!(
                        error = crate::error::chain(&*error),
                        "the database refuses what a mutation has written"
                    );
                    group[0].push.work = Work::Refuse(SyncError::new("sync-server-failed"));
                }
                Err(error) => {
                    for waiting in group.drain(..) {
                        let failed = LogError::Unavailable(Box::new(error.clone()));
                        waiting.tell.send(Err(failed)).map_or_else(drop, drop);
                    }
                }
            }
        }
    }

    /// Settles the first of a group, most likely all of them. Where the connection was lost, nobody knows whether that was before they were
    /// settled: those that were are known the second time, and were not told to anybody.
    fn transact_twice(&mut self, group: &mut [Waiting]) -> Result<(Vec<Settling>, Vec<Committed>), Failed> {
        let done = self.transact(group);
        let Err(error) = &done else { return done };
        if !is_lost(error) && !is_in_the_way(error) {
            return done;
        }
        let again = self.transact(group);
        if again.is_ok() && is_lost(error) {
            (self.watch)(News::Missed);
        }
        again
    }

    fn transact(&mut self, group: &mut [Waiting]) -> Result<(Vec<Settling>, Vec<Committed>), Failed> {
        let (link, is_new) = match self.link.take().filter(|link| !link.client.is_closed()) {
            Some(link) => (link, false),
            None => (self.connect()?, true),
        };
        let tables = self.tables.lock().clone();
        let done = transact(&link, group, (&self.codes, tables), &self.server).map_err(Arc::new);
        match &done {
            Ok(_) => {
                if is_new && self.failed.take().is_some() && self.said.happened().is_some() {
                    tracing::info!("the Postgres of `log_url` can be used again");
                }
                self.link = Some(link);
            }
            Err(error) => {
                self.say(error);
                // What was said last may still be carried out there.
                let is_back = !is_lost(error) && link.command("ROLLBACK").is_ok();
                self.link = Some(link).filter(|_| is_back);
            }
        }
        done
    }

    fn connect(&mut self) -> Result<Link, Failed> {
        if let Some((when, error)) = &self.failed
            && when.elapsed() < PAUSE
        {
            return Err(error.clone());
        }
        Link::open(&self.config).map_err(|error| {
            let error = Arc::new(error);
            self.say(&error);
            self.failed = Some((RealInstant::now(), error.clone()));
            error
        })
    }

    fn say(&mut self, error: &Failed) {
        if !is_about_rows(error) && self.said.happened().is_some() {
            tracing::error!(error = crate::error::chain(&**error), "mutations cannot be stored");
        }
    }
}

/// Settles the first of a group in one transaction, and returns what came of them, and what was committed.
fn transact(
    link: &Link,
    group: &mut [Waiting],
    (codes, tables): (&[&'static str], RowTables),
    server: &str,
) -> Result<(Vec<Settling>, Vec<Committed>), LinkError> {
    let time = calendar();
    let pushes: Vec<&Push> = group.iter().map(|waiting| &waiting.push).collect();
    let mut batch = link.ask(Batch::begin(&link.client, &pushes, codes, tables))?;
    let mut done = Vec::new();
    for waiting in group {
        done.push(batch.settle(link, &mut waiting.push, time)?);
        if batch.is_full() {
            break;
        }
    }
    let committed = link.ask(batch.commit(&link.client, server, time))?;
    Ok((done, committed))
}

/// Whether there was no answer, and nobody knows what has become of it.
fn is_lost(error: &LinkError) -> bool {
    match error {
        LinkError::Slow => true,
        LinkError::Failed(error) => error.is_closed() || error.as_db_error().is_none() || is_ending(error),
        LinkError::NoRuntime(_) => false,
    }
}

/// Whether the database has ended the connection, being told to stop.
fn is_ending(error: &tokio_postgres::Error) -> bool {
    let ending = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN];
    error.code().is_some_and(|code| ending.contains(code))
}

/// Whether another transaction was in the way: there may be none the next time.
fn is_in_the_way(error: &LinkError) -> bool {
    matches!(error, LinkError::Failed(error) if error.code().is_some_and(|code| code.code().starts_with("40")))
}

/// Whether the database refuses what was written or read, and would refuse it again: a rule of a table that the app has made, for the most part.
/// A statement of ours that took too long, or was cancelled, says nothing about what it wrote.
fn is_about_rows(error: &LinkError) -> bool {
    let is_cancelled = |error: &tokio_postgres::Error| error.code() == Some(&SqlState::QUERY_CANCELED);
    matches!(error, LinkError::Failed(error) if is_of_app(error) && !is_cancelled(error))
}
