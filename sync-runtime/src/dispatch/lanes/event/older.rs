//! What happened, as older versions of its route tell it: for those who listen to these.

use parking_lot::Mutex;
use serde_json::value::RawValue;

use crate::error::SyncError;
use crate::rooms::Row;
use crate::route::{App, Event, OlderForm, RouteId, told};
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
    /// The one that was written last, behind what the newer form of it was, or that there is none: members mostly get what the one before them has got.
    last: Mutex<Option<(Packet, Option<Packet>)>>,
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
            let output = told(form.id().cb, || form.server_output(event.server_output()));
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
        let hears =
            |id: &RouteId| listens.as_ref().is_none_or(|routes| routes.iter().any(|route| std::ptr::eq(*route, id)));
        let heard = self.forms.iter().filter(|frames| hears(frames.form.id()));
        let mut packets = heard.map(|frames| frames.packet(newest, &packet, is_alone, &sentence));
        let Some(first) = packets.next() else { return packet };
        let mut others: Vec<_> = packets.collect();
        // Older ones first: who listens to one of them alone, and is cut off behind it, has had it.
        if hears(route) {
            others.push(packet);
        }
        first.with(others)
    }

    /// Returns how many bytes of memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.forms.iter().map(|frames| size_of::<Frames>() + 2 * frames.envelope.bytes()).sum()
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
        let known = last.as_ref().filter(|(of, _)| of.is_same(packet)).map(|(_, written)| written.clone());
        let written = known.unwrap_or_else(|| {
            let written = self.write(newest, packet);
            if !is_alone {
                *last = Some((packet.clone(), written.clone()));
            }
            written
        });
        drop(last);
        // A sentence is in its reader's language.
        written.unwrap_or_else(|| {
            let error = SyncError::new("sync-client-failed");
            self.envelope.error(&error, &sentence(&error))
        })
    }

    /// Writes the frame; `None` where what happened cannot be told.
    fn write(&self, newest: &Envelope, packet: &Packet) -> Option<Packet> {
        let Some(own) = newest.own_of(packet) else { return Some(self.envelope.error_of(newest, packet)) };
        let own = if self.is_untellable { None } else { self.own(own) };
        own.map(|own| self.envelope.success(own.get().as_bytes()))
    }

    fn own(&self, own: &[u8]) -> Option<Box<RawValue>> {
        let own: &RawValue = serde_json::from_slice(own).ok()?;
        told(self.form.id().cb, || self.form.client_output(own))
    }
}
