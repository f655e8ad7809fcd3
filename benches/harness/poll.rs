//! Which of many sockets can be read.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

/// How many sockets one look can find.
const EVENTS: usize = 1024;

/// A level-triggered epoll. A socket that is closed is watched no longer.
pub struct Poll {
    epoll: OwnedFd,
}

impl Poll {
    /// Creates one that watches nothing.
    ///
    /// # Errors
    ///
    /// Where the kernel gives none.
    pub fn new() -> io::Result<Self> {
        Ok(Self { epoll: epoll::create(CreateFlags::CLOEXEC)? })
    }

    /// Watches a socket for something to read; `id` is what [`Poll::look`] returns for it.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn watch(&self, socket: impl AsFd, id: usize) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(id as u64), EventFlags::IN)?)
    }

    /// Watches a socket also for room to write, or no longer.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn watch_writes(&self, socket: impl AsFd, id: usize, on: bool) -> io::Result<()> {
        let flags = if on { EventFlags::IN | EventFlags::OUT } else { EventFlags::IN };
        Ok(epoll::modify(&self.epoll, socket, EventData::new_u64(id as u64), flags)?)
    }

    /// Waits until a socket is ready, for ever without a `timeout`, and writes down which.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn look(&mut self, timeout: Option<Duration>, ready: &mut Vec<usize>) -> io::Result<()> {
        let timeout = timeout
            .map(|timeout| Timespec { tv_sec: timeout.as_secs() as i64, tv_nsec: timeout.subsec_nanos().into() });
        let mut events = [const { MaybeUninit::<Event>::uninit() }; EVENTS];
        ready.clear();
        match epoll::wait(&self.epoll, &mut events, timeout.as_ref()) {
            Ok((events, _)) => ready.extend(events.iter().map(|event| event.data.u64() as usize)),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
