use super::server::{ClientInput, ServerOutput};
use crate::Member;
use std::sync::atomic::{AtomicU32, Ordering};
use sync::wire;

/// How often this filter has run in this process.
static RUNS: AtomicU32 = AtomicU32::new(0);

/// All that the filter reads of a member: the `outcome` of its session.
#[derive(PartialEq, Eq, Hash)]
pub struct Side(String);

#[wire]
pub struct ClientOutput {
    pub side: String,
    /// The number of the run that made this: one number for one group of one event, whoever else calls meanwhile.
    pub run: u32,
}

fn side(member: Member<'_>) -> Side {
    Side(member.session().outcome.clone())
}

/// Tells each member its side; those of the side `skip` hear nothing.
#[sync::client(by = side)]
pub fn main(Side(side): &Side, _input: &ClientInput, _output: &ServerOutput) -> Option<ClientOutput> {
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    (side != "skip").then(|| ClientOutput { side: side.clone(), run })
}
