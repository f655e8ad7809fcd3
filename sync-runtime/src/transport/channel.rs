//! What two processes of one machine tell each other, with open files beside the words.

use std::fs::Permissions;
use std::io;
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{UnixListener, UnixStream};

/// How many files go with one byte: Linux takes 253.
const TOGETHER: usize = 128;
/// How long what is said may be, in bytes: what all rooms remember, several times over.
const LONGEST: u64 = 4 << 30;

/// How many files there may be: more than a process may open.
const MOST: u64 = 1 << 24;

/// The way to the other process. What is said goes as its length and the number of its files, eight bytes each, a byte for each 128 files, and JSON.
#[derive(Debug)]
pub struct Channel(UnixStream);

/// Where another process finds this one.
#[derive(Debug)]
pub struct Meeting(UnixListener);

impl Meeting {
    /// Is found at this path from here on; whoever was found there before is not any more.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn at(path: &Path) -> io::Result<Self> {
        // In one step: at any time there is one who is found.
        let new = path.with_extension(format!("{}.new", std::process::id()));
        std::fs::remove_file(&new).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        let listener = UnixListener::bind(&new)?;
        std::fs::set_permissions(&new, Permissions::from_mode(0o600))?;
        std::fs::rename(&new, path)?;
        Ok(Self(listener))
    }

    /// Waits until somebody comes.
    ///
    /// # Errors
    ///
    /// As for [`Channel::to`].
    pub async fn somebody(&self) -> io::Result<Channel> {
        Channel::new(self.0.accept().await?.0)
    }
}

impl Channel {
    /// Speaks to whoever is found at this path, who has to be the same user.
    ///
    /// # Errors
    ///
    /// When nobody is, or another user.
    pub async fn to(path: &Path) -> io::Result<Self> {
        Self::new(UnixStream::connect(path).await?)
    }

    fn new(stream: UnixStream) -> io::Result<Self> {
        if stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw() {
            Ok(Self(stream))
        } else {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "another user speaks"))
        }
    }

    /// Returns the number of the process at the other end, where the system says it.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        u32::try_from(self.0.peer_cred().ok()?.pid()?).ok()
    }

    /// Says something, with files.
    ///
    /// # Errors
    ///
    /// When nobody listens any more.
    pub async fn say(&mut self, said: &impl Serialize, files: &[BorrowedFd<'_>]) -> io::Result<()> {
        let json = serde_json::to_vec(said)?;
        let head = [json.len() as u64, files.len() as u64].map(u64::to_be_bytes).concat();
        self.0.write_all(&head).await?;
        for some in files.chunks(TOGETHER) {
            self.0.async_io(Interest::WRITABLE, || send(self.0.as_fd(), some)).await?;
        }
        self.0.write_all(&json).await
    }

    /// Hears what is said next, and takes the files that came with it.
    ///
    /// # Errors
    ///
    /// When nobody speaks any more, or cannot be understood.
    pub async fn hear<T: DeserializeOwned>(&mut self) -> io::Result<(T, Vec<OwnedFd>)> {
        let (length, count) = (self.0.read_u64().await?, self.0.read_u64().await?);
        if length > LONGEST || count > MOST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too much is said"));
        }
        let mut files = Vec::new();
        for _ in 0..count.div_ceil(TOGETHER as u64) {
            files.extend(self.0.async_io(Interest::READABLE, || receive(self.0.as_fd())).await?);
        }
        // Memory for what comes, not for what somebody says will come.
        let mut json = Vec::new();
        if (&mut self.0).take(length).read_to_end(&mut json).await? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if files.len() as u64 != count {
            let why = format!("{} of {count} files came: may this process open so many (`ulimit -n`)?", files.len());
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, why));
        }
        Ok((serde_json::from_slice(&json)?, files))
    }
}

fn send(socket: BorrowedFd<'_>, files: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = vec![MaybeUninit::uninit(); SendAncillaryMessage::ScmRights(files).size()];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    beside.push(SendAncillaryMessage::ScmRights(files));
    rustix::net::sendmsg(socket, &[IoSlice::new(&[0])], &mut beside, SendFlags::empty())?;
    Ok(())
}

fn receive(socket: BorrowedFd<'_>) -> io::Result<Vec<OwnedFd>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(TOGETHER))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    // Nothing that is started from here on inherits them.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let flags = RecvFlags::CMSG_CLOEXEC;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let flags = RecvFlags::empty();
    let read = rustix::net::recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut beside, flags)?;
    if read.bytes == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let files = beside.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => Some(files),
        _ => None,
    });
    let files: Vec<_> = files.flatten().collect();
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    for file in &files {
        rustix::io::fcntl_setfd(file, rustix::io::FdFlags::CLOEXEC)?;
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Seek, Write};

    use super::*;

    #[tokio::test]
    async fn what_is_said_comes_with_its_files_in_their_order_however_many() {
        let (one, other) = UnixStream::pair().expect("sockets");
        let (mut one, mut other) = (Channel::new(one).expect("ourselves"), Channel::new(other).expect("ourselves"));
        for count in [0, 1, TOGETHER, 2 * TOGETHER + 1] {
            let files: Vec<File> = (0..count)
                .map(|number| {
                    let mut file = tempfile::tempfile().expect("a file");
                    write!(file, "{number}").expect("room");
                    file
                })
                .collect();
            let borrowed: Vec<_> = files.iter().map(AsFd::as_fd).collect();
            let said = format!("{count} files {}", "and words ".repeat(10_000));
            let (sent, heard) = tokio::join!(one.say(&said, &borrowed), other.hear::<String>());
            sent.expect("somebody listens");
            let (heard, came) = heard.expect("somebody speaks");
            assert_eq!((heard, came.len()), (said, count));
            for (number, came) in came.into_iter().enumerate() {
                let (mut file, mut text) = (File::from(came), String::new());
                file.rewind().expect("a file");
                file.read_to_string(&mut text).expect("a file");
                assert_eq!(text, number.to_string());
            }
        }
        drop(one);
        assert!(other.hear::<String>().await.is_err(), "nobody speaks");
    }
}
