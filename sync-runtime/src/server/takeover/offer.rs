//! The old server.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::{sleep, timeout};
use crate::config::Config;
use crate::dispatch::Estate;
use crate::server::takeover::{
    ANSWERS_WITHIN, New, Old, OldWord, PROTOCOL, READY_WITHIN, TAKEN_WITHIN, meeting_place, unclear,
};
use crate::storage;
use crate::transport::{Channel, Connections, Meeting};

/// How long it is waited for somebody who could not be let in.
const AGAIN: Duration = Duration::from_secs(1);

/// The place where a new server finds this one.
#[derive(Debug)]
pub(in crate::server) struct Offer {
    meeting: Meeting,
    path: PathBuf,
    is_handed_over: bool,
}

/// A new server that is ready.
#[derive(Debug)]
pub(in crate::server) struct Successor(Channel);

impl Offer {
    /// Waits at the place from here on; who has waited there before is found no more. `None` where nobody can wait there: the next server starts when this
    /// one has ended, then.
    pub(in crate::server) fn open(config: &Config) -> Option<Self> {
        let path = meeting_place(config);
        match Meeting::at(&path) {
            Ok(meeting) => Some(Self { meeting, path, is_handed_over: false }),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "no server can take over from this one: it would be found there");
                None
            }
        }
    }

    /// Waits for a new server that is ready. Nothing has changed for this one if that is given up.
    pub(in crate::server) async fn successor(&self, listening: &OwnedFd, is_handed_down: bool) -> Successor {
        loop {
            match self.next(listening, is_handed_down).await {
                Ok(successor) => return successor,
                Err(error) => {
                    tracing::warn!(%error, "another server was about to take over, and did not");
                    sleep(AGAIN).await;
                }
            }
        }
    }

    async fn next(&self, listening: &OwnedFd, is_handed_down: bool) -> io::Result<Successor> {
        let mut channel = self.meeting.somebody().await?;
        let getting_ready = async {
            let hello = timeout(ANSWERS_WITHIN, channel.hear()).await;
            match hello.map_err(|error| io::Error::new(io::ErrorKind::TimedOut, error))??.0 {
                New::Hello { protocol: PROTOCOL } => {}
                New::Hello { .. } => {
                    let why =
                        "it was built with another version of the framework: stop it, and start the new one".into();
                    channel.say(&OldWord::Stay { why }, &[]).await?;
                    return Err(unclear());
                }
                New::Ready | New::Taken => return Err(unclear()),
            }
            tracing::info!("another server is about to take over");
            let (paths, locks): (Vec<_>, Vec<_>) = storage::held().into_iter().unzip();
            let files: Vec<_> = [listening.as_fd()].into_iter().chain(locks.iter().map(|lock| lock.as_fd())).collect();
            channel.say(&OldWord::Welcome { is_handed_down, locks: paths }, &files).await?;
            match channel.hear().await?.0 {
                New::Ready => Ok(()),
                New::Hello { .. } | New::Taken => Err(unclear()),
            }
        };
        match timeout(READY_WITHIN, getting_ready).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                // Who has heard why, or is gone, does not hear this.
                channel.say(&OldWord::Stay { why: error.to_string() }, &[]).await.unwrap_or_default();
                return Err(error);
            }
            Err(error) => {
                let why = format!("the new one was not ready within {} s", READY_WITHIN.as_secs());
                channel.say(&OldWord::Stay { why }, &[]).await?;
                return Err(io::Error::new(io::ErrorKind::TimedOut, error));
            }
        }
        Ok(Successor(channel))
    }

    /// Leaves the place to the new server.
    pub(in crate::server) fn hand_over(&mut self) {
        self.is_handed_over = true;
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        if !self.is_handed_over {
            // Whoever finds it knows that nobody is there.
            std::fs::remove_file(&self.path).unwrap_or_default();
        }
    }
}

impl Successor {
    /// Hands over what there is, and returns when the new server has it all. It waits then, until it is told to [go](Successor::go), or that this one
    /// [stays](Successor::stay).
    ///
    /// # Errors
    ///
    /// When it could not take it, or not in time.
    pub(in crate::server) async fn take(&mut self, estate: Estate, connections: &Connections) -> io::Result<()> {
        let files: Vec<_> = connections.descriptors().collect();
        let rest = Old::Rest { estate: Box::new(estate), connections: connections.handed().collect() };
        let taking = async {
            self.0.say(&rest, &files).await?;
            match self.0.hear().await?.0 {
                New::Taken => Ok(()),
                New::Hello { .. } | New::Ready => Err(unclear()),
            }
        };
        timeout(TAKEN_WITHIN, taking).await.map_err(|error| io::Error::new(io::ErrorKind::TimedOut, error))?
    }

    /// Returns the number of its process, where the system says it.
    pub(in crate::server) fn pid(&self) -> Option<u32> {
        self.0.pid()
    }

    /// Says that all of it belongs to the new server.
    pub(in crate::server) async fn go(mut self) -> io::Result<()> {
        self.0.say(&OldWord::Go, &[]).await
    }

    /// Says that this server goes on.
    pub(in crate::server) async fn stay(mut self, why: String) {
        // Who does not hear it has ended.
        self.0.say(&OldWord::Stay { why }, &[]).await.unwrap_or_default();
    }
}
