//! What was called for, and what came of it.

use std::io;
use std::time::Instant;

use harness::unexpected;
use serde::Deserialize;
use serde_json::json;

use crate::room::Room;

/// The numbers of acknowledgements below this one are not those of calls.
const FIRST_ACK: u32 = 100;

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has happened.
    Done,
    /// It was sent in an earlier life of the server, and whether it has happened is not known.
    Unknown,
}

/// One call, which says its own number.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) room: Room,
    /// When it was made.
    pub(crate) made: Instant,
    /// On which socket it was sent first.
    sent_on: Option<String>,
    /// How often it was sent.
    pub(crate) sent: u32,
    /// What was answered, and when.
    pub(crate) outcome: Option<(Outcome, Instant)>,
}

/// All calls, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Calls(Vec<Call>);

impl Calls {
    /// Makes one, and returns its number.
    pub(crate) fn make(&mut self, room: Room) -> u32 {
        self.0.push(Call { room, made: Instant::now(), sent_on: None, sent: 0, outcome: None });
        self.0.len() as u32 - 1
    }

    /// Writes the packet of a call that is sent on a socket, for the first time or again: under the same id, with the first socket.
    pub(crate) fn packet(&mut self, number: u32, socket: &str) -> String {
        let call = &mut self.0[number as usize];
        call.sent += 1;
        let ack = number + FIRST_ACK;
        let mut sync = json!({
            "name": call.room.route(),
            "version": "v1",
            "data": { "number": number },
            "receiver": call.room.name(),
            "id": format!("call-{number}"),
        });
        match &call.sent_on {
            Some(first) => sync["sentOn"] = json!(first),
            None => call.sent_on = Some(socket.to_owned()),
        }
        format!("42{ack}{}", json!(["sync", sync]))
    }

    /// Notes an answer, and returns the number of its call.
    ///
    /// # Errors
    ///
    /// If it is none, or says something else.
    pub(crate) fn answered(&mut self, packet: &[u8]) -> io::Result<u32> {
        let (number, outcome) =
            read_answer(packet).ok_or_else(|| unexpected("that a call is done, or may be", packet))?;
        let call =
            self.0.get_mut(number as usize).ok_or_else(|| unexpected("an answer to one of the calls", packet))?;
        call.outcome.get_or_insert((outcome, Instant::now()));
        Ok(number)
    }

    /// Returns the call of a number.
    pub(crate) fn get(&self, number: u32) -> Option<&Call> {
        self.0.get(number as usize)
    }

    /// Goes through those of a room, each with its number.
    pub(crate) fn of(&self, room: Room) -> impl Iterator<Item = (u32, &Call)> {
        (0..).zip(&self.0).filter(move |(_, call)| call.room == room)
    }

    /// Counts those that are not answered.
    pub(crate) fn open(&self) -> usize {
        self.0.iter().filter(|call| call.outcome.is_none()).count()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status: String,
    #[serde(default)]
    error_code: String,
}

fn read_answer(packet: &[u8]) -> Option<(u32, Outcome)> {
    let text = std::str::from_utf8(packet).ok()?.strip_prefix("43")?;
    let (ack, answer) = text.split_at(text.find('[')?);
    let [answer] = serde_json::from_str::<[Answer; 1]>(answer).ok()?;
    let outcome = match (answer.status.as_str(), answer.error_code.as_str()) {
        ("success", _) => Outcome::Done,
        (_, "sync-outcome-unknown") => Outcome::Unknown,
        _ => return None,
    };
    Some((ack.parse::<u32>().ok()?.checked_sub(FIRST_ACK)?, outcome))
}
