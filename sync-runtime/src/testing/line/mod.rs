//! How a test reaches a server: in its process, or as a browser does. Both have the same verbs, so that a test runs either way.

mod inner;
mod wired;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

pub(super) use inner::InnerLine;
pub(super) use wired::{WiredLine, send_request};

use crate::route::App;
use crate::testing::Frame;

/// What says who connects.
#[derive(Debug, Clone, Default)]
pub(super) struct Presenting {
    pub(super) token: Option<String>,
    pub(super) language: Option<String>,
    /// What the page calls itself.
    pub(super) tab: String,
}

/// A request over HTTP.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

/// What has come and was not looked at yet.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    frames: Mutex<VecDeque<Frame>>,
}

impl Inbox {
    /// Takes an event of Socket.IO: the text of its array.
    fn take(&self, array: &str) {
        let mut array: Vec<Value> = serde_json::from_str(array).expect("an event is an array");
        let payload = if array.len() > 1 { array.swap_remove(1) } else { Value::Null };
        let frame = Frame::read(array[0].as_str().unwrap_or_default(), payload);
        self.frames.lock().push_back(frame);
    }

    /// Notes that nothing more will come.
    fn close(&self, reason: &str) {
        let mut frames = self.frames.lock();
        if !frames.iter().any(|frame| matches!(frame, Frame::Closing { .. })) {
            frames.push_back(Frame::Closing { reason: reason.to_owned() });
        }
    }

    pub(super) fn drain(&self) -> Vec<Frame> {
        self.frames.lock().drain(..).collect()
    }
}

/// A socket that is being closed, and outlives its tab for that.
#[derive(Debug, Default)]
pub(super) struct Closing {
    told: Option<oneshot::Receiver<()>>,
    #[expect(dead_code, reason = "it is there to be dropped")]
    task: Option<AbortOnDropHandle<()>>,
}

impl Closing {
    pub(super) async fn ended(self) {
        if let Some(told) = self.told {
            told.await.unwrap_or_default();
        }
    }
}

/// The end of a tab that a test holds.
pub(super) enum Line<A: App> {
    Inner(Arc<InnerLine<A>>),
    Wired(WiredLine),
}

impl<A: App> Line<A> {
    /// Sends an event, and returns where its acknowledgement will be; that of a socket that is closed says so, as a client does.
    pub(super) fn emit(&self, event: &str, payload: &Value) -> oneshot::Receiver<Value> {
        match self {
            Self::Inner(line) => line.emit(event, payload),
            Self::Wired(line) => line.emit(event, payload),
        }
    }

    pub(super) fn inbox(&self) -> &Inbox {
        match self {
            Self::Inner(line) => line.inbox(),
            Self::Wired(line) => line.inbox(),
        }
    }

    /// Waits until all is here that was sent before.
    pub(super) async fn catch_up(&self) {
        match self {
            Self::Inner(_) => {}
            // Whatever was sent before is here before the answer.
            Self::Wired(line) => drop(line.emit("joinedRooms", &json!({})).await),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        match self {
            Self::Inner(line) => line.is_closed(),
            Self::Wired(line) => line.is_closed(),
        }
    }

    /// Closes it as a browser closes a page.
    pub(super) async fn close(&self) {
        match self {
            Self::Inner(line) => line.close(),
            Self::Wired(line) => line.close().await,
        }
    }

    /// As [`close`](Self::close), for one that is dropped: the server knows when what is returned has ended.
    pub(super) fn begin_close(&self) -> Closing {
        match self {
            Self::Inner(line) => {
                line.close();
                Closing::default()
            }
            Self::Wired(line) => line.begin_close(),
        }
    }
}

/// What a client says of a call whose socket is closed.
fn disconnected() -> Value {
    json!({
        "status": "error", "errorCode": "sync-disconnected", "errorParams": {},
        "message": "the socket is closed", "httpStatus": 503,
    })
}
