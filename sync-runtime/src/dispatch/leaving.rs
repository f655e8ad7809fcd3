//! What the rules of rooms do when somebody has left.

use std::sync::Arc;

use crate::dispatch::parts::Parts;
use crate::dispatch::view::view;
use crate::dispatch::{Caller, authorize, server_stage};
use crate::error::SyncError;
use crate::rooms::Socket;
use crate::route::{App, BoxFuture, RoomCtx, RoomRule};

/// Notes that a socket has left a room, whose rule may have something to do then.
pub(super) fn left<A: App>(parts: &Arc<Parts<A>>, socket: &Arc<Socket<A>>, room: &Arc<str>) {
    parts.states.left(parts.table, room);
    let Ok(found) = authorize::rule(parts.table, room) else { return };
    if !found.rule.has_hooks() || parts.hooks.work().is_closed() {
        return;
    }
    if parts.hooks.push(socket, room) {
        parts.hooks.work().spawn(run(parts.clone(), room.clone()));
    }
}

/// Runs the hooks of a room until nobody waits.
async fn run<A: App>(parts: Arc<Parts<A>>, room: Arc<str>) {
    while let Some(socket) = parts.hooks.next(&room) {
        hook(&parts, &socket, &room, "leave", |rule, ctx, parameters| rule.leave(ctx, parameters)).await;
        if !parts.hub.has_members(&room) {
            // Those who are about to come in go first; who comes later waits.
            let _alone = parts.hooks.entrance(&room).write_owned().await;
            // Of other servers it may not be known: then it is as if somebody was there.
            let is_empty = parts.hub.has_receivers(&room).await.is_ok_and(|has_receivers| !has_receivers);
            if is_empty && !parts.hooks.is_awaited(&room) {
                hook(&parts, &socket, &room, "empty", |rule, ctx, parameters| rule.empty(ctx, parameters)).await;
            }
        }
    }
}

/// Runs one hook within the time of a handler. What is wrong with it is logged: nobody is there to be told.
async fn hook<A: App>(
    parts: &Parts<A>,
    socket: &Arc<Socket<A>>,
    room: &str,
    what: &'static str,
    run: impl for<'a> FnOnce(
        &'a dyn RoomRule<A>,
        RoomCtx<'a, A>,
        &'a [&'a str],
    ) -> Option<BoxFuture<'a, Result<(), SyncError>>>,
) {
    let Ok(found) = authorize::rule(parts.table, room) else { return };
    let session = socket.session().get();
    let caller = Caller::of_socket(socket.clone());
    let source = view(parts, &caller, &session, room);
    let view = source.view();
    let hook = || run(found.rule, RoomCtx::new(&view), &found.parameters);
    let ran = server_stage::if_any(parts.config.handler_timeout, room, what, hook).await;
    if let Err(error) = ran {
        tracing::warn!(%room, what, code = error.code(), "the hook of a room failed");
    }
}
