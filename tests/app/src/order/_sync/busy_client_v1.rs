use std::sync::atomic::Ordering;
use std::time::Duration;

use super::server::{ClientInput, ServerOutput};
use crate::{BUSY, Member};

/// Keeps its thread for a millisecond, for everybody but the caller.
#[sync::client]
pub fn main(member: Member<'_>, input: &ClientInput, _output: &ServerOutput) -> bool {
    if !member.is_sender() {
        std::thread::sleep(Duration::from_millis(1));
        BUSY[input.test as usize].fetch_add(1, Ordering::Relaxed);
    }
    true
}
