//! The reader: one of all servers leads, copies the tables once, and stores what is written to them from then on.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use pgwire_replication::{PgWireError, ReplicationClient};
use tokio_util::task::AbortOnDropHandle;

use super::catalog::{self, Catalog};
use super::connection::{Address, Sql, in_time};
use super::copy::Copying;
use super::error::{Halt, Missing};
use super::position::{Lsn, Origin, Phase, Stored};
use super::settings::{Settings, SourceKind};
use super::slot::{self, Streaming};
use super::status::{Doing, Status};
use super::tables::shape;
use super::writing::row_tables;
use super::{outbox, setup};
use crate::clock::{Instant, Seldom, sleep, timeout};
use crate::error::chain;
use crate::id::Id;
use crate::log::{IsOfRows, ReplicaLog};
use crate::route::Replica;

/// How long it is waited before it is tried again, at first and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(2)];
/// How long it is waited at most before all is read anew once more, and after what time that was not in vain.
const ANEW: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(1)];
/// How often it is tried to lead, and looked how far the one is who does.
const FOLLOWING: Duration = Duration::from_secs(1);
/// How often it is looked whether the database is still there, and within what time it has to say so.
const BEATS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];
/// When the database ends the lead of one who gives no sign.
const STANDS_STILL: &str = "SET idle_session_timeout = '8s'";
/// How often it is said at most what is in the way, and within what time.
const SAID: (u64, Duration) = (6, Duration::from_secs(60));

/// Why what was stored does not hold any more where what tells of changes is not what it was.
pub(super) const UNTOLD: &str = "a table was not told of for a while: it, a column, a partition, its place in the publication or its trigger was another one, or not there";

/// What is read, and where it is stored.
pub(super) struct Reader {
    pub(super) address: Address,
    pub(super) settings: Settings,
    pub(super) replicas: Vec<&'static dyn Replica>,
    pub(super) is_scope: IsOfRows,
    pub(super) log: Arc<dyn ReplicaLog>,
    pub(super) status: Arc<Status>,
}

/// Who leads, and where what is read is stored.
pub(super) struct Lead {
    pub(super) log: Arc<dyn ReplicaLog>,
    pub(super) term: u64,
}

impl Reader {
    /// Asks the database once whether all is there that is needed; what can be made is made first where `makes` says so.
    pub(super) async fn check(&self, makes: bool) -> Result<(), Halt> {
        let client = self.address.connect().await?;
        if makes && !self.catalog(&client).await?.missing.is_empty() {
            for made in setup::make(&client, &self.replicas, &self.settings, &self.is_scope, true).await? {
                tracing::info!(made, "in development, what replication needs is made");
            }
        }
        self.look(&client).await.map(drop)
    }

    /// Looks at the tables, all of which have to be as they should be, and says how mutations write them.
    async fn look(&self, client: &Sql) -> Result<Catalog, Halt> {
        let catalog = self.catalog(client).await?.complete()?;
        self.log.rows_are(row_tables(&catalog.tables, &self.settings, &self.is_scope));
        Ok(catalog)
    }

    async fn catalog(&self, client: &Sql) -> Result<Catalog, Halt> {
        Ok(in_time(catalog::read(client, &self.replicas, &self.settings, &self.is_scope)).await??)
    }

