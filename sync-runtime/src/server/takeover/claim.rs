//! The new server.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use crate::clock::{Instant, sleep, timeout};
use crate::config::Config;
use crate::dispatch::Estate;
use crate::route::App;
use crate::server::takeover::{
    ANSWERS_WITHIN, New, OldWord, PROTOCOL, TAKEN_WITHIN, TakeoverError, meeting_place, unclear,
};
use crate::storage;
use crate::transport::{Channel, ClosedDoors, HandedConnection, PipeListener};

/// After what time it is looked again who runs.
const LOOKS_AGAIN: Duration = Duration::from_millis(20);

/// The server that runs, from which this one takes over.
#[derive(Debug)]
pub(in crate::server) struct Predecessor(Channel);

/// Who is found where a server that runs would be.
enum Found {
    Predecessor(Predecessor, Box<PipeListener>),
    /// It has ended before it said anything.
    Ended,
    Nobody,
}

/// What it hands over.
#[derive(Debug)]
pub(in crate::server) struct Handed {
    pub(in crate::server) estate: Box<Estate>,
    pub(in crate::server) connections: Connections,
}

/// Its connections.
#[derive(Debug)]
pub(in crate::server) struct Connections(Vec<(HandedConnection, OwnedFd)>);

impl Connections {
    /// Brings them to where they were, and returns how many were there, and how many of them are again.
    pub(in crate::server) async fn bring_back<A: App>(self, doors: &mut ClosedDoors<A>) -> (usize, usize) {
        (self.0.len(), doors.take_over(self.0.into_iter()).await)
    }
}

impl Predecessor {
    /// Looks for a server that runs on the same files, and takes the socket on which it listens; `None` where there is none. Its files can be used
    /// beside it from here on, and are not to be before it has handed over.
    ///
    /// # Errors
    ///
    /// When there is one that does not hand over.
    pub(in crate::server) async fn find(config: &Config) -> Result<Option<(Self, PipeListener)>, TakeoverError> {
        let until = Instant::now() + ANSWERS_WITHIN;
        loop {
            match Self::greet(config).await? {
                Found::Predecessor(predecessor, listener) => return Ok(Some((predecessor, *listener))),
                Found::Nobody => return Ok(None),
                // It may have handed over to yet another one, which is found in its place.
                Found::Ended if Instant::now() < until => sleep(LOOKS_AGAIN).await,
                Found::Ended => return Ok(None),
            }
        }
    }

    async fn greet(config: &Config) -> Result<Found, TakeoverError> {
        use io::ErrorKind::{ConnectionRefused, InvalidInput, NotFound};
        let mut channel = match Channel::to(&meeting_place(config)).await {
            Ok(channel) => channel,
            // Nobody has been there yet, or whoever was has ended without a word; or the path is too long for anybody to be there.
            Err(error) if matches!(error.kind(), NotFound | ConnectionRefused | InvalidInput) => {
                return Ok(Found::Nobody);
            }
            Err(error) => return Err(error.into()),
        };
        let greeting = async {
            channel.say(&New::Hello { protocol: PROTOCOL }, &[]).await?;
            channel.hear().await
        };
        match within(ANSWERS_WITHIN, greeting).await? {
            None => Ok(Found::Ended),
            Some((OldWord::Welcome { is_handed_down, locks }, files)) => {
                let mut files = files.into_iter();
                let listener = files.next().ok_or_else(unclear)?;
                storage::share(locks.into_iter().zip(files.map(File::from)));
                let listener = PipeListener::on_handed(config, listener, is_handed_down)?;
                if config.listen.port() != 0 && config.listen != listener.address() && !config.inherit_listener {
                    let (asked, listens) = (config.listen, listener.address());
                    tracing::warn!(%asked, %listens, "a server that takes over listens where the one before it has: `listen` has no effect");
                }
                Ok(Found::Predecessor(Self(channel), Box::new(listener)))
            }
            Some((OldWord::Stay { why }, _)) => Err(TakeoverError::Stays(why)),
            Some(_) => Err(unclear().into()),
        }
    }

    /// Says that this server is ready, and waits for what the other one has: `None` if it has ended with all of it. Nobody is served from here on.
    ///
    /// # Errors
    ///
    /// When the other one goes on.
    pub(in crate::server) async fn ready(&mut self) -> Result<Option<Handed>, TakeoverError> {
        let asking = async {
            self.0.say(&New::Ready, &[]).await?;
            self.0.hear().await
        };
        match within(TAKEN_WITHIN, asking).await? {
            None => {
                // It was told to stop, and may be about to: its files are to be waited for.
                storage::share([]);
                Ok(None)
            }
            Some((OldWord::Rest { estate, connections }, files)) if connections.len() == files.len() => {
                let connections = Connections(connections.into_iter().zip(files).collect());
                Ok(Some(Handed { estate, connections }))
            }
            Some((OldWord::Stay { why }, _)) => Err(TakeoverError::Stays(why)),
            Some(_) => Err(unclear().into()),
        }
    }

    /// Says that this server is where the other one was, and returns when all of it belongs to this one.
    ///
    /// # Errors
    ///
    /// When the other one goes on.
    pub(in crate::server) async fn taken(mut self) -> Result<(), TakeoverError> {
        let telling = async {
            self.0.say(&New::Taken, &[]).await?;
            self.0.hear().await
        };
        // However long: to give up would leave nobody, if it says *go* in the same moment.
        match within(Duration::MAX, telling).await? {
            // It has said that it hands over, and never took that back: it has ended.
            None | Some((OldWord::Go, _)) => Ok(()),
            Some((OldWord::Stay { why }, _)) => Err(TakeoverError::Stays(why)),
            Some(_) => Err(unclear().into()),
        }
    }
}

impl Drop for Predecessor {
    fn drop(&mut self) {
        // Those that nobody has taken are of no use any more.
        storage::share([]);
    }
}

/// Waits for an answer; `None` if whoever was to give it has ended.
async fn within<T>(time: Duration, answer: impl Future<Output = io::Result<T>>) -> Result<Option<T>, TakeoverError> {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    match timeout(time, answer).await {
        Ok(Ok(answer)) => Ok(Some(answer)),
        Ok(Err(error)) if matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof) => Ok(None),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(TakeoverError::Stays(format!("it did not answer within {} s", time.as_secs()))),
    }
}
