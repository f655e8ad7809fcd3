//! What waits to be sent to one socket.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

use bytes::Bytes;

use crate::transport::pipes::websocket::Head;
use crate::wire::{Packet, Topic};

/// Packets in their order, with their size. Of two volatile packets of one topic only the newer one waits.
///
/// Whoever waits for the same packets as others holds the same buffers.
#[derive(Debug, Default)]
pub struct SendQueue {
    entries: VecDeque<Queued>,
    bytes: usize,
    /// How many entries have a topic.
    volatile: usize,
}

#[derive(Debug)]
enum Queued {
    Packet(Head, Packet),
    /// What the protocol stack wrote, or the rest of a packet that the kernel has begun to take.
    Rest(Bytes),
}

impl Queued {
    fn new(packet: Packet) -> Self {
        Self::Packet(Head::of(&packet), packet)
    }

    /// Returns how many bytes it takes on a WebSocket.
    fn len(&self) -> usize {
        match self {
            Self::Packet(head, packet) => head.len() + packet.bytes().len(),
            Self::Rest(rest) => rest.len(),
        }
    }

    /// Returns its bytes, in up to two pieces.
    fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let (head, text) = match self {
            Self::Packet(head, packet) => (Some(&**head), &**packet.bytes()),
            Self::Rest(rest) => (None, &**rest),
        };
        head.into_iter().chain([text])
    }

    /// Returns what is left of it when the first `count` bytes have been written, in up to two pieces.
    fn rest(self, count: usize) -> impl DoubleEndedIterator<Item = Self> {
        let (head, text) = match self {
            Self::Rest(rest) => (Bytes::new(), rest.slice(count..)),
            Self::Packet(head, packet) => (
                Bytes::copy_from_slice(&head[count.min(head.len())..]),
                packet.bytes().slice(count.saturating_sub(head.len())..),
            ),
        };
        [head, text].into_iter().filter(|piece| !piece.is_empty()).map(Self::Rest)
    }

    fn topic(&self) -> Option<&Arc<Topic>> {
        match self {
            Self::Packet(_, packet) => packet.topic(),
            Self::Rest(_) => None,
        }
    }
}

impl SendQueue {
    /// Returns how many bytes wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns how many packets, or rests of packets, wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Appends a packet, and drops the one that it replaces.
    pub fn push(&mut self, packet: Packet) {
        if packet.topic().is_some() {
            self.drop_older(packet.topic());
            self.volatile += 1;
        }
        self.append(Queued::new(packet));
    }

    /// Appends bytes that nothing replaces: what the protocol stack writes, or the rest of a packet.
    pub(super) fn push_bytes(&mut self, bytes: Bytes) {
        self.append(Queued::Rest(bytes));
    }

    /// Appends packets of which the first `written` bytes have been written already.
    pub(super) fn push_rest(&mut self, packets: &[Packet], mut written: usize) {
        for packet in packets {
            let entry = Queued::new(packet.clone());
            let length = entry.len();
            if written == 0 {
                self.push(packet.clone());
            } else if written < length {
                entry.rest(written).for_each(|rest| self.append(rest));
            }
            written = written.saturating_sub(length);
        }
    }

    /// Returns how many bytes the first packet has.
    pub fn next_bytes(&self) -> Option<usize> {
        self.entries.front().map(|entry| entry.len())
    }

    /// Takes the first packet; whoever uses this never pushes bytes.
    pub fn pop(&mut self) -> Option<Packet> {
        match self.pop_entry()? {
            Queued::Packet(_, packet) => Some(packet),
            Queued::Rest(_) => None,
        }
    }

    /// Moves everything behind what is in `other`.
    pub(super) fn drain_into(&mut self, other: &mut Self) {
        while let Some(entry) = self.pop_entry() {
            match entry {
                Queued::Packet(_, packet) => other.push(packet),
                rest @ Queued::Rest(_) => other.append(rest),
            }
        }
        self.clear();
    }

    /// Fills `slices` with what comes first, up to two for each packet, and returns how many were filled.
    pub(super) fn slices<'q>(&'q self, slices: &mut [IoSlice<'q>]) -> usize {
        let filled = slices.iter_mut().zip(self.entries.iter().flat_map(Queued::pieces));
        filled.map(|(slice, piece)| *slice = IoSlice::new(piece)).count()
    }

    /// Copies all that waits to the beginning of `bytes`, which has room for it.
    pub(super) fn copy_to(&self, bytes: &mut [u8]) {
        let mut at = 0;
        for piece in self.entries.iter().flat_map(Queued::pieces) {
            bytes[at..at + piece.len()].copy_from_slice(piece);
            at += piece.len();
        }
    }

    /// Removes the first `count` bytes: they were written.
    pub(super) fn advance(&mut self, mut count: usize) {
        while count > 0 {
            let Some(entry) = self.pop_entry() else { break };
            let length = entry.len();
            if count < length {
                // A packet that has begun cannot be replaced any more.
                for rest in entry.rest(count).rev() {
                    self.bytes += rest.len();
                    self.entries.push_front(rest);
                }
            }
            count = count.saturating_sub(length);
        }
        if self.entries.is_empty() {
            self.clear();
        }
    }