    /// Reads for as long as this is awaited, whatever happens.
    pub(super) async fn run(self) {
        let said = Seldom::within(SAID.0, SAID.1);
        let (mut pause, mut why) = (PAUSES[0], None);
        let mut anew = PAUSES[0];
        loop {
            let (begun, before) = (Instant::now(), self.status.position());
            let Err(halt) = self.lead(why.take()).await;
            match halt {
                Halt::Anew(reason) => {
                    tracing::warn!(reason, "all rows are read anew: clients take snapshots");
                    why = Some(reason);
                    // What begins anew again and again is not to be all that the database does.
                    anew = if begun.elapsed() > ANEW[1] { PAUSES[0] } else { ANEW[0].min(2 * anew) };
                    sleep(anew).await;
                    continue;
                }
                halt => {
                    if matches!(&halt, Halt::Missing(missing) if missing.iter().any(Missing::is_untold)) {
                        why = Some(UNTOLD.to_owned());
                    }
                    // Whoever gets on, if only step by step, is not held up.
                    if self.status.position() != before {
                        pause = PAUSES[0];
                    }
                    let problem = chain(&halt);
                    if said.happened().is_some() {
                        tracing::error!(problem, "rows are not read: it is tried again");
                    }
                    self.status.stops(problem);
                }
            }
            sleep(pause).await;
            pause = PAUSES[1].min(2 * pause);
        }
    }

    /// Leads as soon as nobody else does, and reads until something is in the way.
    async fn lead(&self, why: Option<String>) -> Result<Infallible, Halt> {
        let client = Arc::new(self.address.connect().await?);
        let mut catalog = self.look(&client).await?;
        if self.take_the_lead(&client).await? {
            // For weeks, maybe.
            catalog = self.look(&client).await?;
        }
        let lead = self.log.lead().await?;
        let (replicas, settings, status) = (self.replicas.clone(), self.settings.clone(), self.status.clone());
        let beat = Beat { client: client.clone(), replicas, settings, status, told_by: catalog.told_by.clone() };
        let beating = AbortOnDropHandle::new(tokio::spawn(beat.run()));
        let state = lead.state;
        let lead = Lead { log: self.log.clone(), term: lead.term };
        let run = Run { reader: self, client: &client, catalog: &catalog, lead: &lead };
        let reading = async {
            match self.settings.source {
                SourceKind::Slot => run.slot(state, why).await,
                SourceKind::Outbox => outbox::read(&run, state, why).await,
            }
        };
        tokio::select! {
            lost = beating => Err(lost.unwrap_or(Halt::Slow)),
            read = reading => read,
        }
    }

    /// Waits until nobody else leads. A lock of the database is let go of with its connection, whatever becomes of its owner.
    /// Returns whether it has waited.
    async fn take_the_lead(&self, client: &Sql) -> Result<bool, Halt> {
        // A database has one outbox, whatever the slot is called.
        let of = match self.settings.source {
            SourceKind::Slot => ["sync_replica", &self.settings.slot],
            SourceKind::Outbox => ["sync_outbox", ""],
        };
        let [a, b, c, d, e, f, g, h, ..] = Id::of_texts(&of).to_bytes();
        let lock = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let mut has_waited = false;
        loop {
            let row = in_time(client.query_one("SELECT pg_try_advisory_lock($1)", &[&lock])).await??;
            if row.try_get(0)? {
                // One that stands still, as a machine does that sleeps, does not hold up the others: it is looked after more often than that.
                client.batch_execute(STANDS_STILL).await?;
                return Ok(has_waited);
            }
            if !self.settings.shares_log {
                return Err(Halt::Missing(vec![match self.settings.source {
                    SourceKind::Slot => Missing::Shared(self.settings.slot.clone()),
                    SourceKind::Outbox => Missing::SharedOutbox,
                }]));
            }
            let stored = self.log.stored().await?;
            self.status.follows(stored.is_some_and(|stored| self.is_live(&stored)));
            has_waited = true;
            sleep(FOLLOWING).await;
        }
    }

    fn is_live(&self, stored: &str) -> bool {
        match self.settings.source {
            SourceKind::Slot => Stored::<Lsn>::read(stored).is_some_and(|stored| stored.is_live()),
            SourceKind::Outbox => outbox::is_live(stored),
        }
    }
}

/// Looks every now and then whether the database is still there, and how far it is.
struct Beat {
    client: Arc<Sql>,
    replicas: Vec<&'static dyn Replica>,
    settings: Settings,
    status: Arc<Status>,
    told_by: String,
}

