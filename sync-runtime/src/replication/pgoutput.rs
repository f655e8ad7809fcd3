//! What a Postgres streams of its changes, in the format of its plugin `pgoutput`, version 1.
//!
//! Begin and Commit are read by the crate that has the connection; here are the rows between them. Source: "Logical Replication Message
//! Formats" in the manual of Postgres.

/// One message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message<'d> {
    /// What a table looks like from now on.
    Relation(Relation),
    /// A row has come.
    Insert { relation: u32, new: Vec<Value<'d>> },
    /// A row has changed; what it was is there where its key has changed, or where all of it is sent.
    Update { relation: u32, old: Option<Vec<Value<'d>>>, new: Vec<Value<'d>> },
    /// A row has gone, of which the key is sent, or all of it.
    Delete { relation: u32, old: Vec<Value<'d>> },
    /// All rows of tables have gone.
    Truncate { relations: Vec<u32> },
    /// What a transaction says of itself: the prefix, and the text.
    Said { prefix: &'d str, content: &'d [u8] },
    /// Something that is no row: a type, or where a transaction came from.
    Other,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) id: u32,
    pub(super) schema: String,
    pub(super) name: String,
    /// Its columns: the name, and the number of the type.
    pub(super) columns: Vec<(String, u32)>,
}

/// The value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'d> {
    Null,
    /// It is large, and what it was before.
    Unchanged,
    Text(&'d str),
}

/// What cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("a message ends in its middle")]
    Short,
    #[error("a text is not UTF-8: the database has to have the encoding UTF8")]
    NotUtf8,
    #[error("`{0}` is no kind of {1}")]
    Unknown(char, &'static str),
}

/// Reads one message.
pub(super) fn read(data: &[u8]) -> Result<Message<'_>, Malformed> {
    let mut rest = Rest(data);
    Ok(match rest.byte()? {
        b'R' => Message::Relation(rest.relation()?),
        b'I' => {
            let relation = rest.number()?;
            rest.marked(b"N")?;
            Message::Insert { relation, new: rest.row()? }
        }
        b'U' => {
            let relation = rest.number()?;
            let mark = rest.marked(b"NKO")?;
            if mark == b'N' {
                return Ok(Message::Update { relation, old: None, new: rest.row()? });
            }
            let old = rest.row()?;
            rest.marked(b"N")?;
            let mut new = rest.row()?;
            if mark == b'O' {
                // All of what it was is there, and so is what has not changed.
                let unchanged = new.iter_mut().zip(&old).filter(|(new, _)| **new == Value::Unchanged);
                unchanged.for_each(|(new, old)| *new = *old);
            }
            Message::Update { relation, old: Some(old), new }
        }
        b'D' => {
            let relation = rest.number()?;
            rest.marked(b"KO")?;
            Message::Delete { relation, old: rest.row()? }
        }
        b'T' => {
            let count = rest.number()?;
            rest.byte()?;
            Message::Truncate { relations: (0..count).map(|_| rest.number()).collect::<Result<_, _>>()? }
        }
        b'M' => {
            rest.take(1 + 8)?;
            let prefix = rest.text()?;
            let length = rest.number()?;
            Message::Said { prefix, content: rest.take(length as usize)? }
        }
        b'Y' | b'O' => Message::Other,
        other => return Err(Malformed::Unknown(other.into(), "message")),
    })
}

/// What is left to read.
struct Rest<'d>(&'d [u8]);

impl<'d> Rest<'d> {
    fn take(&mut self, length: usize) -> Result<&'d [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    /// Reads a byte that has to be one of these.
    fn marked(&mut self, marks: &[u8]) -> Result<u8, Malformed> {
        let mark = self.byte()?;
        if marks.contains(&mark) { Ok(mark) } else { Err(Malformed::Unknown(mark.into(), "row")) }
    }

