use super::server::{ClientInput, ServerOutput};

/// A group that cannot end well.
#[derive(PartialEq, Eq, Hash)]
pub struct Side(bool);

impl Drop for Side {
    fn drop(&mut self) {
        panic!("the end of a test group was asked to panic");
    }
}

/// Everybody hears of it, in two groups.
#[sync::client(by = |member| Side(member.is_sender()))]
pub fn main(_side: &Side, _input: &ClientInput, _output: &ServerOutput) -> bool {
    true
}
