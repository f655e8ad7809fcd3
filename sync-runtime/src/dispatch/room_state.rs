//! The value of a room, as the app's own code outside of handlers has it.

use std::sync::Arc;

use crate::dispatch::Dispatcher;
use crate::dispatch::view::view;
use crate::error::SyncError;
use crate::route::{Ctx, SharedState, StateOf};

/// The value of one room: `handle.state::<State>(room)`. The app itself is the caller, whom nothing is asked.
pub struct RoomState<S: SharedState> {
    dispatcher: Arc<Dispatcher<S::App>>,
    room: String,
}

impl<S: SharedState> RoomState<S> {
    pub(crate) fn new(dispatcher: Arc<Dispatcher<S::App>>, room: String) -> Self {
        Self { dispatcher, room }
    }

    /// Returns a copy of the value.
    ///
    /// # Errors
    ///
    /// `state-unavailable` when it cannot be loaded; `room-invalid` for a room that has no such value.
    pub async fn get(&self) -> Result<S, SyncError> {
        self.with(async |state| state.get().await).await
    }

    /// Returns what `read` makes of the value, without a copy of it. It must not take long, and must ask the server for nothing: nobody acts
    /// meanwhile, and whoever asks for this value waits for ever.
    ///
    /// # Errors
    ///
    /// As for [`get`](RoomState::get).
    pub async fn read<T: Send>(&self, read: impl FnOnce(&S) -> T + Send) -> Result<T, SyncError> {
        self.with(async |state| state.read(read).await).await
    }

    /// Applies an action in its turn, and returns the version; also when nobody waits for that.
    ///
    /// # Errors
    ///
    /// What `prepare` and `apply` say, `state-invalid`, `state-unavailable`.
    pub async fn act(&self, action: S::Action) -> Result<u64, SyncError> {
        self.with(async |state| state.act(action).await).await
    }

    /// Changes the value in its turn, or leaves it as it was where `update` refuses; returns what `update` returns. Where several servers share
    /// the value, `update` runs again if another one has changed it meanwhile.
    ///
    /// # Errors
    ///
    /// What `update` says, `state-invalid`, `state-unavailable`.
    pub async fn update<T: Send>(
        &self,
        update: impl FnMut(&mut S) -> Result<T, SyncError> + Send,
    ) -> Result<T, SyncError> {
        self.with(async |state| state.update(update).await).await
    }

    async fn with<T>(&self, work: impl AsyncFnOnce(StateOf<'_, S>) -> Result<T, SyncError>) -> Result<T, SyncError> {
        let parts = self.dispatcher.parts();
        parts.check_open()?;
        let caller = self.dispatcher.server();
        let _passing = parts.gate.pass(&caller).await;
        let session = caller.session().get();
        let source = view(parts, &caller, &session, &self.room);
        let view = source.view();
        work(StateOf::new(Ctx::new(&view), &parts.states, self.room.clone())).await
    }
}

impl<S: SharedState> std::fmt::Debug for RoomState<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomState").field("room", &self.room).finish_non_exhaustive()
    }
}
