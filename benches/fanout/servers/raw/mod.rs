//! The limit: one thread, epoll, and nothing around the call that sends.
//!
//! Plain, each request is delivered as soon as it is read, with one `send` for each member. *Gathering*, the requests that were read
//! together go out together, one `send` for each member, after one more look whether others have come. A frame is written once for
//! all members whose output is equal. It knows as much of Engine.IO and Socket.IO as the generator needs.

mod client;
mod event;

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use harness::Poll;
use serde::Deserialize;

use crate::servers::announce;
use crate::servers::raw::client::Client;
use crate::servers::raw::event::{Call, Event, message};

/// What epoll calls the listener; clients have their index.
const LISTENER: usize = usize::MAX;

#[derive(Deserialize)]
struct Login {
    token: String,
}

#[derive(Deserialize)]
struct Join {
    room: String,
}

/// Serves until the process ends.
pub(super) fn serve(gather: bool) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let poll = Poll::new()?;
    poll.watch(&listener, LISTENER)?;
    announce(listener.local_addr()?.port(), Vec::new())?;
    let (clients, rooms, waiting) = (Vec::new(), HashMap::new(), Vec::new());
    Server { gather, listener, poll, clients, rooms, waiting, scratch: vec![0; 256 * 1024] }.run()
}

struct Server {
    gather: bool,
    listener: TcpListener,
    poll: Poll,
    /// `None` for those that are gone.
    clients: Vec<Option<Client>>,
    rooms: HashMap<String, Vec<usize>>,
    /// Events that go out together.
    waiting: Vec<Event>,
    scratch: Vec<u8>,
}

impl Server {
    fn run(mut self) -> Result<(), Box<dyn Error>> {
        let mut ready = Vec::new();
        loop {
            self.poll.look(None, &mut ready)?;
            self.read(&ready)?;
            if self.waiting.is_empty() {
                continue;
            }
            self.poll.look(Some(Duration::ZERO), &mut ready)?;
            self.read(&ready)?;
            let mut events = std::mem::take(&mut self.waiting);
            // Stable: the events of one room stay in their order.
            events.sort_by(|one, other| one.room.cmp(&other.room));
            for events in events.chunk_by(|one, other| one.room == other.room) {
                self.deliver(events)?;
            }
        }
    }

    fn read(&mut self, ready: &[usize]) -> Result<(), Box<dyn Error>> {
        let mut messages = Vec::new();
        for &id in ready {
            if id == LISTENER {
                self.accept()?;
                continue;
            }
            let Some(client) = &mut self.clients[id] else { continue };
            let read = client.read(&mut self.scratch, &mut messages);
            if read.is_err() {
                self.clients[id] = None;
            } else if client.is_watched && client.flush()? {
                client.is_watched = false;
                self.poll.watch_writes(&client.stream, id, false)?;
            }
            for text in messages.drain(..) {
                self.handle(id, &text)?;
            }
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            self.poll.watch(&stream, self.clients.len())?;
            self.clients.push(Some(Client::new(stream)));
        }
    }

    fn handle(&mut self, id: usize, text: &str) -> Result<(), Box<dyn Error>> {
        if let Some(login) = text.strip_prefix("40") {
            let login: Login = serde_json::from_str(login)?;
            let Some(client) = &mut self.clients[id] else { return Ok(()) };
            client.session.user_id = login.token;
            client.session.active = true;
            return self.say(id, r#"40{"sid":"raw"}"#);
        }
        let Some(text) = text.strip_prefix("42") else { return Ok(()) };
        let (number, json) = text.split_at(text.find('[').unwrap_or_default());
        if json.starts_with(r#"["joinRoom""#) {
            let (_, join): (&str, Join) = serde_json::from_str(json)?;
            self.rooms.entry(join.room).or_default().push(id);
            return self.say(id, &format!(r#"43{number}[{{"status":"success"}}]"#));
        }
        let (_, call): (&str, Call<'_>) = serde_json::from_str(json)?;
        let (answer, event) = call.handle(number)?;
        if !self.gather {
            self.say(id, &answer)?;
            return self.deliver(&[event]);
        }
        if let Some(client) = &mut self.clients[id] {
            client.keep(&message(answer.as_bytes()));
        }
        self.waiting.push(event);
        Ok(())
    }

    /// Filters and sends: what is equal for all is put together once.
    fn deliver(&mut self, events: &[Event]) -> Result<(), Box<dyn Error>> {
        let Some(members) = events.first().and_then(|event| self.rooms.get(&event.room)) else { return Ok(()) };
        let is_shared = events.iter().all(|event| !event.is_named);
        let mut bytes = Vec::new();
        if is_shared {
            events.iter().for_each(|event| event.put(&mut bytes, None));
        }
        for &id in members {
            let Some(client) = &mut self.clients[id] else { continue };
            if !client.session.active {
                continue;
            }
            if !is_shared {
                bytes.clear();
                events.iter().for_each(|event| event.put(&mut bytes, Some(&client.session.user_id)));
            }
            if !client.send(&bytes)? {
                client.is_watched = true;
                self.poll.watch_writes(&client.stream, id, true)?;
            }
        }
        Ok(())
    }

    fn say(&mut self, id: usize, packet: &str) -> Result<(), Box<dyn Error>> {
        let Some(client) = &mut self.clients[id] else { return Ok(()) };
        if !client.send(&message(packet.as_bytes()))? {
            client.is_watched = true;
            self.poll.watch_writes(&client.stream, id, true)?;
        }
        Ok(())
    }
}
