//! A JSON patch that is being written.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::super::EncodeError;
use super::super::encode::encode_into;

/// Writes the operations that make one value of another, as a JSON patch (RFC 6902) of `add`, `remove`, `replace` and `move`.
///
/// An operation at the root would be the whole value under another name: of such a change, and of one that is longer than it may be, there is no
/// patch. What is compared goes on all the same, since it makes the older value equal to the newer one.
#[derive(Debug)]
pub struct PatchWriter {
    /// The place in the value, as a JSON pointer (RFC 6901); empty at the root.
    path: String,
    operations: Vec<u8>,
    limit: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Operations are written.
    Writing,
    /// The whole value says it better.
    Whole,
    /// Nobody wants them.
    Silent,
    /// Something has no JSON form.
    Failed(EncodeError),
}

/// What has changed between two values.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Nothing,
    /// The operations, as the text of a JSON array.
    Patch(String),
    /// So much that the whole value says it better.
    Whole,
}

impl PatchWriter {
    /// Begins a patch of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { path: String::new(), operations: Vec::new(), limit, state: State::Writing }
    }

    /// Begins a comparison of which nothing is written down.
    #[must_use]
    pub fn silent() -> Self {
        Self { state: State::Silent, ..Self::new(0) }
    }

    /// Returns what has changed.
    ///
    /// # Errors
    ///
    /// When something that has changed has no JSON form.
    pub fn finish(mut self) -> Result<Change, EncodeError> {
        match self.state {
            State::Failed(error) => return Err(error),
            State::Whole => return Ok(Change::Whole),
            State::Silent | State::Writing => {}
        }
        if self.operations.is_empty() {
            return Ok(Change::Nothing);
        }
        self.operations.push(b']');
        // serde_json writes UTF-8, and so do we.
        Ok(String::from_utf8(self.operations).map_or(Change::Whole, Change::Patch))
    }

    /// Goes to a place inside of this one, a field or the key of a map, and comes back.
    pub fn inside(&mut self, name: impl fmt::Display, compare: impl FnOnce(&mut Self)) {
        let here = self.path.len();
        self.path.push('/');
        // It fails only if the name does, which then is as long as it has come.
        write!(Escaped(&mut self.path), "{name}").unwrap_or_default();
        compare(self);
        self.path.truncate(here);
    }

    /// Says that what is here is another value now.
    pub fn replace<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.operation("replace", None, Some(value));
    }

    /// Says that this is here now; in a list, what was here and behind has moved on by one.
    pub fn add<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.operation("add", None, Some(value));
    }

    /// Says that what is here has gone; in a list, what is behind has moved up by one.
    pub fn remove(&mut self) {
        self.operation::<()>("remove", None, None);
    }

    /// Says that an item of the list that is here stands at another place now.
    pub fn shift(&mut self, from: usize, to: usize) {
        self.inside(to, |out| out.operation::<()>("move", Some(from), None));
    }

    fn operation<T: Serialize + ?Sized>(&mut self, name: &str, from: Option<usize>, value: Option<&T>) {
        if !matches!(self.state, State::Writing) {
            return;
        }
        if self.path.is_empty() {
            return self.give_up();
        }
        if let Err(error) = self.write(name, from, value) {
            self.operations = Vec::new();
            self.state = State::Failed(error);
        } else if self.operations.len() >= self.limit {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.operations = Vec::new();
        self.state = State::Whole;
    }

    fn write<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        from: Option<usize>,
        value: Option<&T>,
    ) -> Result<(), EncodeError> {
        let Self { path, operations, .. } = self;
        operations.push(if operations.is_empty() { b'[' } else { b',' });
        operations.extend_from_slice(br#"{"op":""#);
        operations.extend_from_slice(name.as_bytes());
        if let Some(from) = from {
            // The list is what the last place of the path is in.
            let list = path.rsplit_once('/').map_or("", |(list, _)| list);
            operations.extend_from_slice(br#"","from":"#);
            encode_into(operations, &format_args!("{list}/{from}"))?;
            operations.extend_from_slice(br#","path":"#);
        } else {
            operations.extend_from_slice(br#"","path":"#);
        }
        encode_into(operations, path.as_str())?;
        if let Some(value) = value {
            operations.extend_from_slice(br#","value":"#);
            encode_into(operations, value)?;
        }
        operations.push(b'}');
        Ok(())
    }
}

/// Writes a name so that it can stand between the slashes of a JSON pointer (RFC 6901 §3).
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive(['~', '/']) {
            let plain = piece.trim_end_matches(['~', '/']);
            self.0.push_str(plain);
            match &piece[plain.len()..] {
                "~" => self.0.push_str("~0"),
                "/" => self.0.push_str("~1"),
                _ => {}
            }
        }
        Ok(())
    }
}
