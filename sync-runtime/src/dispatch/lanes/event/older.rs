//! What happened, as older versions of its route tell it: for those who listen to these.

use parking_lot::Mutex;
use serde_json::value::RawValue;

use crate::contain::contained;
use crate::error::SyncError;
use crate::rooms::Row;
use crate::route::{App, Event, OlderForm, RouteId, Untellable};
use crate::wire::{Envelope, Packet};

/// The frames of one event in all older forms.
pub(super) struct OlderFrames {
    forms: Vec<Frames>,
}

/// The frames of one event in one of them.
struct Frames {
    form: &'static dyn OlderForm,
    envelope: Envelope,
    /// What happened has no such form: whoever listens is told so.
    is_untellable: bool,
    /// The one that was written last, with what the newer form of it was: members mostly get what the one before them has got.
    last: Mutex<Option<(Packet, Packet)>>,
}

impl OlderFrames {
    /// Writes what is the same for all members; `None` where nobody can listen to an older version.
    pub(super) fn of<A: App>(
        forms: &[&'static dyn OlderForm],
        room: &str,
        pos: &str,
        event: &dyn Event<A>,
        volatile: bool,
    ) -> Option<Self> {
        let frames = |form: &&'static dyn OlderForm| {
            let output = told(*form, || form.server_output(event.server_output()));
            let shown = output.as_deref().unwrap_or(RawValue::NULL);
            let envelope = Envelope::new(form.id().cb, room, pos.to_owned(), shown, volatile);
            Frames { form: *form, envelope, is_untellable: output.is_none(), last: Mutex::default() }
        };
        (!forms.is_empty()).then(|| Self { forms: forms.iter().map(frames).collect() })
    }

    /// Returns what a member gets in the form of each version that it listens to. One that has not said gets all of them; one that listens to none
    /// gets the newest, since it may be about to.
    pub(super) fn as_heard<A: App>(
        &self,
        newest: &Envelope,
        route: &RouteId,
        packet: Packet,
        member: &Row<A>,
        is_alone: bool,
        sentence: impl Fn(&SyncError) -> String,
    ) -> Packet {
        let listens = member.socket().listens();
        let hears = |id: &RouteId| listens.as_ref().is_none_or(|routes| routes.iter().any(|route| route.cb == id.cb));
        let heard = self.forms.iter().filter(|frames| hears(frames.form.id()));
        let mut packets: Vec<_> = heard.map(|frames| frames.packet(newest, &packet, is_alone, &sentence)).collect();
        // Older ones first: who takes its place from them, and is cut off behind them, has had what it listens to.
        if packets.is_empty() || hears(route) {
            packets.push(packet);
        }
        let first = packets.remove(0);
        first.with(packets)
    }

    /// Forgets what was written for the members that were visited.
    pub(super) fn forget(&self) {
        self.forms.iter().for_each(|frames| *frames.last.lock() = None);
    }
}

impl Frames {
    fn packet(
        &self,
        newest: &Envelope,
        packet: &Packet,
        is_alone: bool,
        sentence: &impl Fn(&SyncError) -> String,
    ) -> Packet {
        let mut last = self.last.lock();
        if let Some((_, written)) = last.as_ref().filter(|(of, _)| of.is_same(packet)) {
            return written.clone();
        }
        let written = self.write(newest, packet).unwrap_or_else(|error| self.envelope.error(&error, &sentence(&error)));
        // A sentence is in its reader's language.
        if !is_alone && self.envelope.is_success(&written) {
            *last = Some((packet.clone(), written.clone()));
        }
        written
    }

    fn write(&self, newest: &Envelope, packet: &Packet) -> Result<Packet, SyncError> {
        let Some(own) = newest.own_of(packet) else { return Ok(self.envelope.error_of(newest, packet)) };
        let own = if self.is_untellable { None } else { self.own(own) };
        let own = own.ok_or_else(|| SyncError::new("sync-client-failed"))?;
        Ok(self.envelope.success(own.get().as_bytes()))
    }

    fn own(&self, own: &[u8]) -> Option<Box<RawValue>> {
        let own: &RawValue = serde_json::from_slice(own).ok()?;
        told(self.form, || self.form.client_output(own))
    }
}

/// Returns the older form of something, if it has one: the app's code may panic.
fn told(form: &dyn OlderForm, downgrade: impl FnOnce() -> Result<Box<RawValue>, Untellable>) -> Option<Box<RawValue>> {
    let told = contained(downgrade).ok()?;
    let tell = |error: &Untellable| {
        let error = crate::error::chain(error);
        tracing::error!(route = form.id().cb, error, "an event cannot be told as an older version of it");
    };
    told.inspect_err(tell).ok()
}
