//! socketioxide as one would use it without us: a loop over the room that filters and emits, or one emit to the room.

use std::convert::Infallible;
use std::error::Error;
use std::future::pending;
use std::net::Ipv4Addr;

use axum::serve::ListenerExt;
use serde::{Deserialize, Serialize};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::handler::ConnectHandler;
use tokio::net::TcpListener;

use crate::servers::{PING_INTERVAL, announce};
use harness::protocol::{POSITION, Route};

/// How many packets may wait for one socket. The default, 128, loses events as soon as more requests are in flight.
const QUEUE: usize = 4096;

/// How an event reaches the members.
#[derive(Debug, Clone, Copy)]
pub(super) enum Delivery {
    /// `socket.emit` for each member that passes the filter.
    Loop,
    /// `io.to(room).emit`, without a filter.
    Broadcast,
}

#[derive(Clone)]
struct Session {
    user_id: String,
    active: bool,
}

#[derive(Deserialize)]
struct Login {
    token: String,
}

#[derive(Deserialize)]
struct Join {
    room: String,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    version: String,
    data: Input,
    receiver: String,
}

#[derive(Deserialize)]
struct Input {
    amount: i32,
    pad: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    new_value: i32,
    pad: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    cb: &'a str,
    room: &'a str,
    pos: &'a str,
    status: &'a str,
    server_output: &'a Output,
    client_output: Own<'a>,
}

#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
struct Own<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Answer<R> {
    status: &'static str,
    #[serde(flatten)]
    rest: R,
}

#[derive(Serialize)]
struct Called<'a> {
    result: &'a Output,
}

#[derive(Serialize)]
struct Joined {}

/// Serves until the process ends.
pub(super) fn serve(delivery: Delivery) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (layer, io) = SocketIo::builder()
            .ping_interval(PING_INTERVAL)
            .ping_timeout(PING_INTERVAL)
            .max_buffer_size(QUEUE)
            .build_layer();
        let enter = async move |socket: SocketRef, Data(login): Data<Login>| {
            connect(&socket, login, delivery);
            Ok::<_, Infallible>(())
        };
        // In a middleware: the connect handler runs after the client was told, and what the client sends at once would be lost.
        io.ns("/", (async || {}).with(enter));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        announce(listener.local_addr()?.port(), Vec::new())?;
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap_or_default());
        axum::serve(listener, axum::Router::new().layer(layer)).await?;
        pending().await
    })
}

fn connect(socket: &SocketRef, login: Login, delivery: Delivery) {
    socket.extensions.insert(Session { user_id: login.token, active: true });
    socket.on("joinRoom", async |socket: SocketRef, Data(join): Data<Join>, ack: AckSender| {
        socket.join(join.room);
        ack.send(&Answer { status: "success", rest: Joined {} }).ok();
    });
    socket.on("sync", async move |io: SocketIo, Data(call): Data<Call>, ack: AckSender| {
        let output = Output { new_value: call.data.amount + 1, pad: call.data.pad };
        ack.send(&Answer { status: "success", rest: Called { result: &output } }).ok();
        let cb = format!("{}/{}", call.name, call.version);
        let (room, pos, status) = (call.receiver.as_str(), POSITION, "success");
        let own = Own { user_id: None };
        let event = Event { cb: &cb, room, pos, status, server_output: &output, client_output: own };
        match delivery {
            Delivery::Loop => emit_to_each(&io, &event, call.name == Route::Named.name()),
            Delivery::Broadcast => io.to(room.to_owned()).emit("sync", &event).await.unwrap_or_default(),
        }
    });
}

fn emit_to_each(io: &SocketIo, event: &Event<'_>, is_named: bool) {
    for member in io.to(event.room.to_owned()).sockets() {
        let Some(session) = member.extensions.get::<Session>() else { continue };
        if !session.active {
            continue;
        }
        let client_output = Own { user_id: is_named.then_some(session.user_id.as_str()) };
        // A socket that is gone or whose queue is full gets nothing.
        member.emit("sync", &Event { client_output, ..*event }).ok();
    }
}
