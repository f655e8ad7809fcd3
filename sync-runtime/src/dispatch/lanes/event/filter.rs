//! The filter, once for each member or once for each group of members, and what each member gets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use crate::clock::timeout;
use crate::contain::{Contained, Guarded, Panicked, contained, log_panicked};
use crate::dispatch::caller::reader_locale;
use crate::dispatch::lanes::event::older::OlderFrames;
use crate::dispatch::lanes::event::report::{Got, Reporter};
use crate::dispatch::lanes::event::text::EventText;
use crate::dispatch::parts::Parts;
use crate::error::SyncError;
use crate::i18n::{Catalog, Locale};
use crate::metrics::{RouteMetrics, Visited};
use crate::rooms::{Deferred, Delivery, Facts, Kept, Placed, Reach, Row, SenderKey, is_left_out, waited_for};
use crate::route::{App, Event, FilterKind, LateFacts, Member, MemberView, OlderForm, Route, RouteId, Sent, Verdict};
use crate::schema::encode_raw;
use crate::wire::{Envelope, IgnoreSelf, Location, Packet, Position, PositionKey, Report, Topic};

/// What a member's frame takes besides `serverOutput`, about.
const ENVELOPE: usize = 160;
/// How many different outputs of one event are kept to be found again. Looking for one among more costs as much as writing it.
const OUTPUTS: usize = 8;
/// How often one is not found until it takes the place of the one that was found longest ago. To keep one costs an allocation, which is
/// too much where each member has its own.
const MISSES: usize = 16;

/// An event with all that its delivery needs.
pub(in crate::dispatch) struct Fanout<A: App> {
    event: Box<dyn Event<A>>,
    route: &'static RouteId,
    sender: Sender<A>,
    ignore_self: IgnoreSelf,
    room: String,
    volatile: bool,
    filter_timeout: Duration,
    catalog: Arc<Catalog>,
    positions: Arc<PositionKey>,
    metrics: Arc<RouteMetrics>,
    reporter: Option<Arc<Reporter>>,
    /// The older versions of its route that it is told as, too.
    older: Option<Arc<[&'static dyn OlderForm]>>,
}

/// Who caused an event.
pub(in crate::dispatch) struct Sender<A: App> {
    /// By what it is known again.
    pub(in crate::dispatch) key: SenderKey,
    /// What others may know of it.
    pub(in crate::dispatch) shown: Shown<A>,
}

/// Where it is found what others may know of a sender.
pub(in crate::dispatch) enum Shown<A: App> {
    /// In its session when it called.
    Session(Arc<Guarded<A::Session>>),
    /// It has been said by the server where it called.
    Public(Arc<Guarded<A::Public>>),
}

impl<A: App> Sender<A> {
    /// Returns what others may know of the sender.
    pub(in crate::dispatch) fn public(&self) -> A::Public {
        match &self.shown {
            Shown::Session(session) => A::public(session),
            Shown::Public(public) => A::Public::clone(public),
        }
    }
}

impl<A: App> Fanout<A> {
    pub(in crate::dispatch) fn new(
        parts: &Parts<A>,
        route: &'static dyn Route<A>,
        metrics: &Arc<RouteMetrics>,
        event: Box<dyn Event<A>>,
        room: &str,
        sender: Sender<A>,
        ignore_self: IgnoreSelf,
    ) -> Self {
        Self {
            filter_timeout: event.filter_timeout().unwrap_or(parts.config.filter_timeout),
            event,
            route: route.id(),
            sender,
            ignore_self,
            room: room.to_owned(),
            volatile: route.options().volatile,
            catalog: parts.catalog.clone(),
            positions: parts.positions.clone(),
            metrics: metrics.clone(),
            reporter: None,
            older: parts.older.of_route(route.id()),
        }
    }

    /// Has it be told what becomes of the event, when its members have been visited.
    pub(in crate::dispatch) fn reported(&mut self) -> oneshot::Receiver<Report> {
        let (reporter, told) = Reporter::new();
        self.reporter = Some(reporter);
        told
    }

    /// Returns who caused the event.
    pub(in crate::dispatch) fn sender(&self) -> &Sender<A> {
        &self.sender
    }

