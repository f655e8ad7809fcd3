//! Following the value of a room: asked for once, and told from then on.

use std::sync::Arc;

use sync_schema::Day;

use crate::clock::{Instant, soon};
use crate::dispatch::dispatcher::{BehindAnswer, contained_stages};
use crate::dispatch::lanes::Found;
use crate::dispatch::states::{Slot, Watching};
use crate::dispatch::{Answer, Caller, CallerKind, Dispatcher, authorize};
use crate::error::SyncError;
use crate::rooms::HeldSeat;
use crate::route::{App, Shown, Update};
use crate::session::LiveSession;
use crate::wire::{StateOpen, StatePlace, StateUpdate, answer_plain, answer_state};

impl<A: App> Dispatcher<A> {
    /// Shows a caller the value of a room; a socket hears from then on what changes.
    pub(super) async fn open_state(&self, caller: &Caller<A>, open: &StateOpen<'_>) -> Answer {
        let StatePlace { path, version, .. } = &open.place;
        let (index, found) = match self.lanes().state(path, version) {
            Ok(found) => found,
            Err(error) => return self.answer(caller, Err(error)),
        };
        let opened = async { self.opened(caller, open, index, &found).await };
        let opened = contained_stages(Box::pin(opened)).await;
        found.metrics.opened(opened.as_ref().map_or_else(SyncError::code, |_| "ok"));
        match opened {
            Ok((shown, held)) => {
                let retires = found.route.id().retires;
                self.answer_shown(caller, open, shown, retires).before(held.map(BehindAnswer::new))
            }
            Err(error) => self.answer(caller, Err(error)),
        }
    }

    fn answer_shown(&self, caller: &Caller<A>, open: &StateOpen<'_>, shown: Shown, retires: Option<Day>) -> Answer {
        let Shown { version, update } = shown;
        let have = open.have.as_deref().unwrap_or_default();
        let is_same = open.unless.as_ref().is_some_and(|tags| tags.name(&version));
        let update = match &update {
            Update::Patch(patch) => StateUpdate::Patch(have, patch),
            Update::Whole(view) => StateUpdate::Whole(view),
        };
        let json = answer_state(&open.place.room, &version, update, retires);
        self.charge_answer(caller, json.get().len());
        self.answer(caller, Ok(json)).showing(version, is_same).until(retires)
    }

    async fn opened(
        &self,
        caller: &Caller<A>,
        open: &StateOpen<'_>,
        index: usize,
        found: &Found<'_, A>,
    ) -> Result<(Shown, Option<HeldSeat<A>>), SyncError> {
        let room = &open.place.room;
        found.check_retired()?;
        let session = self.check_session(caller)?;
        self.limit_message(caller, &session)?;
        // Who acts may be asked for more than who looks: that is the room's business.
        authorize::follower(caller, room, found.route.options().room, self.parts()).await?;
        let until = Instant::now() + self.config().handler_timeout;
        let slot = self.parts().states.slot(index, room);
        let slot = soon(until, slot).await.ok_or_else(|| SyncError::new("sync-timeout"))??;
        match caller.kind() {
            CallerKind::Socket(socket) => {
                let held = self.hub().hold(socket, room).await?;
                Ok((slot.follow(&held, open.have.as_deref())?, Some(held)))
            }
            CallerKind::Http | CallerKind::Server => {
                let watching = Watching::of_caller(self.parts(), caller, &session, room);
                let view = watching.view();
                Ok((slot.shown(view.member())?, None))
            }
        }
    }

    /// Stops telling a socket what changes; one that does not follow is told nothing already.
    pub(super) async fn close_state(&self, caller: &Caller<A>, place: &StatePlace<'_>) -> Answer {
        let closed = async {
            let StatePlace { path, version, room } = place;
            let (index, _) = self.lanes().state(path, version)?;
            let session = self.check_session(caller)?;
            self.limit_message(caller, &session)?;
            let mut held = None;
            if let CallerKind::Socket(socket) = caller.kind()
                && let Ok(seat) = self.hub().hold(socket, room).await
            {
                seat.disown(index);
                held = Some(seat);
            }
            Ok((answer_plain(), held))
        };
        match contained_stages(Box::pin(closed)).await {
            Ok((json, held)) => self.answer(caller, Ok(json)).before(held.map(BehindAnswer::new)),
            Err(error) => self.answer(caller, Err(error)),
        }
    }

    /// Shows those of a session whose view may be another one now what they see.
    pub(super) fn show_views(&self, session: &LiveSession<A>) {
        let has_views = |slot: &Arc<Slot<A>>| slot.has_views();
        for socket in self.hub().of_session(session.id()) {
            for room in socket.room_names() {
                for slot in self.parts().states.of_room(self.table(), &room).filter(has_views) {
                    if slot.is_followed_by(socket.id()) {
                        slot.remind(self.parts(), session.id());
                    }
                }
            }
        }
    }
}