impl Beat {
    /// Returns as soon as the database does not answer any more, or has been told to tell of something else.
    async fn run(self) -> Halt {
        let Self { client, replicas, settings, status, told_by } = self;
        let asking = async || {
            let now = catalog::told_by(&client, &replicas, &settings).await?;
            Ok::<_, Halt>((now, catalog::written(&client, settings.source).await?))
        };
        loop {
            sleep(BEATS[0]).await;
            match timeout(BEATS[1], asking()).await {
                Ok(Ok((now, written))) if now == told_by => status.written(written),
                Ok(Ok(_)) => return Halt::Anew(UNTOLD.to_owned()),
                Ok(Err(halt)) => return halt,
                Err(_) => return Halt::Slow,
            }
        }
    }
}

/// One time of leading.
pub(super) struct Run<'r> {
    pub(super) reader: &'r Reader,
    pub(super) client: &'r Sql,
    pub(super) catalog: &'r Catalog,
    pub(super) lead: &'r Lead,
}

impl Run<'_> {
    /// Reads by a slot: goes on where it was, or begins anew.
    async fn slot(&self, state: Option<Box<str>>, why: Option<String>) -> Result<Infallible, Halt> {
        let Reader { address, settings, status, .. } = self.reader;
        status.does(Doing::Preparing);
        let mut stream = address.open_stream(&settings.slot, &settings.publication, Lsn::default()).await?;
        let origin = self.origin(slot::system(&mut stream).await?);
        let phase = self.phase(state, &origin, why).await?;
        if !phase.is_live() {
            status.lacks_rows();
        }
        let (at, fence) = self.whole(phase, &origin, stream).await?;
        let streaming = Streaming {
            address,
            client: self.client,
            slot: &settings.slot,
            publication: &settings.publication,
            tables: &self.catalog.tables,
            origin: &origin,
            lead: self.lead,
            status,
            at,
            fence,
        };
        match streaming.run().await {
            Err(Halt::Changed(misfit)) => Err(self.changed(misfit.to_string()).await),
            // It is asked for by its name as that was when the rows were written.
            Err(Halt::Streamed(error)) if is_of_no_publication(&error) => Err(self.changed(error.to_string()).await),
            ended => ended,
        }
    }

    /// Returns how far it has come, which is the beginning where what is stored is of no use any more.
    async fn phase(&self, state: Option<Box<str>>, origin: &Origin, why: Option<String>) -> Result<Phase<Lsn>, Halt> {
        let stored = state.as_deref().and_then(Stored::<Lsn>::read);
        let reason = match self.resumed(stored, origin, why).await? {
            Ok(phase) => return Ok(phase),
            Err(reason) => reason,
        };
        if state.is_some() {
            tracing::warn!(reason, "all rows are read anew: clients take snapshots");
        }
        self.reader.status.begins_anew();
        self.lead.log.renew(self.lead.term, self.text(origin, Phase::Forgetting), false).await?;
        Ok(Phase::Forgetting)
    }

    /// Copies what is to be copied, with a new slot where all is, and returns where the stream goes on, and where all is of one moment.
    async fn whole(
        &self,
        phase: Phase<Lsn>,
        origin: &Origin,
        mut stream: ReplicationClient,
    ) -> Result<(Lsn, Lsn), Halt> {
        let Reader { address, settings, status, .. } = self.reader;
        let (from, fence) = match phase {
            Phase::Streaming { at, fence } => return Ok((at, fence)),
            Phase::Forgetting => {
                while self.lead.log.forget_some(self.lead.term).await? {}
                slot::drop_slot(self.client, &settings.slot).await?;
                let (from, snapshot) = slot::make(self.client, &mut stream, &settings.slot, status).await?;
                let begin =
                    format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{snapshot}'");
                let copy = address.connect().await?;
                copy.batch_execute(&begin).await?;
                // Only now: what the slot was made with is gone as soon as its connection says anything else.
                drop(stream);
                self.copied(&copy, origin, from, (0, None)).await?;
                (from, from)
            }
            Phase::Copying { from, tables, after } => {
                drop(stream);
                let copy = address.connect().await?;
                // What was copied before is older than what is copied now: it is of one moment when the stream has come to this one.
                copy.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                let fence = copy.query_one("SELECT pg_current_wal_insert_lsn()::text", &[]).await?;
                let fence = fence.try_get::<_, &str>(0)?.parse()?;
                self.copied(&copy, origin, from, (tables, after)).await?;
                (from, fence)
            }
        };
        let phase = Phase::Streaming { at: from, fence };
        self.lead.log.renew(self.lead.term, self.text(origin, phase), true).await?;
        Ok((from, fence))
    }

    /// A table that the stream says has changed may be as it should be by now: what lies between cannot be read, and all is read anew.
    async fn changed(&self, reason: String) -> Halt {
        let found = self.reader.catalog(self.client).await;
        match found.and_then(Catalog::complete) {
            Ok(_) => Halt::Anew(reason),
            Err(missing) => missing,
        }
    }

    /// Returns where to go on, or why that is not possible.
    async fn resumed(
        &self,
        stored: Option<Stored<Lsn>>,
        origin: &Origin,
        why: Option<String>,
    ) -> Result<Result<Phase<Lsn>, String>, Halt> {
        if let Some(why) = why {
            return Ok(Err(why));
        }
        let Some(stored) = stored else { return Ok(Err("nothing was read before".to_owned())) };
        if let Some(reason) = differs(&stored.origin, origin) {
            return Ok(Err(reason));
        }
        let at = match stored.phase {
            Phase::Forgetting => return Ok(Ok(Phase::Forgetting)),
            Phase::Copying { from, .. } => from,
            Phase::Streaming { at, .. } => at,
        };
        let broken = slot::broken(self.client, &self.reader.settings.slot, at).await?;
        Ok(broken.map_or(Ok(stored.phase), Err))
    }

    async fn copied(
        &self,
        copy: &Sql,
        origin: &Origin,
        from: Lsn,
        (done, after): (usize, Option<String>),
    ) -> Result<(), Halt> {
        self.reader.status.does(Doing::Copying);
        let (tables, lead, status) = (&*self.catalog.tables, self.lead, &*self.reader.status);
        Copying { client: copy, tables, origin, lead, status, from }.run(done, after).await
    }

    /// Says what is read, and from where.
    pub(super) fn origin(&self, system: String) -> Origin {
        let Catalog { tables, database, told_by, .. } = self.catalog;
        let slot = self.reader.settings.slot.clone();
        Origin { system, database: database.clone(), slot, shape: shape(tables), told_by: told_by.clone() }
    }

    fn text(&self, origin: &Origin, phase: Phase<Lsn>) -> Box<str> {
        Stored { origin: origin.clone(), phase }.text()
    }
}

/// Whether a stream asks for a publication that was not there, or not called so, when what it reads was written.
fn is_of_no_publication(error: &PgWireError) -> bool {
    matches!(error, PgWireError::Server(message) if message.contains("42704"))
}

/// Says why what was stored is not of what is read now.
pub(super) fn differs(stored: &Origin, now: &Origin) -> Option<String> {
    let reason = |what: &str, stored: &str, now: &str| {
        Some(format!("what is stored is of the {what} `{stored}`, and this is `{now}`"))
    };
    if stored.system != now.system {
        return reason("cluster", &stored.system, &now.system);
    }
    if stored.database != now.database {
        return reason("database", &stored.database, &now.database);
    }
    if stored.slot != now.slot {
        return reason("slot", &stored.slot, &now.slot);
    }
    if stored.told_by != now.told_by {
        return Some(UNTOLD.to_owned());
    }
    (stored.shape != now.shape).then(|| "the tables, the entities or the replicas are others than before".to_owned())
}