    fn forms(&self) -> &[&'static dyn OlderForm] {
        self.older.as_deref().unwrap_or_default()
    }

    fn cb(&self) -> &'static str {
        self.route.cb
    }

    /// Returns how many bytes of memory it takes besides itself, about.
    fn bytes(&self) -> usize {
        self.event.bytes() + self.room.len()
    }
}

impl<A: App> Delivery<A> for Fanout<A> {
    fn text(&self) -> Option<String> {
        // What is written is the app's: its `Serialize` may panic.
        let written = contained(|| Some((encode_raw(&self.sender.public()).ok()?, self.event.input()?)));
        let (sender, input) = written.ok()??;
        let event = EventText {
            name: self.route.path.into(),
            version: self.route.version.into(),
            older: self.forms().iter().map(|form| form.id().version.to_owned()).collect(),
            key: self.sender.key,
            sender: &sender,
            ignore_self: self.ignore_self,
            input: &input,
            output: self.event.server_output(),
        };
        event.to_json()
    }

    fn size(&self) -> usize {
        // About as much in each form.
        (self.event.server_output().get().len() + ENVELOPE) * (1 + self.forms().len())
    }

    fn place(mut self: Box<Self>, position: Position) -> Box<dyn Placed<A>> {
        // Not what is kept of the event: that is not the visit.
        let reporter = self.reporter.take();
        let pos = self.positions.seal(position);
        let envelope = Envelope::new(self.cb(), &self.room, pos, self.event.server_output(), self.volatile);
        let older =
            OlderFrames::of(self.forms(), &self.room, &self.positions.seal(position), &*self.event, self.volatile);
        let judge =
            Judge { fanout: *self, envelope, older, outputs: Mutex::default(), is_over: AtomicBool::new(false) };
        Box::new(InPlace {
            judge: Arc::new(judge),
            own: Vec::new(),
            outputs: Outputs::default(),
            visited: Visited::default(),
            reporter,
        })
    }
}

/// An event whose members are visited one after the other.
struct InPlace<A: App> {
    judge: Arc<Judge<A>>,
    /// The `clientOutput` of the member that is being visited.
    own: Vec<u8>,
    outputs: Outputs,
    /// Counted here, and given to the metrics once for all members: what all threads share costs more than a filter.
    visited: Visited,
    reporter: Option<Arc<Reporter>>,
}

impl<A: App> Placed<A> for InPlace<A> {
    fn reach(&mut self, member: &Row<A>, facts: &Facts) -> Reach {
        let reach = self.reach_uncounted(member, facts);
        if let (Some(reporter), Reach::Now(packet)) = (&self.reporter, &reach) {
            reporter.count(self.judge.got(packet.as_ref()));
        }
        match reach {
            Reach::Now(Some(packet)) => {
                self.visited.delivered += 1;
                Reach::Now(Some(self.judge.as_heard(packet, member)))
            }
            Reach::Now(None) => {
                self.visited.skipped += 1;
                reach
            }
            Reach::Later(_) => reach,
        }
    }

    fn defer(&self, member: &Row<A>) -> Deferred {
        self.judge.counted(self.judge.later(member), member, self.reporter.clone())
    }

    fn kept(&self) -> Option<Arc<dyn Kept<A>>> {
        Some(self.judge.clone())
    }

    fn visited(&mut self, judging: Duration) {
        self.judge.fanout.metrics.visited(self.visited, judging);
        // What was made for the members who were there is of no use to those who come back later, and would not be counted.
        self.judge.is_over.store(true, Ordering::Release);
        self.judge.outputs.lock().packets = Vec::new();
        if let Some(older) = &self.judge.older {
            older.forget();
        }
        self.judge.fanout.event.forget_groups();
    }
}

impl<A: App> InPlace<A> {
    fn reach_uncounted(&mut self, member: &Row<A>, facts: &Facts) -> Reach {
        if self.judge.fanout.leaves_out(member) {
            return Reach::Now(None);
        }
        match self.judge.fanout.event.filter() {
            FilterKind::None => Reach::Now(Some(self.outputs.packet(&self.judge.envelope, b""))),
            // What it streams goes out while it runs: behind what was said of the events before this one.
            FilterKind::Async if self.judge.fanout.event.streams() => Reach::Later(self.defer(member)),
            FilterKind::Async => self.reach_async(member),
            FilterKind::Sync => self.reach_now(member, facts),
            FilterKind::Group => {
                self.own.clear();
                Reach::Now(self.judge.group_packet(member, facts, &mut self.own))
            }
        }
    }

