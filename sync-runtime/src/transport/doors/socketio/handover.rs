//! Sockets that one process hands to the next: their clients notice nothing.

use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::dispatch::{Followers, HandedClient};
use crate::transport::doors::socketio::carrier::{EngineSocket, handshake_info};
use crate::transport::doors::socketio::engine_sockets::EngineSockets;
use crate::transport::pipes::{Direct, HandedPipe, PipeInfo};

/// The handshake as whom a socket goes on that has made it in another process.
const HANDSHAKE: &str = "/socket.io/?EIO=4&transport=websocket";

/// A socket of Engine.IO on a WebSocket, besides its connection.
#[derive(Debug, Serialize, Deserialize)]
pub struct HandedSocket {
    /// What was kept of its handshake.
    headers: Vec<(String, Vec<u8>)>,
    /// Who is there; nobody who has not said CONNECT.
    client: Option<HandedClient>,
}

/// A socket that is handed over, and its connection.
pub struct Handing {
    pub socket: HandedSocket,
    pub handed: HandedPipe,
    pub pipe: Arc<dyn Direct>,
    engine: Arc<EngineSocket>,
}

impl EngineSockets {
    /// Has the sockets that are on WebSockets stand still behind what they are saying, or go on.
    pub fn stand_still(&self, still: bool) {
        self.sockets().iter().filter_map(|socket| socket.data.pipe()).for_each(|pipe| pipe.stand_still(still));
    }

    /// Returns whether all of them stand still, and what they have said was handled.
    pub fn are_still(&self) -> bool {
        self.sockets().iter().all(|socket| socket.data.pipe().is_none_or(|pipe| pipe.rests()))
    }

    /// Lets sockets go on that were taken over: what waits is sent, what waits to be read is, and each is asked for a sign of life, since its heartbeat
    /// begins anew.
    pub fn go_on(&self) {
        for pipe in self.sockets().iter().filter_map(|socket| socket.data.pipe()) {
            pipe.own();
            // Behind what waits: it is sent with that.
            pipe.clone().ask();
            pipe.clone().mute(false);
            pipe.stand_still(false);
        }
    }

    /// Returns those that stand still, muted. The server is paused.
    pub async fn handing(&self, mut followers: Followers) -> Vec<Handing> {
        let resting = |engine: Arc<EngineSocket>| Some((engine.data.pipe().filter(|pipe| pipe.rests())?, engine));
        let resting: Vec<_> = self.sockets().into_iter().filter_map(resting).collect();
        // Before anything is looked at: what is sent from here on waits, whoever sends it.
        resting.iter().for_each(|(pipe, _)| pipe.clone().mute(true));
        let mut handing = Vec::new();
        for (pipe, engine) in resting {
            match (client_of(&engine, &mut followers).await, pipe.peer()) {
                (Some(client), Some(peer)) => {
                    let address = handshake_info(&engine).map_or(peer, |info| info.address);
                    let handed = HandedPipe::websocket(peer, address, &pipe.unsent());
                    pipe.lend();
                    handing.push(Handing { socket: HandedSocket::of(&engine, client), handed, pipe, engine });
                }
                _ => pipe.mute(false),
            }
        }
        handing
    }
}

/// Returns who is on a socket, nobody before CONNECT; `None` for one that cannot be handed over.
async fn client_of(engine: &EngineSocket, followers: &mut Followers) -> Option<Option<HandedClient>> {
    match engine.data.occupant() {
        Some(occupant) if !occupant.is_idle() => None,
        Some(occupant) => occupant.handed(followers).await.map(Some),
        None => (!engine.data.is_knocked_at()).then_some(None),
    }
}

impl Handing {
    /// Takes it back: nobody has it but this process.
    pub fn take_back(&self) {
        self.pipe.own();
        self.pipe.clone().mute(false);
    }

    /// Lets go of it here: another process has it. Nobody is told that it has gone.
    pub fn let_go(&self) {
        drop(self.engine.data.vacate());
        self.pipe.hand_over();
    }
}

impl HandedSocket {
    fn of(engine: &EngineSocket, client: Option<HandedClient>) -> Self {
        let headers = &engine.req_parts.headers;
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
        Self { headers, client }
    }

    /// Makes the handshake of it, and what is told when it is where it was.
    pub(super) fn into_handshake(self, info: PipeInfo) -> (Request<()>, oneshot::Receiver<bool>) {
        let read = |(name, value): (String, Vec<u8>)| {
            Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(&value).ok()?))
        };
        let (tell, told) = oneshot::channel();
        let mut request = Request::new(());
        *request.uri_mut() = axum::http::Uri::from_static(HANDSHAKE);
        *request.headers_mut() = self.headers.into_iter().filter_map(read).collect::<HeaderMap>();
        request.extensions_mut().insert(ConnectInfo(info));
        request.extensions_mut().insert(Returning(Arc::new(Mutex::new(Some((self.client, tell))))));
        (request, told)
    }
}

/// Who comes back with a handshake, and who is to be told so; taken once.
type Returned = (Option<HandedClient>, oneshot::Sender<bool>);

#[derive(Clone)]
struct Returning(Arc<Mutex<Option<Returned>>>);

/// Takes who comes back with the handshake of a socket; `None` for one that is new.
pub(super) fn returned(engine: &EngineSocket) -> Option<Returned> {
    engine.req_parts.extensions.get::<Returning>()?.0.lock().take()
}