    fn short(&mut self) -> Result<u16, Malformed> {
        let bytes = self.take(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn number(&mut self) -> Result<u32, Malformed> {
        let bytes = self.take(4)?;
        Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Reads a text that ends with a zero.
    fn text(&mut self) -> Result<&'d str, Malformed> {
        let length = self.0.iter().position(|byte| *byte == 0).ok_or(Malformed::Short)?;
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Malformed::NotUtf8)?;
        self.byte()?;
        Ok(text)
    }

    fn relation(&mut self) -> Result<Relation, Malformed> {
        let id = self.number()?;
        let (schema, name) = (self.text()?.to_owned(), self.text()?.to_owned());
        // Which rows are sent as they were: the catalog has been asked.
        self.byte()?;
        let count = self.short()?;
        let column = |rest: &mut Self| {
            rest.byte()?;
            let name = rest.text()?.to_owned();
            let of = rest.number()?;
            rest.number()?;
            Ok((name, of))
        };
        let columns = (0..count).map(|_| column(self)).collect::<Result<_, _>>()?;
        // The schema of the system has no name here.
        let schema = if schema.is_empty() { "pg_catalog".to_owned() } else { schema };
        Ok(Relation { id, schema, name, columns })
    }

    fn row(&mut self) -> Result<Vec<Value<'d>>, Malformed> {
        let count = self.short()?;
        let value = |rest: &mut Self| match rest.byte()? {
            b'n' => Ok(Value::Null),
            b'u' => Ok(Value::Unchanged),
            b't' => {
                let length = rest.number()?;
                let text = std::str::from_utf8(rest.take(length as usize)?).map_err(|_| Malformed::NotUtf8)?;
                Ok(Value::Text(text))
            }
            other => Err(Malformed::Unknown(other.into(), "value")),
        };
        (0..count).map(|_| value(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of texts: `\0` ends one, and digits behind `#` are a byte.
    fn bytes(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    const ROW: &[u8] = b"\0\x03t\0\0\0\x01an\x75";

    #[test]
    fn rows_are_read() {
        let row = || vec![Value::Text("a"), Value::Null, Value::Unchanged];
        let relation: &[u8] =
            b"R\0\0\0\x07public\0todos\0d\0\x02\x01id\0\0\0\0\x19\xFF\xFF\xFF\xFF\0done\0\0\0\0\x10\xFF\xFF\xFF\xFF";
        let columns = vec![("id".to_owned(), 25), ("done".to_owned(), 16)];
        let cases: Vec<(Vec<u8>, Message<'_>)> = vec![
            (
                relation.to_vec(),
                Message::Relation(Relation { id: 7, schema: "public".into(), name: "todos".into(), columns }),
            ),
            (bytes(&[b"I\0\0\0\x07N", ROW]), Message::Insert { relation: 7, new: row() }),
            (bytes(&[b"U\0\0\0\x07N", ROW]), Message::Update { relation: 7, old: None, new: row() }),
            (bytes(&[b"U\0\0\0\x07K", ROW, b"N", ROW]), Message::Update { relation: 7, old: Some(row()), new: row() }),
            (bytes(&[b"U\0\0\0\x07O", ROW, b"N", ROW]), Message::Update { relation: 7, old: Some(row()), new: row() }),
            (bytes(&[b"D\0\0\0\x07K", ROW]), Message::Delete { relation: 7, old: row() }),
            (b"T\0\0\0\x02\x01\0\0\0\x07\0\0\0\x08".to_vec(), Message::Truncate { relations: vec![7, 8] }),
            (b"M\x01\0\0\0\0\0\0\0\x09ours\0\0\0\0\x02hi".to_vec(), Message::Said { prefix: "ours", content: b"hi" }),
            (b"Yanything".to_vec(), Message::Other),
            (b"Oanything".to_vec(), Message::Other),
        ];
        for (data, expected) in &cases {
            assert_eq!(read(data).as_ref(), Ok(expected));
            // However much of it is missing, it is told, and nothing else happens.
            for length in 0..data.len() {
                if let Ok(read) = read(&data[..length]) {
                    assert_eq!(read, Message::Other);
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (data, expected) in [
            (&b""[..], Malformed::Short),
            (b"X", Malformed::Unknown('X', "message")),
            (b"I\0\0\0\x07K\0\0", Malformed::Unknown('K', "row")),
            (b"I\0\0\0\x07N\0\x01b", Malformed::Unknown('b', "value")),
            (b"I\0\0\0\x07N\0\x01t\0\0\0\x01\xFF", Malformed::NotUtf8),
            (b"I\0\0\0\x07N\0\x01t\xFF\xFF\xFF\xFFa", Malformed::Short),
            (b"T\xFF\xFF\xFF\xFF\0", Malformed::Short),
        ] {
            assert_eq!(read(data), Err(expected));
        }
    }
}