    /// Most filters that may wait do not: those are done here, without a task.
    fn reach_async(&self, member: &Row<A>) -> Reach {
        let mut work = self.judge.later(member);
        let mut nobody = std::task::Context::from_waker(std::task::Waker::noop());
        // Without tokio's budget, which a visit of many members would use up: the visit gives way by itself.
        let mut unhurried = std::pin::pin!(tokio::task::unconstrained(work.packet.as_mut()));
        match unhurried.as_mut().poll(&mut nobody) {
            std::task::Poll::Ready(packet) => Reach::Now(packet),
            std::task::Poll::Pending => Reach::Later(self.judge.counted(work, member, self.reporter.clone())),
        }
    }

    fn reach_now(&mut self, member: &Row<A>, facts: &Facts) -> Reach {
        let Self { judge, own, outputs, .. } = self;
        own.clear();
        let verdict = judge.fanout.run(member, facts, |event, member| event.judge(member, own));
        let verdict = verdict.map(|()| outputs.packet(&judge.envelope, own));
        Reach::Now(judge.packet_of(verdict, member, facts))
    }
}

/// Packets of one event that were written already: members with equal output mostly get one buffer.
#[derive(Default)]
struct Outputs {
    /// The packet of those whose output is `{}`, which is found at once.
    empty: Option<Packet>,
    /// The one that was found last comes first.
    packets: Vec<Packet>,
    misses: usize,
}

impl Outputs {
    /// Returns the packet for `own`, a new one unless it is kept.
    fn packet(&mut self, envelope: &Envelope, own: &[u8]) -> Packet {
        if own.is_empty() {
            return self.empty.get_or_insert_with(|| envelope.success(own)).clone();
        }
        if let Some(index) = self.packets.iter().position(|packet| envelope.is_success_of(packet, own)) {
            self.packets[..=index].rotate_right(1);
            return self.packets[0].clone();
        }
        let packet = envelope.success(own);
        self.misses += 1;
        if self.packets.len() < OUTPUTS {
            self.packets.push(packet.clone());
        } else if self.misses.is_multiple_of(MISSES) {
            self.packets[OUTPUTS - 1] = packet.clone();
        }
        packet
    }
}

/// What judges the members of one event, and remembers the packets that it has made.
struct Judge<A: App> {
    fanout: Fanout<A>,
    envelope: Envelope,
    /// Its frames as older versions of its route have them.
    older: Option<OlderFrames>,
    /// Of members whose filter may wait, and of groups; those who are judged in place share theirs without a lock.
    outputs: Mutex<Outputs>,
    /// Whether all members were visited: nothing is remembered for those who are judged later.
    is_over: AtomicBool,
}

impl<A: App> Kept<A> for Judge<A> {
    fn bytes(&self) -> usize {
        let older = self.older.as_ref().map_or(0, OlderFrames::bytes);
        size_of::<Self>() + self.fanout.bytes() + 2 * self.envelope.bytes() + older
    }

    fn topic(&self) -> Option<&Arc<Topic>> {
        self.envelope.topic()
    }

    fn text(&self) -> Option<String> {
        self.fanout.text()
    }

    fn show(self: Arc<Self>, member: &Row<A>, facts: &Facts) -> Reach {
        if self.fanout.leaves_out(member) {
            return Reach::Now(None);
        }
        let mut own = Vec::new();
        let verdict = match self.fanout.event.filter() {
            FilterKind::None => Verdict::Deliver(()),
            FilterKind::Async => return Reach::Later(self.counted(self.later(member), member, None)),
            // Who comes back comes alone: that its group was asked before is not kept.
            FilterKind::Sync | FilterKind::Group => {
                self.fanout.run(member, facts, |event, member| event.judge(member, &mut own))
            }
        };
        let packet = self.packet_of(verdict.map(|()| self.packet(&own)), member, facts);
        self.fanout.metrics.visited_alone(packet.is_some());
        Reach::Now(packet.map(|packet| self.as_heard(packet, member)))
    }
}

