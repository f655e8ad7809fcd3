//! The new server.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use tokio::net::UnixStream;

use crate::clock::timeout;
use crate::config::Config;
use crate::dispatch::Estate;
use crate::route::App;
use crate::server::takeover::{New, OldWord, PROTOCOL, TAKEN_WITHIN, TakeoverError, meeting_place};
use crate::storage;
use crate::transport::{Channel, ClosedDoors, HandedConnection, PipeListener};

/// The server that runs, from which this one takes over.
#[derive(Debug)]
pub(in crate::server) struct Predecessor(Channel);

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
        use io::ErrorKind::{ConnectionRefused, NotFound};
        let stream = match UnixStream::connect(meeting_place(config)).await {
            Ok(stream) => stream,
            // Nobody has been there yet, or whoever was has ended without a word.
            Err(error) if matches!(error.kind(), NotFound | ConnectionRefused) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut channel = Channel::new(stream)?;
        channel.say(&New::Hello { protocol: PROTOCOL }, &[]).await?;
        match channel.hear().await? {
            (OldWord::Welcome { locks }, files) => {
                let mut files = files.into_iter();
                let listener = files.next().ok_or_else(unclear)?;
                storage::share(locks.into_iter().zip(files.map(File::from)));
                Ok(Some((Self(channel), PipeListener::on_handed(config, listener)?)))
            }
            (OldWord::Stay { why }, _) => Err(TakeoverError::Stays(why)),
            _ => Err(unclear().into()),
        }
    }

    /// Says that this server is ready, and waits for what the other one has. Nobody is served from here on.
    ///
    /// # Errors
    ///
    /// When the other one goes on.
    pub(in crate::server) async fn ready(&mut self) -> Result<Handed, TakeoverError> {
        self.0.say(&New::Ready, &[]).await?;
        match self.0.hear().await? {
            (OldWord::Rest { estate, connections }, files) if connections.len() == files.len() => {
                Ok(Handed { estate, connections: Connections(connections.into_iter().zip(files).collect()) })
            }
            (OldWord::Stay { why }, _) => Err(TakeoverError::Stays(why)),
            _ => Err(unclear().into()),
        }
    }

    /// Says that this server is where the other one was, and returns when all of it belongs to this one.
    ///
    /// # Errors
    ///
    /// When the other one goes on.
    pub(in crate::server) async fn taken(mut self) -> Result<(), TakeoverError> {
        let told = async {
            self.0.say(&New::Taken, &[]).await?;
            self.0.hear::<OldWord>().await
        };
        match timeout(TAKEN_WITHIN, told).await {
            Ok(Ok((OldWord::Stay { why }, _))) => Err(TakeoverError::Stays(why)),
            Ok(Ok((OldWord::Go, _))) => Ok(()),
            // It has said that it hands over, and never took that back: it has ended.
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            Ok(Ok(_)) => Err(unclear().into()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(TakeoverError::Stays("it does not say whether".into())),
        }
    }
}

impl Drop for Predecessor {
    fn drop(&mut self) {
        // Those that nobody has taken are of no use any more.
        storage::share([]);
    }
}

fn unclear() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it speaks of something else")
}
