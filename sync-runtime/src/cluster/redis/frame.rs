//! What is heard on the channel of a room: several messages of one node, with places one behind the other.

use crate::cluster::bus::Heard;
use crate::wire::Position;

/// Reads messages, written as `<epoch> <first number> <node> <number>:<bytes> …`, a line feed, and their texts one behind the other. Those of
/// `own` have their numbers.
///
/// Returns `None` for what is none.
pub(super) fn read<'t>(text: &'t str, own: &str) -> Option<Vec<Heard<'t>>> {
    let (head, mut texts) = text.split_once('\n')?;
    let mut head = head.split(' ');
    let (epoch, first) = (head.next()?.parse().ok()?, head.next()?.parse::<u64>().ok()?);
    let is_own = head.next()? == own;
    let mut messages = Vec::new();
    for (seq, message) in (first..).zip(head) {
        let (number, bytes) = message.split_once(':')?;
        let number = number.parse().ok()?;
        let (text, rest) = texts.split_at_checked(bytes.parse().ok()?)?;
        messages.push(Heard { at: Position::of_event(epoch, seq), own: is_own.then_some(number), text });
        texts = rest;
    }
    texts.is_empty().then_some(messages)
}

/// Writes what a node tells others, which has no place; a text without anything says that it lives.
pub(super) fn told(node: &str, text: &str) -> String {
    format!("!{node} {text}")
}

/// Reads who has told something, and what; `None` for what was not told in this way.
pub(super) fn read_told(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('!')?.split_once(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_places_one_behind_the_other() {
        let heard = read("7 41 me 5:3 6:0 9:2\noneé", "me").expect("messages");
        let read: Vec<_> = heard.iter().map(|heard| (heard.at.epoch, heard.at.seq, heard.own, heard.text)).collect();
        assert_eq!(read, [(7, 41, Some(5), "one"), (7, 42, Some(6), ""), (7, 43, Some(9), "é")]);
        let foreign = super::read("7 41 other 5:3\none", "me").expect("messages");
        assert_eq!(foreign[0].own, None);
    }

    #[test]
    fn what_is_told_is_no_message() {
        let said = told("me", "some news\nof today");
        assert_eq!(read_told(&said), Some(("me", "some news\nof today")));
        assert!(read(&said, "me").is_none());
        assert_eq!(read_told("7 41 me 5:3\none"), None);
    }

    #[test]
    fn what_is_none_is_not_read() {
        for text in [
            "",
            "7 41 me 5:3",
            "7 41 me 5:3\non",
            "7 41 me 5:3\nonemore",
            "7 41 me 5:1\né",
            "7 x me\n",
            "7 41\n",
            "7 41 me 5\none",
        ] {
            assert!(read(text, "me").is_none(), "{text:?}");
        }
    }
}