    /// Drops all packets that have not begun.
    pub(super) fn drop_packets(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        let rests = entries.into_iter().filter(|entry| matches!(entry, Queued::Rest(_)));
        self.entries = rests.collect();
        self.bytes = self.entries.iter().map(|entry| entry.len()).sum();
        self.volatile = 0;
    }

    /// Drops everything, and gives its memory back.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn append(&mut self, entry: Queued) {
        debug_assert!(entry.len() > 0, "the kernel would never take it");
        self.bytes += entry.len();
        self.entries.push_back(entry);
    }

    fn pop_entry(&mut self) -> Option<Queued> {
        let entry = self.entries.pop_front()?;
        self.forget(&entry);
        Some(entry)
    }

    fn forget(&mut self, entry: &Queued) {
        self.bytes -= entry.len();
        self.volatile -= usize::from(entry.topic().is_some());
    }

    fn drop_older(&mut self, topic: Option<&Arc<Topic>>) {
        if self.volatile == 0 {
            return;
        }
        // From the end: the older one of a busy topic is near.
        if let Some(index) = self.entries.iter().rposition(|entry| entry.topic() == topic)
            && let Some(older) = self.entries.remove(index)
        {
            self.forget(&older);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::pipes::websocket::put_frames;
    use crate::wire::{Envelope, frame_json};

    fn packet(text: &str) -> Packet {
        let (route, name) = text.split_once(' ').expect("a route and a text");
        let cb = if route == "cursor" { "test/cursor/v1" } else { "test/chat/v1" };
        let output = serde_json::value::to_raw_value(name).expect("JSON");
        Envelope::new(cb, "room", String::new(), &output, route == "cursor").success(b"")
    }

    fn framed(packet: &Packet) -> Vec<u8> {
        let mut frame = Vec::new();
        put_frames(std::slice::from_ref(packet), &mut frame);
        frame
    }

    fn texts(queue: &mut SendQueue) -> Vec<String> {
        let left: usize = queue.entries.iter().map(|entry| entry.len()).sum();
        assert_eq!(queue.bytes(), left);
        let packets = std::iter::from_fn(|| queue.pop());
        let texts = packets.map(|packet| {
            let json: serde_json::Value = serde_json::from_str(frame_json(&packet).expect("a frame")).expect("JSON");
            json["serverOutput"].as_str().expect("a text").to_owned()
        });
        let texts = texts.collect();
        assert_eq!((queue.bytes(), queue.volatile), (0, 0));
        texts
    }

    #[track_caller]
    fn check(pushed: &[&str], expected: &[&str]) {
        let mut queue = SendQueue::default();
        pushed.iter().for_each(|text| queue.push(packet(text)));
        assert_eq!(texts(&mut queue), expected);
    }

    #[test]
    fn the_newest_packet_of_a_volatile_topic_waits_in_its_place() {
        check(&["chat 1", "chat 2"], &["1", "2"]);
        check(&["cursor 1", "cursor 2", "cursor 3"], &["3"]);
        check(&["cursor 1", "chat 2", "cursor 3", "chat 4"], &["2", "3", "4"]);
    }

    #[test]
    fn a_packet_that_has_begun_is_finished() {
        let (first, second) = (packet("cursor 1"), packet("cursor 2"));
        let bytes = framed(&first);
        let mut queue = SendQueue::default();
        queue.push(first);
        queue.advance(5);
        queue.push(second.clone());
        assert_eq!(queue.bytes(), bytes.len() - 5 + framed(&second).len());
        let mut slices = [IoSlice::new(&[]); 4];
        assert_eq!(queue.slices(&mut slices), 3);
        assert_eq!(&*slices[0], &bytes[5..]);
        queue.advance(bytes.len() - 5);
        assert_eq!(texts(&mut queue), ["2"]);
    }

    #[test]
    fn what_is_left_can_begin_anywhere() {
        let packets = ["chat 1", "cursor 2"].map(packet);
        let bytes = packets.iter().flat_map(framed).collect::<Vec<_>>();
        for written in 0..=bytes.len() {
            let mut advanced = SendQueue::default();
            packets.iter().for_each(|packet| advanced.push(packet.clone()));
            advanced.advance(written);
            let mut pushed = SendQueue::default();
            pushed.push_rest(&packets, written);
            for queue in [advanced, pushed] {
                let mut left = vec![0; queue.bytes()];
                queue.copy_to(&mut left);
                assert_eq!(left, bytes[written..], "{written}");
            }
        }
    }

    #[test]
    fn what_was_written_of_several_packets_does_not_wait() {
        let packets = ["chat 1", "chat 2", "chat 3"].map(packet);
        let length = framed(&packets[0]).len();
        for (written, waiting) in [(0, 3 * length), (length, 2 * length), (length + 1, 2 * length - 1), (3 * length, 0)]
        {
            let mut queue = SendQueue::default();
            queue.push_rest(&packets, written);
            assert_eq!(queue.bytes(), waiting);
            queue.advance(waiting);
            assert!(queue.is_empty());
        }
    }
}
