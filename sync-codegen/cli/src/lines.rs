//! What a program prints, line by line, whatever its bytes are.

use std::io::{BufRead, BufReader, Read};

/// Returns the lines of `stream`; what is no UTF-8 is replaced, and ends nothing.
pub(crate) fn lines(stream: impl Read) -> impl Iterator<Item = String> {
    let mut stream = BufReader::new(stream);
    std::iter::from_fn(move || {
        let mut bytes = Vec::new();
        match stream.read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()),
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_byte_that_is_no_text_ends_nothing() {
        let lines: Vec<_> = super::lines(&b"one\r\n\xff\n\nlast"[..]).collect();
        assert_eq!(lines, ["one", "\u{fffd}", "", "last"]);
    }
}
