//! A client of Socket.IO on a WebSocket, by hand.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// Connects from an address of this machine.
pub(crate) async fn connect(address: SocketAddr, from: [u8; 4]) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::from(from), 0).into())?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A socket that was let in.
pub(crate) struct Peer {
    stream: BufReader<TcpStream>,
    next: u64,
}

impl Peer {
    pub(crate) async fn open(address: SocketAddr, from: [u8; 4], token: Option<&str>) -> io::Result<Self> {
        let mut stream = BufReader::new(connect(address, from).await?);
        let head = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: bench\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
                    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await?);
        }
        if !answer.starts_with(b"HTTP/1.1 101") {
            return Err(io::Error::other("the handshake was refused"));
        }
        let mut peer = Self { stream, next: 0 };
        peer.send(&token.map_or_else(|| "40".to_owned(), |token| format!(r#"40{{"token":"{token}"}}"#))).await?;
        loop {
            match peer.text().await? {
                text if text.starts_with("40") => return Ok(peer),
                text if text.starts_with("44") => return Err(io::Error::other(text)),
                _ => {}
            }
        }
    }

    /// Sends an event and waits for its answer.
    pub(crate) async fn call(&mut self, array: &str) -> io::Result<String> {
        self.next += 1;
        let (packet, answer) = (format!("42{}{array}", self.next), format!("43{}[", self.next));
        self.send(&packet).await?;
        loop {
            let text = self.text().await?;
            if text.starts_with(&answer) {
                return Ok(text);
            }
        }
    }

    /// Sends a text; the mask is zero, and changes nothing.
    pub(crate) async fn send(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(&frame(text)).await
    }

    /// Sends frames that were made before, and takes in what there is without waiting.
    pub(crate) async fn pour(&mut self, frames: &[u8]) -> io::Result<()> {
        let (mut reading, mut writing) = tokio::io::split(&mut self.stream);
        let mut taken = [0; 16 * 1024];
        let mut sending = std::pin::pin!(writing.write_all(frames));
        loop {
            tokio::select! {
                sent = &mut sending => return sent,
                read = reading.read(&mut taken) => if read? == 0 { return Err(io::ErrorKind::UnexpectedEof.into()) },
            }
        }
    }

    async fn text(&mut self) -> io::Result<String> {
        loop {
            let kind = self.stream.read_u8().await? & 0x0f;
            let length = match self.stream.read_u8().await? {
                126 => u64::from(self.stream.read_u16().await?),
                127 => self.stream.read_u64().await?,
                short => u64::from(short),
            };
            let mut payload = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            self.stream.read_exact(&mut payload).await?;
            match kind {
                1 if payload == b"2" => self.send("3").await?,
                1 => return String::from_utf8(payload).map_err(io::Error::other),
                8 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
        }
    }
}

/// Puts a text into a WebSocket frame.
pub(crate) fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match text.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length @ 126..=65_535 => {
            frame.push(0x80 | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}
