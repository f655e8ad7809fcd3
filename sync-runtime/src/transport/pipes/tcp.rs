//! Reading from and writing to a TCP connection without waiting; on Linux past tokio, which would do more than is needed.

#[cfg(target_os = "linux")]
pub(super) use linux::{read, send, send_vectored};
#[cfg(not(target_os = "linux"))]
pub(super) use portable::{read, send, send_vectored};
use std::io::{self, Read};

use socket2::SockRef;
use tokio::net::TcpStream;

/// Reads what the kernel has, whatever tokio has been told: what says that there is nothing can be older than what is there.
pub(super) fn read_now(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    (&*SockRef::from(stream)).read(buffer)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::IoSlice;

    use tokio::io::Interest;

    use super::{Read, SockRef, TcpStream, io};

    /// A pipe that the peer has reset is an error and not a signal (linux/socket.h).
    const MSG_NOSIGNAL: i32 = 0x4000;

    /// Reads what the kernel has.
    ///
    /// Less than there is room for is all that it has, and more will be an edge (epoll(7), question 9): tokio is told as if one more
    /// read had found nothing, and that read is saved. It does the same for those who read through it.
    pub(in crate::transport::pipes) fn read(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        let read = stream.try_io(Interest::READABLE, || {
            count = (&*SockRef::from(stream)).read(buffer)?;
            if (1..buffer.len()).contains(&count) { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
        });
        if count > 0 { Ok(count) } else { read.map(|()| 0) }
    }

    /// Hands bytes to the kernel.
    ///
    /// tokio would first look up whether it believes that there is room: for a member of a large room, that is one more place in
    /// memory that is not in the cache.
    pub(in crate::transport::pipes) fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        SockRef::from(stream).send_with_flags(bytes, MSG_NOSIGNAL)
    }

    /// Hands the bytes of several packets to the kernel; a single one is cheaper to [`send`].
    pub(in crate::transport::pipes) fn send_vectored(stream: &TcpStream, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        SockRef::from(stream).send_vectored_with_flags(slices, MSG_NOSIGNAL)
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use std::io::IoSlice;

    use super::{TcpStream, io};

    pub(in crate::transport::pipes) fn read(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        stream.try_read(buffer)
    }

    pub(in crate::transport::pipes) fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        stream.try_write(bytes)
    }

    pub(in crate::transport::pipes) fn send_vectored(stream: &TcpStream, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        stream.try_write_vectored(slices)
    }
}