impl<A: App> Judge<A> {
    /// Says what a member gets when what it waits for is done. It is not counted.
    fn later(self: &Arc<Self>, member: &Row<A>) -> Deferred {
        let (judge, member) = (self.clone(), member.clone());
        let packet =
            Box::pin(async move { if judge.fanout.leaves_out(&member) { None } else { judge.reach(&member).await } });
        Deferred { topic: self.envelope.topic().cloned(), size: self.fanout.size(), packet }
    }

    /// Counts what a member gets alone, when that is known.
    fn counted(self: &Arc<Self>, work: Deferred, member: &Row<A>, reporter: Option<Arc<Reporter>>) -> Deferred {
        let (judge, member, packet) = (self.clone(), member.clone(), work.packet);
        let counted = async move {
            let packet = packet.await;
            judge.fanout.metrics.visited_alone(packet.is_some());
            if let Some(reporter) = reporter {
                reporter.count(judge.got(packet.as_ref()));
            }
            packet.map(|packet| judge.as_heard(packet, &member))
        };
        Deferred { packet: Box::pin(counted), ..work }
    }

    /// Runs the filter for one member alone, within its time limit if it waits.
    async fn reach(&self, member: &Row<A>) -> Option<Packet> {
        let facts = Facts { sends_chunks: true, ..Facts::default() };
        let mut own = Vec::new();
        let verdict = match self.fanout.event.filter() {
            FilterKind::Group if !self.is_over() => return self.group_packet(member, &facts, &mut own),
            FilterKind::None => Verdict::Deliver(own),
            FilterKind::Sync | FilterKind::Group => {
                self.fanout.run(member, &facts, |event, member| event.judge(member, &mut own)).map(|()| own)
            }
            FilterKind::Async => self.fanout.run_later(member, &facts).await,
        };
        self.packet_of(verdict.map(|own| self.packet(&own)), member, &facts)
    }

    /// Returns what the member's group gets; its filter runs unless it has.
    fn group_packet(&self, member: &Row<A>, facts: &Facts, own: &mut Vec<u8>) -> Option<Packet> {
        let mut packet = |own: &[u8]| self.packet(own);
        let judged = self.fanout.run(member, facts, |event, member| event.judge_group(member, own, &mut packet));
        self.packet_of(judged, member, facts)
    }

    /// Returns what a member gets, if anything: from here on, a refusal is a packet like any other.
    fn packet_of(&self, verdict: Verdict<Packet>, member: &Row<A>, facts: &Facts) -> Option<Packet> {
        match verdict {
            Verdict::Deliver(packet) => Some(packet),
            Verdict::Skip => None,
            Verdict::Refuse(error) => Some(self.error(&error, member, facts)),
        }
    }

    /// Returns what a member gets as it hears it: in the form of each version that it listens to.
    fn as_heard(&self, packet: Packet, member: &Row<A>) -> Packet {
        match &self.older {
            None => packet,
            Some(older) => {
                let sentence = |error: &SyncError| {
                    let locale = self.fanout.locale(member, &Facts::default());
                    self.fanout.catalog.sentence(error, locale)
                };
                older.as_heard(&self.envelope, self.fanout.route, packet, member, self.is_over(), sentence)
            }
        }
    }

