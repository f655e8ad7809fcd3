//! A tab in the process of its server: the pipeline is driven as the Socket.IO door drives it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::dispatch::{Caller, Departure, Dispatcher, Passed, Presented, PresentedToken, Turn};
use crate::i18n::accepted;
use crate::rooms::{Bundle, CloseReason, Outbox, Socket};
use crate::route::App;
use crate::testing::line::{Inbox, Presenting, disconnected};
use crate::transport::{InnerDoors, Spoken};
use crate::wire::{Message, bad_request, event};

/// A socket without a network.
pub(in crate::testing) struct InnerLine<A: App> {
    dispatcher: Arc<Dispatcher<A>>,
    /// Until it is closed: whoever holds a socket holds its session, which is in use then.
    socket: Mutex<Option<Arc<Socket<A>>>>,
    way_out: Arc<WayOut<A>>,
    /// Told when the call that was sent last has ended, or lets go on what is behind it.
    last: Mutex<Option<oneshot::Receiver<()>>>,
}

/// Takes what the server sends.
struct WayOut<A: App> {
    inbox: Inbox,
    is_closed: AtomicBool,
    /// Whether it takes nothing for now: what can wait for it does.
    is_slow: AtomicBool,
    line: OnceLock<Weak<InnerLine<A>>>,
}

impl<A: App> Outbox for WayOut<A> {
    fn send(&self, bundle: &Bundle) {
        if self.is_closed.load(Ordering::Acquire) {
            return;
        }
        for packet in bundle.packets() {
            if let Some(array) = packet.text().strip_prefix("42") {
                self.inbox.take(array);
            }
        }
    }

    fn has_room(&self) -> bool {
        !self.is_slow.load(Ordering::Acquire)
    }

    fn close(&self, reason: CloseReason) {
        if self.is_closed.swap(true, Ordering::AcqRel) {
            return;
        }
        self.inbox.close(reason.as_str());
        // Whoever closes it may hold the locks that are needed to take it out.
        if let Some(line) = self.line.get().and_then(Weak::upgrade) {
            tokio::spawn(async move { line.leave(Departure::Lost) });
        }
    }
}

impl<A: App> InnerLine<A> {
    /// Connects, or returns the code of the refusal.
    pub(in crate::testing) async fn connect(
        dispatcher: &Arc<Dispatcher<A>>,
        presenting: Presenting,
    ) -> Result<Arc<Self>, String> {
        let refused = |error: crate::error::SyncError| error.code().to_owned();
        let address = Some(InnerDoors::ADDRESS);
        dispatcher.limits().arrival(address).map_err(refused)?;
        let wanted = accepted(presenting.language.as_deref().unwrap_or_default());
        let presented = Presented {
            token: presenting.token.map(PresentedToken::Ours),
            language: dispatcher.catalog().negotiate(wanted.iter().map(String::as_str)),
            address,
            tab: Some(presenting.tab.into()),
        };
        let identity = dispatcher.admit(presented).await.map_err(refused)?;
        let way_out = Arc::new(WayOut {
            inbox: Inbox::default(),
            is_closed: AtomicBool::new(false),
            is_slow: AtomicBool::new(false),
            line: OnceLock::new(),
        });
        let socket = dispatcher.socket(identity, way_out.clone());
        let line = Arc::new(Self {
            dispatcher: dispatcher.clone(),
            socket: Mutex::new(Some(socket.clone())),
            way_out,
            last: Mutex::default(),
        });
        line.way_out.line.get_or_init(|| Arc::downgrade(&line));
        dispatcher.enter(&socket);
        Ok(line)
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.way_out.inbox
    }

    pub(super) fn is_closed(&self) -> bool {
        self.way_out.is_closed.load(Ordering::Acquire)
    }

    /// Has the server see a client that takes nothing, or takes what comes again.
    pub(in crate::testing) fn set_slow(&self, is_slow: bool) {
        self.way_out.is_slow.store(is_slow, Ordering::Release);
    }

    pub(in crate::testing) fn close(&self) {
        if !self.way_out.is_closed.swap(true, Ordering::AcqRel) {
            self.leave(Departure::Closed);
        }
    }

    fn leave(&self, departure: Departure) {
        let socket = self.socket.lock().take();
        if let Some(socket) = socket {
            self.dispatcher.disconnect(&socket, departure);
        }
    }

    /// Sends an event. Its turn comes when what was sent before has ended, or has passed its turn on; it goes on whether or not its answer
    /// is waited for.
    pub(super) fn emit(self: &Arc<Self>, event: &str, payload: &Value) -> oneshot::Receiver<Value> {
        let (answered, answer) = oneshot::channel();
        let socket = self.socket.lock().clone().filter(|_| !self.is_closed());
        let Some(socket) = socket else {
            answered.send(disconnected()).unwrap_or_default();
            return answer;
        };
        let caller = Caller::of_socket(socket);
        let limit = self.dispatcher.config().message_limit;
        let spoken = Spoken::new(json!([event, payload]).to_string(), limit);
        let line = self.clone();
        if event == event::SYNC_CANCEL {
            answered.send(line.give_up(&caller, &spoken)).unwrap_or_default();
            return answer;
        }
        let (ended, behind) = oneshot::channel::<()>();
        let before = self.last.lock().replace(behind);
        self.dispatcher.calls().spawn(async move {
            if let Some(before) = before {
                before.await.unwrap_or_default();
            }
            let json = line.handle(&caller, &spoken, ended).await;
            answered.send(json).unwrap_or_default();
        });
        answer
    }

    fn give_up(&self, caller: &Caller<A>, spoken: &Spoken) -> Value {
        let answer = match spoken.read(self.dispatcher.config().message_limit) {
            Ok(Message::Cancel { id }) => self.dispatcher.cancel(caller, &id),
            Ok(_) => self.dispatcher.refuse(caller, bad_request("event")),
            Err(misread) => self.dispatcher.refuse(caller, misread),
        };
        read(answer.json.get())
    }

    async fn handle(&self, caller: &Caller<A>, spoken: &Spoken, ended: oneshot::Sender<()>) -> Value {
        let message = match spoken.read(self.dispatcher.config().message_limit) {
            Ok(message) => message,
            Err(misread) => return read(self.dispatcher.refuse(caller, misread).json.get()),
        };
        let turn = Turn::default();
        let mut ended = Some(ended);
        let mut handling = pin!(self.dispatcher.handle(caller, message, &turn));
        let answer = poll_fn(|context| {
            let polled = handling.as_mut().poll(context);
            if turn.take_passed() == Some(Passed::ToAll) {
                ended.take();
            }
            polled
        });
        // Behind the answer comes what it held back; it is dropped here, when the answer is as good as read.
        read(answer.await.json.get())
    }
}

impl<A: App> std::fmt::Debug for InnerLine<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InnerLine").finish_non_exhaustive()
    }
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).expect("an answer is JSON")
}
