//! Packets of Socket.IO as a client sends them.
//!
//! Source: the Socket.IO protocol, revision 5, "Packet encoding": `<type>[<attachments>-][<namespace>,][<id>][<json>]`.

/// A packet, up to the JSON text that it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inbound<'a> {
    /// What it is.
    pub kind: InboundKind,
    /// The namespace that it is for; `/` unless it names one.
    pub namespace: &'a str,
    /// The number under which the client wants an answer. One that no counter of ours could hold counts as none.
    pub id: Option<i64>,
    /// The rest, which should be JSON: the `auth` of a CONNECT, the array of an event.
    pub json: &'a str,
}

/// The types of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboundKind {
    /// Asks to be let into the namespace.
    Connect,
    /// Leaves it.
    Disconnect,
    /// An event.
    Event,
    /// An event whose binary parts, so many, follow as messages of their own.
    BinaryEvent(usize),
    /// The answer to an event of ours; so many binary parts follow.
    Answer(usize),
}

impl<'a> Inbound<'a> {
    /// Reads a packet without looking into its JSON; `None` for a text that is no packet.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let (kind, rest) = match kind {
            "0" => (InboundKind::Connect, rest),
            "1" => (InboundKind::Disconnect, rest),
            "2" => (InboundKind::Event, rest),
            "3" => (InboundKind::Answer(0), rest),
            "5" => attachments(rest).map(|(count, rest)| (InboundKind::BinaryEvent(count), rest))?,
            "6" => attachments(rest).map(|(count, rest)| (InboundKind::Answer(count), rest))?,
            _ => return None,
        };
        let (namespace, rest) = match rest.starts_with('/') {
            // A namespace may end with the packet.
            true => rest.split_once(',').unwrap_or((rest, "")),
            false => ("/", rest),
        };
        let (id, json) = number(rest);
        Some(Self { kind, namespace, id: id.parse().ok(), json })
    }
}

/// Returns whether an array begins with this name of an event, as every client of ours writes it. The rest need not be JSON, nor be there.
pub fn begins_event(json: &str, name: &str) -> bool {
    let rest = json.strip_prefix("[\"").and_then(|rest| rest.strip_prefix(name));
    rest.is_some_and(|rest| rest.starts_with('"'))
}

fn attachments(text: &str) -> Option<(usize, &str)> {
    let (count, rest) = number(text);
    Some((count.parse().ok()?, rest.strip_prefix('-')?))
}

/// Splits off the digits that a text begins with.
fn number(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, kind: InboundKind, namespace: &str, id: Option<i64>, json: &str) {
        assert_eq!(Inbound::read(text), Some(Inbound { kind, namespace, id, json }), "{text}");
    }

    #[test]
    fn packets_are_read_up_to_their_json() {
        check("0", InboundKind::Connect, "/", None, "");
        check(r#"0{"token":"t"}"#, InboundKind::Connect, "/", None, r#"{"token":"t"}"#);
        check("0/admin", InboundKind::Connect, "/admin", None, "");
        check("0/admin,{}", InboundKind::Connect, "/admin", None, "{}");
        check("1", InboundKind::Disconnect, "/", None, "");
        check(r#"2["a"]"#, InboundKind::Event, "/", None, r#"["a"]"#);
        check(r#"2/x,12["é"]"#, InboundKind::Event, "/x", Some(12), r#"["é"]"#);
        check(r#"51-7["a"]"#, InboundKind::BinaryEvent(1), "/", Some(7), r#"["a"]"#);
        check("37[]", InboundKind::Answer(0), "/", Some(7), "[]");
        check("62-7[]", InboundKind::Answer(2), "/", Some(7), "[]");
    }

    #[test]
    fn what_is_no_json_is_somebody_else_s_business() {
        for json in ["{a:1}", "[1,", "null", "NaN", "é", ""] {
            check(&format!("20{json}"), InboundKind::Event, "/", Some(0), json);
        }
        check("299999999999999999999[]", InboundKind::Event, "/", None, "[]");
    }

    #[test]
    fn a_text_that_is_no_packet_is_none() {
        for text in ["", "4", "7[]", "x", "é", "5[]", "5-[]", "5x-[]", "599999999999999999999-[]", "6"] {
            assert_eq!(Inbound::read(text), None, "{text}");
        }
    }
}