    fn got(&self, packet: Option<&Packet>) -> Got {
        match packet {
            None => Got::Nothing,
            Some(packet) if self.envelope.is_success(packet) => Got::Event,
            Some(_) => Got::Error,
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Returns the packet for `own`; when all were visited, only the one that many get is kept.
    fn packet(&self, own: &[u8]) -> Packet {
        let mut outputs = self.outputs.lock();
        if self.is_over() && !own.is_empty() {
            return self.envelope.success(own);
        }
        outputs.packet(&self.envelope, own)
    }

    fn error(&self, error: &SyncError, member: &Row<A>, facts: &Facts) -> Packet {
        let locale = self.fanout.locale(member, facts);
        self.envelope.error(error, &self.fanout.catalog.sentence(error, locale))
    }
}

impl<A: App> Fanout<A> {
    fn leaves_out(&self, member: &Row<A>) -> bool {
        is_left_out(self.ignore_self, &self.sender.key, member.sender_key())
    }

    /// Runs a filter that decides at once; one that panics refuses its member.
    fn run<T>(
        &self,
        member: &Row<A>,
        facts: &Facts,
        judge: impl FnOnce(&dyn Event<A>, Member<'_, A>) -> Verdict<T>,
    ) -> Verdict<T> {
        let late = Late { fanout: self, member, facts };
        let view = self.view(member, &late);
        contained(|| judge(&*self.event, Member::new(&view))).unwrap_or_else(|Panicked| self.panicked())
    }

    /// Runs a filter that may wait, within its time limit.
    async fn run_later(&self, member: &Row<A>, facts: &Facts) -> Verdict<Vec<u8>> {
        let late = Late { fanout: self, member, facts };
        let view = self.view(member, &late);
        let filter = self.event.judge_later(Member::new(&view));
        match timeout(self.filter_timeout, Contained::new(filter)).await {
            Ok(judged) => judged.unwrap_or_else(|Panicked| self.panicked()),
            Err(_) => {
                tracing::warn!(route = self.cb(), limit = ?self.filter_timeout, "a filter was stopped: it took too long");
                Verdict::Refuse(SyncError::new("sync-client-failed"))
            }
        }
    }

    fn panicked<T>(&self) -> Verdict<T> {
        log_panicked(self.cb(), "filter");
        Verdict::Refuse(SyncError::new("sync-client-failed"))
    }

    fn view<'a>(&'a self, member: &'a Row<A>, late: &'a Late<'a, A>) -> MemberView<'a, A> {
        MemberView {
            room: &self.room,
            session: member.session(),
            late,
            is_sender: self.sender.key.is_same_session(member.sender_key()),
            is_sending_socket: self.sender.key.is_same_tab(member.sender_key()),
        }
    }

    fn locale(&self, member: &Row<A>, facts: &Facts) -> Locale {
        let look_up = || reader_locale::<A>(member.session(), member.socket().language(), &self.catalog);
        *facts.locale.get_or_init(look_up)
    }
}

/// Looks up what few filters ask for.
struct Late<'a, A: App> {
    fanout: &'a Fanout<A>,
    member: &'a Row<A>,
    facts: &'a Facts,
}

impl<A: App> LateFacts<A> for Late<'_, A> {
    fn sender(&self) -> A::Public {
        self.fanout.sender.public()
    }

    fn locale(&self) -> &str {
        self.fanout.catalog.name(self.fanout.locale(self.member, self.facts))
    }

    fn location(&self) -> &Location {
        self.facts.location.get_or_init(|| self.member.socket().location())
    }

    fn stream(&self, chunk: &RawValue) -> Sent<'_> {
        let Self { fanout, member, facts } = self;
        let packet = Packet::room_stream(fanout.cb(), &fanout.room, chunk);
        if !facts.sends_chunks {
            facts.chunks.lock().push(packet);
            return Sent::default();
        }
        member.send_now(packet);
        Sent::waits(waited_for(member.socket(), || member.has_left()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_many_get_is_shared_whoever_came_first() {
        let output = serde_json::value::to_raw_value("output").expect("JSON");
        let envelope = Envelope::new("test/count/v1", "room", String::new(), &output, false);
        let mut outputs = Outputs::default();
        for hand in 0..2 * OUTPUTS {
            outputs.packet(&envelope, hand.to_string().as_bytes());
        }
        let spectators: Vec<_> = (0..1000)
            .map(|index| {
                let output = if index % 2 == 0 { "true" } else { "null" };
                let packet = outputs.packet(&envelope, output.as_bytes());
                assert!(packet.text().ends_with(&format!(":{output}}}]")), "{}", packet.text());
                packet
            })
            .collect();
        let buffers: HashSet<_> = spectators.iter().map(|packet| packet.bytes().as_ptr()).collect();
        assert!(buffers.len() < 4 * MISSES, "{}", buffers.len());
    }
}
